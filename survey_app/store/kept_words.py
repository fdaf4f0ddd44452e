"""How the words the officer's work needs are kept, and read again: one place for each kind."""

import json

from survey_app.store.database import Store


def read_answer(_store: Store, kept: str, _response: str, _question: str) -> str:
    """A free text as the child wrote it."""
    text = json.loads(kept)
    return text if isinstance(text, str) else ""


def keep_reason(_store: Store, reason: str, _response: str, _question: str) -> str:
    """Why an alert was raised; it may quote the child."""
    return reason


def read_reason(_store: Store, kept: str, _response: str, _question: str) -> str:
    """The same again."""
    return kept


def keep_note(_store: Store, note: str, _alert: int) -> str:
    """What an officer noted about a case."""
    return note


def read_note(_store: Store, kept: str, _alert: int) -> str:
    """The same again."""
    return kept
