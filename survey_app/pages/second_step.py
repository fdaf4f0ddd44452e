"""Verifikasi dua langkah on the page Akun: set up, recovery codes, off; and the reminder before."""

from collections.abc import Callable

import streamlit as st

from survey_app.pages import drawing
from survey_app.pages.frame import Here, moment, part, pressed
from survey_app.passwords import codes
from survey_app.people import Page, needs_two_steps
from survey_app.store import two_step

# In the session: a secret that is not confirmed, recovery codes to be written down, a question.
_SECRET, _FRESH, _ASKED = "two_step_secret", "two_step_fresh_codes", "two_step_asked"
_CODE = "two_step_code"
_RENEW, _OFF = "renew", "off"


def remind(here: Here, *, there: bool = False) -> None:
    """Until when this account must have the second step; ``there``: where it is set up."""
    until = two_step.due(here.store, here.staff)
    if until is None:
        return
    if here.staff.held_back:
        st.error(_OVERDUE, icon=":material/lock:")
        return
    with st.container(border=True, key="card_two_step_due"):
        st.html(drawing.row(f"Pasang verifikasi dua langkah sampai {moment(until)}", _DUE))
        if not there:
            here.link(Page.ACCOUNT, "Pasang di halaman Akun")


@part()
def show(here: Here) -> None:
    """The card, in whichever state it is."""
    with st.container(border=True, key="card_two_step"):
        if _FRESH in st.session_state:
            _written_down(st.session_state[_FRESH])
        elif here.staff.two_step:
            _is_on(here)
        elif _SECRET in st.session_state:
            _setting_up(here, st.session_state[_SECRET])
        else:
            st.html(drawing.row("Verifikasi dua langkah", _WHY))
            st.button("Pasang", type="primary", icon=":material/phonelink_lock:", on_click=_begin)


def _setting_up(here: Here, secret: str) -> None:
    words, picture = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.html(drawing.row("Pasang verifikasi dua langkah", _SCAN))
        st.html(f"<p class=sa-secret>{codes.groups_of_four(secret)}</p>")
        _code_form("Kode enam angka dari aplikasi", "Aktifkan", lambda: _confirm(here, secret))
    qr = drawing.data_address(drawing.qr_svg(codes.address(secret, here.staff.name)))
    picture.image(qr, width=230, alt="Kode QR untuk aplikasi autentikator")


def _written_down(fresh: tuple[str, ...]) -> None:
    st.html(drawing.row("Simpan sepuluh kode cadangan ini sekarang", _KEEP))
    text = "\n".join(fresh)
    st.code(text, language=None)
    with st.container(horizontal=True):
        st.button("Sudah saya simpan", type="primary", on_click=_forget, args=(_FRESH,))
        st.download_button(
            "Unduh sebagai teks",
            f"Kode cadangan Suara Anak, masing-masing sekali pakai\n\n{text}\n",
            file_name="kode-cadangan.txt",
            icon=":material/download:",
            on_click="ignore",
        )


def _is_on(here: Here) -> None:
    left = two_step.recovery_codes_left(here.store, here.staff)
    st.html(drawing.row("Verifikasi dua langkah aktif", f"{left} kode cadangan tersisa. {_LOST}"))
    asked = st.session_state.get(_ASKED)
    if asked == _RENEW:
        st.html(drawing.row("", _VOID))
        _code_form("Kode dari aplikasi", "Ya, buat yang baru", lambda: _renew(here))
    elif asked == _OFF:
        st.html(drawing.row("", _ONLY_PASSWORD))
        _code_form("Kode dari aplikasi", "Ya, matikan", lambda: _switch_off(here))
    else:
        with st.container(horizontal=True):
            st.button("Kode cadangan baru", on_click=_ask, args=(_RENEW,))
            if not needs_two_steps(here.staff.role):
                st.button("Matikan", on_click=_ask, args=(_OFF,))


def _code_form(label: str, yes: str, act: Callable[[], None]) -> None:
    with st.form("two_step_form", border=False, clear_on_submit=True):
        st.text_input(label, key=_CODE, max_chars=40, autocomplete="one-time-code")
        st.form_submit_button(yes, type="primary", on_click=_press, args=(act,))
    st.button("Batal", on_click=_forget, args=(_SECRET, _ASKED))


def _confirm(here: Here, secret: str) -> None:
    code = st.session_state[_CODE]
    st.session_state[_FRESH] = two_step.set_up(here.store, here.token, secret, code)
    _forget(_SECRET)


def _renew(here: Here) -> None:
    code = st.session_state[_CODE]
    st.session_state[_FRESH] = two_step.renew_recovery_codes(here.store, here.token, code)
    _forget(_ASKED)


def _switch_off(here: Here) -> None:
    two_step.switch_off(here.store, here.token, st.session_state[_CODE])
    _forget(_ASKED)


def _press(act: Callable[[], None]) -> None:
    with pressed():
        act()


def _begin() -> None:
    st.session_state[_SECRET] = codes.new_secret()


def _ask(question: str) -> None:
    st.session_state[_ASKED] = question


def _forget(*names: str) -> None:
    for name in names:
        st.session_state.pop(name, None)


_WHY = (
    "Setelah kata sandi, masuk meminta kode enam angka dari telepon Anda. Siapa pun yang mencuri "
    "kata sandi tetap tidak bisa masuk."
)
_SCAN = (
    "Pasang aplikasi autentikator di telepon (Aegis, FreeOTP, Google Authenticator, atau lainnya), "
    "pindai gambar ini, lalu ketik kode yang tampil. Tidak bisa memindai? Ketik kunci ini:"
)
_KEEP = (
    "Untuk masuk bila telepon hilang; masing-masing sekali pakai. Cetak atau tulis di kertas, "
    "simpan jauh dari telepon. Kode ini tidak ditampilkan lagi."
)
_LOST = "Telepon hilang dan kode habis? Minta administrator lain mengatur ulang."
_VOID = "Sepuluh kode lama tidak berlaku lagi. Ketik kode dari aplikasi untuk melanjutkan."
_ONLY_PASSWORD = "Sesudah ini kata sandi saja cukup untuk masuk. Ketik kode untuk melanjutkan."  # noqa: S105
_DUE = (
    "Peran Anda wajib memakainya. Sesudah itu akun ini hanya bisa membuka halaman Akun untuk "
    "memasangnya."
)
_OVERDUE = (
    "**Pasang verifikasi dua langkah sekarang.** Peran Anda wajib memakainya dan waktunya sudah "
    "lewat; halaman lain terbuka lagi begitu terpasang."
)
