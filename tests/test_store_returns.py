"""Promises of the three easy words.

W001  Words open an unfinished response again, with its content and without the words in it.
W002  Words that another child of the gathering has are "taken"; other gatherings do not matter.
W003  A withdrawal takes everything with it, and a late copy stays away.
W004  Wrong words open nothing; archived gatherings open nothing any more.
W005  Words are nowhere in the database.
"""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from reading import read_round
from rows import all_text
from tablet import FULL_ANSWERS, Tablet, sealed

from survey_app.errors import GatheringError
from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, gatherings, responses, returns
from survey_app.store.responses import Intake
from survey_app.store.tables import Responses

WORDS = "kucing-merah-apel"


@pytest.fixture
def tablet(store: Store, gathering: Gathering) -> Tablet:
    """One child's tablet."""
    return Tablet(store, gathering)


def _send(intake: Intake, *envelopes: Any) -> list[str | None]:
    return [one.return_words for one in intake.submit(envelopes).result(timeout=20)]


def test_going_on_at_another_tablet(store: Store, intake: Intake, tablet: Tablet) -> None:
    """W001: id, revision and content come back; the next revision replaces the first."""
    first = tablet.envelope({"wajah": 2}, finished=False, return_words=WORDS)
    assert _send(intake, first) == ["ok"]
    found = returns.open_again(store, tablet.gathering.code.lower(), "Kucing merah apel")
    assert found is not None
    assert (found.id, found.revision, found.finished) == (tablet.id, 1, False)
    content = json.loads(found.content)
    assert content["answers"]["wajah"]["value"] == 2
    assert "return_words" not in content
    other = Tablet(store, tablet.gathering, id=found.id, revision=found.revision)
    assert _send(intake, other.envelope(return_words=WORDS)) == ["ok"]
    done = returns.open_again(store, tablet.gathering.code, WORDS)
    assert done is not None
    assert (done.finished, done.content) == (True, "")


def test_words_are_taken_once(
    store: Store, intake: Intake, tablet: Tablet, questionnaire: Questionnaire, tmp_path: Any
) -> None:
    """W002: the second child's answers are stored, only the words are not given."""
    second = Tablet(store, tablet.gathering)
    elsewhere = Tablet(store, opened_gathering(store, questionnaire, tmp_path))
    mine = tablet.envelope(finished=False, return_words=WORDS)
    theirs = second.envelope(finished=False, return_words=WORDS)
    assert _send(intake, mine, theirs, elsewhere.envelope(return_words=WORDS)) == [
        "ok",
        "taken",
        "ok",
    ]
    assert _send(intake, mine, theirs) == ["ok", "taken"]
    assert _send(intake, second.envelope(return_words="anjing-biru-roti")) == ["ok"]
    found = returns.open_again(store, tablet.gathering.code, WORDS)
    assert found is not None
    assert found.id == tablet.id


def test_words_can_be_changed_and_are_free_again(
    store: Store, intake: Intake, tablet: Tablet
) -> None:
    """W002: words somebody gave up, or withdrew with, can be given to another child."""
    _send(intake, tablet.envelope(finished=False, return_words=WORDS))
    _send(intake, tablet.envelope(finished=False, return_words="anjing-biru-roti"))
    second = Tablet(store, tablet.gathering)
    assert _send(intake, second.envelope(return_words=WORDS)) == ["ok"]
    assert returns.withdraw(store, tablet.gathering.code, WORDS)
    third = Tablet(store, tablet.gathering)
    assert _send(intake, third.envelope(return_words=WORDS)) == ["ok"]


def test_a_withdrawal_takes_everything(
    store: Store, intake: Intake, tablet: Tablet, gathering: Gathering
) -> None:
    """W003: answers, quarantine, comments, themes; the next analysis does not know them."""
    others = [Tablet(store, gathering) for _ in range(6)]
    mine = tablet.envelope(
        {**FULL_ANSWERS, "cerita": "aku pengin kolam ikan koi sing jembar", "wajah": 9},
        return_words=WORDS,
    )
    _send(intake, mine, *(child.envelope() for child in others))
    read_round(store, gathering.round_id)
    assert "kolam ikan koi" in all_text(store)
    assert returns.withdraw(store, gathering.code, WORDS)
    assert "kolam ikan koi" not in all_text(store)
    assert not returns.withdraw(store, gathering.code, WORDS)
    results = intake.submit([mine]).result(timeout=20)
    assert [one.outcome.value for one in results] == ["withdrawn"]
    assert gatherings.progress(store, gathering.id).started == 6
    assert tablet.id not in {
        one.ref.response_id for one in responses.free_text_answers(store, gathering.round_id)
    }
    read_round(store, gathering.round_id)
    assert "kolam ikan koi" not in all_text(store)


@pytest.mark.parametrize("words", ["", "kucing", "anjing-biru-roti", "\x00-a-b", "x" * 9999])
def test_wrong_words_open_nothing(store: Store, intake: Intake, tablet: Tablet, words: str) -> None:
    """W004: neither words nor code that are not known."""
    _send(intake, tablet.envelope(return_words=WORDS))
    assert returns.open_again(store, tablet.gathering.code, words) is None
    assert not returns.withdraw(store, tablet.gathering.code, words)
    assert returns.open_again(store, "CCCCCC", WORDS) is None


def test_archived_is_the_end(store: Store, intake: Intake, tablet: Tablet) -> None:
    """W004: until then answers can be taken back; after that the sentence says whom to ask."""
    _send(intake, tablet.envelope(return_words=WORDS))
    gatherings.set_state(
        store, tablet.gathering.id, GatheringState.ARCHIVED, by=Program.COMMAND_LINE
    )
    for action in (returns.open_again, returns.withdraw):
        with pytest.raises(GatheringError, match="diarsipkan"):
            action(store, tablet.gathering.code, WORDS)


def test_words_are_nowhere_in_clear(store: Store, intake: Intake, tablet: Tablet) -> None:
    """W005: not with drafts, not with finished responses, nor in quarantine."""
    draft = tablet.envelope(finished=False, return_words=WORDS)
    shorter = tablet.envelope({}, finished=False, return_words=WORDS)
    _send(intake, draft, shorter, draft)
    _send(intake, tablet.envelope(return_words=WORDS), tablet.envelope({}, return_words=WORDS))
    bad_ticket = Tablet(store, tablet.gathering).envelope(return_words=WORDS) | {"ticket": "x"}
    strange = sealed('{"return_words":"kucing-merah-apel","assent":true}')
    _send(intake, bad_ticket, Tablet(store, tablet.gathering).envelope() | strange)
    text = all_text(store)
    assert "kucing" not in text
    with store.reading() as connection:
        kept = connection.scalar(
            sa.select(Responses.return_words_hash).where(Responses.id == tablet.id)
        )
    assert kept is not None
    assert len(kept) == 64
