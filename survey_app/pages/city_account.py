"""Akun kota on the page Akun: join one's account of the city's own sign-in, and separate it."""

from html import escape

import streamlit as st

from survey_app.oidc import Provider
from survey_app.pages import drawing
from survey_app.pages.frame import Here, moment, part, pressed
from survey_app.store import identities

# In the session: what begins the joining once the password was right, and a question.
_PERMIT, _ASKED = "city_permit", "city_separate_asked"
_PASSWORD = "city_password"  # noqa: S105  the name of a field


@part()
def show(here: Here) -> None:
    """The card, where this installation knows a provider."""
    provider = here.settings.provider
    if provider is None:
        return
    with st.container(border=True, key="card_city"):
        if since := identities.joined_since(here.store, here.staff, provider.issuer):
            st.html(drawing.row("Akun kota terhubung", f"Sejak {moment(since)}. {_TWO_WAYS}"))
            _separating(here)
        elif permit := st.session_state.get(_PERMIT):
            st.html(drawing.row("Hubungkan akun kota", _GO_ON))
            _way(provider, permit)
        else:
            st.html(drawing.row("Akun kota", _WHY))
            with st.form("city_form", border=False, clear_on_submit=True):
                st.text_input(
                    "Kata sandi Anda di sini", type="password", key=_PASSWORD, max_chars=200
                )
                st.form_submit_button("Hubungkan akun kota", on_click=_permit, args=(here,))


def _way(provider: Provider, permit: str) -> None:
    address = escape(f"{provider.start}?hubungkan={permit}")
    st.html(f"<p><a class=sa-link href='{address}' target=_self>Lanjut ke akun kota</a></p>")
    st.button("Batal", on_click=_forget)


def _separating(here: Here) -> None:
    if not st.session_state.get(_ASKED):
        st.button("Putuskan", on_click=_ask)
        return
    st.html(drawing.row("", _ONLY_PASSWORD))
    with st.container(horizontal=True):
        st.button("Ya, putuskan", type="primary", on_click=_separate, args=(here,))
        st.button("Batal", on_click=_forget)


def _permit(here: Here) -> None:
    password = st.session_state[_PASSWORD]
    with pressed():
        st.session_state[_PERMIT] = identities.permit(here.store, here.token, password)


def _separate(here: Here) -> None:
    _forget()
    with pressed():
        identities.separate(here.store, here.token)


def _ask() -> None:
    st.session_state[_ASKED] = True


def _forget() -> None:
    for name in (_PERMIT, _ASKED):
        st.session_state.pop(name, None)


_WHY = (
    "Sesudah dihubungkan, Anda bisa masuk dengan akun kota, tanpa mengetik kata sandi di sini. "
    "Verifikasi dua langkah tetap diminta."
)
_GO_ON = (
    "Anda akan diminta masuk di halaman akun kota, lalu kembali ke sini. Pastikan itu akun Anda "
    "sendiri: siapa pun yang memakainya bisa masuk sebagai Anda."
)
_TWO_WAYS = "Masuk bisa dengan akun kota atau dengan kata sandi."
_ONLY_PASSWORD = "Sesudah ini hanya kata sandi yang membuka akun ini. Bisa dihubungkan lagi."  # noqa: S105
