"""The clusters of a round and the themes in one of them, read once for each run and filter."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.rights import Cluster, ClusterFacts, clusters
from survey_app.gathering import RoundId
from survey_app.pages import drawing
from survey_app.pages.frame import plain
from survey_app.store import Store, themes
from survey_app.store.counting import SMALLEST_GROUP, Part
from survey_app.store.findings import ThemeKey
from survey_app.store.runs import RunId
from survey_app.store.themes import ClusterCard, Count, Overview, ThemeCard, ThemeDetails

# What is shown changes with a run, a withdrawal or a change by staff, and each has another stamp;
# this only bounds how long words stay in memory that nobody asks for any more.
REMEMBERED = timedelta(seconds=60)
OTHERS = "lain"  # the address of what stands outside the clusters or is undecided


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of a round somebody looks at.

    ``run_id`` tells one reading from the next, ``stamp`` what has changed since (`themes.stamp`).
    """

    store: Store
    round_id: RoundId
    run_id: RunId
    stamp: tuple[int, ...]
    part: Part

    @property
    def key(self) -> tuple[object, ...]:
        """What tells this part from every other, for remembering."""
        return self.round_id, self.run_id, self.stamp, self.part

    @property
    def whole(self) -> bool:
        """Whether this is the whole round."""
        return self.part.whole

    def overview(self) -> Overview:
        """The clusters."""
        return _overview(self, self.key)

    def themes(self, cluster: Cluster | None) -> tuple[ThemeCard, ...]:
        """The themes of a cluster, or of what stands outside them."""
        return _cards(self, self.key, cluster)

    def everything(self, *, retired: bool = False) -> tuple[ThemeCard, ...]:
        """All themes of the whole round, or those marked as not relevant."""
        return _everything(self, (self.round_id, self.run_id, self.stamp), retired)

    def details(self, key: str) -> ThemeDetails | None:
        """One theme with its evidence."""
        return _details(self, self.key, key)


def all_clusters(shown: Shown) -> None:
    """Five cards, and a sixth for what belongs to none of them."""
    found = shown.overview()
    facts = {one.key: one for one in clusters()}
    places = [place for _ in range(3) for place in st.columns(2)]
    for place, card in zip(places, found.cards, strict=False):
        _card(place, facts[card.cluster], card, whole=shown.whole)
    _others(places[-1], found)
    st.html(drawing.row("", _EXPLAINED))


def _card(place: DeltaGenerator, facts: ClusterFacts, card: ClusterCard, *, whole: bool) -> None:
    box = place.container(border=True, key=f"card_{facts.key}", height="stretch", gap="xxsmall")
    with box:
        st.html(head(facts, children(card.count)))
        for theme in card.themes:
            theme_button(theme)
        if card.themes:
            _button("Semua tema di klaster ini", key=f"all_{facts.key}", klaster=facts.key)
        else:
            st.html(drawing.row("", _NOT_ENOUGH if whole else _HIDDEN_HERE))


def _others(place: DeltaGenerator, found: Overview) -> None:
    with place.container(border=True, key="card_others", height="stretch"):
        st.html(drawing.cluster("–", "Di luar lima klaster", _OUTSIDE, hue=OTHERS))
        st.html(
            drawing.numbers(
                (
                    ("anak di luar klaster", number(found.outside), False),
                    ("anak belum yakin", number(found.unsure), False),
                    ("anak seluruhnya", number(found.total), False),
                )
            )
        )
        _button("Tema di luar klaster", key="all_others", klaster=OTHERS)


def one_cluster(shown: Shown, name: str) -> None:
    """Every theme of one cluster."""
    facts = next((one for one in clusters() if one.key == name), None)
    _button("Semua klaster", key="back", icon=":material/arrow_back:")
    found = shown.themes(facts.key if facts else None)
    with st.container(border=True, key="card_cluster", gap="xxsmall"):
        line = f"{len(found)} tema" if found else _NOT_ENOUGH if shown.whole else _HIDDEN_HERE
        st.html(
            head(facts, line)
            if facts
            else drawing.cluster("–", "Di luar lima klaster", line, hue=OTHERS)
        )
        for theme in found:
            theme_button(theme)


def head(facts: ClusterFacts, line: str) -> str:
    """The head of a cluster's card."""
    return drawing.cluster(facts.roman, facts.title, line, hue=facts.key)


def theme_button(theme: ThemeCard) -> None:
    """A theme as a line one can press."""
    label = f"{plain(theme.phrase)} · {children(theme.count)}"
    _button(label, key=f"theme_{theme.key}", icon=":material/chevron_right:", tema=theme.key)


def children(count: Count) -> str:
    """A number of children in words."""
    number_ = number(count)
    return "jumlahnya tidak ditampilkan" if number_ == drawing.FEW else f"{number_} anak"


def number(count: Count) -> str:
    """A number of children: exact in the whole city, by tens below it, or withheld."""
    if count.children is None:
        return drawing.FEW
    return str(count.children) if count.comments is not None else tens(count.children)


def tens(children: int) -> str:
    """The ten a number is told in."""
    return f"{children}–{children + SMALLEST_GROUP - 1}" if children else "0"


def _button(label: str, *, key: str, icon: str | None = None, **address: str) -> None:
    st.button(
        label, key=key, icon=icon, type="tertiary", width="stretch", on_click=go, kwargs=address
    )


def go(**address: str) -> None:
    """Show what this address names, within the page."""
    st.query_params.from_dict(address)


@st.cache_data(show_spinner=False, ttl=REMEMBERED, max_entries=200)
def _overview(_shown: Shown, key: object) -> Overview:
    return themes.cluster_cards(_shown.store, _shown.round_id, part=_shown.part)


@st.cache_data(show_spinner=False, ttl=REMEMBERED, max_entries=200)
def _cards(_shown: Shown, key: object, cluster: Cluster | None) -> tuple[ThemeCard, ...]:
    return themes.themes_of(_shown.store, _shown.round_id, cluster, part=_shown.part)


@st.cache_data(show_spinner=False, ttl=REMEMBERED, max_entries=50)
def _everything(_shown: Shown, key: object, retired: bool) -> tuple[ThemeCard, ...]:
    return themes.all_themes(_shown.store, _shown.round_id, retired=retired)


@st.cache_data(show_spinner=False, ttl=REMEMBERED, max_entries=500)
def _details(_shown: Shown, key: object, theme: str) -> ThemeDetails | None:
    return themes.theme_details(_shown.store, _shown.round_id, ThemeKey(theme), part=_shown.part)


_OUTSIDE = (
    "Kelembagaan kota layak anak, terima kasih, pujian, atau hal lain di luar klaster; dan yang"
    " belum bisa ditentukan."
)
_NOT_ENOUGH = "Belum ada tema di sini. Putaran dengan kurang dari 30 jawaban belum diberi tema."
_HIDDEN_HERE = "Tidak ada tema dengan cukup banyak anak di bagian ini; lihat seluruh kota."
_EXPLAINED = (
    "Satu jawaban bisa masuk beberapa klaster. Saat disaring, angka ditulis per sepuluh anak, dan "
    f"“{drawing.FEW}” berarti tidak ditampilkan, supaya tidak ada anak yang bisa ditebak."
)
