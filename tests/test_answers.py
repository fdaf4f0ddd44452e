"""Promises of the answer check.

A001  An answer that fits its question is stored as it was given.
A002  An answer that does not fit is named with its reason and kept whole, next to the fitting ones.
A003  A skipped question is an answer without a value; a value that claims to be skipped is not.
A004  Zero-width, right-to-left, markup and emoji are stored as typed.
A005  A character no database can hold becomes U+FFFD, and the original is kept aside.
A006  What is kept aside is ASCII JSON, whatever came.
"""

import json
from typing import Any

import pytest
from tablet import FULL_ANSWERS, answers_of

from survey_app.answers import MAX_TEXT, MisfitReason, check_answers
from survey_app.questionnaire import Questionnaire


def test_fitting_answers_stay_as_they_are(questionnaire: Questionnaire) -> None:
    """A001: one answer of every type comes through unchanged, with its language."""
    answers, misfits = check_answers(questionnaire, answers_of(FULL_ANSWERS, "jv"))
    assert {one.question: one.value for one in answers} == FULL_ANSWERS
    assert {one.language.value for one in answers} == {"jv"}
    assert misfits == ()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("tidak_ada", 1, MisfitReason.UNKNOWN_QUESTION),
        ("salam", "dibaca", MisfitReason.UNKNOWN_QUESTION),
        ("wajah", 6, MisfitReason.OUT_OF_RANGE),
        ("wajah", True, MisfitReason.WRONG_TYPE),
        ("wajah", "5", MisfitReason.WRONG_TYPE),
        ("aman", "mungkin", MisfitReason.NOT_A_CHOICE),
        ("tempat", "mall", MisfitReason.NOT_A_CHOICE),
        ("tempat", ["taman"], MisfitReason.WRONG_TYPE),
        ("suka", ["taman", "mall"], MisfitReason.NOT_A_CHOICE),
        ("suka", ["taman", "taman"], MisfitReason.NOT_A_CHOICE),
        ("suka", [1], MisfitReason.WRONG_TYPE),
        ("nilai", 5, MisfitReason.OUT_OF_RANGE),
        ("nama_taman", "t" * 61, MisfitReason.TOO_LONG),
        ("cerita", "t" * (MAX_TEXT + 1), MisfitReason.TOO_LONG),
        ("cerita", {"a": 1}, MisfitReason.WRONG_TYPE),
        ("adik", 10, MisfitReason.OUT_OF_RANGE),
        ("adik", 10**400, MisfitReason.OUT_OF_RANGE),
        ("adik", float("inf"), MisfitReason.OUT_OF_RANGE),
        ("rumah", "35.71.99.9999", MisfitReason.NOT_A_CHOICE),
    ],
)
def test_misfits_are_named_and_kept(
    questionnaire: Questionnaire, key: str, value: Any, reason: MisfitReason
) -> None:
    """A002: the wrong answer is kept with its reason, the right one beside it is stored."""
    good = next(name for name in ("aman", "wajah") if name != key)
    given = answers_of({key: value, good: FULL_ANSWERS[good]})
    answers, misfits = check_answers(questionnaire, given)
    assert [one.question for one in answers] == [good]
    assert [(one.question, one.reason) for one in misfits] == [(key, reason)]
    assert json.loads(misfits[0].raw) == given[key]


@pytest.mark.parametrize(
    "raw", [None, 3, "taman", [], {"value": 3}, {"value": 3, "language": "en"}]
)
def test_an_answer_needs_its_wrapping(questionnaire: Questionnaire, raw: object) -> None:
    """A002: an answer without value and language of the questionnaire is kept aside."""
    answers, misfits = check_answers(questionnaire, {"wajah": raw})
    assert (len(answers), len(misfits)) == (0, 1)


def test_skipping_is_an_answer(questionnaire: Questionnaire) -> None:
    """A003: skipped means no value; anything in between is kept aside."""
    raw = {
        "wajah": {"value": None, "language": "id", "skipped": True},
        "aman": {"value": "no", "language": "id", "skipped": True},
        "nilai": {"value": None, "language": "id", "skipped": False},
        "adik": {"value": 0, "language": "id"},
    }
    answers, misfits = check_answers(questionnaire, raw)
    assert [(one.question, one.value, one.skipped) for one in answers] == [
        ("wajah", None, True),
        ("adik", 0, False),
    ]
    assert {one.question for one in misfits} == {"aman", "nilai"}


def test_information_has_no_answer(questionnaire: Questionnaire) -> None:
    """A003: an information screen that was only read leaves nothing, and nothing is wrong."""
    raw = {"salam": {"value": None, "language": "id", "skipped": False}}
    assert check_answers(questionnaire, raw) == ((), ())


@pytest.mark.parametrize(
    "typed",
    [
        "\u200btaman\u200d",
        "\u202etaman",
        "<script>alert(1)</script>",
        "👩‍👩‍👧 ꦠꦩꦤ꧀",
        "a\r\n\tb",
        "'=1+1",
        "",
    ],
)
def test_unusual_text_is_stored_as_typed(questionnaire: Questionnaire, typed: str) -> None:
    """A004: nothing a child can type is changed."""
    answers, misfits = check_answers(questionnaire, answers_of({"cerita": typed}))
    assert answers[0].value == typed
    assert misfits == ()


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b", "\udc00a"])
def test_unstorable_characters_are_replaced_and_kept(
    questionnaire: Questionnaire, typed: str
) -> None:
    """A005, A006: the answer holds U+FFFD, the original stands aside as escapes."""
    answers, misfits = check_answers(questionnaire, answers_of({"cerita": typed}))
    assert "\ufffd" in str(answers[0].value)
    assert str(answers[0].value).encode()
    assert misfits[0].reason is MisfitReason.UNSTORABLE
    assert misfits[0].raw.isascii()
    assert json.loads(misfits[0].raw)["value"] == typed
