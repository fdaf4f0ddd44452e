"""Every text of the child's player, by key, in Indonesian, Javanese and English."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

# What a child can choose; English stands in the file for people who read along.
CHILD_LANGUAGES = ("id", "jv")
_UNITS = {
    "id": {365: "tahun", 30: "bulan", 1: "hari"},
    "jv": {365: "taun", 30: "sasi", 1: "dina"},
}
_TEXTS = Path(__file__).parent / "player.yaml"


def text(key: str, language: str, **values: object) -> str:
    """One text with its ``{places}`` filled in; ``KeyError`` when there is no such text."""
    found = _all_texts()[key][language]
    for name, value in values.items():
        found = found.replace(f"{{{name}}}", str(value))
    return found


def for_player(language: str) -> dict[str, str]:
    """All texts of the player in one language, as they travel in a questionnaire package."""
    return {key: texts[language] for key, texts in _all_texts().items()}


def player_texts() -> dict[str, dict[str, str]]:
    """All texts of the player in every language a child can choose."""
    return {language: for_player(language) for language in CHILD_LANGUAGES}


def keeping(*, text: int, responses: int) -> dict[str, dict[str, str]]:
    """How long words and answers are kept, in days, as a child is told in each language."""
    return {
        language: {"kata": _about(text, units), "jawaban": _about(responses, units)}
        for language, units in _UNITS.items()
    }


def _about(days: int, units: Mapping[int, str]) -> str:
    """The largest unit of which there are two: 180 days are 6 months, 730 are 2 years."""
    unit = next((unit for unit in units if days >= 2 * unit), 1)
    return f"{round(days / unit)} {units[unit]}"


def first_page_texts() -> dict[str, dict[str, str]]:
    """The texts needed before a questionnaire is loaded; they travel in the page itself."""
    keys = _sections()["awal"]
    return {language: {key: text(key, language) for key in keys} for language in CHILD_LANGUAGES}


def _all_texts() -> Mapping[str, Mapping[str, str]]:
    return {**_sections()["awal"], **_sections()["isi"]}


@cache
def _sections() -> dict[str, dict[str, dict[str, str]]]:
    sections: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
        _TEXTS.read_text(encoding="utf-8")
    )
    return sections
