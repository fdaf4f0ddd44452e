"""Reading and writing a batch of responses in few statements, however many children are in it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.answers import as_ascii_json
from survey_app.store.database import insert_for
from survey_app.store.envelopes import QuarantineReason, ResponseId
from survey_app.store.forgetting import forget, forget_answers
from survey_app.store.ledger import Ledger, Standing, Wish
from survey_app.store.sealing import DRAFT, KEPT_ASIDE, VALUE
from survey_app.store.tables import Quarantine, Responses
from survey_app.store.vault import DamagedError, Vault

_STANDING = sa.select(
    Responses.id,
    Responses.gathering_id,
    Responses.content_hash,
    Responses.revision,
    Responses.finished,
    Responses.assent,
    Responses.withdrawn_at,
    Responses.return_words_hash,
    Responses.content,
    Responses.talk_to_adult,
    Responses.facilitator_may_know,
).where(Responses.id.in_(sa.bindparam("ids", expanding=True)))
# A whole content as a tablet has it now; the others are parts, and what was there before.
_WHOLE = frozenset(QuarantineReason) - {QuarantineReason.OLDER, QuarantineReason.FORK}
_HOLDERS = sa.select(Responses.gathering_id, Responses.return_words_hash, Responses.id).where(
    Responses.return_words_hash.in_(sa.bindparam("digests", expanding=True))
)


def standing(
    connection: Connection, ids: Collection[ResponseId], *, vault: Vault
) -> dict[ResponseId, Standing]:
    """The responses with these ids, as they stand."""
    rows = connection.execute(_STANDING, {"ids": list(ids)})
    return {
        ResponseId(row.id): Standing(
            id=ResponseId(row.id),
            gathering_id=row.gathering_id,
            content_hash=row.content_hash,
            revision=row.revision,
            finished=row.finished,
            assent=row.assent,
            withdrawn=row.withdrawn_at is not None,
            return_words_hash=row.return_words_hash,
            content=_draft(row, vault),
            in_database=True,
            wish=Wish(row.talk_to_adult, row.facilitator_may_know),
        )
        for row in rows
    }


def _draft(row: Any, vault: Vault) -> str:
    """What a child wrote so far; one damaged draft must not keep out what all others send."""
    try:
        return DRAFT.open(vault, row.content, row.id)
    except DamagedError:
        return ""


def word_holders(
    connection: Connection, digests: Collection[str]
) -> dict[tuple[int, str], ResponseId]:
    """Which response holds which return words, among these."""
    if not digests:
        return {}
    rows = connection.execute(_HOLDERS, {"digests": list(digests)})
    return {(gathering, words): ResponseId(number) for gathering, words, number in rows if words}


def write(connection: Connection, ledger: Ledger, *, vault: Vault) -> None:
    """Everything the ledger decided, sealed."""
    forget(connection, ledger.forgotten)
    changed = [ledger.standing[number] for number in ledger.changed]
    rewritten = [one for one in changed if one.is_rewritten]
    known = [one for one in rewritten if one.in_database]
    forget_answers(connection, [one.id for one in known])
    fresh = [_row(one, ledger.now, vault) for one in rewritten if not one.in_database]
    _insert(connection, Responses, fresh)
    _update(connection, [_row(one, ledger.now, vault) for one in known])
    _update(connection, [_touched(one, ledger.now) for one in changed if not one.is_rewritten])
    _update_wishes(connection, [ledger.standing[number] for number in ledger.wishes])
    _insert_answers(connection, rewritten, vault)
    _put_aside(connection, ledger.quarantine, vault)


def tombstone(now: datetime) -> dict[str, Any]:
    """What a withdrawn response is overwritten with: nothing, and when."""
    return {
        "content_hash": "",
        "finished": True,
        "assent": False,
        "complete": False,
        "language": "",
        "mode": "",
        "talk_to_adult": False,
        "facilitator_may_know": False,
        "needs_help": False,
        "return_words_hash": None,
        "content": "",
        "screened": "",
        "heard_at": now,
        "withdrawn_at": now,
    }


def _row(one: Standing, now: datetime, vault: Vault) -> dict[str, Any]:
    placed = {
        "id": one.id,
        "gathering_id": one.gathering_id,
        "revision": one.revision,
        "first_heard_at": now,
    }
    if one.sheet is None:
        return placed | tombstone(now)
    return placed | {
        "content_hash": one.content_hash,
        "finished": one.finished,
        "assent": one.assent,
        "complete": one.sheet.complete,
        "language": one.sheet.language.value,
        "mode": one.sheet.mode.value,
        "talk_to_adult": one.wish.to_talk,
        "facilitator_may_know": one.wish.facilitator_may_know,
        "needs_help": one.sheet.needs_help,
        "return_words_hash": one.return_words_hash,
        "content": DRAFT.seal(vault, one.content, one.id),
        "screened": "",  # new words: they wait for the screening
        "heard_at": now,
        "withdrawn_at": None,
    }


def _touched(one: Standing, now: datetime) -> dict[str, Any]:
    return {"id": one.id, "revision": one.revision, "heard_at": now}


def _insert_answers(connection: Connection, written: Sequence[Standing], vault: Vault) -> None:
    """Twelve rows a child, handed to the driver as they are.

    SQLAlchemy's own way of looking at each value took a third of the writer's time, and on
    PostgreSQL a question and an answer for each row another third.
    """
    answers = [(one.id, answer) for one in written if one.sheet for answer in one.sheet.answers]
    if not answers:
        return
    values = VALUE.seal_all(
        vault, [(as_ascii_json(one.value), number, one.question) for number, one in answers]
    )
    rows = [
        (number, one.question, value, one.language.value, one.skipped)
        for (number, one), value in zip(answers, values, strict=True)
    ]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "INSERT INTO answers (response_id, question_key, value, language, skipped)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])",
            tuple([list(column) for column in zip(*rows, strict=True)]),
        )
    else:
        connection.exec_driver_sql(
            "INSERT INTO answers (response_id, question_key, value, language, skipped)"
            " VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def _insert(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Change responses found by ``id``; when one was first heard of never changes."""
    if not rows:
        return
    changed = [name for name in rows[0] if name not in ("id", "first_heard_at")]
    statement = (
        sa.update(Responses)
        .where(Responses.id == sa.bindparam("response"))
        .values({name: sa.bindparam(f"new_{name}") for name in changed})
    )
    values = [{f"new_{name}": row[name] for name in changed} for row in rows]
    for value, row in zip(values, rows, strict=True):
        value["response"] = row["id"]
    connection.execute(statement, values)


