"""What a tablet hands in, opened and read: one envelope, one sheet of answers, one result."""

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

from survey_app.answers import Answer, Misfit, MisfitReason, as_ascii_json, check_answers, storable
from survey_app.gathering import Gathering, PlayerMode, normalise_code, normalise_return_words
from survey_app.questionnaire import Language, Questionnaire

ResponseId = NewType("ResponseId", str)

MAX_CONTENT = 512 * 1024  # characters; the API refuses longer bodies before they come here
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}|")  # empty where a response is withdrawn
_HIGHEST_REVISION = 2**31 - 1
_TEXTS = ("id", "hash", "gathering", "ticket", "content")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Outcome(StrEnum):
    """What became of an envelope, in the protocol's words."""

    STORED = "stored"
    REPLACED = "replaced"
    AGAIN = "again"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    CORRUPT = "corrupt"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    FAILED = "failed"


class QuarantineReason(StrEnum):
    """Why a whole content is kept aside; single answers use ``answers.MisfitReason``."""

    UNKNOWN_GATHERING = "unknown_gathering"
    OTHER_GATHERING = "other_gathering"
    TICKET = "ticket"
    ARCHIVED = "archived"
    NOT_JSON = "not_json"
    CONTENT = "content"
    QUESTIONNAIRE = "questionnaire"
    OLDER = "older"
    FINISHED = "finished"
    FORK = "fork"
    REFUSED = "refused"


_STATUS = {
    Outcome.FINISHED: 409,
    Outcome.CORRUPT: 422,
    Outcome.INVALID: 400,
    Outcome.TOO_LARGE: 413,
    Outcome.FAILED: 500,
}


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one envelope: only a status of 200 or 409 ends its time in the outbox."""

    id: str
    hash: str
    outcome: Outcome
    return_words: str | None = None  # "ok" or "taken", where the envelope brought some

    @property
    def status(self) -> int:
        """The status of this envelope, as an HTTP number."""
        return _STATUS.get(self.outcome, 200)

    def as_json(self) -> dict[str, Any]:
        """The result as the protocol writes it."""
        fields: dict[str, Any] = {
            "id": self.id,
            "hash": self.hash,
            "status": self.status,
            "outcome": self.outcome.value,
        }
        if self.return_words:
            fields["return_words"] = self.return_words
        return fields


@dataclass(frozen=True, slots=True)
class Envelope:
    """One response on its way, outside and content not yet compared with anything stored."""

    id: ResponseId
    given_id: str
    hash: str
    revision: int
    finished: bool
    gathering: str
    ticket: str
    withdrawn: bool
    content: str

    def result(self, outcome: Outcome, return_words: str | None = None) -> Result:
        """The answer to this envelope."""
        return Result(self.given_id, self.hash, outcome, return_words)


@dataclass(slots=True)
class Sheet:
    """An envelope's content read against its gathering's questionnaire.

    ``problem`` is set where the content as a whole cannot be stored; ``kept`` is the content as it
    may be stored: ASCII JSON, without return words, and without answers where the child has not
    said yes.
    """

    problem: QuarantineReason | None
    kept: str
    assent: bool = False
    refused: bool = False
    language: Language = Language.ID
    mode: PlayerMode = PlayerMode.CHILD
    talk_to_adult: bool = False
    facilitator_may_know: bool = False
    needs_help: bool = False
    return_words: str | None = None
    answers: tuple[Answer, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything in it could be stored as an answer."""
        return all(misfit.reason is MisfitReason.UNSTORABLE for misfit in self.misfits)


def open_envelope(raw: object) -> Envelope | Result:
    """Read the outside of an envelope, or say with which result it goes back."""
    fields: dict[str, Any] = raw if isinstance(raw, dict) else {}
    given_id, given_hash = fields.get("id"), fields.get("hash")
    back = Result(
        storable(given_id[:36]) if isinstance(given_id, str) else "",
        storable(given_hash[:64]) if isinstance(given_hash, str) else "",
        Outcome.INVALID,
    )
    if not _is_envelope(fields):
        return back
    if len(fields["content"]) > MAX_CONTENT:
        return Result(back.id, back.hash, Outcome.TOO_LARGE)
    withdrawn = fields.get("withdrawn", False)
    if not withdrawn and digest(fields["content"]) != fields["hash"]:
        return Result(back.id, back.hash, Outcome.CORRUPT)
    return Envelope(
        id=ResponseId(fields["id"].lower()),
        given_id=fields["id"],
        hash=fields["hash"],
        revision=fields["revision"],
        finished=fields["finished"],
        gathering=normalise_code(fields["gathering"][:40]),
        ticket=fields["ticket"][:200],
        withdrawn=withdrawn,
        content=fields["content"],
    )


