"""Satu akun, for the administrator: its role, on and off, the second step, who tried to sign in."""

from enum import Enum

import streamlit as st

from survey_app.pages import account, drawing
from survey_app.pages.frame import Here, heading, moment, plainly
from survey_app.people import ROLE_NAMES, Role, StaffId, StaffMember, needs_two_steps
from survey_app.store import people, roster, two_step
from survey_app.store.roster import Account


class _Step(Enum):
    """What is done only after a yes: the question, what will happen, the yes."""

    OFF = (
        "Nonaktifkan akun",
        "Semua perangkat yang masuk dengannya keluar, dan tidak bisa masuk lagi. Undangan yang "
        "dibuatnya batal. Bisa diaktifkan lagi kapan saja.",
        "Ya, nonaktifkan",
    )
    RESET = (
        "Atur ulang dua langkah",
        "Untuk telepon yang hilang: kode dari telepon itu dan kode cadangannya tidak berlaku lagi, "
        "dan semua perangkatnya keluar. Pastikan yang meminta benar pemilik akun ini.",
        "Ya, atur ulang",
    )


_ASKED = "account_step_asked_about"  # in the session: the account and the step that waits
_ROLE = "account_role"


def show(here: Here, number: str) -> None:
    """Everything about the account with this number."""
    st.button("Semua petugas", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    known = number.isascii() and number.isdecimal() and len(number) < 10
    found = roster.account(here.store, StaffId(int(number)), by=here.staff) if known else None
    if found is None:
        st.warning("Akun itu tidak ada. Pilih dari daftar petugas.")
        return
    member = found.member
    heading(member.name, ROLE_NAMES[member.role])
    with st.container(border=True, key="card_standing"):
        own = " Ini akun Anda sendiri." if member.id == here.staff.id else ""
        st.html(drawing.row(standing(member), f"{last_sign_in(found)}.{own}"))
        _steps(here, member)
    if member.active:
        _role(here, member)
    with st.container(border=True, key="card_history"):
        st.html(drawing.row("Riwayat masuk", "Dua puluh percobaan terakhir dengan nama ini."))
        account.history(roster.history(here.store, member.id, by=here.staff))


def standing(member: StaffMember) -> str:
    """Whether an account is on, and how it signs in."""
    if not member.active:
        return "Dinonaktifkan"
    if member.two_step:
        return "Aktif, dua langkah"
    needed = needs_two_steps(member.role)
    return "Aktif, dua langkah belum dipasang" if needed else "Aktif, kata sandi saja"


def last_sign_in(found: Account) -> str:
    """When an account was last used."""
    last = found.last_sign_in
    return f"Terakhir masuk {moment(last)}" if last else "Belum pernah masuk"


def _steps(here: Here, member: StaffMember) -> None:
    number, asked = st.session_state.get(_ASKED, (None, None))
    if number == member.id and asked:
        _question(here, member, asked)
        return
    with st.container(horizontal=True):
        if not member.active:
            st.button(
                "Aktifkan lagi", icon=":material/lock_open:", on_click=_on, args=(here, member)
            )
            return
        steps = [_Step.OFF]
        if member.two_step and member.id != here.staff.id:
            steps.append(_Step.RESET)
        for step in steps:
            st.button(step.value[0], key=f"ask_{step.name}", on_click=_ask, args=(member, step))


def _question(here: Here, member: StaffMember, step: _Step) -> None:
    title, sentence, yes = step.value
    st.warning(f"**{title}?** {sentence}")
    with st.container(horizontal=True):
        st.button(yes, type="primary", on_click=_change, args=(here, member, step))
        st.button("Batal", on_click=_forget_question)


def _role(here: Here, member: StaffMember) -> None:
    with st.container(border=True, key="card_role"):
        words, button = st.columns([3, 1], vertical_alignment="bottom")
        roles = list(Role)
        chosen = words.selectbox(
            "Peran", roles, roles.index(member.role), ROLE_NAMES.__getitem__, key=_ROLE
        )
        button.button(
            "Simpan peran", disabled=chosen is member.role, width="stretch",
            on_click=_new_role, args=(here, member),
        )  # fmt: skip
        st.html(drawing.row("", "Berlaku sejak klik berikutnya dari akun ini."))


def _new_role(here: Here, member: StaffMember) -> None:
    with plainly():
        people.set_role(here.store, member.name, st.session_state[_ROLE], by=here.acting())


def _on(here: Here, member: StaffMember) -> None:
    with plainly():
        people.set_active(here.store, member.name, active=True, by=here.acting())


def _ask(member: StaffMember, step: _Step) -> None:
    st.session_state[_ASKED] = (member.id, step)


def _change(here: Here, member: StaffMember, step: _Step) -> None:
    _forget_question()
    with plainly():
        if step is _Step.OFF:
            people.set_active(here.store, member.name, active=False, by=here.acting())
        else:
            two_step.reset(here.store, member.name, by=here.acting())


def _forget_question() -> None:
    st.session_state.pop(_ASKED, None)


def _leave() -> None:
    _forget_question()
    st.session_state.pop(_ROLE, None)
    st.query_params.clear()