def _update_wishes(connection: Connection, changed: Sequence[Standing]) -> None:
    """What a child says last of wanting to talk; the screening looks at the response again."""
    for one in changed:
        values = {
            "talk_to_adult": one.wish.to_talk,
            "facilitator_may_know": one.wish.facilitator_may_know,
            "screened": "",
        }
        connection.execute(sa.update(Responses).where(Responses.id == one.id).values(values))


def _put_aside(connection: Connection, rows: Sequence[dict[str, Any]], vault: Vault) -> None:
    """Into quarantine, once however often a tablet repeats itself.

    Of a response that only lies here, what was said last about talking to somebody counts.
    """
    if not rows:
        return
    last = {row["response_id"]: row for row in rows if row["reason"] in _WHOLE}
    before = sa.update(Quarantine).where(
        Quarantine.response_id.in_(list(last)), Quarantine.facilitator_may_know
    )
    if last:
        connection.execute(before.values(facilitator_may_know=False))
    sealed = [
        row
        | {
            "facilitator_may_know": row["facilitator_may_know"]
            and last.get(row["response_id"]) is row,
            "content": KEPT_ASIDE.seal(
                vault, row["content"], row["response_id"], row["content_hash"], row["reason"]
            ),
        }
        for row in rows
    ]
    insert = insert_for(connection)(Quarantine)
    unique = ["response_id", "content_hash", "reason"]
    said = {"facilitator_may_know": insert.excluded["facilitator_may_know"]}
    connection.execute(insert.on_conflict_do_update(index_elements=unique, set_=said), sealed)