def digest(content: str) -> str:
    """SHA-256 of the content's UTF-8 bytes; a lone surrogate counts as U+FFFD, as in browsers."""
    try:
        sent = content.encode()
    except UnicodeEncodeError:
        sent = _LONE_SURROGATE.sub("\ufffd", content).encode()
    return hashlib.sha256(sent).hexdigest()


def read_content(
    envelope: Envelope, gathering: Gathering | None, questionnaire: Questionnaire | None
) -> Sheet:
    """Read the content against the questionnaire of its gathering."""
    if envelope.withdrawn:
        return Sheet(None, '""')
    try:
        content = json.loads(envelope.content, parse_constant=_not_json)
        return _read(content, gathering, questionnaire)
    except (ValueError, RecursionError):
        # Not JSON, or nested deeper than any answer: kept as one JSON string.
        return Sheet(QuarantineReason.NOT_JSON, as_ascii_json(envelope.content))


def answered(content: str) -> set[str]:
    """The questions that ``Sheet.kept`` content answers, skipped ones left out."""
    try:
        answers = json.loads(content).get("answers") if content else None
    except RecursionError:
        return set()
    if not isinstance(answers, dict):
        return set()
    return {
        key
        for key, raw in answers.items()
        if isinstance(raw, dict) and raw.get("value") is not None
    }


def _is_envelope(fields: dict[str, Any]) -> bool:
    if not all(isinstance(fields.get(name), str) for name in _TEXTS):
        return False
    if not _UUID.fullmatch(fields["id"].lower()) or not _HASH.fullmatch(fields["hash"]):
        return False
    revision, withdrawn = fields.get("revision"), fields.get("withdrawn", False)
    if not isinstance(revision, int) or isinstance(revision, bool):
        return False
    booleans = isinstance(fields.get("finished"), bool) and isinstance(withdrawn, bool)
    return booleans and 1 <= revision <= _HIGHEST_REVISION


def _read(
    content: object, gathering: Gathering | None, questionnaire: Questionnaire | None
) -> Sheet:
    if not isinstance(content, dict):
        return Sheet(QuarantineReason.CONTENT, as_ascii_json(content))
    given_words = content.pop("return_words", None)
    assent = content.get("assent")
    answers = content.get("answers", {})
    if assent is not True:
        content.pop("answers", None)
    sheet = Sheet(
        None,
        as_ascii_json(content),
        assent=assent is True,
        refused=assent is False,
        talk_to_adult=bool(content.get("talk_to_adult")),
        facilitator_may_know=bool(content.get("talk_to_adult"))
        and content.get("facilitator_may_know") is True,
        needs_help=bool(content.get("needs_help")),
        return_words=normalise_return_words(given_words) if isinstance(given_words, str) else None,
    )
    sheet.problem = _problem(content, answers, gathering, questionnaire)
    if sheet.problem or questionnaire is None:
        return sheet
    _fill_in(sheet, content, answers, questionnaire)
    return sheet


def _problem(
    content: dict[str, Any],
    answers: object,
    gathering: Gathering | None,
    questionnaire: Questionnaire | None,
) -> QuarantineReason | None:
    if gathering is None or questionnaire is None:
        return QuarantineReason.UNKNOWN_GATHERING
    asked = {"key": questionnaire.key, "version": questionnaire.version}
    if content.get("questionnaire") != asked:
        return QuarantineReason.QUESTIONNAIRE
    if not isinstance(content.get("assent"), bool) or not isinstance(answers, dict):
        return QuarantineReason.CONTENT
    return None


def _fill_in(
    sheet: Sheet, content: dict[str, Any], answers: dict[str, Any], questionnaire: Questionnaire
) -> None:
    if sheet.assent:
        sheet.answers, sheet.misfits = check_answers(questionnaire, answers)
    language, mode = content.get("language"), content.get("mode", PlayerMode.CHILD)
    sheet.mode = PlayerMode.GROUP if mode == PlayerMode.GROUP else PlayerMode.CHILD
    sheet.language = questionnaire.languages[0]
    if language in questionnaire.languages:
        sheet.language = Language(language)
    elif sheet.assent:
        sheet.misfits += (Misfit("", MisfitReason.LANGUAGE, as_ascii_json(language)),)


def _not_json(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
