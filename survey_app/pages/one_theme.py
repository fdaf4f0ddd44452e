"""Satu tema: its phrase, how many children, their masked words, and who stands behind it."""

from collections.abc import Mapping

import streamlit as st

from analysis.rights import clusters, indicator_by_key
from survey_app.pages import changing, drawing
from survey_app.pages.frame import Here
from survey_app.pages.reading import OTHERS, Shown, children, go, tens
from survey_app.places import kelurahan_by_code
from survey_app.questionnaire import AgeBand
from survey_app.store.counting import Place
from survey_app.store.themes import ThemeCard

QUOTES = 3  # enough to hear several voices, few enough to be read by everybody in a meeting
_PLACES = 12  # rows; the longest list that stays on one screen


def show(here: Here, shown: Shown, key: str) -> None:
    """The theme with this key, in the part of the round that is looked at."""
    st.button(
        "Semua klaster", icon=":material/arrow_back:", type="tertiary", key="back", on_click=go
    )
    details = shown.details(key)
    if details is None:
        st.info(_NOT_HERE)
        return
    hue = details.card.cluster or OTHERS
    with st.container(border=True, key="card_theme"):
        st.html(_head(details.card, hue))
        st.html(drawing.quotes(details.quotes[:QUOTES], hue=hue) or drawing.row("", _NO_QUOTES))
        st.html(drawing.words(details.card.words))
    changing.show(here, shown, details)
    ages, places = st.columns(2)
    with ages.container(border=True, key="card_ages"):
        st.html(drawing.bars("Umur", _by_age(details.age_bands), name=tens, hue=hue))
    with places.container(border=True, key="card_places"):
        st.html(drawing.bars("Kelurahan", _by_place(details.kelurahan), name=tens, hue=hue))
    st.html(drawing.row("", _HIDDEN))


def _head(card: ThemeCard, hue: str) -> str:
    mark, line = "–", "Di luar lima klaster"
    if card.cluster:
        facts = next(one for one in clusters() if one.key is card.cluster)
        mark, line = facts.roman, facts.title
    if card.indicator:
        line = f"{line} · {indicator_by_key(card.indicator).title}"
    return drawing.cluster(mark, card.phrase, f"{children(card.count)} · {line}", hue=hue)


def _by_age(counts: Mapping[AgeBand, int | None]) -> list[tuple[str, int | None]]:
    return [(f"{band} tahun", counts[band]) for band in AgeBand if band in counts]


def _by_place(counts: Mapping[Place, int | None]) -> list[tuple[str, int | None]]:
    """Shown kelurahan one by one, the largest first; all that are withheld in a single line."""
    visible = [(_place(code), count) for code, count in counts.items() if count is not None]
    visible.sort(key=lambda one: (-one[1], one[0]))
    hidden = len(counts) - len(visible)
    return [*visible[:_PLACES], *([(f"{hidden} kelurahan lain", None)] if hidden else [])]


def _place(code: Place) -> str:
    place = kelurahan_by_code(code) if code else None
    return place.name if place else "tidak disebut"


_NOT_HERE = (
    "Tema ini tidak ditampilkan pada pilihan di atas: tidak ada, atau anaknya tidak cukup banyak. "
    "Ubah saringan, atau kembali ke klaster."
)
_NO_QUOTES = "Kutipan tidak ditampilkan: terlalu sedikit anak di balik tema ini."
_HIDDEN = (
    "Di bawah tingkat kota angka ditulis per sepuluh anak. “–” berarti tidak ditampilkan, supaya "
    "tidak ada anak yang bisa ditebak."
)
