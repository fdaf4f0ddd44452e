"""A made-up screening in a test: it knows two words, and one that it breaks on."""

from collections.abc import Sequence

import analysis


def find(texts: Sequence[str]) -> list[analysis.Alert | None]:
    """What the detector might say: beaten is urgent, teased of concern."""
    assert not any("meledak" in text for text in texts)
    return [_found(text) for text in texts]


def _found(text: str) -> analysis.Alert | None:
    for sign, level in (("dipukul", "urgent"), ("diejek", "concern")):
        if sign in text:
            return analysis.Alert(analysis.AlertLevel(level), "perundungan", sign, "uji", "uji")
    return None
