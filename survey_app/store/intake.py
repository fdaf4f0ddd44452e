"""Taking in what tablets send: everything that waits goes into one commit, then is acknowledged.

One thread writes. It takes all envelopes that are waiting, stores them in one transaction and only
then answers, so that a disk that needs 5 ms for a durable commit still takes hundreds of children
a second. Where a transaction fails because of one envelope, each is stored on its own and only the
faulty one is kept aside; where the database is away, nobody is acknowledged and the tablets try
again.
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeAlias

from survey_app.errors import StoreError
from survey_app.gathering import Gathering, QuestionnaireId, return_words_digest
from survey_app.questionnaire import Questionnaire
from survey_app.store import batches, gatherings, questionnaires
from survey_app.store.database import INTAKE_LOCK, RowRefusedError, Store, now
from survey_app.store.envelopes import (
    Envelope,
    Outcome,
    Result,
    Sheet,
    open_envelope,
    read_content,
)
from survey_app.store.ledger import Ledger

BATCH = 256  # envelopes in one commit: about 0.1 s of work, well below a tablet's 5 s of patience
MAX_WAITING = 4_000  # envelopes; more than a minute of a whole city's schools at once

_log = logging.getLogger(__name__)
_Read: TypeAlias = tuple[Envelope, Gathering | None, Sheet]


@dataclass(slots=True)
class _Job:
    envelopes: Sequence[object]
    future: "Future[list[Result]]"


class Intake:
    """The one writer of responses in this process; close it when the process ends."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Job] = deque()
        self._count = 0
        self._open = True
        self._bell = threading.Condition()
        self._questionnaires: dict[QuestionnaireId, Questionnaire] = {}
        self._writer = threading.Thread(target=self._write_on, name="intake", daemon=True)
        self._writer.start()

    def submit(self, envelopes: Sequence[object]) -> "Future[list[Result]]":
        """Hand in envelopes; the future holds one result each, in their order, after the commit.

        It holds a ``StoreError`` instead where nothing could be stored: then nothing is
        acknowledged and the tablets keep everything.
        """
        future: Future[list[Result]] = Future()
        with self._bell:
            if not self._open or self._count + len(envelopes) > MAX_WAITING:
                future.set_exception(_too_busy())
                return future
            self._waiting.append(_Job(envelopes, future))
            self._count += len(envelopes)
            self._bell.notify()
        return future

    def close(self) -> None:
        """Store what is waiting, then stop."""
        with self._bell:
            self._open = False
            self._bell.notify()
        self._writer.join()

    def _write_on(self) -> None:
        while jobs := self._take():
            wanted = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            try:
                results = iter(self._store_all([one for job in wanted for one in job.envelopes]))
                for job in wanted:
                    job.future.set_result([next(results) for _ in job.envelopes])
            except StoreError as error:
                _fail(wanted, error)
            except Exception as error:
                _log.error("The intake failed: %s", type(error).__name__)
                _fail(wanted, _too_busy())

    def _take(self) -> list[_Job]:
        """What is waiting, up to one batch; empty once closed and everything is stored."""
        with self._bell:
            while not self._waiting and self._open:
                self._bell.wait()
            jobs: list[_Job] = []
            size = 0
            while self._waiting and (not jobs or size + len(self._waiting[0].envelopes) <= BATCH):
                jobs.append(self._waiting.popleft())
                size += len(jobs[-1].envelopes)
            self._count -= size
            return jobs

    def _store_all(self, raw: Sequence[object]) -> list[Result]:
        opened = [open_envelope(one) for one in raw]
        reads = self._read([one for one in opened if isinstance(one, Envelope)])
        try:
            results = iter(self._settle(reads))
        except Exception as error:
            _raise_if_database_is_away(error)
            results = iter([self._settle_alone(read) for read in reads])
        return [one if isinstance(one, Result) else next(results) for one in opened]

    def _read(self, envelopes: Sequence[Envelope]) -> list[_Read]:
        if not envelopes:
            return []
        with self._store.reading() as connection:
            codes = {one.gathering for one in envelopes}
            found = gatherings.gatherings_by_code(connection, codes)
        reads = []
        for envelope in envelopes:
            gathering = found.get(envelope.gathering)
            asked = self._questionnaire(gathering.questionnaire_id) if gathering else None
            reads.append((envelope, gathering, read_content(envelope, gathering, asked)))
        return reads

    def _settle(self, reads: Sequence[_Read]) -> list[Result]:
        """Everything of a batch in one transaction."""
        if not reads:
            return []
        with self._store.writing(lock=INTAKE_LOCK) as connection:
            ids = {envelope.id for envelope, _, _ in reads}
            ledger = Ledger(
                secret=self._store.secret,
                now=now(),
                standing=batches.standing(connection, ids, vault=self._store.vault),
                word_holders=batches.word_holders(connection, self._digests(reads)),
            )
            results = [ledger.settle(*read) for read in reads]
            batches.write(connection, ledger, vault=self._store.vault)
        return results

    def _settle_alone(self, read: _Read) -> Result:
        """One envelope in its own transaction; kept aside, or refused, where even that fails."""
        for attempt in (self._settle_one, self._put_aside):
            try:
                return attempt(read)
            except Exception as error:
                _raise_if_database_is_away(error)
                _log.warning("An envelope could not be stored (%s).", type(error).__name__)
        return read[0].result(Outcome.FAILED)

    def _settle_one(self, read: _Read) -> Result:
        return self._settle([read])[0]

    def _put_aside(self, read: _Read) -> Result:
        envelope, _, sheet = read
        ledger = Ledger(secret=self._store.secret, now=now(), standing={}, word_holders={})
        result = ledger.keep_refused(envelope, sheet)
        with self._store.writing(lock=INTAKE_LOCK) as connection:
            batches.write(connection, ledger, vault=self._store.vault)
        return result

    def _digests(self, reads: Sequence[_Read]) -> set[str]:
        return {
            return_words_digest(self._store.secret, gathering.id, sheet.return_words)
            for _, gathering, sheet in reads
            if gathering and sheet.return_words
        }

    def _questionnaire(self, number: QuestionnaireId) -> Questionnaire:
        """A published version never changes, so it is read from the database once."""
        if number not in self._questionnaires:
            published = questionnaires.by_id(self._store, number)
            self._questionnaires[number] = published.questionnaire
        return self._questionnaires[number]


def _fail(jobs: Sequence[_Job], error: StoreError) -> None:
    for job in jobs:
        if not job.future.done():
            job.future.set_exception(error)


def _raise_if_database_is_away(error: Exception) -> None:
    """One faulty envelope is looked for only while the database itself is well."""
    if isinstance(error, StoreError) and not isinstance(error, RowRefusedError):
        raise error


def _too_busy() -> StoreError:
    return StoreError("Penerimaan jawaban sedang penuh.", remedy="Tablet akan mencoba lagi.")
