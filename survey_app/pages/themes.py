"""Tema: what the children said, as five rights clusters, the themes in them, and their evidence."""

from collections.abc import Sequence

import streamlit as st

from survey_app import review
from survey_app.gathering import Round
from survey_app.pages import changed, drawing, one_theme, reading
from survey_app.pages.frame import Here, apart, heading, mark_demo, moment, part, plainly
from survey_app.pages.reading import Shown
from survey_app.people import Action
from survey_app.places import KelurahanCode, kelurahan_by_code
from survey_app.store import rounds, runs, themes
from survey_app.store.counting import Part
from survey_app.store.runs import Run, RunState

POLL_EVERY = 1.5  # seconds between two looks at a run that is working


def show(here: Here) -> None:
    """The chosen round: when it was read, the filters, and its clusters or one theme."""
    title, act = st.columns([3, 1], vertical_alignment="center")
    with title:
        heading("Tema", "Apa yang dikatakan anak, menurut lima klaster hak anak.")
    known = rounds.all_rounds(here.store)
    if not known:
        _nothing_yet(here)
        return
    chosen = _round(here, known)
    mark_demo(chosen)
    run = runs.latest_run(here.store, chosen.id)
    working = run is not None and run.state is RunState.RUNNING
    with act, plainly():
        if here.may(Action.START_ANALYSIS) and st.button(
            "Analisis sekarang", type="primary", icon=":material/play_arrow:",
            width="stretch", disabled=working,
        ):  # fmt: skip
            review.start_in_background(here.store, here.settings, chosen.id, by=here.acting())
            st.rerun()
    # A place of its own, also when empty: the themes below keep theirs, and are never there twice
    # while the page that follows a run is drawn.
    with st.container():
        if working:
            _progress(here, chosen)
        elif run is not None and run.state is RunState.FAILED:
            st.error(run.sentence, icon=":material/error:")
    finished = runs.last_finished_run(here.store, chosen.id)
    if finished is None:
        _not_read_yet()
    else:
        _themes(here, chosen, finished)


@part(run_every=POLL_EVERY)
def _progress(here: Here, chosen: Round) -> None:
    run = runs.latest_run(here.store, chosen.id)
    if run is None or run.state is not RunState.RUNNING:
        st.rerun()
    st.progress(run.fraction, f"{run.step} · {run.fraction:.0%}")


@part()
def _themes(here: Here, chosen: Round, finished: Run) -> None:
    st.html(
        drawing.row("", f"Terakhir dianalisis: {moment(finished.finished_at)}"
                        f" · {finished.comments} jawaban terbuka dibaca")
    )  # fmt: skip
    if finished.sentence:
        st.html(drawing.row("", finished.sentence))
    stamp = themes.stamp(here.store, chosen.id)
    shown = Shown(here.store, chosen.id, finished.id, stamp, _part_of(here, chosen))
    if key := st.query_params.get("tema"):
        one_theme.show(here, shown, key)
    elif cluster := st.query_params.get("klaster"):
        reading.one_cluster(shown, cluster)
    else:
        reading.all_clusters(shown)
        changed.show(shown)


def _round(here: Here, known: Sequence[Round]) -> Round:
    current = rounds.current(here.store)
    if len(known) == 1:
        return known[0]
    return st.selectbox(
        "Putaran", known, known.index(current) if current else 0, apart(known, lambda one: one.name)
    )


def _part_of(here: Here, chosen: Round) -> Part:
    """What the filters say; offered are only parts in which enough children were asked."""
    offered = themes.parts_to_choose(here.store, chosen.id)
    left, right = st.columns(2)
    place = left.selectbox(
        "Kelurahan", offered.kelurahan, None, apart(offered.kelurahan, _place),
        placeholder="Semua kelurahan", key="of_place", help=_OFFERED,
    )  # fmt: skip
    age = right.selectbox(
        "Umur", offered.age_bands, None, lambda one: f"{one} tahun",
        placeholder="Semua umur", key="of_age",
    )  # fmt: skip
    return Part(KelurahanCode(place) if place else None, age)


def _place(code: str) -> str:
    place = kelurahan_by_code(code)
    return place.name if place else code


def _nothing_yet(here: Here) -> None:
    with st.container(border=True, key="card_empty"):
        st.html(drawing.row("Belum ada putaran.", "Buka pertemuan pertama di halaman Pertemuan."))


def _not_read_yet() -> None:
    with st.container(border=True, key="card_empty"):
        st.html(drawing.row("Putaran ini belum dianalisis.", _NEXT_STEP))


_NEXT_STEP = "Tekan “Analisis sekarang” setelah anak-anak selesai menjawab; lihat hasilnya di sini."
_OFFERED = (
    "Hanya kelurahan dengan cukup banyak anak yang bisa dipilih. Satu kelas tidak bisa dipilih "
    "sendiri: gurunya mengenal setiap anak."
)
