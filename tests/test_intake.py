"""Promises of the intake: nothing acknowledged is missing, nothing is stored twice.

I001  A response is stored once, however often and from however many sides it is sent.
I002  The later revision of an unfinished response replaces it; an earlier one is kept aside.
I003  A finished response is never overwritten.
I004  Answers that a later revision lost are kept aside before it replaces the stored one.
I005  What does not fit is kept in quarantine with its reason, once, and is acknowledged.
I006  A hash that does not match, or what is no envelope, is refused alone; its neighbours stay.
I007  Of a child who says no nothing is kept, whatever came before or comes after.
I008  A deleted response stays deleted, also when copies of it arrive later.
I009  Responses begun while the gathering was open are taken after it closed; archived is the end.
I010  One faulty envelope does not take its neighbours with it.
I011  A database that is away acknowledges nothing, and the same envelopes can be sent again.
I012  Text survives as typed, also where a database cannot hold it.
I013  Nothing tells who answered: no name, address or device is in any column.
I014  Progress counts children who agreed.
"""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from rows import answers_in, quarantine_in, responses_in
from tablet import FULL_ANSWERS, Tablet, answers_of, sealed

from survey_app.errors import StoreError
from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, batches, gatherings
from survey_app.store.ledger import Ledger
from survey_app.store.responses import Intake, Outcome, Result
from survey_app.store.tables import Answers, Table


@pytest.fixture
def tablet(store: Store, gathering: Gathering) -> Tablet:
    """One child's tablet."""
    return Tablet(store, gathering)


def send(intake: Intake, *envelopes: Any) -> list[Result]:
    """Hand in and wait for the commit."""
    return intake.submit(envelopes).result(timeout=20)


def outcomes(intake: Intake, *envelopes: Any) -> list[str]:
    """What became of each envelope."""
    return [one.outcome.value for one in send(intake, *envelopes)]


def stored(store: Store) -> dict[str, dict[str, Any]]:
    """Every response with its answers, as the database has them."""
    found: dict[str, dict[str, Any]] = {row["id"]: {} for row in responses_in(store)}
    return found | answers_in(store)


def quarantined(store: Store) -> list[tuple[str, str]]:
    """Reason and content of everything kept aside."""
    rows = sorted(quarantine_in(store), key=lambda row: row["id"])
    return [(row["reason"], row["content"]) for row in rows]


def test_a_response_is_stored_and_acknowledged_again(
    store: Store, intake: Intake, tablet: Tablet
) -> None:
    """I001: the same envelope twice is one response, acknowledged twice."""
    envelope = tablet.envelope()
    assert outcomes(intake, envelope) == ["stored"]
    assert outcomes(intake, envelope, envelope) == ["again", "again"]
    assert stored(store) == {tablet.id: FULL_ANSWERS}
    assert quarantined(store) == []


def test_an_acknowledgement_names_id_and_hash(intake: Intake, tablet: Tablet) -> None:
    """I001: the protocol's fields, so that a captive portal cannot pass for us."""
    envelope = tablet.envelope()
    assert send(intake, envelope)[0].as_json() == {
        "id": tablet.id,
        "hash": envelope["hash"],
        "status": 200,
        "outcome": "stored",
    }


def test_fifty_tablets_send_one_response_at_once(
    store: Store, database_url: str, data_dir: Path, tablet: Tablet
) -> None:
    """I001: 50 posts of one id through two servers on one database store it once."""
    second = Store.open(database_url, data_dir=data_dir)
    intakes = [Intake(store), Intake(second)]
    envelope = tablet.envelope()
    try:
        with ThreadPoolExecutor(50) as crowd:
            futures = [
                crowd.submit(lambda n=n: send(intakes[n % 2], envelope)[0]) for n in range(50)
            ]
            found = sorted(future.result().outcome for future in futures)
    finally:
        for intake in intakes:
            intake.close()
        second.close()
    assert found == ["again"] * 49 + ["stored"]
    assert stored(store) == {tablet.id: FULL_ANSWERS}


