"""``POST /api/v1/responses``: what a tablet may count on.

R001 a response is stored, then acknowledged by id and hash, on a connection that is closed
R002 the same envelope again, and fifty of them at once, are one row
R003 each envelope of a list is answered in place, also between broken ones
R004 what is not JSON in UTF-8, or has another shape, is refused with a sentence in two languages
R005 the wrong kind of content and a foreign page are refused
R006 what is too large is refused with an answer the sender can read, with or without a length
R007 answers that do not fit are kept aside and the rest is stored
R008 strange characters are stored as typed, and nothing in them is executed or lost
R009 a forged ticket, a forged hash and a replayed id change nothing that is stored
R010 a response begun in time is taken after the gathering was closed, not after it was archived
R011 while the database cannot write nothing is acknowledged; afterwards the same post succeeds
R012 only the right method; HEAD and huge headers do no harm
R013 what a child wrote is in no log and in no error
"""

import json
import logging
import socket
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from classroom import opened_gathering
from doors import Doors, opened_doors
from rows import answers_in, quarantine_in, responses_in
from tablet import FULL_ANSWERS, Tablet, sealed

from survey_app.api import responses as responses_route
from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program
from survey_app.settings import Settings
from survey_app.store import Store, gatherings

RESPONSES = "/api/v1/responses"


