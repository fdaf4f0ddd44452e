"""Three easy words: going on at another tablet, or taking the answers back."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.errors import GatheringError
from survey_app.gathering import (
    GatheringState,
    normalise_code,
    normalise_return_words,
    return_words_digest,
)
from survey_app.store import batches, gatherings
from survey_app.store.database import INTAKE_LOCK, Store, now
from survey_app.store.envelopes import ResponseId
from survey_app.store.forgetting import forget
from survey_app.store.sealing import DRAFT
from survey_app.store.tables import Responses


@dataclass(frozen=True, slots=True)
class Returned:
    """A response found by its words; ``content`` is empty once it is finished."""

    id: ResponseId
    revision: int
    finished: bool
    content: str


def open_again(store: Store, code: str, words: str) -> Returned | None:
    """The response these words belong to, or None; raise ``GatheringError`` once archived."""
    with store.reading() as connection:
        condition = _held_by(store, connection, code, words)
        if condition is None:
            return None
        row = connection.execute(
            sa.select(
                Responses.id, Responses.revision, Responses.finished, Responses.content
            ).where(condition)
        ).one_or_none()
    if row is None:
        return None
    draft = DRAFT.open(store.vault, row.content, row.id)
    return Returned(ResponseId(row.id), row.revision, row.finished, draft)


def withdraw(store: Store, code: str, words: str) -> bool:
    """Take a child's answers back by their words; False where no response has them.

    Answers, comments, their places in themes, alerts and everything in quarantine go; what stays
    is an empty row, so that a late copy from a tablet is not stored again. The next analysis of
    the round no longer knows them.
    """
    with store.writing(lock=INTAKE_LOCK) as connection:
        condition = _held_by(store, connection, code, words)
        if condition is None:
            return False
        number = connection.scalar(sa.select(Responses.id).where(condition))
        if number is None:
            return False
        _empty(connection, ResponseId(number))
    return True


def _empty(connection: Connection, response: ResponseId) -> None:
    forget(connection, [response])
    emptied = sa.update(Responses).where(Responses.id == response)
    connection.execute(emptied.values(batches.tombstone(now())))


def _held_by(
    store: Store, connection: Connection, code: str, words: str
) -> sa.ColumnElement[bool] | None:
    """The condition that finds the response, or None where there can be none."""
    code = normalise_code(code)
    gathering = gatherings.gatherings_by_code(connection, [code]).get(code)
    typed = normalise_return_words(words)
    if gathering is None or typed is None:
        return None
    if gathering.state is GatheringState.ARCHIVED:
        raise GatheringError(
            "Pertemuan ini sudah diarsipkan.",
            remedy="Jawaban tidak bisa lagi dibuka atau ditarik; hubungi pendamping.",
        )
    digest = return_words_digest(store.secret, gathering.id, typed)
    return sa.and_(Responses.gathering_id == gathering.id, Responses.return_words_hash == digest)
