"""Promises of published questionnaires.

Q001  The same content under the same version is the same row.
Q002  Other content under a published version is refused with the remedy.
Q003  Recordings travel apart from the package, and only those that exist.
Q004  The newest version is offered; every version stays.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from classroom import every_type

from survey_app.errors import QuestionnaireError, StoreError
from survey_app.gathering import QuestionnaireId
from survey_app.questionnaire import Language, Questionnaire
from survey_app.store import Store, questionnaires


def _version(number: int, **changes: Any) -> Questionnaire:
    return Questionnaire.model_validate(every_type() | {"version": number} | changes)


def test_publishing_twice(store: Store, tmp_path: Path) -> None:
    """Q001: `make run` may publish every time it starts."""
    first = questionnaires.publish(store, _version(1), tmp_path)
    assert questionnaires.publish(store, _version(1), tmp_path) == first
    assert len(questionnaires.published(store)) == 1


def test_a_published_version_is_immutable(store: Store, tmp_path: Path) -> None:
    """Q002: the sentence says to raise the version, and the old content stays."""
    first = questionnaires.publish(store, _version(1), tmp_path)
    with pytest.raises(QuestionnaireError, match="version: 2"):
        questionnaires.publish(store, _version(1, title={"id": "Lain", "jv": "Liya"}), tmp_path)
    assert questionnaires.by_id(store, first.id) == first


def test_versions_stay(store: Store, tmp_path: Path) -> None:
    """Q004: old gatherings need theirs, new ones take the newest."""
    for number in (2, 10, 1):
        questionnaires.publish(store, _version(number), tmp_path)
    assert [one.version for one in questionnaires.published(store)] == [10, 2, 1]
    assert [one.version for one in questionnaires.newest(store)] == [10]
    latest = questionnaires.latest(store, "semua-jenis")
    assert latest is not None
    assert latest.version == 10
    assert questionnaires.latest(store, "tidak-ada") is None
    with pytest.raises(StoreError, match="99"):
        questionnaires.by_id(store, 99)


def test_recordings_travel_apart(store: Store, tmp_path: Path) -> None:
    """Q003: the package names an address; the sound is found there, byte for byte."""
    sounds = {"salam-id.mp3": b"ID3 salam", "mau-jv.ogg": b"OggS mau"}
    (tmp_path / "audio").mkdir()
    for name, sound in sounds.items():
        (tmp_path / "audio" / name).write_bytes(sound)
    raw: Any = every_type()
    raw["questions"][0]["audio"] = {"id": "salam-id.mp3"}
    raw["assent_audio"] = {"jv": "mau-jv.ogg"}
    number = questionnaires.publish(store, Questionnaire.model_validate(raw), tmp_path).id
    whole = questionnaires.package_content(store, number)
    assert whole["questions"][0]["audio"] == {"id": f"/isi/audio/{number}/salam/id"}
    assert whole["assent_audio"] == {"jv": f"/isi/audio/{number}/assent/jv"}
    assert "base64" not in json.dumps(whole)
    spoken = questionnaires.recording(store, number, "salam", Language.ID)
    assert spoken == questionnaires.Recording("audio/mpeg", b"ID3 salam")
    assent = questionnaires.recording(store, number, "assent", Language.JV)
    assert assent == questionnaires.Recording("audio/ogg", b"OggS mau")
    for part, language in (("salam", Language.JV), ("wajah", Language.ID), ("x", Language.ID)):
        assert questionnaires.recording(store, number, part, language) is None
    assert questionnaires.recording(store, QuestionnaireId(99), "salam", Language.ID) is None
