"""Beranda: what waits for the adult who is here, each with its next step."""

import streamlit as st

from survey_app.gathering import GatheringState
from survey_app.pages import drawing
from survey_app.pages.frame import Here, heading, part, plain
from survey_app.people import Page
from survey_app.store import gatherings

COUNTS_EVERY = 10.0  # seconds; the gathering's own page counts every two


def show(here: Here) -> None:
    """Everything that waits, most urgent first."""
    heading(f"Halo, {plain(here.staff.name)}", "Inilah yang menunggu Anda.")
    _open_now(here)


@part(run_every=COUNTS_EVERY)
def _open_now(here: Here) -> None:
    if not here.may_open(Page.GATHERINGS):
        return
    found = gatherings.all_gatherings(here.store)
    now = [one for one in found if one.state is GatheringState.OPEN]
    counts = gatherings.progress_of(here.store, [one.id for one in now])
    with st.container(border=True, key="card_open"):
        st.html(drawing.row("Pertemuan yang terbuka sekarang", f"{len(now)} pertemuan"))
        for one in now:
            name, count, look = st.columns([4, 2, 2], vertical_alignment="center")
            name.html(drawing.row(one.title, one.venue))
            helped = counts[one.id].needs_help
            line = f"{helped} perlu dibantu" if helped else "anak mulai"
            count.html(drawing.row(f"{counts[one.id].started} / {one.expected_children}", line))
            with look:
                here.link(Page.GATHERINGS, "Lihat", kode=one.code)
