"""Catatan: who saw or changed what, for the administrator, and whether anybody changed the log."""

from datetime import date, datetime, timedelta

import streamlit as st

from survey_app.pages import drawing
from survey_app.pages.frame import WIB, Here, heading, moment, plain
from survey_app.store import audit
from survey_app.store.audit import Entry, Event

MOST = 200  # lines of one look; the filters find the others
EVENTS = {
    Event.SIGNED_IN: "masuk",
    Event.SIGN_IN_REFUSED: "gagal masuk",
    Event.SIGNED_OUT: "keluar",
    Event.STAFF_CHANGED: "akun petugas diubah",
    Event.GATHERING_CHANGED: "pertemuan diubah",
    Event.QUESTIONNAIRE_PUBLISHED: "kuesioner diterbitkan",
    Event.ANALYSIS_STARTED: "analisis dijalankan",
    Event.THEME_CHANGED: "tema diubah",
    Event.ALERT_OPENED: "isi peringatan dibuka",
    Event.ALERT_STEP: "langkah perlindungan",
    Event.SAMPLE_READ: "contoh jawaban dibaca",
    Event.EXPORTED: "tabel dikeluarkan",
    Event.WITHDRAWN: "jawaban ditarik anak",
    Event.DELETED: "data dihapus",
    Event.KEY_CHANGED: "kunci sandi diubah",
    Event.BACKED_UP: "cadangan dibuat",
    Event.RESTORED: "dipulihkan dari cadangan",
}
_PROGRAMS = {"server": "aplikasi", audit.COMMAND_LINE: "baris perintah"}


def show(here: Here) -> None:
    """The filters, the newest entries, and the button that follows the chain."""
    heading("Catatan", "Siapa melihat atau mengubah apa. Isi jawaban anak tidak pernah dicatat.")
    _check(here)
    event, name, day = _filters(here)
    since = datetime(day.year, day.month, day.day, tzinfo=WIB) if day else None
    until = since + timedelta(days=1) if since else None
    found = audit.entries(
        here.store, here.staff, event=event, name=name, since=since, until=until, most=MOST
    )
    with st.container(border=True, key="card_entries"):
        if not found:
            filtered = event or name or day
            st.html(drawing.row("Tidak ada catatan.", _NOT_FOUND if filtered else _NOTHING_YET))
            return
        st.html(drawing.table(_HEADS, [_line(one) for one in found], caption="Catatan"))
        if len(found) == MOST:
            st.html(drawing.row("", f"{MOST} yang terbaru; persempit dengan saringan di atas."))


def _check(here: Here) -> None:
    if st.button("Periksa keutuhan catatan", icon=":material/verified:"):
        with st.spinner("Memeriksa ..."):
            verdict = audit.verify(here.store)
        if verdict.fault is None:
            st.success(verdict.sentence, icon=":material/check_circle:")
        else:
            st.error(f"**{verdict.sentence}** {plain(audit.REMEDY)}", icon=":material/error:")


def _filters(here: Here) -> tuple[Event | None, str | None, date | None]:
    left, middle, right = st.columns(3)
    event = left.selectbox(
        "Kejadian", list(Event), None, lambda one: EVENTS[one], placeholder="Semua kejadian"
    )
    names = audit.names(here.store, here.staff)
    name = middle.selectbox("Oleh", names, None, _who, placeholder="Semua orang")
    return event, name, right.date_input("Hari", None, format="DD/MM/YYYY")


def _line(one: Entry) -> tuple[str, ...]:
    told = " · ".join(f"{name} {value}" for name, value in one.facts.items())
    event = EVENTS[Event(one.event)] if one.event in set(Event) else one.event
    return (str(one.id), moment(one.at), _who(one.name), event, told)


def _who(name: str) -> str:
    return _PROGRAMS.get(name, name)


_HEADS = ("No", "Waktu", "Oleh", "Kejadian", "Keterangan")
_NOTHING_YET = "Catatan bertambah sendiri begitu petugas masuk atau mengubah sesuatu."
_NOT_FOUND = "Longgarkan saringannya, atau pilih hari lain."
