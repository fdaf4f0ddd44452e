"""What every staff page shares: who is here, where the words are kept, and errors said plainly."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import wraps
from html import escape
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page as MenuPage

from survey_app.errors import SignInError, SuaraError
from survey_app.gathering import STATE_NAMES, GatheringState, Round
from survey_app.logs import log_fault
from survey_app.people import Action, Page, StaffMember, is_allowed
from survey_app.settings import Settings
from survey_app.store import Store, people

FOLDER = Path(__file__).parent
# Kediri keeps western Indonesian time, without summer time (Keppres 41/1987); a fixed offset
# needs no time zone database, which small school laptops lack.
WIB = timezone(timedelta(hours=7), "WIB")
_Colour = Literal["blue", "green", "orange", "gray"]
_STATES: dict[GatheringState, tuple[_Colour, str]] = {
    GatheringState.NOT_YET: ("blue", ":material/schedule:"),
    GatheringState.OPEN: ("green", ":material/radio_button_checked:"),
    GatheringState.PAUSED: ("orange", ":material/pause_circle:"),
    GatheringState.CLOSED: ("gray", ":material/lock:"),
    GatheringState.ARCHIVED: ("gray", ":material/inventory_2:"),
}
_DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_MARKS = frozenset(r"\`*_{}[]()<>#+-.!|~$:@&")  # what Markdown or Streamlit's directives react to
# Streamlit makes links of addresses even where each sign is escaped; not past a word joiner, which
# nobody sees.
_LINKED = re.compile(r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_Piece = ParamSpec("_Piece")
_Option = TypeVar("_Option", bound=Hashable)
_REFUSED = "refused_in_a_part"  # in the session: an error, until the part is drawn


@dataclass(frozen=True, slots=True)
class Here:
    """The adult in front of the screen, and the installation it shows."""

    store: Store
    settings: Settings
    staff: StaffMember
    token: str
    pages: dict[Page, MenuPage] = field(default_factory=dict)

    def may_open(self, page: Page) -> bool:
        """Whether this adult has the page in the menu."""
        return page in self.pages

    def may(self, action: Action) -> bool:
        """Whether this adult may do this."""
        return is_allowed(self.staff, action)

    def acting(self) -> StaffMember:
        """Who presses a button, as the account stands now; raise ``SignInError`` once signed out.

        Streamlit calls the function behind a button before the page around it is drawn anew.
        """
        member = people.staff_by_token(self.store, self.token)
        if member is None:
            raise SignInError("Anda sudah keluar. Tidak ada yang berubah.", remedy="Masuk lagi.")
        return member

    def link(self, page: Page, label: str, **query: str | int) -> None:
        """A link to another staff page, left out where this role may not open it."""
        if self.may_open(page):
            st.page_link(
                self.pages[page],
                label=label,
                icon=":material/arrow_forward:",
                query_params={name: str(value) for name, value in query.items()},
            )


def part(
    *, run_every: float | None = None
) -> Callable[[Callable[_Piece, None]], Callable[_Piece, None]]:
    """A piece of a page that is redrawn alone, and only while its reader's account stays as it is.

    Its first argument is ``Here``. Streamlit runs a fragment without the page around it, so the
    account and its role are checked here again; after a change the whole page is drawn anew.
    """

    def decorate(draw: Callable[_Piece, None]) -> Callable[_Piece, None]:
        @wraps(draw)
        def guarded(*args: _Piece.args, **kwargs: _Piece.kwargs) -> None:
            here = cast(Here, args[0])
            with plainly():
                if people.staff_by_token(here.store, here.token) != here.staff:
                    st.rerun()
                if refused := st.session_state.pop(_REFUSED, None):
                    refuse(refused)
                draw(*args, **kwargs)

        return st.fragment(guarded, run_every=run_every)

    return decorate


@contextmanager
def plainly() -> Iterator[None]:
    """Show an error as its sentence and remedy; never a trace, never a child's words."""
    try:
        yield
    except SuaraError as error:
        refuse(error)
    except Exception as error:
        show_fault(error)


def show_fault(error: Exception) -> bool:
    """A page failed: its kind and place go into the log, the number they stand under on the page.

    Streamlit calls this for what fails outside ``plainly``; True keeps its own words away.
    """
    number = log_fault(error)
    st.error(
        "Halaman ini tidak bisa ditampilkan. Muat ulang halaman; bila tetap begini, "
        f"beri tahu administrator nomor ini: **{number}**. Nomor itu ada di catatan server.",
        icon=":material/error:",
    )
    return True


@contextmanager
def pressed() -> Iterator[None]:
    """Like ``plainly``, for the function behind a button of a `part`: said in that part.

    What such a function shows itself lands in the place of the page's title.
    """
    with plainly():
        try:
            yield
        except SuaraError as error:
            st.session_state[_REFUSED] = error


def refuse(error: SuaraError) -> None:
    """One error, as staff read it."""
    st.error(f"**{plain(error.sentence)}** {plain(error.remedy)}", icon=":material/error:")


def state_badge(state: GatheringState, *, place: DeltaGenerator | None = None) -> None:
    """The state of a gathering as a word with an icon."""
    colour, icon = _STATES[state]
    (place or st).badge(STATE_NAMES[state], color=colour, icon=icon)


def apart(options: Sequence[_Option], name: Callable[[_Option], str]) -> Callable[[_Option], str]:
    """Names for a list to choose from; equal ones are numbered.

    Streamlit tells options apart by their words: of two rounds with one name it would always
    give back the same.
    """
    names = [name(option) for option in options]
    numbered = {
        option: words if names.count(words) == 1 else f"{words} · no. {place}"
        for place, (option, words) in enumerate(zip(options, names, strict=True), 1)
    }
    return lambda option: numbered[option]


def mark_demo(round_: Round) -> None:
    """Say that what is on the page was not written by children."""
    if round_.demo:
        st.badge(
            "Putaran contoh: anak dan jawabannya buatan", color="orange", icon=":material/science:"
        )


def plain(text: str) -> str:
    """Text that Markdown leaves as it is: no emphasis, links, pictures or icons from data."""
    text = _LINKED.sub("\u2060", text)
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in text)


def heading(title: str, lead: str) -> None:
    """The title of a page and one line that says what it is for."""
    st.title(plain(title), anchor=False)
    st.html(f"<p class=sa-lead>{escape(lead)}</p>")


def moment(when: datetime | None) -> str:
    """A moment in words, in the city's time: ``Sen 23 Nov 2026, 08.15``."""
    if when is None:
        return "belum ditentukan"
    return f"{day(when)}, {when.astimezone(WIB):%H.%M}"


def day(when: datetime) -> str:
    """Its day in words: ``Sen 23 Nov 2026``."""
    local = when.astimezone(WIB)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
