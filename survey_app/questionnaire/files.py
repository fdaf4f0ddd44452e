"""Questionnaire files: read one or a folder, and write one out whole for publishing."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from survey_app.errors import Problem, QuestionnaireError
from survey_app.questionnaire import faults, pictures, source
from survey_app.questionnaire.model import Question, Questionnaire

PICTURES = "pictures"
RECORDINGS = "audio"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder holds: the questionnaires without a fault, and every fault of the others."""

    questionnaires: tuple[Questionnaire, ...]
    problems: tuple[Problem, ...]


def read(path: Path) -> Questionnaire:
    """Read a questionnaire file; raise ``QuestionnaireError`` listing every fault in it."""
    try:
        raw = source.load(path)
    except source.SourceError as error:
        problem = Problem(path.name, error.place, error.reason, error.remedy)
        raise QuestionnaireError((problem,)) from error
    try:
        questionnaire = Questionnaire.model_validate(raw)
    except ValidationError as error:
        raise QuestionnaireError(faults.problems(path.name, raw, error)) from error
    if found := tuple(_faults_beside(path, questionnaire)):
        raise QuestionnaireError(found)
    return questionnaire


def read_folder(folder: Path) -> Reading:
    """Read every questionnaire of a folder (not of folders inside it).

    A faulty file never reaches a child and never keeps a good one away. Where two files are the
    same version of the same questionnaire, neither is used: nobody can say which one is meant.
    """
    if not folder.is_dir():
        return Reading((), (_no_folder(folder),))
    good: dict[tuple[str, int], tuple[str, Questionnaire]] = {}
    twice: set[tuple[str, int]] = set()
    problems: list[Problem] = []
    for path in _candidates(folder):
        try:
            questionnaire = read(path)
        except QuestionnaireError as error:
            problems += error.problems
            continue
        version = (questionnaire.key, questionnaire.version)
        if version in good:
            twice.add(version)
            problems.append(_same_version(path.name, good[version][0], questionnaire))
        else:
            good[version] = (path.name, questionnaire)
    kept = tuple(one for version, (_, one) in good.items() if version not in twice)
    return Reading(kept, tuple(problems))


def content(questionnaire: Questionnaire, folder: Path) -> str:
    """The questionnaire as published: JSON text with every picture and recording inside it.

    A published version must never change, so its files travel with it as data addresses.
    """
    raw = questionnaire.model_dump(mode="json", exclude_defaults=True)
    for part in (raw, *raw["questions"], *_choices(raw)):
        if picture := part.get("picture"):
            part["picture"] = _data_address(folder / PICTURES / picture)
        for name in ("audio", "assent_audio"):
            for language, recording in part.get(name, {}).items():
                part[name][language] = _data_address(folder / RECORDINGS / recording)
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(text: str) -> str:
    """SHA-256 of published content, in hex: equal content is the same version."""
    return hashlib.sha256(text.encode()).hexdigest()


def _candidates(folder: Path) -> list[Path]:
    """What looks like a questionnaire; ``.yml`` too, so that nobody wonders where it went."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    )


def _no_folder(folder: Path) -> Problem:
    return Problem(folder.name, "folder", "tidak ditemukan.", "Periksa nama dan letaknya.")


def _same_version(file: str, other: str, questionnaire: Questionnaire) -> Problem:
    return Problem(
        file,
        "key",
        f"'{questionnaire.key}' versi {questionnaire.version} juga ada di {other}.",
        "Ganti 'key' atau naikkan 'version' di salah satunya.",
    )


def _faults_beside(path: Path, questionnaire: Questionnaire) -> Iterator[Problem]:
    for place, file in _files_beside(path.parent, questionnaire):
        is_picture = file.parent.name == PICTURES
        look = pictures.picture_faults if is_picture else pictures.recording_faults
        for fault in look(file):
            yield Problem(path.name, place, fault.reason, fault.remedy)


def _files_beside(folder: Path, questionnaire: Questionnaire) -> Iterator[tuple[str, Path]]:
    """Every picture and recording a questionnaire names, and where it names it."""
    for recording in (questionnaire.assent_audio or {}).values():
        yield "assent_audio", folder / RECORDINGS / recording
    for question in questionnaire.questions:
        yield from _files_of(folder, question)


def _files_of(folder: Path, question: Question) -> Iterator[tuple[str, Path]]:
    place = f"pertanyaan '{question.key}'"
    if question.picture:
        yield place, folder / PICTURES / question.picture
    for recording in (question.audio or {}).values():
        yield place, folder / RECORDINGS / recording
    for choice in question.choices:
        if choice.picture:
            yield f"{place}, pilihan '{choice.key}'", folder / PICTURES / choice.picture


def _choices(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for question in raw["questions"]:
        yield from question.get("choices", [])


_MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
}


def _data_address(file: Path) -> str:
    encoded = base64.b64encode(file.read_bytes()).decode()
    return f"data:{_MEDIA_TYPES[file.suffix]};base64,{encoded}"
