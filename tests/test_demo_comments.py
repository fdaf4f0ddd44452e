"""The invented comments of the demo: enough, varied, and nobody's.

M001  More than 500, each for a question of its age band's questionnaire, in three kinds of words.
M002  The file says that it is synthetic, and its telephone numbers belong to nobody.
M003  The clusters' everyday topics are there, and a few identities and hints of harm to protect.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey_app import demo, questionnaire
from survey_app.questionnaire import AgeBand

FILE = Path(demo.__file__).parent / "comments.yaml"
SHIPPED = Path(__file__).parents[1] / "questionnaires"


@pytest.fixture(scope="module")
def comments() -> list[dict[str, Any]]:
    """Every comment of the file."""
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["comments"]
    return found


def test_they_fit_the_questionnaires(comments: list[dict[str, Any]]) -> None:
    """M001: each comment answers a free-text question its band is really asked, short enough."""
    assert len(comments) >= 500
    assert len({(one["q"], one["text"]) for one in comments}) >= len(comments) - 5
    asked = {band: questionnaire.read(SHIPPED / f"suara-anak-{band}.yaml") for band in set(AgeBand)}
    for one in comments:
        question = asked[AgeBand(one["band"])].question(one["q"])
        assert question is not None
        assert question.free_text
        assert 0 < len(one["text"]) <= (question.max_length or 0)
    languages = [one["lang"] for one in comments]
    assert languages.count("jv") >= 100
    assert languages.count("mix") >= 15


def test_they_are_nobodys(comments: list[dict[str, Any]]) -> None:
    """M002: marked as synthetic in the first line; every long number has the 0000 block."""
    assert "Synthetic" in FILE.read_text(encoding="utf-8").splitlines()[0]
    numbers = [number for one in comments for number in re.findall(r"\d[\d -]{8,}\d", one["text"])]
    assert len(numbers) >= 4
    assert all("0000" in number for number in numbers)


@pytest.mark.parametrize(
    "topic",
    [
        *("lampu", "nyebrang|nyabrang", "toilet|wc", "kantin", "sampah", "rokok|udud"),
        *("ejek|poyok", "perpus", "taman", "bola|bal", "musik|gamelan", "pr |tugas"),
        *("bayar|mahal|larang", "hp", "banjir", "anjing|asu", "horeg", "bis|bus"),
        *("makasih|terima kasih|nuwun", "tidak ada", "nama ?(ku|saya)", "takut|wedi"),
    ],
)
def test_they_cover_what_children_talk_about(comments: list[dict[str, Any]], topic: str) -> None:
    """M003: at least one child speaks about it."""
    assert any(re.search(topic, one["text"].lower()) for one in comments)
