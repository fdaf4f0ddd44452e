"""Promises about what was not stored as an answer: a disclosure in it is before the officer too.

N001  Texts of a response that went to quarantine whole are one alert; the officer reads them with
      why they were kept aside, and opening them is written down.
N002  Single answers that did not fit, and what is no JSON, are looked through; what was tapped,
      and the return words, are not shown as a child's words.
N003  What stands in an answer as well is not laid before the officer twice.
N004  What cannot be looked through, waits too long or is too long is laid open unread.
N005  A withdrawal takes it along; an open case stays without words. It goes into no theme.
N006  A gathering unknown here stops no alert, and a flood of them leaves room for the others.
N007  More words to a closed case make it wait again; fewer never lower one.
N008  What a child says last about talking to somebody counts, finished or not, agreed or not.
N009  The facilitator who opened a gathering learns how many children let it be known; nobody else.
"""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from listening import find
from reading import read_round
from rows import all_text, quarantine_in
from tablet import Tablet, sealed

from survey_app import safeguarding
from survey_app.errors import SignInError
from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.screening import Screener
from survey_app.store import Store, alerts, aside, gatherings, people, salvage
from survey_app.store import screening as shelf
from survey_app.store.alerts import Case
from survey_app.store.aside import ASIDE
from survey_app.store.cases import AlertState, Step
from survey_app.store.database import now
from survey_app.store.responses import Intake
from survey_app.store.tables import Alerts, Audit, Quarantine

WORDS = "aku dipukul paman"
WRONG = {"ticket": "salah"}


@pytest.fixture
def screener(store: Store) -> Screener:
    """One that knows two words."""
    return Screener(store, find)


@pytest.fixture
def officer(store: Store) -> StaffMember:
    """Who reads the cases."""
    return _staff(store, "Bu PPA", Role.SAFEGUARDING_OFFICER)


def _staff(store: Store, name: str, role: Role) -> StaffMember:
    return people.add_staff(store, name, "kapal-layar-biru", role)


def _send(intake: Intake, *envelopes: dict[str, Any]) -> None:
    intake.submit(list(envelopes)).result(timeout=20)


