"""Promises of deleting what is older than it may be kept.

D001  A look changes nothing, and says the numbers a run then deletes; a second run finds nothing.
D002  What a child typed goes at its period, also from drafts; masked comments, themes and numbers
      stay, and the next analysis goes on from them.
D003  A response goes with answers, comments and places in themes; nothing of it is in the file.
D004  Fewer than ten children of a round wait for others, unless nobody else is in it.
D005  A late copy of what went stays out: an empty row while the gathering is open, else quarantine.
D006  An open case is never deleted, nor its words; it is told of.
D007  A closed case goes with its words and notes, and no analysis lays them before anybody again.
D008  Each other kind goes at its own period, and what is a day younger stays.
D009  The log loses its oldest entries, still holds, and says what went in numbers.
D010  The last report is kept; the server runs once a day, and one of several does.
D011  SQLite gives the disk back in steps, without what was deleted; children answer meanwhile.
D012  Every table of the database has a rule; every rule's period is a setting with a default.
D013  The table of docs/data.md is what the code says.
"""

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from reading import read_round
from rows import all_text, answers_in, responses_in, rows_in
from tablet import Tablet
from test_safeguarding import found

from analysis.privacy import mask
from survey_app import inventory, inventory_document, retention
from survey_app.gathering import Gathering, GatheringState
from survey_app.inventory import INVENTORY, Kind, how_long
from survey_app.people import Program, Role, StaffMember
from survey_app.questionnaire import Questionnaire
from survey_app.settings import Settings
from survey_app.store import (
    Store,
    alerts,
    audit,
    expiry,
    gatherings,
    people,
    questionnaires,
    responses,
    runs,
    themes,
)
from survey_app.store.alerts import AlertState, Step
from survey_app.store.cases import AlertLevel
from survey_app.store.database import now
from survey_app.store.responses import Intake
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    AnalysisRuns,
    Audit,
    Gatherings,
    Invitations,
    Quarantine,
    Questionnaires,
    SampledComments,
    SignIns,
    StaffSessions,
    StandingThemes,
    Table,
)

ROOT = Path(__file__).parents[1]
CHOSEN = Settings()
SECRET = "aku pengin kolam ikan koi sing jembar"
HARM = "aku dipukul paman"


def after(days: int) -> datetime:
    """The moment so many days from now, and a month more: responses go by whole months."""
    return now() + timedelta(days=days + 32)


def ran(store: Store, moment: datetime, **chosen: int) -> dict[Kind, int]:
    """Delete as if it were that moment; how much went of each kind."""
    settings = Settings(**chosen)  # type: ignore[arg-type]
    looked = retention.look(store, settings, now=moment)
    report = retention.run(store, settings, by=Program.COMMAND_LINE, now=moment, rest=False)
    # The run writes into the log, where those entries are old at once for a moment to come.
    assert [one for one in report.lines if one.kind is not Kind.AUDIT] == [
        one for one in looked.lines if one.kind is not Kind.AUDIT
    ]
    return {line.kind: line.number for line in report.lines if line.number}


@pytest.fixture
def children(store: Store, intake: Intake, gathering: Gathering) -> list[Tablet]:
    """Twelve who wrote, one of them something no other said, and a thirteenth in the middle."""
    found_here = [Tablet(store, gathering) for _ in range(12)]
    sent = [one.envelope() for one in found_here[1:]]
    sent.append(found_here[0].envelope({"cerita": SECRET, "wajah": 4}))
    draft = Tablet(store, gathering)
    sent.append(draft.envelope({"usul": "draf kolam koi"}, finished=False))
    intake.submit(sent).result(timeout=20)
    read_round(store, gathering.round_id)
    return [*found_here, draft]


def test_a_look_changes_nothing(store: Store, children: list[Tablet]) -> None:
    """D001: every table is as it was; then a run, and a second one finds nothing."""
    before = all_text(store)
    looked = retention.look(store, CHOSEN, now=after(730))
    assert all_text(store) == before
    assert looked.total
    assert not looked.done
    assert ran(store, after(730))
    assert not ran(store, after(730))


def test_nothing_young_goes(store: Store, children: list[Tablet]) -> None:
    """D001: on the day it was written nothing is old."""
    before = all_text(store, without=["installation", "audit"])
    assert not ran(store, now())
    assert all_text(store, without=["installation", "audit"]) == before