def test_two_servers_and_two_revisions(
    store: Store, database_url: str, data_dir: Path, tablet: Tablet
) -> None:
    """I002: whichever server is first, the highest revision stands at the end."""
    second = Store.open(database_url, data_dir=data_dir)
    intakes = [Intake(store), Intake(second)]
    drafts = [
        tablet.envelope({"wajah": 1 + n % 5, "adik": n % 10}, finished=False) for n in range(40)
    ]
    try:
        with ThreadPoolExecutor(8) as crowd:
            list(crowd.map(lambda n: send(intakes[n % 2], drafts[n]), range(40)))
    finally:
        for intake in intakes:
            intake.close()
        second.close()
    assert stored(store) == {tablet.id: {"wajah": 5, "adik": 9}}


def test_later_revisions_win_while_unfinished(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I002: revision 2 replaces 1; 1 arriving again is kept aside and changes nothing."""
    first = tablet.envelope({"wajah": 1}, finished=False)
    second = tablet.envelope({"wajah": 2, "adik": 1}, finished=False)
    assert outcomes(intake, first) == ["stored"]
    assert outcomes(intake, second) == ["replaced"]
    assert outcomes(intake, first) == outcomes(intake, first) == ["kept"]
    assert stored(store) == {tablet.id: {"wajah": 2, "adik": 1}}
    assert [reason for reason, _ in quarantined(store)] == ["older"]


def test_finishing_without_a_change_is_not_lost(
    store: Store, intake: Intake, tablet: Tablet
) -> None:
    """I002: the hash covers the content only, so "finished" alone must count as a change."""
    draft = tablet.envelope(finished=False)
    assert outcomes(intake, draft) == ["stored"]
    finished = draft | {"finished": True, "revision": 2}
    assert outcomes(intake, finished, finished) == ["replaced", "again"]
    assert gatherings.progress(store, tablet.gathering.id).finished == 1


def test_a_finished_response_is_never_overwritten(
    store: Store, intake: Intake, tablet: Tablet
) -> None:
    """I003: other content under a finished id is answered 409, kept aside, and changes nothing."""
    assert outcomes(intake, tablet.envelope()) == ["stored"]
    result = send(intake, tablet.envelope({"wajah": 1}))[0]
    assert (result.status, result.outcome) == (409, Outcome.FINISHED)
    assert stored(store) == {tablet.id: FULL_ANSWERS}
    assert [reason for reason, _ in quarantined(store)] == ["finished"]


def test_lost_answers_are_kept_aside(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I004: a revision with fewer answered questions leaves the earlier content in quarantine."""
    send(intake, tablet.envelope({"wajah": 1, "cerita": "panjang sekali"}, finished=False))
    send(intake, tablet.envelope({"wajah": 1, "cerita": None}, finished=False))
    ((reason, content),) = quarantined(store)
    assert reason == "fork"
    assert json.loads(content)["answers"]["cerita"]["value"] == "panjang sekali"
    assert stored(store) == {tablet.id: {"wajah": 1, "cerita": None}}


def test_misfits_are_kept_once(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I005: the fitting answers are stored, the others kept with their reasons, not once more."""
    envelope = tablet.envelope({"wajah": 9, "adik": 77, "tempat": "mall", "aman": "yes"})
    assert outcomes(intake, envelope) == ["stored"]
    assert outcomes(intake, envelope) == ["again"]
    assert stored(store) == {tablet.id: {"aman": "yes"}}
    assert sorted(reason for reason, _ in quarantined(store)) == ["not_a_choice", "out_of_range"]
    progress = gatherings.progress(store, tablet.gathering.id)
    assert (progress.finished, progress.sent) == (1, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gathering": "ZZZZZZ"}, "unknown_gathering"),
        ({"gathering": "\x00\ud800<script>"}, "unknown_gathering"),
        ({"ticket": "palsu"}, "ticket"),
        ({"ticket": "é\ud800"}, "ticket"),
        (sealed("bukan json"), "not_json"),
        (sealed("[" * 100_000), "not_json"),
        (sealed('{"answers":' + "[" * 500 + "]" * 500 + "}"), "questionnaire"),
        (sealed("NaN"), "not_json"),
        (sealed("[]"), "content"),
        (sealed('{"questionnaire":{"key":"lain","version":1}}'), "questionnaire"),
        (sealed('{"questionnaire":{"key":"semua-jenis","version":1},"assent":"ya"}'), "content"),
    ],
)
def test_nothing_is_dropped(
    store: Store, intake: Intake, tablet: Tablet, change: dict[str, Any], reason: str
) -> None:
    """I005: what cannot be stored as a response is acknowledged and kept, once, with the reason."""
    envelope = tablet.envelope() | change
    assert outcomes(intake, envelope) == ["kept"]
    assert outcomes(intake, envelope) == ["kept"]
    kept = quarantined(store)
    assert [one for one, _ in kept] == [reason]
    assert kept[0][1].isascii()
    assert stored(store) == {}


def test_another_gathering_cannot_take_a_response(
    store: Store, intake: Intake, tablet: Tablet, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    """I005: a known id under another code, even with that code's ticket, changes nothing."""
    other = opened_gathering(store, questionnaire, tmp_path)
    send(intake, tablet.envelope({"wajah": 1}, finished=False))
    forged = Tablet(store, other, id=tablet.id, revision=5)
    assert outcomes(intake, forged.envelope({"wajah": 5})) == ["kept"]
    assert outcomes(intake, forged.withdrawal()) == ["kept"]
    assert stored(store) == {tablet.id: {"wajah": 1}}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "x",
        {},
        {"id": "1234"},
        {"id": 7},
        {"hash": None},
        {"hash": "A" * 64},
        {"revision": 0},
        {"revision": True},
        {"revision": 2**40},
        {"finished": "ya"},
        {"ticket": 3},
        {"gathering": None},
        {"content": {}},
        {"withdrawn": "true"},
        {"id": "\ud800"},
    ],
)
def test_what_is_no_envelope_is_refused_alone(intake: Intake, tablet: Tablet, broken: Any) -> None:
    """I006: status 400 in its place; the envelope beside it is stored."""
    wrong = tablet.envelope() | broken if isinstance(broken, dict) and broken else broken
    neighbour = Tablet(tablet.store, tablet.gathering).envelope()
    first, second = send(intake, wrong, neighbour)
    assert (first.status, first.outcome) == (400, Outcome.INVALID)
    assert json.dumps(first.as_json(), ensure_ascii=False).encode()
    assert second.outcome is Outcome.STORED


