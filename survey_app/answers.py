"""Does an answer fit the question? What does not fit is named, so that it can be kept aside."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from survey_app.places import kelurahan_by_code
from survey_app.questionnaire import Language, Question, Questionnaire, QuestionType

JsonValue: TypeAlias = "bool | int | float | str | list[Any] | dict[str, Any] | None"

MAX_TEXT = 4_000  # characters, the limit of the protocol (docs/architecture.md)
_LARGEST_NUMBER = 10**12  # where a questionnaire sets no bound: still exact in every spreadsheet
# PostgreSQL text holds no NUL, and UTF-8 no lone half of a surrogate pair. Everything else a child
# can type (zero-width, right-to-left, emoji) is stored as typed.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_REPLACEMENT = "\ufffd"


class MisfitReason(StrEnum):
    """Why an answer is kept aside instead of stored."""

    UNKNOWN_QUESTION = "unknown_question"
    WRONG_TYPE = "wrong_type"
    NOT_A_CHOICE = "not_a_choice"
    OUT_OF_RANGE = "out_of_range"
    TOO_LONG = "too_long"
    LANGUAGE = "language"
    UNSTORABLE = "unstorable"  # stored with the replacement character; the original is kept aside


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that fits; a skipped one has the value None."""

    question: str
    value: JsonValue
    language: Language
    skipped: bool


@dataclass(frozen=True, slots=True)
class Misfit:
    """One answer that does not fit; ``raw`` is what came, as JSON text in ASCII."""

    question: str
    reason: MisfitReason
    raw: str


def check_answers(
    questionnaire: Questionnaire, raw_answers: Mapping[str, object]
) -> tuple[tuple[Answer, ...], tuple[Misfit, ...]]:
    """Sort what came into answers that fit this version of the questionnaire, and the rest.

    An answer cleaned of characters no database can hold is in both.
    """
    asked = {question.key: question for question in questionnaire.questions}
    answers: list[Answer] = []
    misfits: list[Misfit] = []
    for key, raw in raw_answers.items():
        question = asked.get(key)
        fitting = (
            _fitting(question, raw, questionnaire.languages)
            if question
            else MisfitReason.UNKNOWN_QUESTION
        )
        if isinstance(fitting, MisfitReason):
            misfits.append(Misfit(key, fitting, as_ascii_json(raw)))
            continue
        if fitting is None:
            continue
        answers.append(fitting)
        if _holds_unstorable(raw):
            misfits.append(Misfit(key, MisfitReason.UNSTORABLE, as_ascii_json(raw)))
    return tuple(answers), tuple(misfits)


def storable(text: str) -> str:
    """The text with U+FFFD where a character cannot be stored."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def as_ascii_json(value: object) -> str:
    """JSON text whose every unusual character is an escape: any database can hold it."""
    return str(value) if type(value) is int else _encode(value)  # most answers are a number


def _fitting(
    question: Question, raw: object, languages: tuple[Language, ...]
) -> Answer | MisfitReason | None:
    """The answer, the reason it does not fit, or None where there is nothing to store."""
    if not isinstance(raw, dict):
        return MisfitReason.WRONG_TYPE
    value, skipped = raw.get("value"), raw.get("skipped", False)
    if question.type is QuestionType.INFORMATION:
        return None if value is None else MisfitReason.UNKNOWN_QUESTION
    if not isinstance(skipped, bool) or skipped is not (value is None):
        return MisfitReason.WRONG_TYPE
    language = raw.get("language")
    if language not in languages:
        return MisfitReason.LANGUAGE
    if not skipped and (reason := _CHECKS[question.type](question, value)):
        return reason
    kept = storable(value) if isinstance(value, str) else value
    return Answer(question.key, kept, Language(language), skipped)


def _holds_unstorable(raw: object) -> bool:
    value = raw.get("value") if isinstance(raw, dict) else None
    return isinstance(value, str) and _UNSTORABLE.search(value) is not None


def _whole_number(value: object, highest: int) -> MisfitReason | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return MisfitReason.WRONG_TYPE
    return None if 1 <= value <= highest else MisfitReason.OUT_OF_RANGE


def _one_of(value: object, allowed: frozenset[str]) -> MisfitReason | None:
    if not isinstance(value, str):
        return MisfitReason.WRONG_TYPE
    return None if value in allowed else MisfitReason.NOT_A_CHOICE


def _faces(_question: Question, value: object) -> MisfitReason | None:
    return _whole_number(value, 5)


def _rating(question: Question, value: object) -> MisfitReason | None:
    return _whole_number(value, len(question.points))


def _yes_maybe_no(_question: Question, value: object) -> MisfitReason | None:
    return _one_of(value, frozenset(("yes", "maybe", "no")))


def _choice(question: Question, value: object) -> MisfitReason | None:
    return _one_of(value, frozenset(choice.key for choice in question.choices))


def _choices(question: Question, value: object) -> MisfitReason | None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return MisfitReason.WRONG_TYPE
    allowed = {choice.key for choice in question.choices}
    fits = set(value) <= allowed and len(set(value)) == len(value)
    return None if fits else MisfitReason.NOT_A_CHOICE


def _text(question: Question, value: object) -> MisfitReason | None:
    if not isinstance(value, str):
        return MisfitReason.WRONG_TYPE
    return None if len(value) <= (question.max_length or MAX_TEXT) else MisfitReason.TOO_LONG


def _number(question: Question, value: object) -> MisfitReason | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return MisfitReason.WRONG_TYPE
    lowest = -_LARGEST_NUMBER if question.minimum is None else question.minimum
    highest = _LARGEST_NUMBER if question.maximum is None else question.maximum
    return None if lowest <= value <= highest else MisfitReason.OUT_OF_RANGE


def _place(_question: Question, value: object) -> MisfitReason | None:
    if not isinstance(value, str):
        return MisfitReason.WRONG_TYPE
    return None if kelurahan_by_code(value) else MisfitReason.NOT_A_CHOICE


_CHECKS: Mapping[QuestionType, Callable[[Question, object], MisfitReason | None]] = {
    QuestionType.FACES: _faces,
    QuestionType.YES_MAYBE_NO: _yes_maybe_no,
    QuestionType.CHOICE: _choice,
    QuestionType.CHOICES: _choices,
    QuestionType.RATING: _rating,
    QuestionType.SHORT_TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NUMBER: _number,
    QuestionType.PLACE: _place,
}
