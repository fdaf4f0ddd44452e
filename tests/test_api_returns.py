"""``POST /api/v1/returns``: three easy words.

B001 the words open an unfinished response on another tablet, and say that a finished one is done
B002 the words take a response back; afterwards nothing of it is left and it stays away
B003 wrong words, wrong gatherings and wrong shapes are refused; guessing is slowed down
B004 after archiving the words no longer work
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from doors import Doors, opened_doors
from rows import answers_in
from tablet import Tablet

from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program
from survey_app.settings import Settings
from survey_app.store import gatherings

WORDS = "kucing-merah-tahu"


@pytest.fixture
def doors(database_url: str, data_dir: Path) -> Iterator[Doors]:
    with opened_doors(Settings(data_dir=data_dir, database_url=database_url)) as opened:
        yield opened


def send(doors: Doors, envelope: dict[str, Any]) -> dict[str, Any]:
    answer = doors.post("/api/v1/responses", {"suara": 1, "responses": [envelope]})
    result: dict[str, Any] = answer.json()["results"][0]
    return result


def come_back(
    doors: Doors, gathering: Gathering, words: str = WORDS, action: str = "open"
) -> httpx.Response:
    body = {"suara": 1, "gathering": gathering.code, "words": words, "action": action}
    return doors.post("/api/v1/returns", body)


def test_going_on(doors: Doors, gathering: Gathering) -> None:
    """B001: another tablet gets the content of the unfinished response, as it was."""
    tablet = Tablet(doors.store, gathering)
    sent = tablet.envelope({"usul": "setengah"}, finished=False, return_words=WORDS)
    assert send(doors, sent)["return_words"] == "ok"
    answer = come_back(doors, gathering, "  Kucing merah TAHU ")
    assert answer.status_code == 200
    response = answer.json()["response"]
    assert (response["id"], response["revision"], response["finished"]) == (tablet.id, 1, False)
    assert '"setengah"' in response["content"]
    assert answer.headers["cache-control"] == "no-store"


def test_already_finished(doors: Doors, gathering: Gathering) -> None:
    """B001: what is finished is not shown again, to nobody."""
    send(doors, Tablet(doors.store, gathering).envelope(return_words=WORDS))
    assert come_back(doors, gathering).json() == {"suara": 1, "finished": True}


def test_taking_back(doors: Doors, gathering: Gathering) -> None:
    """B002: withdrawn is gone, and a late copy from a tablet does not bring it back."""
    envelope = Tablet(doors.store, gathering).envelope(return_words=WORDS)
    send(doors, envelope)
    answer = come_back(doors, gathering, action="withdraw")
    assert answer.json() == {"suara": 1, "withdrawn": True}
    assert answers_in(doors.store) == {}
    assert send(doors, envelope)["outcome"] == "withdrawn"
    assert come_back(doors, gathering).status_code == 404


def test_wrong_words(doors: Doors, gathering: Gathering) -> None:
    """B003: other words, half the words, and somebody else's gathering find nothing."""
    send(doors, Tablet(doors.store, gathering).envelope(return_words=WORDS))
    for words in ("kucing-merah-tempe", "kucing", "", "' OR 1=1 --", "\u202e", "x" * 120):
        assert come_back(doors, gathering, words).status_code == 404
    body = {"suara": 1, "gathering": "CCCCCC", "words": WORDS, "action": "withdraw"}
    assert doors.post("/api/v1/returns", body).status_code == 404
    assert come_back(doors, gathering).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "text",
        [],
        {},
        {"suara": 1, "gathering": "CCCCCC", "words": "a-b-c"},
        {"suara": 1, "gathering": "CCCCCC", "words": "a-b-c", "action": "delete"},
        {"suara": 1, "gathering": 7, "words": "a-b-c", "action": "open"},
        {"suara": 2, "gathering": "CCCCCC", "words": "a-b-c", "action": "open"},
        {"suara": 1, "gathering": "CCCCCC", "words": "x" * 121, "action": "open"},
    ],
)
def test_not_a_request(doors: Doors, body: object) -> None:
    """B003: another shape is refused before anything is looked up."""
    answer = doors.post("/api/v1/returns", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_guessing(doors: Doors, gathering: Gathering) -> None:
    """B003: after fifteen wrong tries in one gathering the address has to wait."""
    for _ in range(14):
        doors.service.limits.return_words.failed((gathering.code, "127.0.0.1"))
    assert come_back(doors, gathering, "kucing-biru-sate").status_code == 404
    assert come_back(doors, gathering, "kucing-biru-sate").status_code == 404
    answer = come_back(doors, gathering, "kucing-biru-sate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many")
    assert int(answer.headers["retry-after"]) > 0


def test_archived(doors: Doors, gathering: Gathering) -> None:
    """B004: the promise about taking back ends with archiving, and the child is told."""
    send(doors, Tablet(doors.store, gathering).envelope(return_words=WORDS))
    gatherings.set_state(
        doors.store, gathering.id, GatheringState.ARCHIVED, by=Program.COMMAND_LINE
    )
    for action in ("open", "withdraw"):
        answer = come_back(doors, gathering, action=action)
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "archived")
