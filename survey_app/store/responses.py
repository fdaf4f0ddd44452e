"""What children answered, as the rest of the app may read it: never who answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from analysis.rights import Cluster, IndicatorKey
from survey_app.answers import Answer
from survey_app.gathering import (
    GatheringId,
    GatheringState,
    PlayerMode,
    QuestionnaireId,
    RoundId,
    VenueKind,
    effective_state,
)
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand, Language, Question, Questionnaire
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.envelopes import Envelope, Outcome, ResponseId, Result
from survey_app.store.findings import CommentRef, set_apart
from survey_app.store.intake import Intake
from survey_app.store.questionnaires import parsed
from survey_app.store.sealing import VALUE, free_text
from survey_app.store.tables import (
    Alerts,
    Answers,
    Comments,
    Gatherings,
    Questionnaires,
    Responses,
)
from survey_app.store.vault import Vault

__all__ = [
    "Envelope",
    "FreeText",
    "Intake",
    "Outcome",
    "ResponseId",
    "Result",
    "StoredResponse",
    "all_responses",
    "free_text_answers",
    "masked_texts",
]


@dataclass(frozen=True, slots=True)
class FreeText:
    """One free-text answer for the analysis; ``asked_about`` is what its question was about."""

    ref: CommentRef
    text: str
    gathering_id: GatheringId
    age_band: AgeBand
    kelurahan: KelurahanCode | None
    asked_about: IndicatorKey | Cluster | None


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One child's answers with the little that is known around them."""

    id: ResponseId
    questionnaire: Questionnaire
    venue_kind: VenueKind
    kelurahan: KelurahanCode | None
    age_band: AgeBand
    language: Language
    mode: PlayerMode
    finished: bool
    heard_at: datetime
    answers: tuple[Answer, ...]


def free_text_answers(
    store: Store, round_id: RoundId, *, now: datetime | None = None
) -> tuple[FreeText, ...]:
    """What the analysis reads: the words of children who agreed, as they stand now.

    Where what was typed is gone because its period is over, the masked comment stands for it.

    Of children who stopped in the middle, only once their gathering is closed: while it is open
    they may still be writing. Left out is what an alert has set apart: see ``set_apart``; what an
    officer judged to be urgent is read all the same, since the analysis learns from it.
    """
    with store.reading() as connection:
        asked = _free_text_questions(connection, round_id)
        apart = set_apart(connection, round_id, but_judged=True)
        keys = {key for _, key in asked}
        both = _free_texts(round_id, keys).union_all(_masked_only(round_id))
        rows = sorted(connection.execute(both), key=lambda row: (row.response_id, row.question_key))
    found = []
    for row in rows:
        ref = CommentRef(ResponseId(row.response_id), row.question_key)
        question = asked.get((QuestionnaireId(row.questionnaire_id), row.question_key))
        if question is None or ref in apart or not _is_done(row, now or this_moment()):
            continue
        text = row.masked or free_text(store.vault, row.value, row.response_id, row.question_key)
        if not text.strip():
            continue
        found.append(
            FreeText(
                ref=ref,
                text=text,
                gathering_id=GatheringId(row.gathering_id),
                age_band=AgeBand(row.age_band),
                kelurahan=KelurahanCode(row.kelurahan_code) if row.kelurahan_code else None,
                asked_about=question.indicator or question.cluster,
            )
        )
    return tuple(found)


