"""The player's texts.

W1  Every text exists in Indonesian, Javanese and English, and none is empty.
W2  A text has the same places to fill in, in every language.
W3  Every text the player asks for exists, and none is left over.
W4  An unknown text is an error at once, not an empty button in front of a child.
"""

import re
from pathlib import Path

import pytest

from survey_app import wording

PLAYER = Path(wording.__file__).parents[1] / "player"
LANGUAGES = ("id", "jv", "en")
# Keys the player puts together.
BUILT = {f"wajah_{degree}" for degree in range(1, 6)}


def all_keys() -> list[str]:
    """The keys of all texts."""
    return list(wording.for_player("id"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_in_every_language(language: str) -> None:
    """W1: no language misses a text."""
    texts = wording.for_player(language)
    assert list(texts) == all_keys()
    assert [
        key for key, text in texts.items() if not isinstance(text, str) or not text.strip()
    ] == []


@pytest.mark.parametrize("key", all_keys())
def test_same_places(key: str) -> None:
    """W2: the same {places} in each language."""
    places = [set(re.findall(r"\{(\w+)\}", wording.text(key, language))) for language in LANGUAGES]
    assert places[0] == places[1] == places[2]


def test_texts_and_player_agree() -> None:
    """W3: what the modules name is what the file holds."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PLAYER.glob("*.mjs")))
    assert set(all_keys()) - set(re.findall(r"\w+", source)) - BUILT == set()
    asked = set(re.findall(r"\bt\(\"(\w+)\"|key: \"(\w+)\"", source))
    assert {key for group in asked for key in group if key} <= set(all_keys())


def test_places_are_filled_in() -> None:
    """W4: values go in; an unknown key fails."""
    assert wording.text("menunggu", "id", n=3) == "3 jawaban menunggu dikirim"
    with pytest.raises(KeyError):
        wording.text("tidak_ada_teks_ini", "id")


def test_first_page_knows_its_texts() -> None:
    """W1: what stands before a questionnaire is part of what stands in it, id and jv only."""
    first = wording.first_page_texts()
    assert set(first) == set(wording.player_texts()) == {"id", "jv"}
    assert first["jv"].items() <= wording.player_texts()["jv"].items()
