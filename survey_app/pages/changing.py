"""Mengubah satu tema: a name, a merge, not relevant; asked before, said by whom, taken back."""

from collections.abc import Callable

import streamlit as st

from survey_app.pages import drawing
from survey_app.pages.frame import Here, apart, moment, plainly
from survey_app.pages.reading import Shown, children, go
from survey_app.store import theme_events
from survey_app.store.findings import ThemeKey
from survey_app.store.layer import Change
from survey_app.store.theme_events import LONGEST_NAME, ThemeEvent
from survey_app.store.themes import ThemeCard, ThemeDetails

_STEPS = {
    Change.RENAME: ("Ganti nama", ":material/edit:"),
    Change.MERGE: ("Gabungkan", ":material/merge:"),
    Change.RETIRE: ("Tidak relevan", ":material/visibility_off:"),
}
_WILL_HAPPEN = {
    Change.RENAME: "Nama ini tampil di semua daftar, juga setelah analisis berikutnya. "
    "Jangan menulis nama orang.",
    Change.MERGE: "Semua jawaban tema ini, juga yang datang nanti, dihitung di tema yang dipilih. "
    "Alamat tema ini akan membuka tema itu.",
    Change.RETIRE: "Tema ini tidak tampil lagi di daftar, juga setelah analisis berikutnya. "
    "Jawaban anak tetap tersimpan dan tetap dihitung di klasternya.",
}
_CAN_BE_TAKEN_BACK = "Bisa dikembalikan kapan saja dari halaman tema."
_ASKED = "theme_change_asked_about"  # in the session: the theme and the change that waits
_NAME = "theme_new_name"
_INTO = "theme_merged_into"


def show(here: Here, shown: Shown, details: ThemeDetails) -> None:
    """What people changed in this theme; below it the steps, or a question in their place."""
    key = details.card.key
    for event in theme_events.events_of(here.store, shown.round_id, key):
        _made(here, shown, event)
    if details.retired:
        return
    theme, change = st.session_state.get(_ASKED, (None, None))
    if theme == key:
        with st.container(border=True, key="card_question"):
            st.html(drawing.row(_STEPS[change][0], f"{_WILL_HAPPEN[change]} {_CAN_BE_TAKEN_BACK}"))
            _QUESTIONS[change](here, shown, details.card)
    else:
        _steps(key)


def _made(here: Here, shown: Shown, event: ThemeEvent) -> None:
    with st.container(border=True, key=f"card_event_{event.id}"):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.html(drawing.row(_told(event), f"{event.by} · {moment(event.made_at)}"))
        button.button(
            "Kembalikan", key=f"back_{event.id}", icon=":material/undo:", width="stretch",
            on_click=_take_back, args=(here, shown, event.id),
        )  # fmt: skip


def _told(event: ThemeEvent) -> str:
    if event.change is Change.RENAME:
        return f"Diberi nama “{event.name}”"
    if event.change is Change.MERGE:
        return f"Tema “{event.phrase}” digabung ke sini"
    return "Ditandai tidak relevan"


def _steps(key: ThemeKey) -> None:
    with st.container(horizontal=True):
        for change, (name, icon) in _STEPS.items():
            st.button(name, key=f"ask_{change}", icon=icon, on_click=_ask, args=(key, change))


def _new_name(here: Here, shown: Shown, card: ThemeCard) -> None:
    st.text_input("Nama baru", key=_NAME, max_chars=LONGEST_NAME)

    def rename() -> None:
        name = st.session_state[_NAME]
        theme_events.rename(here.store, shown.round_id, card.key, name, by=here.acting())

    _answers("Ya, ganti nama", rename)


def _other_theme(here: Here, shown: Shown, card: ThemeCard) -> None:
    others = [one for one in shown.everything() if one.key != card.key]
    others.sort(key=lambda one: one.cluster is not card.cluster)  # the likely ones first
    name = apart(others, lambda one: f"{one.phrase} · {children(one.count)}")
    chosen = st.selectbox("Gabungkan ke", others, None, name, placeholder="Pilih tema", key=_INTO)

    def merge() -> None:
        into = st.session_state[_INTO].key
        theme_events.merge(here.store, shown.round_id, card.key, into=into, by=here.acting())
        go(tema=into)

    _answers("Ya, gabungkan", merge, ready=chosen is not None)


def _not_relevant(here: Here, shown: Shown, card: ThemeCard) -> None:
    def retire() -> None:
        theme_events.retire(here.store, shown.round_id, card.key, by=here.acting())

    _answers("Ya, tidak relevan", retire)


def _answers(yes: str, change: Callable[[], None], *, ready: bool = True) -> None:
    with st.container(horizontal=True):
        st.button(yes, type="primary", disabled=not ready, on_click=_change, args=(change,))
        st.button("Batal", on_click=_forget_question)


def _ask(key: ThemeKey, change: Change) -> None:
    st.session_state[_ASKED] = (key, change)


def _change(change: Callable[[], None]) -> None:
    with plainly():
        change()
        _forget_question()


def _take_back(here: Here, shown: Shown, event: int) -> None:
    with plainly():
        theme_events.take_back(here.store, shown.round_id, event, by=here.acting())


def _forget_question() -> None:
    st.session_state.pop(_ASKED, None)


_QUESTIONS: dict[Change, Callable[[Here, Shown, ThemeCard], None]] = {
    Change.RENAME: _new_name,
    Change.MERGE: _other_theme,
    Change.RETIRE: _not_relevant,
}
