"""What officers judged, in every round, with its words: what looking for harm learns from.

The same as an analysis of the round would learn from: what an officer judged to be urgent, and
what does not stand apart (`findings.stands_apart`). Nothing of demo rounds, whose children are
invented. Where what was typed is gone because its period is over, the masked comment teaches; what
was withdrawn, or is gone altogether, teaches no longer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from survey_app.gathering import RoundId
from survey_app.store.alerts import IS_JUDGED, judgement_of
from survey_app.store.cases import Judgement
from survey_app.store.database import Store
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import CommentRef, stands_apart
from survey_app.store.sealing import legible_text
from survey_app.store.tables import Alerts, Answers, Comments, Rounds, SampledComments

# The newest of the alerts, and as many of the weekly sample. Learning from all these takes a
# second of one core, and most of what is older was said of other places and words.
MOST = 500


@dataclass(frozen=True, slots=True)
class Lesson:
    """A comment with what an officer judged; ``typed`` while it is there as the child wrote it."""

    ref: CommentRef
    judged: Judgement
    typed: bool


def judged(store: Store, *, but: RoundId | None = None) -> frozenset[Lesson]:
    """The newest judgements; without those of the round ``but``, which are known already."""
    of_alerts = (
        _stands(Alerts, but, Alerts.judged, Alerts.released)
        .where(IS_JUDGED, sa.not_(stands_apart(but_judged=True)))
        .order_by(Alerts.id.desc())
    )
    of_samples = (
        _stands(SampledComments, but)
        .where(SampledComments.judged == Judgement.NONE.value)
        .order_by(SampledComments.read_at.desc(), SampledComments.id)
    )
    with store.reading() as connection:
        found = {
            _ref(row): Lesson(_ref(row), Judgement.NONE, row.typed)
            for row in connection.execute(of_samples)
        }
        for row in connection.execute(of_alerts):
            said = judgement_of(row.judged, released=row.released)
            found[_ref(row)] = Lesson(_ref(row), said, row.typed)
    return frozenset(found.values())


def words(store: Store, lessons: Collection[Lesson]) -> list[tuple[str, Judgement]]:
    """What was written in each, always in the same order; without what nobody can read."""
    ids = {one.ref.response_id for one in lessons}
    typed = sa.select(Answers.response_id, Answers.question_key, Answers.value).where(
        Answers.response_id.in_(ids), sa.not_(Answers.skipped)
    )
    masked = sa.select(Comments.response_id, Comments.question_key, Comments.masked).where(
        Comments.response_id.in_(ids)
    )
    with store.reading() as connection:
        said = {_ref(row): row.masked for row in connection.execute(masked)}
        sealed = {_ref(row): row.value for row in connection.execute(typed)}
    found = []
    for one in sorted(lessons, key=lambda lesson: lesson.ref):
        value = sealed.get(one.ref)
        where = one.ref.response_id, one.ref.question
        text = legible_text(store.vault, value, *where) if value else said.get(one.ref)
        if text and text.strip():
            found.append((text, one.judged))
    return found


def _stands(table: Any, but: RoundId | None, *columns: Any) -> sa.Select[Any]:
    """Rows of real rounds whose words are still there, the first ``MOST`` of them."""
    typed, masked = (
        sa.exists().where(
            words_in.response_id == table.response_id,
            words_in.question_key == table.question_key,
        )
        for words_in in (Answers, Comments)
    )
    return (
        sa.select(table.response_id, table.question_key, typed.label("typed"), *columns)
        .join(Rounds, Rounds.id == table.round_id)
        .where(sa.not_(Rounds.demo), sa.or_(typed, masked), Rounds.id != (but or 0))
        .limit(MOST)
    )


def _ref(row: Any) -> CommentRef:
    return CommentRef(ResponseId(row.response_id), row.question_key)
