"""Catatan: who saw or changed what, for the administrator, and whether anybody changed the log."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import streamlit as st

from survey_app.pages import audit_words, drawing
from survey_app.pages.frame import WIB, Here, heading, moment, plain
from survey_app.people import StaffId
from survey_app.store import audit, people
from survey_app.store.audit import Entry, Event

MOST = 200  # lines of one look; the filters find the others


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
        accounts = {one.id: one.name for one in people.all_staff(here.store)}
        rows = [_line(one, accounts) for one in found]
        st.html(drawing.table(_HEADS, rows, caption="Catatan", numbered=True))
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
        "Kejadian", list(Event), None, audit_words.EVENTS.__getitem__, placeholder="Semua kejadian"
    )
    names = audit.names(here.store, here.staff)
    name = middle.selectbox("Oleh", names, None, audit_words.who, placeholder="Semua orang")
    return event, name, right.date_input("Hari", None, format="DD/MM/YYYY")


def _line(one: Entry, accounts: Mapping[StaffId, str]) -> tuple[str, ...]:
    told = audit_words.details(one, accounts=accounts)
    return (str(one.id), moment(one.at), audit_words.who(one.name), audit_words.event(one), told)


_HEADS = ("No", "Waktu", "Oleh", "Kejadian", "Keterangan")
_NOTHING_YET = "Catatan bertambah sendiri begitu petugas masuk atau mengubah sesuatu."
_NOT_FOUND = "Longgarkan saringannya, atau pilih hari lain."
