"""Akun: second step, password, the city's account, who tried to sign in, out everywhere."""

from collections.abc import Sequence

import streamlit as st

from survey_app.pages import city_account, drawing, second_step
from survey_app.pages.audit_words import OUTCOMES
from survey_app.pages.frame import Here, heading, moment, part, pressed
from survey_app.passwords import MIN_LENGTH
from survey_app.people import ROLE_NAMES
from survey_app.store import people, sign_ins
from survey_app.store.sign_ins import SignIn

_FIELDS = _OLD, _NEW, _AGAIN = "password_old", "password_new", "password_again"
_ASKED, _CHANGED = "sign_out_asked", "password_changed"  # in the session


def show(here: Here) -> None:
    """Cards: the second step (alone where it is overdue), the password, all devices, history."""
    heading("Akun", f"{here.staff.name} · {ROLE_NAMES[here.staff.role]}")
    second_step.remind(here, there=True)
    second_step.show(here)
    if here.staff.held_back:
        return
    _password(here)
    city_account.show(here)
    _everywhere(here)
    _history(here)


@part()
def _password(here: Here) -> None:
    with st.container(border=True, key="card_password"):
        st.html(drawing.row("Ganti kata sandi", _ADVICE))
        for name, label in zip(_FIELDS, _LABELS, strict=True):
            st.text_input(label, type="password", key=name, max_chars=200)
        st.button("Simpan kata sandi", type="primary", on_click=_change, args=(here,))
        if st.session_state.pop(_CHANGED, False):
            st.success(_NOW_CHANGED, icon=":material/check:")


def _change(here: Here) -> None:
    old, new, again = (st.session_state[name] for name in _FIELDS)
    with pressed():
        people.change_own_password(here.store, here.token, old, new, again=again)
        for name in _FIELDS:
            st.session_state[name] = ""
        st.session_state[_CHANGED] = True


@part()
def _everywhere(here: Here) -> None:
    with st.container(border=True, key="card_everywhere"):
        st.html(drawing.row("Keluar di semua perangkat", _EVERYWHERE))
        if not st.session_state.get(_ASKED):
            st.button("Keluar di semua perangkat", icon=":material/logout:", on_click=_ask)
            return
        with st.container(horizontal=True):
            st.button("Ya, keluar semua", type="primary", on_click=_sign_out, args=(here,))
            st.button("Batal", on_click=_forget_question)


def _ask() -> None:
    st.session_state[_ASKED] = True


def _sign_out(here: Here) -> None:
    _forget_question()
    with pressed():
        people.sign_out_everywhere(here.store, here.acting())


def _forget_question() -> None:
    st.session_state.pop(_ASKED, None)


def _history(here: Here) -> None:
    with st.container(border=True, key="card_history"):
        st.html(drawing.row("Riwayat masuk", _HISTORY))
        history(sign_ins.of_account(here.store, here.staff.id))


def history(tries: Sequence[SignIn]) -> None:
    """Who tried to sign in to an account: when, with which end, from where."""
    rows = [
        (moment(one.tried_at), OUTCOMES[one.outcome], one.address or "tidak dicatat")
        for one in tries
    ]
    st.html(drawing.table(("Waktu", "Hasil", "Alamat perangkat"), rows, caption="Riwayat"))


_LABELS = ("Kata sandi lama", "Kata sandi baru", "Kata sandi baru, sekali lagi")
_ADVICE = (
    f"Paling sedikit {MIN_LENGTH} huruf. Empat kata yang tidak berhubungan mudah diingat dan sulit "
    "ditebak; jangan nama, kota, atau tahun."
)
_NOW_CHANGED = "Kata sandi diganti. Perangkat lain yang masuk dengan akun ini sudah keluar."
_EVERYWHERE = (
    "Untuk laptop yang hilang atau lupa ditinggal: semua perangkat yang masuk dengan akun ini "
    "keluar, juga yang ini."
)
_HISTORY = (
    "Dua puluh percobaan terakhir dengan nama akun Anda. Ada yang bukan Anda? Ganti kata sandi, "
    "lalu beri tahu administrator."
)
