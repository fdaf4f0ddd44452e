"""A tablet in a test: it makes envelopes as the player does."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from survey_app.gathering import Gathering, ticket
from survey_app.store import Store

FULL_ANSWERS: dict[str, Any] = {
    "wajah": 4,
    "aman": "maybe",
    "tempat": "taman",
    "suka": ["taman", "kali"],
    "nilai": 2,
    "nama_taman": "Taman Sekartaji",
    "cerita": "Aku seneng dolan ning taman bareng kanca",
    "usul": "Lampu jalan di gang dinyalakan",
    "adik": 2,
    "rumah": "35.71.01.1001",
}


def answers_of(values: dict[str, Any], language: str = "id") -> dict[str, Any]:
    """Values as the player writes them; None is a skipped question."""
    return {
        key: {"value": value, "language": language, "skipped": value is None}
        for key, value in values.items()
    }


def sealed(content: str, **fields: Any) -> dict[str, Any]:
    """An envelope around a content string, with its right hash unless told otherwise."""
    return {"hash": hashlib.sha256(content.encode()).hexdigest(), "content": content} | fields


@dataclass
class Tablet:
    """One child's response on one tablet."""

    store: Store
    gathering: Gathering
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    revision: int = 0

    def envelope(
        self,
        values: dict[str, Any] | None = None,
        *,
        finished: bool = True,
        revision: int | None = None,
        **content: Any,
    ) -> dict[str, Any]:
        """The next revision of this response; ``content`` overrides parts of the content."""
        self.revision = revision or self.revision + 1
        body = {
            "questionnaire": {
                "key": self.gathering.questionnaire_key,
                "version": self.gathering.questionnaire_version,
            },
            "language": "id",
            "assent": True,
            "mode": "child",
            "talk_to_adult": False,
            "needs_help": False,
            "answers": answers_of(FULL_ANSWERS if values is None else values),
        }
        return self._around(json.dumps(body | content, ensure_ascii=False), finished=finished)

    def refusal(self) -> dict[str, Any]:
        """The child said "Tidak mau"."""
        return self.envelope({}, assent=False)

    def withdrawal(self) -> dict[str, Any]:
        """The child deletes the response on this tablet."""
        return self._around("", finished=False) | {"withdrawn": True, "hash": ""}

    def _around(self, content: str, *, finished: bool) -> dict[str, Any]:
        return sealed(
            content,
            id=self.id,
            revision=max(self.revision, 1),
            finished=finished,
            gathering=self.gathering.code,
            ticket=ticket(self.store.secret, self.gathering.code),
        )
