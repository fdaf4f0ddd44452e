"""Satu kasus: the child's words, what was done, and the next step; each opening is written down."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from survey_app import safeguarding
from survey_app.errors import SuaraError
from survey_app.pages import case_words, drawing
from survey_app.pages.frame import Here, heading, moment, plainly, refuse
from survey_app.safeguarding import Refer
from survey_app.store.alerts import LONGEST_NOTE, AlertId, Case
from survey_app.store.cases import AlertState, Step

_OPENED = "opened_case"  # in the session: the case whose words are on the screen, and the words
_NOTE, _DONE = "case_note", "case_done"
_TO, _ON = "case_referred_to", "case_referred_on"
_REFUSED = "case_refused"  # what was tried last, with what was wrong with it


def leave() -> None:
    """Forget the words of the case that was open: the next opening is written down again."""
    st.session_state.pop(_OPENED, None)


def show(here: Here, number: str) -> None:
    """The case with this number."""
    st.button("Semua kasus", icon=":material/arrow_back:", on_click=_back)
    wanted = AlertId(int(number)) if number.isascii() and number.isdecimal() else None
    if wanted is None or len(number) > 9 or not (one := safeguarding.case(
        here.store, here.staff, wanted
    )):  # fmt: skip
        with st.container(border=True, key="card_gone"):
            st.html(drawing.row("Kasus ini tidak ada.", _GONE))
        return
    st.html(case_words.badges(one.weight))
    heading(case_words.category(one), f"{case_words.place(one)} · masuk {moment(one.created_at)}")
    clock = safeguarding.clock(one, target_hours=here.settings.urgent_hours)
    st.html(drawing.row(case_words.state(one), case_words.waited(clock)))
    _words(here, one)
    _history(one)
    _steps(here, one)


def _words(here: Here, one: Case) -> None:
    with st.container(border=True, key="card_words"):
        if one.wants_to_talk:
            told = _FACILITATOR_KNOWS if one.facilitator_may_know else _FACILITATOR_DOES_NOT
            line = f"{told} {_HOW_TO_FIND}"
            st.html(drawing.row("Anak ini ingin bicara dengan orang dewasa.", line))
        opened, words = st.session_state.get(_OPENED, (None, None))
        if opened != one.id:
            words = safeguarding.open_words(here.store, here.staff, one.id)
            st.session_state[_OPENED] = one.id, words
        if not one.has_words or words is None:
            return
        if words.text is None and not words.kept_aside:
            st.html(drawing.row("Kata-katanya tidak disimpan lagi.", _TAKEN_BACK))
            return
        if words.text is not None:
            st.html(drawing.quotes([words.text], hue="perlindungan"))
        for kept in words.kept_aside:
            st.html(drawing.quotes([kept.text], hue="perlindungan"))
            why = f"Disisihkan: {case_words.why_kept_aside(kept.why)}"
            st.html(drawing.row("", f"{why} · diterima {moment(kept.received_at)}"))
        why = words.reason or "Kalimat ini belum disaring."
        st.html(drawing.row("", f"{why} · {_READ}"))


def _history(one: Case) -> None:
    with st.container(border=True, key="card_history"):
        st.html(drawing.row("Yang sudah dilakukan", "" if one.steps else "Belum ada."))
        for step in one.steps:
            line = f"{step.name} · {moment(step.made_at)}"
            st.html(drawing.row(case_words.made(step), line))
            if step.note:
                st.html(drawing.quotes([step.note], hue="perlindungan"))


def _steps(here: Here, one: Case) -> None:
    steps = safeguarding.steps_for(one, here.staff)
    wrong: dict[Step, SuaraError] = st.session_state.pop(_REFUSED, {})
    for step, error in wrong.items():
        if step not in steps or step in case_words.STEPS:
            refuse(error)
    simple = [step for step in case_words.STEPS if step in steps]
    with st.container(horizontal=True):
        for step in simple:
            name, icon = case_words.STEPS[step]
            st.button(
                name, key=f"step_{step}", icon=icon, on_click=_act, args=(here, one, step),
                type="primary" if step in (Step.TAKE, Step.CONFIRM) else "secondary",
            )  # fmt: skip
    if Step.RELEASE in steps:
        st.html(drawing.row("", _ABOUT_THEMES))
    if Step.NOTE in steps:
        with _form(Step.NOTE, wrong):
            _written(here, one, Step.NOTE, "Catatan", "Simpan catatan", _NOTE)
    if Step.REFER in steps:
        with _form(Step.REFER, wrong):
            _referral(here, one)
    if Step.PROPOSE in steps:
        with _form(Step.PROPOSE, wrong):
            _written(here, one, Step.PROPOSE, "Apa hasilnya?", "Usulkan kasus ditutup", _DONE)
    if one.state is AlertState.CLOSING and Step.CONFIRM not in steps:
        alone = safeguarding.officers(here.store, here.staff) < 2
        st.info(_ALONE if alone else _SECOND, icon=":material/group:")


@contextmanager
def _form(step: Step, wrong: Mapping[Step, SuaraError]) -> Iterator[None]:
    """What has to be filled in; what was wrong with it is said here, not above, out of sight."""
    with st.form(f"form_{step}", border=True):
        yield
        if step in wrong:
            refuse(wrong[step])


def _written(here: Here, one: Case, step: Step, label: str, button: str, key: str) -> None:
    st.text_area(label, max_chars=LONGEST_NOTE, key=key)
    st.form_submit_button(button, on_click=_write, args=(here, one, step, key))


def _referral(here: Here, one: Case) -> None:
    left, right = st.columns(2)
    left.selectbox(
        "Rujuk ke", list(case_words.REFERRALS), None, case_words.REFERRALS.__getitem__,
        placeholder="Pilih tujuan", key=_TO,
    )  # fmt: skip
    right.date_input("Tanggal rujukan", "today", max_value="today", key=_ON)
    st.form_submit_button("Catat rujukan", on_click=_refer, args=(here, one))


def _act(here: Here, one: Case, step: Step) -> None:
    _do(step, lambda: safeguarding.act(here.store, here.acting(), one.id, step))


def _write(here: Here, one: Case, step: Step, key: str) -> None:
    def write() -> None:
        safeguarding.act(here.store, here.acting(), one.id, step, note=st.session_state[key])
        st.session_state[key] = ""

    _do(step, write)


def _refer(here: Here, one: Case) -> None:
    to, on = st.session_state[_TO], st.session_state[_ON]
    refer = Refer(to, on) if to and on else None
    step = Step.REFER
    _do(step, lambda: safeguarding.act(here.store, here.acting(), one.id, step, refer=refer))


def _do(step: Step, act: Callable[[], None]) -> None:
    with plainly():
        try:
            act()
        except SuaraError as error:
            st.session_state[_REFUSED] = {step: error}


def _back() -> None:
    st.query_params.clear()
    leave()


_FACILITATOR_KNOWS = "Anak ini mengizinkan pendamping tahu bahwa seorang anak ingin bicara."
_FACILITATOR_DOES_NOT = "Anak ini tidak mengizinkan pendamping diberi tahu."
_GONE = "Anaknya menarik jawaban, atau alamatnya salah. Kembali ke semua kasus."
_TAKEN_BACK = "Anaknya menarik atau mengganti jawaban ini; kasusnya tetap dilanjutkan."
_HOW_TO_FIND = "Nama tidak dicatat; datangi kelasnya dan tawarkan bicara kepada semua anak."
_READ = "pembacaan ini dicatat"
_ABOUT_THEMES = (
    "Kalimat yang boleh masuk tema dihitung pada analisis berikutnya dan tidak pernah dikutip; "
    "penilaian Anda juga mengajari penyaring."
)
_SECOND = "Anda yang mengusulkan penutupan; petugas kedua harus menyetujuinya."
_ALONE = (
    "Kasus ditutup oleh orang kedua, dan Anda satu-satunya petugas perlindungan anak. Minta "
    "administrator menambah satu: suara user add NAMA --role safeguarding_officer"
)
