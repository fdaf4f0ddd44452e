"""Perlindungan: what the safeguarding officer deals with, the most urgent first."""

import time
from collections.abc import Callable, Sequence

import streamlit as st

from survey_app import safeguarding
from survey_app.pages import bell, case_words, drawing, one_case, weekly_sample
from survey_app.pages.frame import Here, heading, moment, part
from survey_app.store import alerts, notices, screening
from survey_app.store.alerts import Case
from survey_app.store.cases import AlertLevel, AlertState
from survey_app.store.screening import ScreeningState

LOOK_EVERY = 0.5  # seconds; a disclosure shows up without anybody reloading
_CLOCK_EVERY = 30.0  # seconds between two drawings where nothing happened: the clock goes on
_MOST = 50  # cards; the most urgent first, of closed cases the newest
_BUTTON = 140  # pixels: of a card, so that its words get the rest
_CLOSED_SHOWN = "closed_cases_shown"  # in the session: how many of them
_CASES, _SAMPLE = "Kasus", "Sampel mingguan"
_OPEN = "Belum selesai"
_SHOWN = {
    _OPEN: tuple(one for one in AlertState if one is not AlertState.CLOSED),
    **{case_words.STATES[one]: (one,) for one in AlertState},
    "Semua": tuple(AlertState),
}


def show(here: Here) -> None:
    """One case, where the address names it, or the list, or the weekly sample."""
    # Before what it stands for: a case that comes in between is then one to be drawn anew for.
    stamp = alerts.stamp(here.store)
    found = safeguarding.queue(here.store, here.staff)
    waiting = [one for one in found if one.state is AlertState.WAITING]
    # A badge in the tab of the browser: how many nobody has taken.
    st.set_page_config(page_title=f"({len(waiting)}) Perlindungan" if waiting else "Perlindungan")
    if number := st.query_params.get("kasus", ""):
        weekly_sample.leave()
        one_case.show(here, number)
        _bell(waiting)
    else:
        one_case.leave()
        heading("Perlindungan", "Anak yang mungkin perlu ditolong; yang paling mendesak di atas.")
        _state(here)
        with st.container(border=True, key="card_numbers"):
            st.html(drawing.numbers(_numbers(waiting)))
        _part(here, found, waiting)
    _watch(here, stamp)


def _part(here: Here, found: Sequence[Case], waiting: Sequence[Case]) -> None:
    parts = [_CASES, _SAMPLE]
    left, right = st.columns([2, 1], vertical_alignment="center")
    chosen = left.segmented_control(
        "Bagian", parts, default=_CASES, required=True, key="of_part", label_visibility="collapsed"
    )
    with right:
        _bell(waiting)
    if chosen == _SAMPLE:
        weekly_sample.show(here)
    else:
        weekly_sample.leave()
        _list(here, found)


def _bell(waiting: Sequence[Case]) -> None:
    bell.show([one.id for one in waiting if one.weight is AlertLevel.URGENT])


def _list(here: Here, found: Sequence[Case]) -> None:
    """What is open, then what is closed, where that is asked for: there may be thousands."""
    states, wanted = _asked_for()
    shown = [one for one in found if one.state in states and (not wanted or wanted(one))]
    for one in shown[:_MOST]:
        _card(here, one)
    if len(shown) > _MOST:
        st.html(drawing.row("", f"{len(shown) - _MOST} kasus lain di bawahnya; pakai pencarian."))
    closed: tuple[Case, ...] = ()
    if AlertState.CLOSED in states:
        most = st.session_state.get(_CLOSED_SHOWN, _MOST)
        closed, more = safeguarding.closed(here.store, here.staff, most=most, wanted=wanted)
        for one in closed:
            _card(here, one)
        if more:
            st.button(f"Lebih lama ({more} kasus)", on_click=_show_older, args=(most + _MOST,))
    if not shown and not closed:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Tidak ada kasus di sini.", _NOTHING))


def _show_older(most: int) -> None:
    st.session_state[_CLOSED_SHOWN] = most


