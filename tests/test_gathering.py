"""Promises of a gathering: its code, its clock, what a tablet is given.

G001  A code has six signs without look-alikes, and is understood however a child types it.
G002  A ticket proves the code to the installation that made it, and to no other.
G003  Return words cannot be read back from what is stored, and differ between gatherings.
G004  An open gathering follows its clock; paused, closed and archived ones do not.
G005  The package holds everything a tablet needs and nothing that is for the analysis.
G006  A gathering keeps the questionnaire version it was opened with.
G007  Opening by hand overrules the clock; archived is for ever.
G008  A plan that cannot be kept is refused with the remedy.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from classroom import every_type, plan_for

from survey_app import gathering as gathering_module
from survey_app import wording
from survey_app.errors import GatheringError
from survey_app.gathering import (
    CODE_ALPHABET,
    RETURN_WORDS,
    Gathering,
    GatheringId,
    GatheringState,
    PlayerMode,
    effective_state,
    is_code,
    new_code,
    normalise_code,
    normalise_return_words,
    package,
    return_words_digest,
    ticket,
    ticket_is_valid,
)
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, gatherings, questionnaires

NOON = datetime(2027, 3, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_codes_have_no_look_alikes() -> None:
    """G001: a thousand codes use the safe signs only, and hardly ever repeat."""
    codes = {new_code() for _ in range(1000)}
    assert len(codes) > 995
    assert all(is_code(code) for code in codes)
    assert not set(CODE_ALPHABET) & set("0O1IL2Z5S8BAEU")


@pytest.mark.parametrize("typed", ["c4d7fh", " C4D 7FH ", "C4D-7FH", "c4-d7 fh\n", "C.4.D.7.F.H"])
def test_codes_are_understood(typed: str) -> None:
    """G001: spaces, hyphens and small letters do not matter."""
    assert normalise_code(typed) == "C4D7FH"


@pytest.mark.parametrize(
    "typed", ["", "C4D7F", "C4D7FHH", "C4D7F0", "C4D7F\x00", "ÇÇÇÇÇÇ", "<b>x</b>"]
)
def test_what_is_no_code_is_found_nowhere(sqlite_store: Store, typed: str) -> None:
    """G001: no error, no gathering."""
    assert gatherings.by_code(sqlite_store, typed) is None


def test_tickets_belong_to_code_and_installation() -> None:
    """G002: another code or another secret makes another ticket."""
    ours, theirs = b"a" * 32, b"b" * 32
    given = ticket(ours, "C4D7FH")
    assert ticket_is_valid(ours, "C4D7FH", given)
    assert not ticket_is_valid(theirs, "C4D7FH", given)
    assert not ticket_is_valid(ours, "C4D7FK", given)
    assert not ticket_is_valid(ours, "C4D7FH", "\ud800é")


def test_return_words_are_many_and_easy() -> None:
    """G003: more than 40,000 triples of short, distinct, plain words."""
    animals, looks, foods = (set(words) for words in RETURN_WORDS)
    assert len(animals) * len(looks) * len(foods) > 40_000
    assert sum(len(words) for words in RETURN_WORDS) == len(animals | looks | foods)
    assert all(word.isascii() and word.islower() and len(word) <= 12 for word in animals | foods)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Kucing  merah tujuh", "kucing-merah-tujuh"),
        ("kucing-merah-tujuh ", "kucing-merah-tujuh"),
        ("kucing, merah, tujuh", "kucing-merah-tujuh"),
        ("kucing merah", None),
        ("kucing-merah-7", None),
        ("", None),
        ("a" * 5000, None),
    ],
)
def test_return_words_as_typed(typed: str, words: str | None) -> None:
    """G003: three words in any spelling, or none."""
    assert normalise_return_words(typed) == words


def test_return_words_are_salted_by_gathering() -> None:
    """G003: the same words in two gatherings are stored differently."""
    one, two = (
        return_words_digest(b"s" * 32, GatheringId(number), "kucing-merah-apel")
        for number in (1, 2)
    )
    assert one != two
    assert "kucing" not in one


@pytest.mark.parametrize(
    ("stored", "opens", "closes", "shown"),
    [
        (GatheringState.OPEN, None, None, GatheringState.OPEN),
        (GatheringState.OPEN, NOON + HOUR, None, GatheringState.NOT_YET),
        (GatheringState.OPEN, NOON, NOON + HOUR, GatheringState.OPEN),
        (GatheringState.OPEN, NOON - HOUR, NOON, GatheringState.CLOSED),
        (GatheringState.PAUSED, NOON - HOUR, NOON, GatheringState.PAUSED),
        (GatheringState.CLOSED, NOON + HOUR, None, GatheringState.CLOSED),
        (GatheringState.ARCHIVED, None, NOON + HOUR, GatheringState.ARCHIVED),
    ],
)
def test_the_clock_opens_and_closes(
    stored: GatheringState,
    opens: datetime | None,
    closes: datetime | None,
    shown: GatheringState,
) -> None:
    """G004: opens at the first second, closes at the last."""
    assert effective_state(stored, opens, closes, NOON) is shown


def test_a_package_is_for_children(store: Store, gathering: Gathering) -> None:
    """G005: questions, texts, places, help lines, words; no cluster, indicator or free_text."""
    content = questionnaires.package_content(store, gathering.questionnaire_id)
    whole = package(
        gathering,
        content,
        wording={"id": {"lewati": "Lewati"}},
        keeping=wording.keeping(text=180, responses=730),
        ticket="t",
        mode=PlayerMode.GROUP,
    )
    assert whole["gathering"] == {
        "code": gathering.code,
        "state": "open",
        "ticket": "t",
        "age_band": "10-12",
        "mode": "group",
    }
    fields = {name for question in whole["questionnaire"]["questions"] for name in question}
    assert not fields & {"cluster", "indicator", "free_text"}
    assert sum(len(one["kelurahan"]) for one in whole["places"]) == 46
    assert len(whole["places"]) == 3
    assert any(line["phone"] == "129" for line in whole["help_lines"])
    assert whole["keeping"]["jv"] == {"kata": "6 sasi", "jawaban": "2 taun"}


def test_places_only_where_they_are_asked(gathering: Gathering) -> None:
    """G005: 46 kelurahan are not sent to a questionnaire that asks for none."""
    content: dict[str, Any] = {"questions": [{"type": "faces"}]}
    assert "places" not in package(gathering, content, wording={}, keeping={}, ticket="t")


def test_a_gathering_keeps_its_version(store: Store, gathering: Gathering, tmp_path: Path) -> None:
    """G006: a new version is published; the running gathering still asks the old one."""
    changed = Questionnaire.model_validate(every_type() | {"version": 2})
    questionnaires.publish(store, changed, tmp_path)
    again = gatherings.by_code(store, gathering.code)
    assert again is not None
    assert again.questionnaire_version == 1
    assert [one.version for one in questionnaires.newest(store)] == [2]


def test_opening_by_hand_overrules_the_clock(store: Store, questionnaire: Questionnaire) -> None:
    """G007: a gathering that is over, or not yet begun, opens at once and stays open."""
    now = datetime.now(UTC)
    times = {"opens_at": now - 2 * HOUR, "closes_at": now - HOUR}
    over = gatherings.open_gathering(
        store, replace(plan_for(store, questionnaire), **times), by=Program.COMMAND_LINE
    )
    assert over.state is GatheringState.CLOSED
    assert (
        gatherings.set_state(store, over.id, GatheringState.OPEN, by=Program.COMMAND_LINE).state
        is GatheringState.OPEN
    )
    early = replace(plan_for(store, questionnaire), opens_at=now + HOUR)
    waiting = gatherings.open_gathering(store, early, by=Program.COMMAND_LINE)
    assert waiting.state is GatheringState.NOT_YET
    opened = gatherings.set_state(store, waiting.id, GatheringState.OPEN, by=Program.COMMAND_LINE)
    assert (opened.state, opened.opens_at) == (GatheringState.OPEN, None)


def test_archived_is_for_ever(store: Store, gathering: Gathering) -> None:
    """G007: pause, close, archive work; out of the archive there is no way."""
    for state in (GatheringState.PAUSED, GatheringState.CLOSED, GatheringState.ARCHIVED):
        assert (
            gatherings.set_state(store, gathering.id, state, by=Program.COMMAND_LINE).state is state
        )
    for state in (GatheringState.OPEN, GatheringState.NOT_YET):
        with pytest.raises(GatheringError):
            gatherings.set_state(store, gathering.id, state, by=Program.COMMAND_LINE)


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"venue": ""},
        {"expected_children": 0},
        {"expected_children": 5000},
        {"opens_at": NOON, "closes_at": NOON},
        {"kelurahan_code": "00.00.00.0000"},
        {"questionnaire_id": 99},
        {"round_id": 99},
    ],
)
def test_an_impossible_plan_is_refused(
    store: Store, questionnaire: Questionnaire, change: dict[str, Any]
) -> None:
    """G008: one sentence, the remedy, and no gathering."""
    with pytest.raises(GatheringError) as refused:
        gatherings.open_gathering(
            store, replace(plan_for(store, questionnaire), **change), by=Program.COMMAND_LINE
        )
    assert refused.value.remedy
    assert gatherings.all_gatherings(store) == ()


def test_a_code_is_never_given_twice(
    store: Store, questionnaire: Questionnaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G001: where chance repeats a code, the next one is taken."""
    codes = iter(["CCCCCC", "CCCCCC", "DDDDDD"])
    monkeypatch.setattr(gatherings, "new_code", lambda: next(codes))
    plan = plan_for(store, questionnaire)
    opened = [
        gatherings.open_gathering(store, plan, by=Program.COMMAND_LINE).code for _ in range(2)
    ]
    assert opened == ["CCCCCC", "DDDDDD"]
    assert gathering_module.CODE_LENGTH == 6
