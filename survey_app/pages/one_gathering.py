"""Satu pertemuan: its code and QR, how far the children are, and opening, pausing, closing it."""

import streamlit as st

from survey_app import safeguarding
from survey_app.gathering import Gathering, GatheringState
from survey_app.pages import drawing, print_sheet
from survey_app.pages.frame import Here, heading, mark_demo, moment, part, plainly, state_badge
from survey_app.people import Page
from survey_app.store import gatherings, rounds

LIVE_EVERY = 2.0  # seconds; the issue asks for it: a teacher sees a raised hand at once

_OPEN = (GatheringState.OPEN, "Buka lagi")
_CLOSE = (GatheringState.CLOSED, "Tutup")
_STEPS = {
    GatheringState.NOT_YET: ((GatheringState.OPEN, "Buka sekarang"), _CLOSE),
    GatheringState.OPEN: ((GatheringState.PAUSED, "Jeda"), _CLOSE),
    GatheringState.PAUSED: (_OPEN, _CLOSE),
    GatheringState.CLOSED: (_OPEN, (GatheringState.ARCHIVED, "Arsipkan")),
    GatheringState.ARCHIVED: (),
}
_ICONS = {
    GatheringState.OPEN: ":material/play_arrow:",
    GatheringState.PAUSED: ":material/pause:",
    GatheringState.CLOSED: ":material/lock:",
    GatheringState.ARCHIVED: ":material/inventory_2:",
}
_ASK_FIRST = {
    GatheringState.CLOSED: (
        "Tutup pertemuan?",
        "Anak yang baru datang tidak bisa masuk lagi. Jawaban yang sudah dimulai tetap diterima.",
        "Ya, tutup",
    ),
    GatheringState.ARCHIVED: (
        "Arsipkan pertemuan?",
        "Ini tidak bisa dibatalkan: pertemuan tidak bisa dibuka lagi, dan anak tidak bisa lagi "
        "melanjutkan atau menarik jawabannya dengan tiga kata.",
        "Ya, arsipkan",
    ),
}
_WISH = "Seorang anak ingin bicara"
_WISH_MORE = (
    "Petugas perlindungan anak sudah tahu dan mencari cara bertemu. Jangan mencari tahu siapa; "
    "dengarkan bila ada anak yang datang kepada Anda."
)
_ASKED = "step_asked_about"  # in the session: the code and the step that waits for a yes
_GONE = "Pertemuan itu tidak ada, atau dibuka orang lain. Pilih dari daftar pertemuan Anda."


def show(here: Here, code: str) -> None:
    """Everything about the gathering with this code."""
    st.button("Semua pertemuan", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    found = gatherings.seen_by_code(here.store, here.staff, code)
    if found is None:
        st.warning(_GONE)
        return
    heading(found.title, f"{found.venue} · umur {found.age_band} tahun")
    round_ = rounds.by_id(here.store, found.round_id)
    if round_:
        mark_demo(round_)
    _entrance(here, found)
    _live(here, code)


def _entrance(here: Here, found: Gathering) -> None:
    address = f"{here.settings.tablet_url}/isi/{found.code}"
    with st.container(border=True, key="card_entrance"):
        words, picture = st.columns([3, 2], vertical_alignment="center")
        with words:
            st.html(drawing.code(found.code, address))
            st.download_button(
                "Unduh lembar cetak",
                print_sheet.sheet(found, address=address),
                file_name=f"pertemuan-{found.code}.html",
                mime="text/html",
                icon=":material/print:",
                on_click="ignore",
            )
            here.link(Page.PREVIEW, "Isi bersama kelompok", kode=found.code)
        qr = drawing.data_address(drawing.qr_svg(address))
        picture.image(qr, width=230, alt=f"Kode QR ke {address}")


@part(run_every=LIVE_EVERY)
def _live(here: Here, code: str) -> None:
    """The count and the steps in one piece, so that nothing here needs the whole page drawn again.

    A question in a dialog of its own ended with a full rerun; the count of the next two seconds
    could overtake it on a busy laptop, and the steps were gone until somebody reloaded.
    """
    found = gatherings.seen_by_code(here.store, here.staff, code)
    if found is None:
        st.warning(_GONE)
        return
    with st.container(border=True, key="card_live"):
        head, when = st.columns([1, 2], vertical_alignment="center")
        state_badge(found.state, place=head)
        opens = moment(found.opens_at or found.created_at)
        when.html(drawing.row("", f"Buka: {opens} · Tutup: {moment(found.closes_at)}"))
        st.html(drawing.progress(gatherings.progress(here.store, found.id)))
    if wishes := safeguarding.asked_to_talk(here.store, here.staff, found):
        st.info(f"**{_WISH}** ({wishes} anak). {_WISH_MORE}", icon=":material/forum:")
    asked = st.session_state.get(_ASKED)
    for state, _ in _STEPS[found.state]:
        if asked == (code, state):
            _question(here, found, state)
            return
    _steps(here, found)


def _steps(here: Here, found: Gathering) -> None:
    with st.container(horizontal=True):
        for state, name in _STEPS[found.state]:
            act = _ask if state in _ASK_FIRST else _change
            st.button(
                name, key=f"to_{state}", icon=_ICONS[state], on_click=act, args=(here, found, state)
            )


def _question(here: Here, found: Gathering, state: GatheringState) -> None:
    """What cannot be taken back lightly is asked once more, in the place of the steps."""
    title, sentence, yes = _ASK_FIRST[state]
    with st.container(border=True, key="card_question"):
        st.warning(f"**{title}** {sentence}", icon=_ICONS[state])
        with st.container(horizontal=True):
            st.button(yes, type="primary", on_click=_change, args=(here, found, state))
            st.button("Batal", on_click=_forget_question)


def _ask(here: Here, found: Gathering, state: GatheringState) -> None:
    st.session_state[_ASKED] = (found.code, state)


def _change(here: Here, found: Gathering, state: GatheringState) -> None:
    _forget_question()
    with plainly():
        gatherings.set_state(here.store, found.id, state, by=here.acting())


def _forget_question() -> None:
    st.session_state.pop(_ASKED, None)


def _leave() -> None:
    st.query_params.clear()
