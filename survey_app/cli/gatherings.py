"""Opening and closing gatherings: `suara gathering`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from survey_app.cli.output import AsJson, opened, print_rows, print_values
from survey_app.errors import GatheringError
from survey_app.gathering import STATE_NAMES, Gathering, GatheringPlan, GatheringState, VenueKind
from survey_app.people import Action, By, Program, may
from survey_app.places import kelurahan_by_code, kelurahan_by_name
from survey_app.questionnaire import AgeBand
from survey_app.store import Store, gatherings, people, questionnaires
from survey_app.store.questionnaires import PublishedQuestionnaire

app = typer.Typer(no_args_is_help=True, help="Buka, tutup, dan lihat pertemuan.")
Moment = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], metavar="WAKTU")
]
_LABELS = {
    "code": "Kode",
    "url": "Alamat untuk anak",
    "title": "Pertemuan",
    "venue": "Tempat",
    "questionnaire": "Kuesioner",
    "age_band": "Umur",
    "state": "Keadaan",
    "expected": "Anak",
    "started": "Mulai",
    "finished": "Selesai",
    "needs_help": "Bantuan",
}
_ONLY_ALONE = ("url", "title", "questionnaire", "expected")  # too wide for a table of many


@app.command("open")
def open_(
    questionnaire: Annotated[str, typer.Option(help="Kunci kuesioner, misalnya suara-anak-10-12.")],
    venue: Annotated[str, typer.Option(help="Nama sekolah atau forum.")],
    kelurahan: Annotated[str, typer.Option(help="Nama atau kode kelurahan.")] = "",
    kind: Annotated[VenueKind, typer.Option(help="Jenis tempat.")] = VenueKind.SCHOOL,
    title: Annotated[str, typer.Option(help="Nama pertemuan; bawaannya nama tempat.")] = "",
    age_band: Annotated[
        AgeBand | None, typer.Option(help="Perlu bila kuesioner punya beberapa.")
    ] = None,
    expected: Annotated[int, typer.Option(help="Berapa anak diharapkan.", min=1)] = 30,
    guardian_consent: Annotated[
        bool, typer.Option("--guardian-consent", help="Izin wali semua anak sudah ada.")
    ] = False,
    staff: Annotated[
        str, typer.Option(help="Nama akun yang menjalankannya; perlu bagi seorang fasilitator.")
    ] = "",
    opens: Moment = None,
    closes: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Buka pertemuan baru dan cetak kodenya."""
    with opened() as (chosen, store):
        published = _published(store, questionnaire)
        plan = GatheringPlan(
            round_id=None,
            questionnaire_id=published.id,
            title=title or venue,
            age_band=age_band or _only_age_band(published),
            venue_kind=kind,
            venue=venue,
            kelurahan_code=_kelurahan_code(kelurahan),
            expected_children=expected,
            guardian_consent=guardian_consent,
            opens_at=_utc(opens),
            closes_at=_utc(closes),
        )
        gathering = gatherings.open_gathering(store, plan, by=_opener(store, staff))
        row = _row(store, gathering, chosen.tablet_url)
    print_values(row, as_json=as_json, labels=_LABELS)


@app.command("close")
def close(
    code: Annotated[str, typer.Argument(help="Kode pertemuan.")], as_json: AsJson = False
) -> None:
    """Tutup pertemuan; jawaban yang sudah dimulai tetap diterima."""
    with opened() as (chosen, store):
        gathering = gatherings.by_code(store, code)
        if gathering is None:
            raise GatheringError(
                "Kode itu tidak dikenal.", remedy="Lihat kodenya dengan `suara gathering list`."
            )
        closed = gatherings.set_state(
            store, gathering.id, GatheringState.CLOSED, by=Program.COMMAND_LINE
        )
        row = _row(store, closed, chosen.tablet_url)
    print_values(row, as_json=as_json, labels=_LABELS)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Semua pertemuan dengan keadaan dan jumlah anak."""
    with opened() as (chosen, store):
        found = gatherings.all_gatherings(store)
        rows = [_row(store, each, chosen.tablet_url) for each in found]
    labels = {key: label for key, label in _LABELS.items() if key not in _ONLY_ALONE}
    if not as_json:
        rows = [row | {"state": STATE_NAMES[row["state"]]} for row in rows]
    print_rows(
        rows,
        as_json=as_json,
        labels=labels,
        empty="Belum ada pertemuan. Buka yang pertama dengan `suara gathering open --help`.",
    )


def _opener(store: Store, name: str) -> By:
    """In whose list the gathering stands; without a name in that of all who see every one."""
    if not name:
        return Program.COMMAND_LINE
    member = people.staff_by_name(store, name)
    if member is None or not may(member.role, Action.RUN_GATHERINGS):
        raise GatheringError(
            f"Akun '{name}' tidak ada atau tidak menjalankan pertemuan.",
            remedy="Lihat akun dan perannya dengan `suara user list`.",
        )
    return member


def _row(store: Store, gathering: Gathering, address: str) -> dict[str, Any]:
    progress = gatherings.progress(store, gathering.id)
    return {
        "code": gathering.code,
        "url": f"{address}/isi/{gathering.code}",
        "title": gathering.title,
        "venue": gathering.venue,
        "questionnaire": f"{gathering.questionnaire_key} v{gathering.questionnaire_version}",
        "age_band": gathering.age_band.value,
        "state": gathering.state.value,
        "expected": progress.expected,
        "started": progress.started,
        "answering": progress.answering,
        "finished": progress.finished,
        "sent": progress.sent,
        "needs_help": progress.needs_help,
    }


def _published(store: Store, key: str) -> PublishedQuestionnaire:
    known = {each.key: each for each in questionnaires.newest(store)}
    if key not in known:
        raise GatheringError(
            f"Kuesioner '{key}' belum terbit.",
            remedy=f"Pilih salah satu: {', '.join(sorted(known))}."
            if known
            else "Terbitkan dahulu dengan `suara kuesioner terbitkan questionnaires`.",
        )
    return known[key]


def _only_age_band(published: PublishedQuestionnaire) -> AgeBand:
    bands = published.questionnaire.age_bands
    if len(bands) > 1:
        raise GatheringError(
            "Kuesioner ini untuk beberapa kelompok umur.",
            remedy=f"Tambahkan --age-band, salah satu dari: {', '.join(bands)}.",
        )
    return bands[0]


def _kelurahan_code(text: str) -> str | None:
    if not text:
        return None
    place = kelurahan_by_code(text) or kelurahan_by_name(text)
    if place is None:
        raise GatheringError(
            f"Kelurahan '{text}' tidak dikenal.", remedy="Tulis salah satu dari 46 kelurahan kota."
        )
    return place.code


def _utc(moment: datetime | None) -> datetime | None:
    """The machine's local time, as typed, in UTC."""
    return moment.astimezone(UTC) if moment else None