def _levels(store: Store) -> dict[str, str]:
    """The level of each alert, by question."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(Alerts.question_key, Alerts.level))
        return {row.question_key: row.level for row in rows}


def _only(store: Store, officer: StaffMember) -> Case:
    (one,) = safeguarding.queue(store, officer)
    return one


def test_a_whole_response(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener, officer: StaffMember
) -> None:
    """N001: every revision of it is one case, with each text once, the newest first."""
    child = Tablet(store, gathering)
    for text in ("aku", WORDS, WORDS):
        _send(intake, child.envelope({"cerita": text, "usul": "lampu", "tempat": "kali"}) | WRONG)
    screener.look()
    one = _only(store, officer)
    assert (one.level, one.is_kept_aside, one.question) == ("urgent", True, ASIDE)
    assert one.place is not None
    assert one.place.gathering == "Kelas 5A"
    opened = safeguarding.open_words(store, officer, one.id)
    assert opened is not None
    assert [kept.text for kept in opened.kept_aside] == [WORDS, "lampu", "aku"]
    assert {kept.why for kept in opened.kept_aside} == {"ticket"}
    assert (opened.text, opened.reason) == (None, "dipukul")
    with store.reading() as connection:
        events = list(connection.scalars(sa.select(Audit.event)))
    assert events.count("alert_opened") == 1
    assert not {Step.RELEASE, Step.KEEP_BACK} & safeguarding.steps_for(one, officer)
    screener.look()
    assert _levels(store) == {ASIDE: "urgent"}


MISFITS: list[tuple[str, dict[str, Any]]] = [
    ("too long", {"cerita": {"value": "x" * 4_000 + WORDS, "language": "id", "skipped": False}}),
    ("no language", {"cerita": {"value": WORDS, "language": "en", "skipped": False}}),
    ("unknown question", {"lain": {"value": WORDS, "language": "id", "skipped": False}}),
    ("no choice", {"tempat": {"value": WORDS, "language": "id", "skipped": False}}),
    ("a list", {"cerita": {"value": [[WORDS]], "language": "id", "skipped": False}}),
    ("not even an answer", {"cerita": WORDS}),
]


@pytest.mark.parametrize("answers", [one for _, one in MISFITS], ids=[name for name, _ in MISFITS])
def test_answers_that_do_not_fit(
    sqlite_store: Store, questionnaire: Any, tmp_path: Any, answers: dict[str, Any]
) -> None:
    """N002: each of them is an alert, whatever did not fit."""
    from classroom import opened_gathering

    gathering = opened_gathering(sqlite_store, questionnaire, tmp_path)
    writer = Intake(sqlite_store)
    _send(writer, Tablet(sqlite_store, gathering).envelope(answers=answers))
    writer.close()
    Screener(sqlite_store, find).look()
    assert _levels(sqlite_store) == {ASIDE: "urgent"}


def test_what_a_child_did_not_write(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener, officer: StaffMember
) -> None:
    """N002: neither taps nor the three words; a broken text is read as far as it goes."""
    tapped = {"tempat": "taman", "suka": ["kali"], "aman": "yes", "rumah": "35.71.01.1001"}
    child = Tablet(store, gathering)
    kept = child.envelope(tapped, return_words="kucing-merah-tujuh") | WRONG
    broken = Tablet(store, gathering).envelope({"cerita": WORDS}, return_words="sapi-biru-dua")
    text = broken["content"].replace('"answers"', '"answers')
    assert "sapi-biru-dua" in text
    _send(intake, kept, broken | sealed(text))
    screener.look()
    one = _only(store, officer)
    opened = safeguarding.open_words(store, officer, one.id)
    assert opened is not None
    (read,) = opened.kept_aside
    assert WORDS in read.text
    assert "sapi-biru-dua" not in read.text
    assert read.why == "not_json"


def test_not_twice(store: Store, intake: Intake, gathering: Gathering, screener: Screener) -> None:
    """N003: a finished response sent again with one more word; and one with a bad character."""
    child = Tablet(store, gathering)
    _send(intake, child.envelope({"cerita": f"{WORDS} kemarin", "usul": "lampu"}))
    _send(intake, child.envelope({"cerita": WORDS, "usul": "lampu"}))
    _send(intake, Tablet(store, gathering).envelope({"cerita": "aku diejek\x00"}))
    assert sorted(row["reason"] for row in quarantine_in(store)) == ["finished", "unstorable"]
    screener.look()
    assert sorted(_levels(store)) == ["cerita"]
    _send(intake, child.envelope({"cerita": "aku dipukul lagi"}))
    screener.look()
    assert _levels(store)[ASIDE] == "urgent"


def test_not_looked_through(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """N004: one that breaks the screening stops no other, and waits for somebody who reads it."""
    bad, good = Tablet(store, gathering), Tablet(store, gathering)
    _send(intake, bad.envelope({"cerita": "meledak"}) | WRONG)
    _send(intake, good.envelope({"cerita": WORDS}) | WRONG)
    later = now() + timedelta(seconds=1)
    assert shelf.mark_overdue(store, before=later) == 2
    assert shelf.mark_overdue(store, before=later) == 0
    screener.look()
    with store.reading() as connection:
        found = {row.response_id: row.level for row in connection.execute(sa.select(Alerts))}
    assert found == {bad.id: "unscreened", good.id: "urgent"}
    Screener(store, lambda texts: [None for _ in texts]).look()
    assert _levels(store) == {ASIDE: "urgent"}


def test_nothing_to_look_through(store: Store, intake: Intake, gathering: Gathering) -> None:
    """N004: a number out of range is not laid before anybody."""
    _send(intake, Tablet(store, gathering).envelope({"wajah": 17}))
    assert shelf.mark_overdue(store, before=now() + timedelta(seconds=1)) == 0
    assert aside.unread(store, most=10) == ()


def test_a_very_long_text(
    store: Store, intake: Intake, gathering: Gathering, officer: StaffMember
) -> None:
    """N004: looked through in pieces no longer than an answer, up to a bound, and said so."""
    text = "taman " * 20_000
    _send(intake, Tablet(store, gathering).envelope({"cerita": text}) | WRONG)
    given: list[str] = []
    Screener(store, lambda texts: [given.append(one) for one in texts]).look()  # type: ignore[func-returns-value,misc]
    assert max(map(len, given)) <= 4_000
    assert salvage.MOST_TEXT <= sum(map(len, given)) <= 1.1 * salvage.MOST_TEXT
    one = _only(store, officer)
    assert one.level == "unscreened"
    opened = safeguarding.open_words(store, officer, one.id)
    assert opened is not None
    assert len(opened.kept_aside[0].text) <= salvage.MOST_TEXT + 2


def test_a_sentence_across_the_cut() -> None:
    """N004: it is whole in one of the pieces, wherever the cut falls."""
    for start in range(3_900, 4_000, 7):
        cut, whole = salvage.pieces(["x" * start + WORDS + "y" * 5_000])
        assert whole
        assert any(WORDS in piece for piece in cut)


@pytest.mark.parametrize("worked_on", [False, True])
def test_withdrawn(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    screener: Screener,
    officer: StaffMember,
    worked_on: bool,
) -> None:
    """N005: nothing of the words is left anywhere; an analysis does not know them either."""
    child = Tablet(store, gathering)
    _send(intake, child.envelope({"cerita": "taman"}))
    _send(intake, child.envelope({"cerita": WORDS}))
    screener.look()
    number = _only(store, officer).id
    if worked_on:
        safeguarding.act(store, officer, number, Step.TAKE)
        safeguarding.act(store, officer, number, Step.JUDGE_URGENT)
    assert alerts.judgements(store, gathering.round_id) == {}
    read_round(store, gathering.round_id)
    _send(intake, child.withdrawal())
    assert "dipukul" not in all_text(store)
    case = safeguarding.case(store, officer, number)
    assert (case is not None) is worked_on
    if worked_on:
        opened = safeguarding.open_words(store, officer, number)
        assert opened is not None
        assert (opened.text, opened.kept_aside, opened.reason) == (None, (), "")


def test_withdrawn_meanwhile(store: Store, intake: Intake, gathering: Gathering) -> None:
    """N005: between reading the words and keeping what was found."""
    child = Tablet(store, gathering)
    _send(intake, child.envelope({"cerita": WORDS}, talk_to_adult=True) | WRONG)

    def slowly(texts: Any) -> Any:
        _send(intake, child.withdrawal())
        return find(texts)

    Screener(store, slowly).look()
    assert _levels(store) == {}


def test_a_gathering_nobody_knows(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    screener: Screener,
    officer: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """N006: as after the restore of an old backup; two such cases at a time, here."""
    monkeypatch.setattr(aside, "MOST_UNKNOWN", 2)
    elsewhere = {"gathering": "ZZZZZZ"}
    for _ in range(2):
        _send(intake, Tablet(store, gathering).envelope({"cerita": WORDS}) | elsewhere)
        screener.look()
    _send(intake, Tablet(store, gathering).envelope({"cerita": WORDS}) | elsewhere)
    _send(intake, Tablet(store, gathering).envelope({"cerita": WORDS}) | WRONG)
    screener.look()
    cases = safeguarding.queue(store, officer)
    assert [one.place is None for one in cases] == [True, True, False]
    safeguarding.act(store, officer, cases[0].id, Step.TAKE)
    screener.look()
    assert len(safeguarding.queue(store, officer)) == 4


def test_what_the_database_refused(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener, officer: StaffMember
) -> None:
    """N006: it was kept without its gathering, which is found by the code."""
    _send(intake, Tablet(store, gathering).envelope({"cerita": WORDS}) | WRONG)
    with store.writing() as connection:
        connection.execute(sa.update(Quarantine).values(gathering_id=None))
    screener.look()
    assert _only(store, officer).place is not None


def test_more_words(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener, officer: StaffMember
) -> None:
    """N007: concern, urgent, nothing new; closed by two, then another disclosure."""
    child = Tablet(store, gathering)
    for text, level in (("diejek", "concern"), (WORDS, "urgent"), ("lampu", "urgent")):
        _send(intake, child.envelope({"cerita": text}) | WRONG)
        screener.look()
        assert _levels(store) == {ASIDE: level}
    number = _only(store, officer).id
    second = _staff(store, "Pak PPA", Role.SAFEGUARDING_OFFICER)
    safeguarding.act(store, officer, number, Step.TAKE)
    safeguarding.act(store, officer, number, Step.JUDGE_NONE)
    safeguarding.act(store, officer, number, Step.PROPOSE, note="selesai")
    safeguarding.act(store, second, number, Step.CONFIRM)
    assert safeguarding.queue(store, officer) == ()
    _send(intake, child.envelope({"cerita": "taman"}) | WRONG)
    screener.look()
    assert safeguarding.queue(store, officer) == ()
    _send(intake, child.envelope({"cerita": "diejek lagi"}) | WRONG)
    screener.look()
    one = _only(store, officer)
    assert (one.state, one.weight) == (AlertState.WAITING, "concern")
    assert len(one.steps) == 4


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("ticket", [{}, WRONG])
def test_said_last(
    store: Store, intake: Intake, gathering: Gathering, agreed: bool, ticket: dict[str, str]
) -> None:
    """N008: ticked and unticked on the closing screen, again and again."""
    child = Tablet(store, gathering)
    values = {"cerita": "taman"} if agreed else {}

    def say(talk: bool, told: bool) -> tuple[int, bool]:
        ticks = {"talk_to_adult": talk, "facilitator_may_know": told}
        _send(intake, child.envelope(values, assent=agreed, **ticks) | ticket)
        Screener(store, find).look()
        return alerts.asked_to_talk(store, gathering.id), "" in _levels(store)

    assert say(False, False) == (0, False)
    for _ in range(2):
        assert say(True, False) == (0, True)
        assert say(True, True) == (1, True)
        assert say(True, False) == (0, True)
        assert say(True, True) == (1, True)
        assert say(False, True)[0] == 0
    if not ticket:
        assert _levels(store) == {}


def test_an_older_tablet(store: Store, intake: Intake, gathering: Gathering) -> None:
    """N008: without the second tick nobody is told, nor by one that is not a tick."""
    for told in ({}, {"facilitator_may_know": "ya"}, {"facilitator_may_know": None}):
        _send(intake, Tablet(store, gathering).envelope(talk_to_adult=True, **told))
    assert alerts.asked_to_talk(store, gathering.id) == 0


def test_who_is_told(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener, officer: StaffMember
) -> None:
    """N009: the one who opened it; a number, and the officer sees both ticks."""
    teacher = _staff(store, "Bu Guru", Role.FACILITATOR)
    plan_of = gatherings.by_id(store, gathering.id)
    assert plan_of is not None
    assert safeguarding.asked_to_talk(store, teacher, plan_of) == 0
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE gatherings SET opened_by = :id"), {"id": teacher.id})
    own = gatherings.by_id(store, gathering.id)
    assert own is not None
    both = {"talk_to_adult": True, "facilitator_may_know": True}
    quiet = Tablet(store, gathering).envelope({}, talk_to_adult=True)
    tells = [Tablet(store, gathering).envelope({}, **both) for _ in range(2)]
    _send(intake, quiet, tells[0], tells[1] | WRONG)
    screener.look()
    assert safeguarding.asked_to_talk(store, teacher, own) == 2
    task_force = _staff(store, "Gugus Tugas", Role.TASK_FORCE)
    assert safeguarding.asked_to_talk(store, task_force, own) == 0
    with pytest.raises(SignInError):
        safeguarding.asked_to_talk(store, officer, own)
    cases = safeguarding.queue(store, officer)
    assert sorted(one.facilitator_may_know for one in cases) == [False, True, True]
    assert all(one.wants_to_talk for one in cases)
