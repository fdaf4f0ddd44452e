"""Pertemuan: every gathering of a round, with its state and how many children are in."""

from collections.abc import Sequence

import streamlit as st

from survey_app.gathering import Gathering, GatheringId, GatheringState, Progress, Round, RoundId
from survey_app.pages import drawing, new_gathering, one_gathering
from survey_app.pages.frame import Here, apart, heading, state_badge
from survey_app.store import gatherings, rounds

_PRESENT = (GatheringState.OPEN, GatheringState.PAUSED, GatheringState.NOT_YET)


def show(here: Here) -> None:
    """The list, or the one gathering the address names, or the form for a new one."""
    if "baru" in st.query_params:
        new_gathering.show(here)
    elif code := st.query_params.get("kode"):
        one_gathering.show(here, code)
    else:
        _listing(here)


def _listing(here: Here) -> None:
    title, new = st.columns([3, 1], vertical_alignment="center")
    with title:
        heading("Pertemuan", "Satu kelas atau satu forum, dengan satu kode untuk anak-anaknya.")
    new.button(
        "Pertemuan baru", type="primary", icon=":material/add:", width="stretch", on_click=_go_new
    )
    known = rounds.all_rounds(here.store)
    round_id = _chosen_round(here, known)
    found = gatherings.seen_by(here.store, here.staff, round_id=round_id)
    counts = gatherings.progress_of(here.store, [one.id for one in found])
    present = [one for one in found if one.state in _PRESENT]
    past = [one for one in found if one.state not in _PRESENT]
    if not present:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada pertemuan yang berjalan.", _NEXT_STEP))
    for one in present:
        _row(one, counts[one.id])
    if past:
        _past(past, counts)


def _past(past: Sequence[Gathering], counts: dict[GatheringId, Progress]) -> None:
    shelf = st.expander(f"Sudah selesai ({len(past)})", key="past", on_change="rerun")
    if shelf.open:
        with shelf:
            for one in past:
                _row(one, counts[one.id])


def _row(one: Gathering, counted: Progress) -> None:
    with st.container(border=True, key=f"card_{one.code}"):
        name, state, count, look = st.columns([5, 2, 2, 1.5], vertical_alignment="center")
        name.html(drawing.row(one.title, f"{one.venue} · umur {one.age_band} · kode {one.code}"))
        state_badge(one.state, place=state)
        count.html(drawing.row(f"{counted.started} / {one.expected_children}", "anak mulai"))
        look.button(
            "Lihat", key=f"look_{one.code}", width="stretch", on_click=_go, args=(one.code,)
        )


def _chosen_round(here: Here, known: Sequence[Round]) -> RoundId | None:
    if len(known) < 2:
        return None
    now = rounds.current(here.store)
    chosen = st.selectbox(
        "Putaran",
        known,
        index=known.index(now) if now else 0,
        format_func=apart(known, lambda one: one.name),
    )
    return chosen.id


def _go(code: str) -> None:
    st.query_params.from_dict({"kode": code})


def _go_new() -> None:
    st.query_params.from_dict({"baru": "ya"})


_NEXT_STEP = "Tekan “Pertemuan baru”: pilih kuesioner dan tempat, lalu kodenya siap dicetak."