@pytest.fixture
def doors(database_url: str, data_dir: Path) -> Iterator[Doors]:
    with opened_doors(Settings(data_dir=data_dir, database_url=database_url)) as opened:
        yield opened


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Doors for what is refused before any database is asked."""
    with opened_doors(Settings(data_dir=tmp_path_factory.mktemp("lobby"))) as opened:
        yield opened


def post(doors: Doors, *envelopes: object) -> httpx.Response:
    return doors.post(RESPONSES, {"suara": 1, "responses": list(envelopes)})


def outcomes(answer: httpx.Response) -> list[tuple[int, str]]:
    assert answer.status_code == 200
    assert answer.json()["suara"] == 1
    return [(one["status"], one["outcome"]) for one in answer.json()["results"]]


def test_stored_then_acknowledged(doors: Doors, gathering: Gathering) -> None:
    """R001: the acknowledgement names id and hash, is never cached, and closes the connection."""
    envelope = Tablet(doors.store, gathering).envelope()
    answer = post(doors, envelope)
    assert outcomes(answer) == [(200, "stored")]
    result = answer.json()["results"][0]
    assert (result["id"], result["hash"]) == (envelope["id"], envelope["hash"])
    assert answer.headers["connection"] == "close"
    assert answer.headers["cache-control"] == "no-store"
    assert answers_in(doors.store)[envelope["id"]] == FULL_ANSWERS


def test_the_same_again_is_one_row(doors: Doors, gathering: Gathering) -> None:
    """R002: sent twice is stored once and acknowledged twice."""
    envelope = Tablet(doors.store, gathering).envelope()
    assert outcomes(post(doors, envelope)) == [(200, "stored")]
    assert outcomes(post(doors, envelope)) == [(200, "again")]
    assert len(responses_in(doors.store)) == 1


def test_fifty_at_once_are_one_row(doors: Doors, gathering: Gathering) -> None:
    """R002: two tablets (here fifty) sending one response at the same moment make one row."""
    envelope = Tablet(doors.store, gathering).envelope()
    body = {"suara": 1, "responses": [envelope]}
    start = threading.Barrier(50)

    def send(_number: int) -> list[tuple[int, str]]:
        start.wait()
        with httpx.Client(verify=False, timeout=30) as tablet:  # noqa: S501  plain HTTP
            return outcomes(tablet.post(doors.url + RESPONSES, json=body))

    with ThreadPoolExecutor(50) as tablets:
        said = [one for answer in tablets.map(send, range(50)) for one in answer]
    assert sorted(said) == sorted([(200, "stored")] + [(200, "again")] * 49)
    assert len(responses_in(doors.store)) == 1
    assert quarantine_in(doors.store) == []


def test_each_in_place(doors: Doors, gathering: Gathering) -> None:
    """R003: broken envelopes are answered where they stand and do not hold up their neighbours."""
    first, last = (Tablet(doors.store, gathering).envelope() for _ in range(2))
    broken: list[object] = [
        None,
        7,
        "x",
        [],
        {},
        first | {"id": "not-a-uuid"},
        first | {"revision": "1"},
        first | {"revision": 0},
        first | {"revision": True},
        first | {"finished": 1},
        first | {"content": {"answers": {}}},
        first | {"gathering": None},
    ]
    said = outcomes(post(doors, first, *broken, last))
    assert said == [(200, "stored"), *[(400, "invalid")] * len(broken), (200, "stored")]
    assert len(responses_in(doors.store)) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"suara":1}',
        b'{"suara":1,"responses":{}}',
        b'{"suara":2,"responses":[]}',
        b'{"suara":true,"responses":[]}',
        b'{"suara":1,"responses":[NaN]}',
        b'{"suara":1,"responses":[1e999999, Infinity]}',
        b'{"suara":1,"responses":["\xff\xfe"]}',
        b'{"suara":1,"responses":[' + b"9" * 5000 + b"]}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xef\xbb\xbf{}",
        b"id=1&hash=2",
    ],
)
def test_not_a_request(lobby: Doors, body: bytes) -> None:
    """R004: a body that is no request is refused with a code and a sentence, never with a trace."""
    answer = lobby.browser.post(
        RESPONSES, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"
    assert set(answer.json()["error"]["message"]) == {"id", "jv"}
    assert answer.headers["connection"] == "close"


def test_an_empty_list_is_fine(lobby: Doors) -> None:
    """R004: no envelopes, no results."""
    assert outcomes(post(lobby)) == []


def test_more_than_fifty(lobby: Doors) -> None:
    """R006: more envelopes than the protocol allows are refused whole."""
    answer = post(lobby, *[{}] * 51)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_only_json(lobby: Doors, kind: str) -> None:
    """R005: a form of another page cannot post here, because a form cannot say JSON."""
    answer = lobby.browser.post(RESPONSES, content=b"{}", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://jahat.example", 403),
        ("null", 403),
        ("http://127.0.0.1:1", 403),
        ("http://127.0.0.1.jahat.example", 403),
        ("OURS", 200),
        ("https://suara.kediri.example", 200),
    ],
)
def test_only_our_own_page(database_url: str, data_dir: Path, origin: str, status: int) -> None:
    """R005: only a page of this address, or of the public one, or no page at all may send."""
    chosen = Settings(
        data_dir=data_dir, database_url=database_url, public_url="https://suara.kediri.example/"
    )
    with opened_doors(chosen) as doors:
        said = origin.replace("OURS", doors.url)
        answer = doors.post(RESPONSES, {"suara": 1, "responses": []}, headers={"Origin": said})
    assert answer.status_code == status


@pytest.mark.parametrize("size", [512 * 1024 + 1, 5_000_000, 8 * 1024 * 1024 + 600_000])
@pytest.mark.parametrize("with_length", [True, False])
def test_too_large(lobby: Doors, size: int, with_length: bool) -> None:
    """R006: five megabytes are answered, not cut off, whether the length is said or not."""
    body = b'{"suara":1,"responses":["' + b"a" * size + b'"]}'
    content: Any = body if with_length else iter([body[:1000], body[1000:]])
    answer = lobby.browser.post(
        RESPONSES, content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_length_beyond_reason_is_not_awaited(lobby: Doors) -> None:
    """R006: who announces a gigabyte gets the answer at once."""
    with socket.create_connection(lobby.url.removeprefix("http://").split(":")) as line:
        line.settimeout(20)
        line.sendall(
            b"POST /api/v1/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000000\r\n\r\n{"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_what_fits_is_stored(doors: Doors, gathering: Gathering) -> None:
    """R007: unknown questions, foreign choices and wrong types go aside; the rest is an answer."""
    values = FULL_ANSWERS | {
        "tidak_ada": "x",
        "tempat": "mall",
        "wajah": 9,
        "nama_taman": "x" * 61,
        "cerita": "y" * 4001,
        "adik": "dua",
        "rumah": "99.99.99.9999",
    }
    envelope = Tablet(doors.store, gathering).envelope(values)
    assert outcomes(post(doors, envelope)) == [(200, "stored")]
    kept = {key: FULL_ANSWERS[key] for key in ("aman", "suka", "nilai", "usul")}
    assert answers_in(doors.store)[envelope["id"]] == kept
    reasons = [row["reason"] for row in quarantine_in(doors.store)]
    assert set(reasons) == {
        "unknown_question",
        "not_a_choice",
        "out_of_range",
        "too_long",
        "wrong_type",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE answers; --",
        "{{7*7}} ${7*7} %s %(x)s",
        "\u200b\u200d\ufeff\u2060 tanpa lebar",
        "\u202e\u2066 مرحبا שלום \u202c",
        "👩‍👩‍👧‍👦 Z̷͖a̴l̸g̵o̶ ꦱꦸꦫꦧꦪ",
        "baris satu\nbaris dua\r\n\ttab",
    ],
)
def test_strange_characters(doors: Doors, gathering: Gathering, typed: str) -> None:
    """R008: whatever a child can type is stored exactly as typed."""
    envelope = Tablet(doors.store, gathering).envelope({"usul": typed})
    assert outcomes(post(doors, envelope)) == [(200, "stored")]
    assert answers_in(doors.store)[envelope["id"]] == {"usul": typed}


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udc00\\ud800"])
def test_what_no_database_can_hold(doors: Doors, gathering: Gathering, escape: str) -> None:
    """R008: a NUL or half a character is replaced in the answer, and the original kept aside."""
    envelope = Tablet(doors.store, gathering).envelope({"usul": "awal TANDA akhir"})
    content = envelope["content"].replace("TANDA", escape)
    assert outcomes(post(doors, envelope | sealed(content))) == [(200, "stored")]
    stored = answers_in(doors.store)[envelope["id"]]["usul"]
    assert stored.startswith("awal \ufffd")
    assert [row["reason"] for row in quarantine_in(doors.store)] == ["unstorable"]


def test_forged_ticket(doors: Doors, gathering: Gathering) -> None:
    """R009: without the ticket of an open gathering the words are kept aside, not counted."""
    envelope = Tablet(doors.store, gathering).envelope() | {"ticket": "0" * 32}
    assert outcomes(post(doors, envelope)) == [(200, "kept")]
    assert responses_in(doors.store) == []
    assert [row["reason"] for row in quarantine_in(doors.store)] == ["ticket"]


def test_forged_hash(doors: Doors, gathering: Gathering) -> None:
    """R009: content that was changed on its way is not stored; the tablet keeps it."""
    envelope = Tablet(doors.store, gathering).envelope()
    changed = envelope | {"content": envelope["content"].replace("lampu", "Lampu") + " "}
    assert outcomes(post(doors, changed)) == [(422, "corrupt")]
    assert responses_in(doors.store) == []


def test_replayed_id(doors: Doors, gathering: Gathering) -> None:
    """R009: somebody else's words under a finished id are refused and change nothing."""
    mine = Tablet(doors.store, gathering)
    outcome = post(doors, mine.envelope({"usul": "punyaku"}))
    assert outcomes(outcome) == [(200, "stored")]
    thief = Tablet(doors.store, gathering, id=mine.id, revision=5)
    assert outcomes(post(doors, thief.envelope({"usul": "palsu"}))) == [(409, "finished")]
    assert answers_in(doors.store)[mine.id] == {"usul": "punyaku"}