def test_a_wrong_hash_is_corrupt(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I006: a content damaged on the way is answered 422 and not stored; the tablet keeps it."""
    envelope = tablet.envelope()
    result = send(intake, envelope | {"content": envelope["content"] + " "})[0]
    assert (result.status, result.outcome) == (422, Outcome.CORRUPT)
    assert stored(store) == {}
    assert quarantined(store) == []


def test_a_child_who_says_no_leaves_nothing(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I007: "Tidak mau" removes earlier answers and takes no later ones, not even aside."""
    send(intake, tablet.envelope({"wajah": 9, "cerita": "rahasia"}, finished=False))
    early = tablet.envelope({"cerita": "lebih rahasia"}, finished=False)
    assert outcomes(intake, tablet.refusal()) == ["replaced"]
    assert outcomes(intake, early) == ["finished"]
    assert outcomes(intake, tablet.envelope({"cerita": "rahasia"})) == ["finished"]
    assert stored(store) == {tablet.id: {}}
    assert quarantined(store) == []
    assert gatherings.progress(store, tablet.gathering.id).started == 0


def test_answers_of_a_child_who_says_no_are_not_read(
    store: Store, intake: Intake, tablet: Tablet
) -> None:
    """I007: answers that come together with a no are not stored, nor kept with a wrong ticket."""
    assert outcomes(intake, tablet.envelope(assent=False)) == ["stored"]
    other = Tablet(store, tablet.gathering)
    assert outcomes(intake, other.envelope(assent=False) | {"ticket": "x"}) == ["kept"]
    assert stored(store) == {tablet.id: {}}
    assert all("Aku seneng" not in content for _, content in quarantined(store))


def test_deleted_is_deleted(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I008: the row stays empty, quarantine is emptied, late copies are answered "withdrawn"."""
    finished = tablet.envelope({"wajah": 9, "cerita": "rahasia"})
    send(intake, finished)
    assert outcomes(intake, tablet.withdrawal()) == ["withdrawn"]
    assert outcomes(intake, finished, tablet.withdrawal()) == ["withdrawn", "withdrawn"]
    assert stored(store) == {tablet.id: {}}
    assert quarantined(store) == []
    assert gatherings.progress(store, tablet.gathering.id).started == 0


def test_deleting_before_the_answers_arrive(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I008: the deletion may overtake the answers, also within one delivery."""
    answers = tablet.envelope()
    assert outcomes(intake, tablet.withdrawal(), answers) == ["withdrawn", "withdrawn"]
    other = Tablet(store, tablet.gathering)
    assert outcomes(intake, other.envelope(), other.withdrawal()) == ["stored", "withdrawn"]
    assert stored(store) == {tablet.id: {}, other.id: {}}


@pytest.mark.parametrize("state", [GatheringState.CLOSED, GatheringState.PAUSED])
def test_late_answers_are_taken(
    store: Store, intake: Intake, tablet: Tablet, state: GatheringState
) -> None:
    """I009: the ticket proves that the tablet began while the gathering was open."""
    gatherings.set_state(store, tablet.gathering.id, state, by=Program.COMMAND_LINE)
    assert outcomes(intake, tablet.envelope()) == ["stored"]


def test_an_archived_gathering_keeps_aside(store: Store, intake: Intake, tablet: Tablet) -> None:
    """I009: after archiving nothing is stored or deleted, and nothing is dropped."""
    known = tablet.envelope()
    send(intake, known)
    gatherings.set_state(
        store, tablet.gathering.id, GatheringState.ARCHIVED, by=Program.COMMAND_LINE
    )
    late = Tablet(store, tablet.gathering)
    assert outcomes(intake, late.envelope(), known, tablet.withdrawal()) == [
        "kept",
        "again",
        "kept",
    ]
    assert stored(store) == {tablet.id: FULL_ANSWERS}
    assert [reason for reason, _ in quarantined(store)] == ["archived", "archived"]


def test_a_faulty_envelope_loses_no_neighbour(
    store: Store, intake: Intake, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I010: what the database refuses is kept aside alone; the others are stored."""
    poison = Tablet(store, tablet.gathering)
    write = batches.write

    def refuse_poison(connection: sa.Connection, ledger: Ledger, **vault: Any) -> None:
        write(connection, ledger, **vault)
        if poison.id in ledger.changed:
            row = {"response_id": str(uuid.uuid4()), "question_key": "x", "value": "1"}
            connection.execute(sa.insert(Answers), [row | {"language": "id", "skipped": False}])

    monkeypatch.setattr(batches, "write", refuse_poison)
    good = [Tablet(store, tablet.gathering) for _ in range(5)]
    envelopes = [one.envelope() for one in good]
    envelopes.insert(2, poison.envelope())
    assert outcomes(intake, *envelopes) == [
        "stored",
        "stored",
        "kept",
        "stored",
        "stored",
        "stored",
    ]
    assert set(stored(store)) == {one.id for one in good}
    assert [reason for reason, _ in quarantined(store)] == ["refused"]


def test_an_unreachable_database_acknowledges_nothing(
    store: Store, intake: Intake, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I011: the future fails with a sentence; the same envelope is stored once all is well."""
    envelope = tablet.envelope()

    def away(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception("connection refused"))

    with monkeypatch.context() as broken:
        broken.setattr(batches, "standing", away)
        with pytest.raises(StoreError, match="tidak bisa dihubungi"):
            send(intake, envelope)
    assert outcomes(intake, envelope) == ["stored"]


def test_a_closed_intake_takes_nothing_more(store: Store, tablet: Tablet) -> None:
    """I011: what waits is stored before closing; what comes after is not acknowledged."""
    intake = Intake(store)
    waiting = intake.submit([tablet.envelope()])
    intake.close()
    assert waiting.result(timeout=0)[0].outcome is Outcome.STORED
    with pytest.raises(StoreError):
        send(intake, tablet.envelope())


@pytest.mark.parametrize(
    "typed", ["\u200b\u202eabc\u200f", "<script>", "ꦠꦩꦤ꧀ 🌳", "a\x00b", "a\ud83db"]
)
def test_text_survives(store: Store, intake: Intake, tablet: Tablet, typed: str) -> None:
    """I012: as typed, or with U+FFFD and the original aside."""
    content = json.dumps(
        {
            "questionnaire": {"key": "semua-jenis", "version": 1},
            "language": "jv",
            "assent": True,
            "answers": answers_of({"cerita": typed}, "jv"),
        }
    )
    assert outcomes(intake, tablet.envelope() | sealed(content)) == ["stored"]
    clean = typed.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    assert stored(store) == {tablet.id: {"cerita": clean}}
    originals = [json.loads(json.loads(content)["cerita"]) for _, content in quarantined(store)]
    assert [one["value"] for one in originals] == ([] if clean == typed else [typed])


def test_nothing_tells_who_answered() -> None:
    """I013: the tables of answers have no column for a name, an address or a device."""
    telling = ("name", "ip", "device", "agent", "finger", "email", "phone", "birth", "nik")
    for table in ("responses", "answers", "quarantine", "comments"):
        for column in Table.metadata.tables[table].columns:
            parts = column.name.split("_")
            assert not set(parts) & set(telling), f"{table}.{column.name}"


def test_progress_counts_children(store: Store, intake: Intake, gathering: Gathering) -> None:
    """I014: started, answering, finished, sent, needs help; a no is not counted."""
    children = [Tablet(store, gathering) for _ in range(6)]
    send(
        intake,
        children[0].envelope(),
        children[1].envelope({"wajah": 9}),
        children[2].envelope({}, finished=False),
        children[3].envelope({}, finished=False, needs_help=True),
        children[4].refusal(),
        children[5].envelope(),
        children[5].withdrawal(),
    )
    soon = gatherings.progress(store, gathering.id)
    assert (soon.started, soon.answering, soon.finished, soon.sent, soon.needs_help) == (
        4,
        2,
        2,
        1,
        1,
    )
    later = gatherings.progress(store, gathering.id, now=datetime.now(UTC) + timedelta(minutes=4))
    assert (later.started, later.answering, later.finished, later.needs_help) == (4, 0, 2, 2)


def test_a_flood_is_taken_in_order(store: Store, intake: Intake, gathering: Gathering) -> None:
    """I001: many hands at once; each future answers for its own envelopes, in their order."""
    classes = [[Tablet(store, gathering) for _ in range(7)] for _ in range(30)]
    barrier = threading.Barrier(30)

    def deliver(children: list[Tablet]) -> list[str]:
        barrier.wait()
        return [one.id for one in send(intake, *(child.envelope() for child in children))]

    with ThreadPoolExecutor(30) as crowd:
        answered = list(crowd.map(deliver, classes))
    assert answered == [[child.id for child in children] for children in classes]
    assert len(stored(store)) == 210