def all_responses(store: Store, round_id: RoundId) -> Iterator[StoredResponse]:
    """Every response of a round whose child agreed, with its answers."""
    with store.reading() as connection:
        answers = _answers_by_response(connection, round_id, store.vault)
        rows = connection.execute(
            _of_round(
                round_id,
                Responses.id,
                Responses.language,
                Responses.mode,
                Responses.finished,
                Responses.heard_at,
                Gatherings.venue_kind,
                Gatherings.kelurahan_code,
                Gatherings.age_band,
                Questionnaires.content,
            ).join(Questionnaires, Questionnaires.id == Gatherings.questionnaire_id)
        ).all()
    for row in rows:
        yield StoredResponse(
            id=ResponseId(row.id),
            questionnaire=parsed(row.content),
            venue_kind=VenueKind(row.venue_kind),
            kelurahan=KelurahanCode(row.kelurahan_code) if row.kelurahan_code else None,
            age_band=AgeBand(row.age_band),
            language=Language(row.language),
            mode=PlayerMode(row.mode),
            finished=row.finished,
            heard_at=row.heard_at,
            answers=tuple(answers.get(row.id, ())),
        )


def masked_texts(store: Store, round_id: RoundId) -> Mapping[CommentRef, str]:
    """The masked words of a round, without any comment that has an alert."""
    alerted = sa.select(Alerts.id).where(
        Alerts.response_id == Comments.response_id, Alerts.question_key == Comments.question_key
    )
    statement = sa.select(Comments.response_id, Comments.question_key, Comments.masked).where(
        Comments.round_id == round_id, sa.not_(alerted.exists())
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return {CommentRef(ResponseId(one), question): masked for one, question, masked in rows}


def _of_round(round_id: RoundId, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(Responses)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .where(Gatherings.round_id == round_id, Responses.assent)
    )


def _free_texts(round_id: RoundId, keys: set[str]) -> sa.Select[*tuple[Any, ...]]:
    return (
        _of_round(
            round_id,
            *(Answers.response_id, Answers.question_key, Answers.value),
            sa.literal("").label("masked"),
            *_AROUND,
        )
        .join(Answers, Answers.response_id == Responses.id)
        .where(Answers.question_key.in_(keys), sa.not_(Answers.skipped))
    )


def _masked_only(round_id: RoundId) -> sa.Select[*tuple[Any, ...]]:
    typed = sa.exists().where(
        Answers.response_id == Comments.response_id, Answers.question_key == Comments.question_key
    )
    return (
        _of_round(
            round_id,
            *(Comments.response_id, Comments.question_key),
            sa.literal("").label("value"),
            *(Comments.masked, *_AROUND),
        )
        .join(Comments, Comments.response_id == Responses.id)
        .where(sa.not_(typed))
    )


_AROUND = (
    Responses.finished,
    Responses.gathering_id,
    Gatherings.questionnaire_id,
    Gatherings.age_band,
    Gatherings.kelurahan_code,
    Gatherings.state,
    Gatherings.opens_at,
    Gatherings.closes_at,
)


def _is_done(row: Any, now: datetime) -> bool:
    state = effective_state(GatheringState(row.state), row.opens_at, row.closes_at, now)
    return row.finished or state in (GatheringState.CLOSED, GatheringState.ARCHIVED)


def _free_text_questions(
    connection: Connection, round_id: RoundId
) -> dict[tuple[QuestionnaireId, str], Question]:
    used = sa.select(Gatherings.questionnaire_id).where(Gatherings.round_id == round_id)
    rows = connection.execute(
        sa.select(Questionnaires.id, Questionnaires.content).where(Questionnaires.id.in_(used))
    )
    return {
        (QuestionnaireId(number), question.key): question
        for number, content in rows
        for question in parsed(content).questions
        if question.free_text
    }


def _answers_by_response(
    connection: Connection, round_id: RoundId, vault: Vault
) -> dict[str, list[Answer]]:
    rows = connection.execute(
        _of_round(
            round_id,
            Answers.response_id,
            Answers.question_key,
            Answers.value,
            Answers.language,
            Answers.skipped,
        ).join(Answers, Answers.response_id == Responses.id)
    )
    found: dict[str, list[Answer]] = {}
    for response, question, value, language, skipped in rows:
        plain = json.loads(VALUE.open(vault, value, response, question))
        answer = Answer(question, plain, Language(language), skipped)
        found.setdefault(response, []).append(answer)
    return found
