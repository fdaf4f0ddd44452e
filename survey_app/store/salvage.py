"""What a child may have written in something that was kept aside, whatever shape it has.

Pure: from the content of a row in quarantine to texts. What is not the child's own words (the keys
of choices, the language, the questionnaire) is left out; when in doubt it is a text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from survey_app.answers import MAX_TEXT, MisfitReason, check_answers, storable
from survey_app.questionnaire import Questionnaire

# What one row may hold and still be looked through whole: a child types some hundred characters an
# answer, and looking through these takes a third of a second.
MOST_TEXT = 16 * MAX_TEXT
_OVERLAP = 200  # characters: a sentence that lies across the cut is whole in one of the pieces
_ABOUT = ("questionnaire", "language", "mode", "return_words")  # not said by the child
_SECRET = re.compile(r'"return_words"\s*:\s*"[^"]*"')  # in what could not be read as JSON


class Said(NamedTuple):
    """A text, and the question it seems to answer; empty where that cannot be told."""

    question: str
    text: str


def texts_in(content: str, reason: str, asked: Questionnaire | None) -> tuple[Said, ...]:
    """The texts of a row of quarantine, in their order and each once.

    ``asked`` is the questionnaire of its gathering. What is stored as well, with a character
    replaced, is not among them: it is looked through as it is stored.
    """
    if not content or reason == MisfitReason.UNSTORABLE:
        return ()
    misfits = reason in {one.value for one in MisfitReason}
    try:
        raw = json.loads(content)
        found = _of_misfits(raw, asked) if misfits else _of_whole(raw, asked)
        said = [Said(question, storable(text).strip()) for question, text in found]
    except (ValueError, RecursionError):
        said = [Said("", storable(content))]
    return tuple(dict.fromkeys(one for one in said if one.text))


def pieces(texts: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Texts cut to a length the screening reads at once, and whether all of them are there."""
    cut: list[str] = []
    left = MOST_TEXT
    for text in texts:
        for start in range(0, min(len(text), left), MAX_TEXT - _OVERLAP):
            cut.append(text[start : min(start + MAX_TEXT, left)])
            if start + MAX_TEXT >= len(text):
                break
        left -= len(text)
        if left < 0:
            return tuple(cut), False
    return tuple(cut), True


def _of_misfits(raw: Any, asked: Questionnaire | None) -> Iterator[Said]:
    """Answers that did not fit, each as JSON text by its question."""
    for question, answer in raw.items() if isinstance(raw, dict) else ():
        if question:  # without one it is the language of the whole
            yield from _of_answer(question, json.loads(answer), asked)


def _of_whole(raw: Any, asked: Questionnaire | None) -> Iterator[Said]:
    """A whole response, or whatever came in its place."""
    if isinstance(raw, str):
        yield Said("", _SECRET.sub("", raw))
        return
    if not isinstance(raw, dict):
        yield from (Said("", text) for text in _strings(raw))
        return
    answers = raw.get("answers")
    if isinstance(answers, dict):
        for question, answer in answers.items():
            yield from _of_answer(question, answer, asked)
    else:
        yield from (Said("", text) for text in _strings(answers))
    others = {name: one for name, one in raw.items() if name not in (*_ABOUT, "answers")}
    yield from (Said("", text) for text in _strings(others))


def _of_answer(question: str, answer: Any, asked: Questionnaire | None) -> Iterator[Said]:
    value = answer.get("value") if isinstance(answer, dict) and "value" in answer else answer
    if not _is_tapped(question, value, asked):
        yield from (Said(question, text) for text in _strings(value))


def _is_tapped(question: str, value: Any, asked: Questionnaire | None) -> bool:
    """Whether this is an answer that was chosen, not written."""
    if asked is None or any(one.key == question and one.free_text for one in asked.questions):
        return False
    given = {"value": value, "language": asked.languages[0], "skipped": value is None}
    return bool(check_answers(asked, {question: given})[0])


def _strings(value: Any) -> Iterator[str]:
    """Every string in a value, however deep, in reading order."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
