"""A small questionnaire without a fault, and the ways to spoil it."""

from pathlib import Path

import pytest

from survey_app import questionnaire
from survey_app.errors import Problem, QuestionnaireError

GOOD = """\
key: taman-kota
version: 1
title: {id: Taman, jv: Taman kutha}
age_bands: [10-12]
languages: [id, jv]
assent: {id: Mau ikut, jv: Gelem melu}
closing: {id: Terima kasih, jv: Matur nuwun}
questions:
  - key: taman
    type: choice
    text: {id: Taman mana, jv: Taman ngendi}
    choices:
      - {key: dekat, text: {id: Dekat, jv: Cedhak}}
      - {key: jauh, text: {id: Jauh, jv: Adoh}}
  - key: usul
    type: long_text
    text: {id: Apa usulmu, jv: Usulmu apa}
    free_text: true
  - key: jam
    type: number
    text: {id: Berapa jam, jv: Pirang jam}
"""
TITLE = "title: {id: Taman, jv: Taman kutha}"
TYPE = "    type: choice\n"
FAR = "      - {key: jauh, text: {id: Jauh, jv: Adoh}}\n"
CLOSING = "closing: {id: Terima kasih, jv: Matur nuwun}"


def problems(path: Path) -> tuple[Problem, ...]:
    """What is wrong with this file."""
    with pytest.raises(QuestionnaireError) as caught:
        questionnaire.read(path)
    return caught.value.problems


def changed(folder: Path, old: str, new: str, *, name: str = "anak-10-12.yaml") -> Path:
    """The good questionnaire with one part of it changed, as a file."""
    assert old in GOOD
    path = folder / name
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return path
