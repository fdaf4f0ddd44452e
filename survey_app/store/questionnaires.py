"""Published questionnaires: immutable, with everything a tablet needs inside."""

import base64
import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.errors import Problem, QuestionnaireError, StoreError
from survey_app.gathering import QuestionnaireId
from survey_app.questionnaire import Language, Questionnaire, content, content_hash
from survey_app.store.database import Store, insert_for, now
from survey_app.store.tables import Questionnaires

AUDIO_ADDRESS = "/isi/audio"
ASSENT = "assent"  # stands for the question key where the assent text is read aloud
_FOR_THE_ANALYSIS_ONLY = ("cluster", "indicator", "free_text")


@dataclass(frozen=True, slots=True)
class PublishedQuestionnaire:
    """A published version; ``questionnaire`` is without its pictures and recordings."""

    id: QuestionnaireId
    content_hash: str
    published_at: datetime
    questionnaire: Questionnaire

    @property
    def key(self) -> str:
        """The questionnaire's key."""
        return self.questionnaire.key

    @property
    def version(self) -> int:
        """The version that was published."""
        return self.questionnaire.version


@dataclass(frozen=True, slots=True)
class Recording:
    """A question read aloud."""

    media_type: str
    sound: bytes


def publish(store: Store, questionnaire: Questionnaire, folder: Path) -> PublishedQuestionnaire:
    """Publish a version; ``folder`` holds its pictures and recordings.

    The same content again is the same row. Other content under a published version raises
    ``QuestionnaireError``: gatherings are running on it.
    """
    text = content(questionnaire, folder)
    row = {
        "key": questionnaire.key,
        "version": questionnaire.version,
        "content": text,
        "content_hash": content_hash(text),
        "published_at": now(),
    }
    with store.writing() as connection:
        insert = insert_for(connection)(Questionnaires).values(row)
        connection.execute(insert.on_conflict_do_nothing(index_elements=["key", "version"]))
        found = _find(connection, questionnaire.key, questionnaire.version)
    if found.content_hash != row["content_hash"]:
        raise _changed(questionnaire)
    return found


def published(store: Store) -> tuple[PublishedQuestionnaire, ...]:
    """Every published version, by key, newest version first."""
    order = (Questionnaires.key, Questionnaires.version.desc())
    with store.reading() as connection:
        rows = connection.execute(_rows().order_by(*order)).all()
    return tuple(_published(*row) for row in rows)


def newest(store: Store) -> tuple[PublishedQuestionnaire, ...]:
    """The newest version of each questionnaire: what a new gathering can use."""
    first: dict[str, PublishedQuestionnaire] = {}
    for one in published(store):
        first.setdefault(one.key, one)
    return tuple(first.values())


def latest(store: Store, key: str) -> PublishedQuestionnaire | None:
    """The newest published version of this questionnaire, or None."""
    statement = _rows().where(Questionnaires.key == key)
    with store.reading() as connection:
        row = connection.execute(statement.order_by(Questionnaires.version.desc())).first()
    return _published(*row) if row else None


def by_id(store: Store, questionnaire_id: int) -> PublishedQuestionnaire:
    """The published version with this number; raise ``StoreError`` where there is none."""
    statement = _rows().where(Questionnaires.id == questionnaire_id)
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        raise _missing(questionnaire_id)
    return _published(*row)


def package_content(store: Store, questionnaire_id: QuestionnaireId) -> dict[str, Any]:
    """The questionnaire as a child's tablet gets it.

    Without clusters and indicators, which are for the analysis; recordings are addresses below
    ``/isi/audio/`` and fetched only when played.
    """
    whole = copy.deepcopy(_whole(store, questionnaire_id))
    if "assent_audio" in whole:
        whole["assent_audio"] = _addresses(questionnaire_id, ASSENT, whole["assent_audio"])
    for question in whole["questions"]:
        for name in _FOR_THE_ANALYSIS_ONLY:
            question.pop(name, None)
        if "audio" in question:
            question["audio"] = _addresses(questionnaire_id, question["key"], question["audio"])
    return whole


def recording(
    store: Store, questionnaire_id: QuestionnaireId, part: str, language: Language
) -> Recording | None:
    """The recording of a question (or of ``ASSENT``) in a language, or None."""
    with store.reading() as connection:
        text = connection.scalar(_content_of(questionnaire_id))
    if text is None:
        return None
    whole = json.loads(text)
    recordings = whole.get("assent_audio", {})
    if part != ASSENT:
        asked: dict[str, Any] = next((one for one in whole["questions"] if one["key"] == part), {})
        recordings = asked.get("audio", {})
    address = recordings.get(language.value)
    return _recording(address) if address else None


def _whole(store: Store, questionnaire_id: QuestionnaireId) -> dict[str, Any]:
    with store.reading() as connection:
        text = connection.scalar(_content_of(questionnaire_id))
    if text is None:
        raise _missing(questionnaire_id)
    whole: dict[str, Any] = json.loads(text)
    return whole


def _content_of(questionnaire_id: int) -> sa.Select[str]:
    return sa.select(Questionnaires.content).where(Questionnaires.id == questionnaire_id)


def _rows() -> sa.Select[int, str, str, datetime]:
    return sa.select(
        Questionnaires.id,
        Questionnaires.content,
        Questionnaires.content_hash,
        Questionnaires.published_at,
    )


def _find(connection: Connection, key: str, version: int) -> PublishedQuestionnaire:
    wanted = (Questionnaires.key == key) & (Questionnaires.version == version)
    return _published(*connection.execute(_rows().where(wanted)).one())


def _published(
    number: int, text: str, digest: str, published_at: datetime
) -> PublishedQuestionnaire:
    return PublishedQuestionnaire(QuestionnaireId(number), digest, published_at, parsed(text))


@lru_cache(maxsize=64)
def parsed(text: str) -> Questionnaire:
    """Published content as a questionnaire again, its pictures and recordings left out."""
    raw = json.loads(text)
    raw.pop("assent_audio", None)
    for question in raw["questions"]:
        for part in (question, *question.get("choices", [])):
            part.pop("picture", None)
            part.pop("audio", None)
    return Questionnaire.model_validate(raw)


def _addresses(
    questionnaire_id: QuestionnaireId, part: str, recordings: Mapping[str, str]
) -> dict[str, str]:
    return {
        language: f"{AUDIO_ADDRESS}/{questionnaire_id}/{part}/{language}" for language in recordings
    }


def _recording(address: str) -> Recording:
    kind, _, encoded = address.removeprefix("data:").partition(";base64,")
    return Recording(kind, base64.b64decode(encoded))


def _missing(questionnaire_id: int) -> StoreError:
    return StoreError(
        f"Kuesioner nomor {questionnaire_id} tidak ada.", remedy="Pilih dari daftar kuesioner."
    )


def _changed(questionnaire: Questionnaire) -> QuestionnaireError:
    version = questionnaire.version
    return QuestionnaireError(
        (
            Problem(
                f"{questionnaire.key}.yaml",
                "version",
                f"versi {version} sudah terbit dengan isi lain.",
                f"Naikkan menjadi version: {version + 1}; pertemuan lama tetap memakai versinya.",
            ),
        )
    )