def test_unknown_gathering(doors: Doors, gathering: Gathering) -> None:
    """R009: words for a gathering nobody knows are kept aside."""
    envelope = Tablet(doors.store, gathering).envelope() | {"gathering": "CCCCCC"}
    assert outcomes(post(doors, envelope)) == [(200, "kept")]


def test_begun_in_time(doors: Doors, gathering: Gathering) -> None:
    """R010: closed means that nobody new comes in; who was inside is heard."""
    envelope = Tablet(doors.store, gathering).envelope()
    gatherings.set_state(doors.store, gathering.id, GatheringState.CLOSED, by=Program.COMMAND_LINE)
    assert outcomes(post(doors, envelope)) == [(200, "stored")]


def test_archived(doors: Doors, gathering: Gathering) -> None:
    """R010: after archiving the words are kept aside and the tablet may forget them."""
    envelope = Tablet(doors.store, gathering).envelope()
    gatherings.set_state(
        doors.store, gathering.id, GatheringState.ARCHIVED, by=Program.COMMAND_LINE
    )
    assert outcomes(post(doors, envelope)) == [(200, "kept")]
    assert [row["reason"] for row in quarantine_in(doors.store)] == ["archived"]


def test_no_commit_no_acknowledgement(
    sqlite_store: Store,
    tmp_path: Path,
    data_dir: Path,
    questionnaire: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R011: another program holds the database: 503 and later; never an acknowledgement."""
    monkeypatch.setattr(responses_route, "COMMIT_TIME", 0.5)
    gathering = opened_gathering(sqlite_store, questionnaire, tmp_path)
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as doors:
        envelope = Tablet(doors.store, gathering).envelope()
        holder = sqlite3.connect(tmp_path / "suara.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        answer = post(doors, envelope)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
        assert int(answer.headers["retry-after"]) > 0
        holder.execute("ROLLBACK")
        holder.close()
        assert outcomes(post(doors, envelope)) in ([(200, "stored")], [(200, "again")])
        assert len(responses_in(doors.store)) == 1


def test_methods(lobby: Doors) -> None:
    """R012: reading this address, or deleting it, is refused in JSON."""
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = lobby.browser.request(method, RESPONSES)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"


def test_huge_header(lobby: Doors) -> None:
    """R012: a header of 200 KB is refused or ignored, and the next request is answered."""
    headers = {"X-Penuh": "a" * 200_000}
    answer = lobby.browser.post(RESPONSES, json={"suara": 1, "responses": []}, headers=headers)
    assert answer.status_code in (200, 400, 431)
    assert outcomes(post(lobby)) == []


def test_not_http(lobby: Doors) -> None:
    """R012: noise on the line is hung up on, and the next request is answered."""
    with socket.create_connection(lobby.url.removeprefix("http://").split(":")) as line:
        line.settimeout(20)
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        line.recv(1000)
    assert outcomes(post(lobby)) == []


def test_a_fault_says_nothing(
    doors: Doors,
    gathering: Gathering,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """R013: a fault of the program is a plain 500; neither answer nor log has the child's words."""
    secret_words = "rahasiaku"

    def broken(envelopes: Any) -> Any:
        raise RuntimeError(json.dumps(envelopes))

    monkeypatch.setattr(doors.service.intake, "submit", broken)
    with caplog.at_level(logging.DEBUG):
        answer = post(doors, Tablet(doors.store, gathering).envelope({"usul": secret_words}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "fault")
    assert "RuntimeError at" in caplog.text
    assert secret_words not in answer.text + caplog.text


def test_ids_are_echoed_as_sent(doors: Doors, gathering: Gathering) -> None:
    """R001: an id in capitals is the same id, and comes back as the tablet wrote it."""
    number = str(uuid.uuid4())
    envelope = Tablet(doors.store, gathering, id=number).envelope()
    assert outcomes(post(doors, envelope)) == [(200, "stored")]
    answer = post(doors, envelope | {"id": number.upper()})
    assert outcomes(answer) == [(200, "again")]
    assert answer.json()["results"][0]["id"] == number.upper()