@part(run_every=LOOK_EVERY)
def _watch(here: Here, stamp: tuple[object, ...]) -> None:
    """Draw the whole page anew when something came in, somebody acted, or the clock moved."""
    now = int(time.time() // _CLOCK_EVERY)
    before = st.session_state.setdefault("cases_drawn_at", now)
    st.session_state["cases_drawn_at"] = now
    if alerts.stamp(here.store) != stamp or now != before:
        st.rerun()


def _state(here: Here) -> None:
    """What is amiss with the screening, or with telling officers by e-mail."""
    how = screening.screening(here.store)
    waits = f" {how.waiting} isian menunggu disaring." if how.waiting else ""
    if how.state is ScreeningState.LEARNING:
        st.info(f"{_LEARNING}{waits}", icon=":material/hourglass_top:")
    elif how.state is ScreeningState.AWAY:
        st.warning(f"{_AWAY}{waits}", icon=":material/warning:")
    mail = notices.delivery(here.store)
    if mail.failing_since:
        since = moment(mail.failing_since)
        st.warning(f"Surel kepada petugas gagal sejak {since}. {_MAIL}", icon=":material/mail:")


def _numbers(waiting: Sequence[Case]) -> list[tuple[str, int, bool]]:
    names = {
        AlertLevel.URGENT: "mendesak",
        AlertLevel.TALK: "anak ingin bicara",
        AlertLevel.UNSCREENED: "belum disaring",
        AlertLevel.CONCERN: "perlu dibaca",
    }
    counts = {level: sum(one.weight is level for one in waiting) for level in names}
    calm = (AlertLevel.CONCERN,)
    return [
        (name, counts[level], counts[level] > 0 and level not in calm)
        for level, name in names.items()
    ]


def _asked_for() -> tuple[tuple[AlertState, ...], Callable[[Case], bool] | None]:
    """The states to be seen, and whether a case has all the words typed, where there are any."""
    left, right = st.columns([1, 2])
    states = _SHOWN[left.selectbox("Keadaan", list(_SHOWN), key="of_state")]
    typed = right.text_input("Cari", placeholder="tempat, kelas, atau jenisnya", key="of_words")
    words = typed.casefold().split()
    if not words:
        return states, None
    return states, lambda one: all(word in _about(one).casefold() for word in words)


def _about(one: Case) -> str:
    return f"{case_words.category(one)} {case_words.place(one)} {case_words.state(one)}"


def _card(here: Here, one: Case) -> None:
    clock = safeguarding.clock(one, target_hours=here.settings.urgent_hours)
    talk = " · anak ini ingin bicara" if one.wants_to_talk and one.has_words else ""
    line = f"{case_words.waited(clock)} · {case_words.state(one)}{talk}"
    # Few pieces: where fifty cards stand, each is work for the browser before a new case is seen.
    with st.container(
        border=True, key=f"card_case_{one.id}", horizontal=True, vertical_alignment="center"
    ):
        st.html(
            case_words.badges(one.weight, late=clock.late and not clock.stopped)
            + drawing.row(case_words.category(one), case_words.place(one))
            + drawing.row("", f"{line} · masuk {moment(one.created_at)}")
        )
        st.button("Buka", key=f"open_{one.id}", width=_BUTTON, on_click=_go, args=(one.id,))


def _go(number: int) -> None:
    st.query_params.from_dict({"kasus": str(number)})


_NOTHING = (
    "Kasus baru tampil sendiri di halaman ini, beberapa detik setelah anak menulis. "
    "Biarkan terbuka saat ada pertemuan."
)
_LEARNING = (
    "Penyaring sedang menyiapkan diri, sekitar lima belas detik setelah aplikasi dinyalakan; "
    "anak yang ingin bicara dan isian yang menunggu tetap tampil di sini."
)
_MAIL = (
    "Halaman ini tetap lengkap. Minta administrator menjalankan `suara check --email`, yang "
    "menyebut sebabnya."
)
_AWAY = (
    "Penyaring sedang tidak berjalan dan dicoba dinyalakan lagi. Isian yang menunggu lebih dari "
    "sepuluh detik tampil sebagai “Belum disaring”: bacalah langsung. Bila tetap begini, minta "
    "administrator menjalankan ulang aplikasi."
)
