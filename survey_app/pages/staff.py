"""Petugas: every account, open invitations, and the form that invites somebody."""

from collections.abc import Sequence

import streamlit as st

from survey_app.pages import drawing, one_account
from survey_app.pages.frame import Here, heading, moment, plainly
from survey_app.pages.one_account import last_sign_in, standing
from survey_app.people import ROLE_NAMES, Role
from survey_app.store import invitations, roster
from survey_app.store.invitations import Invitation
from survey_app.store.roster import Account

_SEARCH_FROM = 12  # accounts; fewer are seen at a glance
_MOST = 50  # lines of one look; the search finds the others
_NAME, _ROLE = "invited_name", "invited_role"
_LINK = "invitation_link"  # in the session: shown until somebody says that it was passed on


def show(here: Here) -> None:
    """The list, or the one account the address names."""
    if number := st.query_params.get("akun"):
        one_account.show(here, number)
        return
    heading("Petugas", "Siapa boleh masuk, dan sebagai apa.")
    _invite(here)
    _open_invitations(here)
    _accounts(roster.accounts(here.store, by=here.staff))


def _invite(here: Here) -> None:
    with st.container(border=True, key="card_invite"):
        if _LINK in st.session_state:
            _link(*st.session_state[_LINK])
            return
        st.html(drawing.row("Undang petugas", _HOW))
        with st.form("invite", border=False):
            name, role, send = st.columns([3, 3, 2], vertical_alignment="bottom")
            name.text_input("Nama untuk masuk", key=_NAME, max_chars=80)
            roles = [Role.FACILITATOR, *(one for one in Role if one is not Role.FACILITATOR)]
            role.selectbox("Peran", roles, format_func=ROLE_NAMES.__getitem__, key=_ROLE)
            send.form_submit_button(
                "Buat undangan", type="primary", width="stretch", on_click=_make, args=(here,)
            )


def _make(here: Here) -> None:
    with plainly():
        name, role = st.session_state[_NAME], st.session_state[_ROLE]
        token, made = invitations.invite(here.store, name, role, by=here.acting())
        st.session_state[_LINK] = (f"{here.settings.tablet_url}/undangan/{token}", made)
        st.session_state[_NAME] = ""


def _link(address: str, made: Invitation) -> None:
    told = f"{ROLE_NAMES[made.role]} · berlaku sekali, sampai {moment(made.expires_at)}. {_SENDING}"
    st.html(drawing.row(f"Undangan untuk {made.name}", told))
    st.code(address, language=None, wrap_lines=True)
    st.button("Selesai", type="primary", on_click=_passed_on)


def _passed_on() -> None:
    st.session_state.pop(_LINK, None)


def _open_invitations(here: Here) -> None:
    waiting = invitations.open_invitations(here.store, by=here.staff)
    if not waiting:
        return
    with st.container(border=True, key="card_invitations"):
        st.html(drawing.row("Undangan yang belum dipakai", ""))
        for one in waiting:
            words, button = st.columns([4, 1], vertical_alignment="center")
            until = f"{ROLE_NAMES[one.role]} · sampai {moment(one.expires_at)}"
            words.html(drawing.row(one.name, until))
            button.button(
                "Tarik", key=f"withdraw_{one.key[:16]}", width="stretch",
                on_click=_withdraw, args=(here, one.key),
            )  # fmt: skip


def _withdraw(here: Here, key: str) -> None:
    with plainly():
        invitations.withdraw(here.store, key, by=here.acting())
        _, shown = st.session_state.get(_LINK, (None, None))
        if shown and shown.key == key:
            _passed_on()


def _accounts(every: Sequence[Account]) -> None:
    found = list(every)
    if len(every) >= _SEARCH_FROM:
        typed = st.text_input("Cari nama", key="account_search").casefold().strip()
        found = [one for one in every if typed in one.member.name.casefold()]
    found.sort(key=lambda one: not one.member.active)
    with st.container(border=True, key="card_accounts"):
        if not found:
            st.html(drawing.row("Tidak ada akun dengan nama itu.", "Periksa ejaannya."))
        for one in found[:_MOST]:
            name, last, look = st.columns([4, 4, 1.5], vertical_alignment="center")
            name.html(drawing.row(one.member.name, ROLE_NAMES[one.member.role]))
            last.html(drawing.row("", standing(one.member)) + drawing.row("", last_sign_in(one)))
            look.button(
                "Lihat", key=f"account_{one.member.id}", width="stretch",
                on_click=_go, args=(one.member.id,),
            )  # fmt: skip
        if len(found) > _MOST:
            st.html(drawing.row("", f"{len(found) - _MOST} akun lagi; cari dengan nama."))
        if len(every) == 1:
            st.html(drawing.row("", _ALONE))


def _go(number: int) -> None:
    st.query_params.from_dict({"akun": str(number)})


_HOW = (
    "Tautannya berlaku sekali dan 48 jam: penerima memilih kata sandinya sendiri, Anda tidak perlu "
    "tahu."
)
_SENDING = (
    "Salin dan kirim langsung kepada orangnya, bukan ke grup: siapa yang membukanya pertama "
    "menjadi pemilik akun. Tautan ini tidak bisa ditampilkan lagi."
)
_ALONE = "Baru Anda sendiri. Undang pendamping, gugus tugas, dan petugas perlindungan anak di atas."
