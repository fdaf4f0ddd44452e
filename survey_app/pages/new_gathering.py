"""Pertemuan baru: what staff fill in so that a class or a forum gets its code."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from survey_app.gathering import GatheringPlan, Round, RoundId, VenueKind
from survey_app.pages import drawing
from survey_app.pages.frame import WIB, Here, apart, heading, part
from survey_app.pages.questionnaires import named_apart
from survey_app.people import Action
from survey_app.places import kelurahan, kelurahan_by_code
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import gatherings, questionnaires, rounds
from survey_app.store.questionnaires import PublishedQuestionnaire

_VENUES = {
    VenueKind.SCHOOL: ("Sekolah", "Nama sekolah", "SDN Bandar Lor 1"),
    VenueKind.FORUM: ("Forum Anak", "Nama forum", "Forum Anak Kelurahan Bandar Lor"),
    VenueKind.OTHER: ("Lainnya", "Nama tempat", "Taman baca, panti, sanggar ..."),
}
_CONSENT = (
    "Anak di bawah 18 tahun hanya ikut bila walinya setuju. Kumpulkan lembar izin atau pesan "
    "persetujuan lebih dahulu; simpan di sekolah, jangan diunggah ke sini. Setelah itu setiap anak "
    "masih ditanya sendiri dan boleh menjawab “Tidak mau”."
)


def show(here: Here) -> None:
    """The form, or what has to be there before it."""
    st.button("Semua pertemuan", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    heading("Pertemuan baru", "Kode dan QR siap begitu pertemuan dibuka.")
    ready = questionnaires.newest(here.store)
    if not ready:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada kuesioner yang terbit.", _NO_QUESTIONNAIRE))
        return
    _form(here, ready)


@part()
def _form(here: Here, ready: Sequence[PublishedQuestionnaire]) -> None:
    with st.container(border=True, key="card_what"):
        round_id = _round(here)
        offered = {one.id: one for one in ready}
        chosen = offered[st.selectbox("Kuesioner", list(offered), format_func=named_apart(offered))]
        age_band = _age_band(chosen.questionnaire)
    with st.container(border=True, key="card_where"):
        kind = st.segmented_control(
            "Tempat", list(VenueKind), default=VenueKind.SCHOOL, format_func=_kind, required=True
        )
        _, label, example = _VENUES[kind or VenueKind.SCHOOL]
        left, right = st.columns(2)
        venue = left.text_input(label, placeholder=example, max_chars=200)
        group = right.text_input("Kelas atau kelompok", placeholder="Kelas 5A", max_chars=200)
        place = left.selectbox(
            "Kelurahan", [one.code for one in kelurahan()], index=None,
            format_func=_place, placeholder="Boleh dikosongkan",
        )  # fmt: skip
        expected = right.number_input("Perkiraan jumlah anak", 1, 2000, 30)
        opens_at, closes_at = _times()
    with st.container(border=True, key="card_consent"):
        consent = st.checkbox("Izin wali sudah ada untuk semua anak yang ikut")
        st.html(f"<p class=sa-note>{_CONSENT}</p>")
    if st.button("Buka pertemuan", type="primary", icon=":material/meeting_room:"):
        plan = GatheringPlan(
            round_id=round_id,
            questionnaire_id=chosen.id, title=group, age_band=age_band,
            venue_kind=kind or VenueKind.SCHOOL, venue=venue, kelurahan_code=place,
            expected_children=expected, guardian_consent=consent,
            opens_at=opens_at, closes_at=closes_at,
        )  # fmt: skip
        opened = gatherings.open_gathering(here.store, plan, by=here.acting())
        st.query_params.from_dict({"kode": opened.code})
        st.rerun()


def _round(here: Here) -> RoundId | None:
    """The round chosen; None stands for this year's first one, made when the gathering opens."""
    known = {one.id: one for one in rounds.all_rounds(here.store)}
    real: list[RoundId | None] = [one.id for one in known.values() if not one.demo] or [None]
    demo = [one.id for one in known.values() if one.demo]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    if here.may(Action.RUN_EVERY_GATHERING):
        with right.popover("Putaran baru", icon=":material/add:", width="stretch"):
            _new_round(here)
    chosen: RoundId | None = left.selectbox(
        "Putaran",
        [*real, *demo],
        format_func=apart(
            [*real, *demo], lambda number: _round_named(known[number] if number else None)
        ),
    )
    return chosen


def _new_round(here: Here) -> None:
    name = st.text_input("Nama putaran", max_chars=120, placeholder="Suara Anak 2027")
    year = st.number_input("Tahun", 2020, 2100, datetime.now(WIB).year)
    if st.button("Simpan putaran", disabled=not name.strip()):
        rounds.add(here.store, name.strip(), year, by=here.acting())
        st.rerun()


def _age_band(questionnaire: Questionnaire) -> AgeBand:
    bands = list(questionnaire.age_bands)
    if len(bands) == 1:
        return bands[0]
    chosen = st.segmented_control(
        "Umur anak",
        bands,
        default=bands[0],
        required=True,
        format_func=lambda band: f"{band} tahun",
    )
    return chosen or bands[0]


def _times() -> tuple[datetime | None, datetime | None]:
    """Nothing chosen: open from now on, until somebody closes it."""
    if not st.toggle("Atur jam buka dan tutup", help="Tanpa jam: terbuka sampai Anda menutupnya."):
        return None, None
    soon = datetime.now(WIB).replace(tzinfo=None, second=0, microsecond=0)
    left, right = st.columns(2)
    opens = left.datetime_input("Buka (WIB)", soon, format="DD/MM/YYYY", required=True)
    closes = right.datetime_input(
        "Tutup (WIB)", soon + timedelta(hours=2), format="DD/MM/YYYY", required=True
    )
    return opens and opens.replace(tzinfo=WIB), closes and closes.replace(tzinfo=WIB)


def _round_named(one: Round | None) -> str:
    if one is None:
        return f"Putaran {datetime.now(WIB).year} (baru)"
    return f"{one.name} · contoh" if one.demo else f"{one.name} ({one.year})"


def _kind(kind: VenueKind) -> str:
    return _VENUES[kind][0]


def _place(code: str) -> str:
    place = kelurahan_by_code(code)
    return f"{place.name}, {place.kecamatan}" if place else code


def _leave() -> None:
    st.query_params.clear()


_NO_QUESTIONNAIRE = "Minta administrator menjalankan `suara kuesioner terbitkan BERKAS`."