def test_typed_words_go_first(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet]
) -> None:
    """D002: three typed answers of eleven, one of the twelfth, and a draft."""
    shown = themes.cluster_cards(store, gathering.round_id)
    gone = ran(store, after(180))
    assert gone == {Kind.TEXT: 11 * 3 + 2 + 1}
    assert all(set(one) & {"cerita", "usul", "nama_taman"} == set() for one in _answers(store))
    assert any(one == {"wajah": 4} for one in _answers(store))
    assert not any(row["content"] for row in responses_in(store))
    assert themes.cluster_cards(store, gathering.round_id) == shown
    left = responses.free_text_answers(store, gathering.round_id)
    assert SECRET in {one.text for one in left}
    read_round(store, gathering.round_id)
    assert themes.cluster_cards(store, gathering.round_id) == shown
    assert gatherings.progress(store, gathering.id).finished == 12


def test_masks_are_not_masked_again() -> None:
    """D002: read once more in the place of what was typed, a masked comment stays as it is."""
    lines = (ROOT / "tests" / "uji" / "identitas.jsonl").read_text("utf-8").splitlines()
    typed = [json.loads(line)["text"] for line in lines]
    masked = [once for text in typed if (once := mask(text).text) != text]
    assert len(masked) > 100
    assert [text for text in masked if mask(text).text != text] == []


def _answers(store: Store) -> list[dict[str, object]]:
    return list(answers_in(store).values())


def test_responses_go_whole(
    store: Store, gathering: Gathering, children: list[Tablet], database_url: str, tmp_path: Path
) -> None:
    """D003: typed words first, then thirteen responses; themes and file are empty."""
    gone = ran(store, after(730))
    assert gone == {Kind.TEXT: 36, Kind.RESPONSES: 13}
    assert not responses_in(store)
    for name in ("answers", "comments", "comment_clusters", "themes", "theme_comments"):
        assert not rows_in(store, Table.metadata.tables[name])
    assert not rows_in(store, StandingThemes.__table__)
    assert "ikan koi" not in all_text(store)
    if database_url.startswith("sqlite"):
        held = b"".join(one.read_bytes() for one in tmp_path.glob("suara.db*"))
        assert b"kolam ikan" not in held


def test_few_children_wait(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet]
) -> None:
    """D004: nine old ones stay while a tenth is young; with ten old they go."""
    old = now() - timedelta(days=800)
    _heard_at(store, [one.id for one in children[:9]], old)
    assert Kind.RESPONSES not in ran(store, now())
    _heard_at(store, [children[9].id], old)
    assert ran(store, now())[Kind.RESPONSES] == 10
    assert {row["id"] for row in responses_in(store) if row["withdrawn_at"] is None} == {
        one.id for one in children[10:]
    }


def _heard_at(store: Store, ids: list[str], moment: datetime) -> None:
    rows = Table.metadata.tables["responses"]
    with store.writing() as connection:
        connection.execute(sa.update(rows).where(rows.c.id.in_(ids)).values(heard_at=moment))


def test_a_late_copy_stays_out(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet]
) -> None:
    """D005: some of a gathering leave an empty row; once all went it is archived."""
    _heard_at(store, [one.id for one in children[:10]], now() - timedelta(days=800))
    ran(store, now())
    late = intake.submit([children[0].envelope({"cerita": SECRET})]).result(timeout=20)
    assert [one.outcome.value for one in late] == ["withdrawn"]
    assert SECRET not in all_text(store)
    ran(store, after(730))
    kept = gatherings.by_id(store, gathering.id)
    assert kept is not None
    assert kept.state is GatheringState.ARCHIVED
    late = intake.submit([children[11].envelope({"cerita": SECRET})]).result(timeout=20)
    assert [one.outcome.value for one in late] == ["kept"]
    assert {row["reason"] for row in rows_in(store, Quarantine.__table__)} == {"archived"}
    assert ran(store, after(180)) == {Kind.QUARANTINE: 1}
    assert SECRET not in all_text(store)


