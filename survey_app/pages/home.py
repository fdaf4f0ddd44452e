"""Beranda: what waits for the adult who is here, most urgent first, each with its next step."""

from collections.abc import Iterable

import streamlit as st

from survey_app import safeguarding
from survey_app.gathering import Gathering, GatheringId, GatheringState, Progress
from survey_app.pages import drawing, second_step
from survey_app.pages.frame import Here, heading, mark_demo, part
from survey_app.people import Action, Page
from survey_app.store import gatherings, rounds, runs, waiting

COUNTS_EVERY = 10.0  # seconds; the gathering's own page counts every two


def show(here: Here) -> None:
    """Everything that waits."""
    heading(f"Halo, {here.staff.name}", "Inilah yang menunggu Anda.")
    second_step.remind(here)
    if here.may(Action.HANDLE_ALERTS):
        _cases(here)
        return
    if not here.may_open(Page.GATHERINGS):
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada yang menunggu.", _NO_COMMITMENT))
        return
    _demo(here)
    _today(here)


@part(run_every=COUNTS_EVERY)
def _cases(here: Here) -> None:
    """How many cases nobody has taken, and the way to them."""
    waits = safeguarding.waiting(here.store)
    title = f"{waits} kasus menunggu Anda" if waits else "Tidak ada kasus yang menunggu."
    with st.container(border=True, key="card_cases"):
        st.html(drawing.row(title, "Isinya hanya dibaca petugas perlindungan anak."))
        here.link(Page.PROTECTION, "Buka Perlindungan")


@part(run_every=COUNTS_EVERY)
def _today(here: Here) -> None:
    mine = gatherings.seen_by(here.store, here.staff)
    now = [one for one in mine if one.state is GatheringState.OPEN]
    counts = gatherings.progress_of(here.store, [one.id for one in now])
    officers = safeguarding.waiting(here.store) if here.may(Action.COUNT_ALERTS) else 0
    aside = waiting.set_aside(here.store) if here.may(Action.RUN_EVERY_GATHERING) else 0
    numbers = [
        ("pertemuan terbuka", len(now), False),
        ("anak sedang menjawab", sum(c.answering for c in counts.values()), False),
        ("anak perlu dibantu", helped := _helped(counts.values()), helped > 0),
    ]
    if here.may(Action.COUNT_ALERTS):
        numbers.append(("menunggu petugas", officers, officers > 0))
    if here.may(Action.RUN_EVERY_GATHERING):
        numbers.append(("disisihkan", aside, False))
    with st.container(border=True, key="card_numbers"):
        st.html(drawing.numbers(numbers))
    _gatherings(here, now, counts)
    _unread(here)
    if officers:
        _step("officer", f"{officers} hal menunggu petugas perlindungan anak", _OFFICER)
    if aside:
        _step("aside", f"{aside} isian disisihkan", _ASIDE)


def _gatherings(here: Here, now: list[Gathering], counts: dict[GatheringId, Progress]) -> None:
    if not here.may_open(Page.GATHERINGS):
        return
    with st.container(border=True, key="card_gatherings"):
        st.html(drawing.row("Pertemuan yang terbuka sekarang", "" if now else _NO_GATHERING))
        if not now:
            here.link(Page.GATHERINGS, "Buka pertemuan", baru="ya")
        for one in now[:_MOST]:
            name, count, look = st.columns([5, 2, 2], vertical_alignment="center")
            name.html(drawing.row(one.title, f"{one.venue} · kode {one.code}"))
            counted = counts[one.id]
            line = f"{counted.needs_help} perlu dibantu" if counted.needs_help else "anak mulai"
            count.html(drawing.row(f"{counted.started} / {one.expected_children}", line))
            with look:
                here.link(Page.GATHERINGS, "Lihat", kode=one.code)


def _unread(here: Here) -> None:
    """Children whose words nobody has read yet, in the round work goes on in."""
    current = rounds.current(here.store)
    if current is None or not here.may_open(Page.THEMES):
        return
    last = runs.last_finished_run(here.store, current.id)
    new = waiting.children_since(here.store, current.id, last.started_at if last else None)
    with st.container(border=True, key="card_unread"):
        if last is None:
            st.html(drawing.row(f"{current.name}: belum dianalisis", f"{new} anak sudah selesai."))
        elif new:
            st.html(drawing.row(f"{new} anak selesai sejak analisis terakhir", current.name))
        else:
            st.html(drawing.row("Semua jawaban sudah dianalisis", last.sentence or current.name))
        here.link(Page.THEMES, "Buka Tema" if last and not new else "Analisis di halaman Tema")


def _demo(here: Here) -> None:
    current = rounds.current(here.store)
    if current and current.demo:
        with st.container(border=True, key="card_demo"):
            mark_demo(current)
            st.html(drawing.row("", _DEMO))


def _step(key: str, title: str, line: str) -> None:
    with st.container(border=True, key=f"card_{key}"):
        st.html(drawing.row(title, line))


def _helped(counts: Iterable[Progress]) -> int:
    return sum(one.needs_help for one in counts)


_MOST = 8  # gatherings on this page; all of them are on Pertemuan
_NO_GATHERING = "Belum ada. Buka satu, lalu bagikan kode atau QR-nya kepada anak-anak."
_NO_COMMITMENT = "Tindak lanjut yang diserahkan kepada perangkat daerah Anda akan tampil di sini."
_OFFICER = (
    "Isinya hanya dibaca petugas perlindungan anak. Pastikan beliau masuk dan membacanya hari ini."
)
_ASIDE = (
    "Isian yang tidak cocok dengan kuesionernya disimpan terpisah, tidak dibuang. "
    "Minta administrator memeriksanya."
)
_DEMO = (
    "Lihat-lihat dahulu dengan bebas. Pertemuan sungguhan masuk ke putaran sendiri; administrator "
    "menghapus contoh ini dengan perintah suara demo --remove."
)
