"""What becomes of each envelope of a batch: the rules of the outbox, without any SQL.

A child's latest words win while unfinished; finished answers are never overwritten; what loses is
kept in quarantine; what was withdrawn stays away; of a child who said no nothing is kept.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from survey_app.answers import MisfitReason, as_ascii_json
from survey_app.gathering import (
    Gathering,
    GatheringState,
    return_words_digest,
    ticket_is_valid,
)
from survey_app.store.envelopes import (
    Envelope,
    Outcome,
    QuarantineReason,
    ResponseId,
    Result,
    Sheet,
    answered,
)


class Wish(NamedTuple):
    """Whether a child wants to talk to an adult, and the facilitator may know of it."""

    to_talk: bool
    facilitator_may_know: bool


NO_WISH = Wish(False, False)


@dataclass(slots=True)
class Standing:
    """A response as it stands: in the database, and changed by the envelopes of this batch."""

    id: ResponseId
    gathering_id: int
    content_hash: str
    revision: int
    finished: bool
    assent: bool
    withdrawn: bool
    return_words_hash: str | None
    content: str
    in_database: bool
    wish: Wish = NO_WISH
    sheet: Sheet | None = None  # set where answers have to be written

    @property
    def is_rewritten(self) -> bool:
        """Whether its row and answers have to be written, not only when it was heard of."""
        return self.sheet is not None or self.withdrawn

    @property
    def refused(self) -> bool:
        """The child said no: nothing may be kept that comes later under this id."""
        return self.finished and not self.assent and not self.withdrawn


@dataclass(slots=True)
class Ledger:
    """The responses a batch speaks about, and what has to be written at its end.

    ``standing`` and ``word_holders`` are read from the database first; ``changed``, ``wishes``,
    ``forgotten`` and ``quarantine`` are filled by ``settle``. What a child says last about talking
    to somebody counts, also where answers cannot change any more: those are the ``wishes``.
    """

    secret: bytes
    now: datetime
    standing: dict[ResponseId, Standing]
    word_holders: dict[tuple[int, str], ResponseId]
    changed: set[ResponseId] = field(default_factory=set)
    wishes: set[ResponseId] = field(default_factory=set)
    forgotten: set[ResponseId] = field(default_factory=set)
    quarantine: list[dict[str, Any]] = field(default_factory=list)

    def settle(self, envelope: Envelope, gathering: Gathering | None, sheet: Sheet) -> Result:
        """Decide about one envelope; the order of the questions is the order of the rules."""
        standing = self.standing.get(envelope.id)
        if standing and standing.withdrawn:
            return envelope.result(Outcome.WITHDRAWN)
        if gathering is None:
            return self._keep(envelope, None, sheet, QuarantineReason.UNKNOWN_GATHERING)
        if standing and standing.gathering_id != gathering.id:
            return self._keep(envelope, gathering, sheet, QuarantineReason.OTHER_GATHERING)
        same = standing is not None and not envelope.withdrawn and self._is_same(standing, envelope)
        if standing and same and (standing.finished or not envelope.finished):
            return self._again(standing, envelope, gathering, sheet)
        if not ticket_is_valid(self.secret, gathering.code, envelope.ticket):
            return self._keep(envelope, gathering, sheet, QuarantineReason.TICKET)
        if gathering.state is GatheringState.ARCHIVED:
            return self._keep(envelope, gathering, sheet, QuarantineReason.ARCHIVED)
        if envelope.withdrawn:
            return self._withdraw(envelope, gathering)
        if standing:
            return self._meet(standing, envelope, gathering, sheet)
        if sheet.problem:
            return self._keep(envelope, gathering, sheet, sheet.problem)
        return self._store(envelope, gathering, sheet, Outcome.STORED)

    def keep_refused(self, envelope: Envelope, sheet: Sheet) -> Result:
        """Keep aside what the database would not take as a response."""
        return self._keep(envelope, None, sheet, QuarantineReason.REFUSED)

    def _meet(
        self, standing: Standing, envelope: Envelope, gathering: Gathering, sheet: Sheet
    ) -> Result:
        """The id is known and the content (or its end) is new."""
        if standing.refused:
            self._hear_wish(standing, sheet)
            return envelope.result(Outcome.FINISHED)
        if standing.finished:
            self._keep(envelope, gathering, sheet, QuarantineReason.FINISHED)
            return envelope.result(Outcome.FINISHED)
        if not self._is_same(standing, envelope):
            if envelope.revision <= standing.revision:
                return self._keep(envelope, gathering, sheet, QuarantineReason.OLDER)
            if sheet.problem:
                return self._keep(envelope, gathering, sheet, sheet.problem)
            if not sheet.refused and answered(standing.content) - answered(sheet.kept):
                self._keep_fork(standing, gathering)
        return self._store(envelope, gathering, sheet, Outcome.REPLACED)

    def _again(
        self, standing: Standing, envelope: Envelope, gathering: Gathering, sheet: Sheet
    ) -> Result:
        if not standing.finished:
            standing.revision = max(standing.revision, envelope.revision)
            self.changed.add(standing.id)
        else:
            self._hear_wish(standing, sheet)
        words = None
        if sheet.return_words:
            held = standing.return_words_hash or ""
            given = return_words_digest(self.secret, gathering.id, sheet.return_words)
            words = "ok" if hmac.compare_digest(held, given) else "taken"
        return envelope.result(Outcome.AGAIN, words)

    def _store(
        self, envelope: Envelope, gathering: Gathering, sheet: Sheet, outcome: Outcome
    ) -> Result:
        before = self.standing.get(envelope.id)
        held = before.return_words_hash if before else None
        if held and not sheet.assent:
            self.word_holders.pop((gathering.id, held), None)
            held = None
        held, words = self._give_words(envelope.id, gathering, sheet, held)
        finished = envelope.finished or sheet.refused
        self.standing[envelope.id] = Standing(
            id=envelope.id,
            gathering_id=gathering.id,
            content_hash=content_mark(self.secret, envelope.hash),
            revision=max(envelope.revision, before.revision if before else 0),
            finished=finished,
            assent=sheet.assent,
            withdrawn=False,
            return_words_hash=held,
            content="" if finished else sheet.kept,
            in_database=before.in_database if before else False,
            wish=_wish(sheet),
            sheet=sheet,
        )
        self.changed.add(envelope.id)
        if sheet.refused:
            self._forget(envelope.id)
        self._keep_misfits(envelope, gathering, sheet)
        return envelope.result(outcome, words)

    def _give_words(
        self, response: ResponseId, gathering: Gathering, sheet: Sheet, held: str | None
    ) -> tuple[str | None, str | None]:
        """The digest this response holds from now on, and "ok" or "taken"."""
        if not sheet.return_words or not sheet.assent:
            return held, None
        given = return_words_digest(self.secret, gathering.id, sheet.return_words)
        if self.word_holders.get((gathering.id, given), response) != response:
            return held, "taken"
        if held and held != given:
            self.word_holders.pop((gathering.id, held), None)
        self.word_holders[gathering.id, given] = response
        return given, "ok"

    def _withdraw(self, envelope: Envelope, gathering: Gathering) -> Result:
        before = self.standing.get(envelope.id)
        if before and before.return_words_hash:
            self.word_holders.pop((gathering.id, before.return_words_hash), None)
        self.standing[envelope.id] = Standing(
            id=envelope.id,
            gathering_id=gathering.id,
            content_hash="",
            revision=envelope.revision,
            finished=True,
            assent=False,
            withdrawn=True,
            return_words_hash=None,
            content="",
            in_database=before.in_database if before else False,
        )
        self.changed.add(envelope.id)
        self._forget(envelope.id)
        return envelope.result(Outcome.WITHDRAWN)

    def _forget(self, response: ResponseId) -> None:
        self.forgotten.add(response)
        self.quarantine = [row for row in self.quarantine if row["response_id"] != response]

    def _keep(
        self,
        envelope: Envelope,
        gathering: Gathering | None,
        sheet: Sheet,
        reason: QuarantineReason,
    ) -> Result:
        standing = self.standing.get(envelope.id)
        if standing and reason is not QuarantineReason.OLDER:
            self._hear_wish(standing, sheet)
        self._put_aside(envelope, gathering, reason.value, sheet.kept, wish=_wish(sheet))
        return envelope.result(Outcome.KEPT)

    def _hear_wish(self, standing: Standing, sheet: Sheet) -> None:
        if standing.wish != _wish(sheet):
            standing.wish = _wish(sheet)
            self.wishes.add(standing.id)

    def _keep_misfits(self, envelope: Envelope, gathering: Gathering, sheet: Sheet) -> None:
        by_reason: dict[MisfitReason, dict[str, str]] = {}
        for misfit in sheet.misfits:
            by_reason.setdefault(misfit.reason, {})[misfit.question] = misfit.raw
        for reason, raw in by_reason.items():
            self._put_aside(envelope, gathering, reason.value, as_ascii_json(raw))

    def _keep_fork(self, standing: Standing, gathering: Gathering) -> None:
        self.quarantine.append(
            {
                "response_id": standing.id,
                "gathering_id": gathering.id,
                "gathering_code": gathering.code,
                "content_hash": standing.content_hash,
                "reason": QuarantineReason.FORK.value,
                "content": standing.content,
                "talk_to_adult": False,
                "facilitator_may_know": False,
                "received_at": self.now,
            }
        )

    def _put_aside(
        self,
        envelope: Envelope,
        gathering: Gathering | None,
        reason: str,
        content: str,
        *,
        wish: Wish = NO_WISH,
    ) -> None:
        code = gathering.code if gathering else as_ascii_json(envelope.gathering[:20])[1:21]
        self.quarantine.append(
            {
                "response_id": envelope.id,
                "gathering_id": gathering.id if gathering else None,
                "gathering_code": code,
                "content_hash": content_mark(self.secret, envelope.hash),
                "reason": reason,
                "content": content,
                "talk_to_adult": wish.to_talk,
                "facilitator_may_know": wish.facilitator_may_know,
                "received_at": self.now,
            }
        )

    def _is_same(self, standing: Standing, envelope: Envelope) -> bool:
        return standing.content_hash == content_mark(self.secret, envelope.hash)


def _wish(sheet: Sheet) -> Wish:
    return Wish(sheet.talk_to_adult, sheet.facilitator_may_know)


def content_mark(secret: bytes, content_hash: str) -> str:
    """What is kept of a content's hash: only who has the secret can try out what was answered."""
    return hmac.new(secret, b"content " + content_hash.encode(), sha256).hexdigest()