@pytest.fixture
def officers(store: Store) -> list[StaffMember]:
    """Two of them."""
    return [
        people.add_staff(store, name, "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)
        for name in ("Bu PPA", "Pak PPA")
    ]


@pytest.fixture
def told(store: Store, intake: Intake, gathering: Gathering, children: list[Tablet]) -> Tablet:
    """A child who told of harm and asked to talk, among the others."""
    child = Tablet(store, gathering)
    answers = {"cerita": HARM, "usul": "lampu di gang", "wajah": 99}  # one that does not fit
    sent = child.envelope(answers, talk_to_adult=True)
    intake.submit([sent]).result(timeout=20)
    found(store, {HARM: AlertLevel.URGENT})
    read_round(store, gathering.round_id)
    return child


def _close(store: Store, officers: list[StaffMember]) -> None:
    first, second = officers
    for case in alerts.open_cases(store):
        number = case.id
        alerts.add_step(store, first, number, Step.TAKE, to=AlertState.TAKEN, seen=case.state)
        alerts.add_step(
            store, first, number, Step.PROPOSE, to=AlertState.CLOSING, seen=AlertState.TAKEN,
            note="sudah dirujuk",
        )  # fmt: skip
        alerts.add_step(
            store, second, number, Step.CONFIRM, to=AlertState.CLOSED, seen=AlertState.CLOSING
        )


def test_an_open_case_stays(store: Store, told: Tablet) -> None:
    """D006: ten years later the officer still reads the words, and of the child nothing else."""
    gone = ran(store, after(3650))
    assert Kind.CASES not in gone
    assert answers_in(store) == {told.id: {"cerita": HARM}}
    assert len(alerts.open_cases(store)) == 2
    report = retention.last_report(store)
    assert report is not None
    assert report.open_cases == 2
    assert [row["id"] for row in responses_in(store)] == [told.id]
    assert "lampu di gang" not in all_text(store)
    assert len(rows_in(store, Quarantine.__table__)) == 1


def test_a_closed_case_goes_with_its_words(
    store: Store, gathering: Gathering, told: Tablet, officers: list[StaffMember]
) -> None:
    """D007: a day before its period all is there; then case, steps, notes and words are gone."""
    _close(store, officers)
    assert Kind.CASES not in ran(store, now() + timedelta(days=99), keep_cases=100)
    assert HARM in all_text(store)
    assert ran(store, now() + timedelta(days=101), keep_cases=100)[Kind.CASES] == 2
    assert not rows_in(store, Alerts.__table__)
    assert not rows_in(store, AlertSteps.__table__)
    assert not rows_in(store, Quarantine.__table__)
    assert "dipukul" not in all_text(store)
    assert "dirujuk" not in all_text(store)
    assert "lampu di gang" in all_text(store)
    read_round(store, gathering.round_id, urgent=HARM)
    found(store, {HARM: AlertLevel.URGENT})
    assert not rows_in(store, Alerts.__table__)


def test_every_other_kind(
    store: Store, gathering: Gathering, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    """D008: of each kind one a day too old and one a day younger: the younger stays."""
    newer = Questionnaire.model_validate(questionnaire.model_dump() | {"version": 2})
    other = Questionnaire.model_validate(questionnaire.model_dump() | {"key": "lain-jenis"})
    for one in (newer, other):
        questionnaires.publish(store, one, tmp_path)
    questionnaires.publish(
        store, Questionnaire.model_validate(other.model_dump() | {"version": 2}), tmp_path
    )
    member = people.add_staff(store, "Bu Uji", "kapal-layar-biru", Role.ADMINISTRATOR)
    for _ in range(2):
        people.sign_in(store, "Bu Uji", "kapal-layar-biru")
        runs.finish_run(
            store, runs.start_run(store, gathering.round_id), comments=0, versions={"uji": "1"}
        )
    _put(store, gathering, member)
    gone = ran(store, now())
    assert gone == {
        Kind.QUARANTINE: 1,
        Kind.SAMPLES: 1,
        Kind.SESSIONS: 1,
        Kind.INVITATIONS: 1,
        Kind.SIGN_INS: 1,
        Kind.RUNS: 1,
        Kind.GATHERINGS: 1,
        Kind.QUESTIONNAIRES: 1,
    }
    left = [(row["key"], row["version"]) for row in rows_in(store, Questionnaires.__table__)]
    assert sorted(left) == [("lain-jenis", 2), ("semua-jenis", 1), ("semua-jenis", 2)]
    assert len(rows_in(store, Gatherings.__table__)) == 2


def _put(store: Store, gathering: Gathering, member: StaffMember) -> None:
    """Rows of each kind: one a day older than its period, one a day younger."""
    child = {"gathering_id": gathering.id, "round_id": gathering.round_id}
    older = {kind: now() - timedelta(days=_days(kind) + 1) for kind in expiry.KINDS}
    younger = {kind: now() - timedelta(days=_days(kind) - 1) for kind in expiry.KINDS}
    with store.writing() as connection:
        response = Table.metadata.tables["responses"]
        connection.execute(sa.insert(response).values(_response(gathering)))
        for place, when in enumerate((older, younger)):
            connection.execute(
                sa.insert(Quarantine).values(
                    response_id=f"q{place}", gathering_id=gathering.id, gathering_code="C",
                    content_hash="h", reason="ticket", content="", talk_to_adult=False,
                    received_at=when[Kind.QUARANTINE],
                )
            )  # fmt: skip
            connection.execute(
                sa.insert(SampledComments).values(
                    response_id="r", question_key=f"k{place}", round_id=child["round_id"],
                    drawn_from=1, drawn_at=when[Kind.SAMPLES],
                )
            )  # fmt: skip
            connection.execute(
                sa.insert(Invitations).values(
                    token_hash=f"t{place}", name="Bu Baru", role="office", created_at=now(),
                    expires_at=when[Kind.INVITATIONS],
                )
            )  # fmt: skip
            row = rows_in(store, Gatherings.__table__)[0] | {"code": f"CODE{place}"}
            row |= {"created_at": when[Kind.GATHERINGS], "state": "archived"}
            connection.execute(sa.insert(Gatherings).values(row | {"id": 90 + place}))
        for table, column, kind in (
            (StaffSessions, "expires_at", Kind.SESSIONS),
            (SignIns, "tried_at", Kind.SIGN_INS),
            (AnalysisRuns, "finished_at", Kind.RUNS),
        ):
            (key,) = sa.inspect(table).primary_key
            first, second = connection.scalars(sa.select(key).order_by(key)).all()
            for number, when in ((first, older), (second, younger)):
                change = sa.update(table).where(key == number)
                connection.execute(change.values({column: when[kind]}))
        connection.execute(
            sa.update(Questionnaires)
            .where(Questionnaires.version == 1)
            .values(published_at=older[Kind.QUESTIONNAIRES])
        )


def _response(gathering: Gathering) -> dict[str, object]:
    return {
        "id": "r", "gathering_id": gathering.id, "content_hash": "", "revision": 1,
        "finished": True, "assent": True, "complete": True, "language": "id", "mode": "child",
        "talk_to_adult": False, "needs_help": False, "content": "", "first_heard_at": now(),
        "heard_at": now(), "screened": "",
    }  # fmt: skip


def _days(kind: Kind) -> int:
    days = inventory.rule_of(kind).days(CHOSEN)
    assert days is not None
    return days


def test_the_log_still_holds(store: Store, children: list[Tablet]) -> None:
    """D009: its oldest entries go, what is left can be followed; what went is told in numbers."""
    held = len(rows_in(store, Audit.__table__))
    gone = ran(store, after(1825))
    assert gone[Kind.AUDIT] >= held - 1
    verdict = audit.verify(store)
    assert verdict.fault is None
    told = [row["facts"] for row in rows_in(store, Audit.__table__)]
    assert any('"responses": 13' in facts and '"text": 36' in facts for facts in told)
    assert not any("koi" in facts for facts in told)


def test_once_a_day(store: Store, children: list[Tablet]) -> None:
    """D010: the report is remembered; asked again within a day nobody runs."""
    assert retention.last_report(store) is None
    assert retention.is_late(store)
    report = retention.run_if_due(store, CHOSEN)
    assert report is not None
    assert retention.last_report(store) == report
    assert report.by == "server"
    assert not retention.is_late(store)
    assert retention.run_if_due(store, CHOSEN) is None
    assert retention.is_late(store, now=now() + timedelta(days=4))
    with store.writing() as connection:
        connection.execute(
            sa.update(Table.metadata.tables["installation"]).values(
                changed_at=now() - timedelta(days=2)
            )
        )
    assert retention.run_if_due(store, CHOSEN) is not None


def test_a_server_that_stops(store: Store, children: list[Tablet]) -> None:
    """D010: it ends after a batch, tells what went, and the next one to start goes on."""
    _heard_at(store, [one.id for one in children], now() - timedelta(days=800))
    stopping = threading.Event()
    stopping.set()
    report = retention.run_if_due(store, CHOSEN, over=stopping)
    assert report is not None
    assert 0 < report.total < 36 + 13
    report = retention.run_if_due(store, CHOSEN)
    assert report is not None
    assert report.total
    assert all(row["withdrawn_at"] for row in responses_in(store))


def test_one_of_several_servers(store: Store, data_dir: Path, database_url: str) -> None:
    """D010: eight ask at the same moment."""
    found_there: list[object] = []

    def ask() -> None:
        found_there.append(retention.run_if_due(store, CHOSEN))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one is not None for one in found_there) == 1


@pytest.fixture
def many(sqlite_store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Iterator[Gathering]:
    """Four hundred children who wrote at length."""
    from classroom import opened_gathering

    gathering = opened_gathering(sqlite_store, questionnaire, tmp_path)
    writer = Intake(sqlite_store)
    long = "kolam ikan koi sing jembar " * 30
    for _ in range(8):
        writer.submit(
            [Tablet(sqlite_store, gathering).envelope({"cerita": long}) for _ in range(50)]
        ).result(timeout=60)
    read_round(sqlite_store, gathering.round_id)
    yield gathering
    writer.close()


def test_the_disk_is_given_back(
    sqlite_store: Store, many: Gathering, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    """D011: the file shrinks, holds no copy, and a child who answers meanwhile hardly waits."""
    from classroom import opened_gathering

    store, file = sqlite_store, tmp_path / "suara.db"
    with store.alone() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"kolam ikan koi" in file.read_bytes()
    full = file.stat().st_size
    other = opened_gathering(store, questionnaire, tmp_path)
    writer, waited = Intake(store), [0.0]
    over = threading.Event()

    def answer() -> None:
        while not over.is_set():
            begin = time.perf_counter()
            writer.submit([Tablet(store, other).envelope()]).result(timeout=20)
            waited.append(time.perf_counter() - begin)
            over.wait(0.02)

    thread = threading.Thread(target=answer)
    thread.start()
    # As it will be in three years, for those who wrote today: the others are heard of just now.
    _heard_at(store, [row["id"] for row in responses_in(store)], now() - timedelta(days=900))
    retention.run(store, CHOSEN, by=Program.SERVER)
    over.set()
    thread.join()
    writer.close()
    assert max(waited) < 2.0  # a tablet gives up after 5 s; alone it is 0.02 to 0.2 s
    with store.alone() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
    assert file.stat().st_size < full / 2
    assert b"kolam ikan koi" not in file.read_bytes()


def test_a_file_of_an_older_version(sqlite_store: Store, many: Gathering, tmp_path: Path) -> None:
    """D011: it is written anew where that is allowed, and can shrink in steps from then on."""
    file = tmp_path / "suara.db"
    with sqlite_store.alone() as connection:
        connection.exec_driver_sql("PRAGMA auto_vacuum=NONE")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    full, later = file.stat().st_size, after(730)
    retention.run(sqlite_store, CHOSEN, by=Program.SERVER, now=later, rest=False, anew=True)
    with sqlite_store.alone() as connection:
        assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2
    assert file.stat().st_size < full / 2


def test_every_table_has_a_rule() -> None:
    """D012: a new table fails here until somebody says how long it is kept, and why."""
    assert set(inventory.tables()) == set(Table.metadata.tables)
    assert {rule.kind for rule in INVENTORY} == set(Kind)
    for rule in INVENTORY:
        days = rule.days(CHOSEN)
        assert (days is None) is (rule.setting is None)
        assert rule.what.ours
        assert rule.why.english
    assert set(expiry.KINDS) | {Kind.COMMENTS} == {rule.kind for rule in INVENTORY if rule.setting}
    assert [how_long(days) for days in (31, 180, 365, 730, 1825, None)] == [
        "31 hari", "6 bulan", "1 tahun", "2 tahun", "5 tahun", "selama aplikasi dipakai",
    ]  # fmt: skip


def test_the_document() -> None:
    """D013: made anew, it is the one that is there."""
    written = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert "| `answers`, `responses` |" in written
    assert written == inventory_document.put_into(written), "run `make schema`"
