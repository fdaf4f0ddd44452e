"""``GET /api/v1/gatherings/{code}``: coming in with a code.

G001 an open gathering gives everything needed to ask, small, compressed, and with a ticket
G002 a tablet that has the package already gets 304; a change of the wording or gathering does not
G003 the code may be typed with spaces, hyphens and small letters
G004 closed, paused, too early, archived and unknown each say so in both languages
G005 guessing codes is slowed down by address; a class that is inside is not locked out by it
G006 a recording is fetched by its own address, and only where there is one
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from classroom import opened_gathering
from doors import Doors, opened_doors

from survey_app.gathering import Gathering, GatheringPlan, GatheringState, VenueKind, ticket
from survey_app.people import Program
from survey_app.questionnaire import AgeBand, Questionnaire, read
from survey_app.settings import Settings
from survey_app.store import Store, gatherings, questionnaires, rounds

SHIPPED = Path(__file__).parents[1] / "questionnaires"
MOST_WIRE_BYTES = 16 * 1024  # of the 40 KiB of a first load


@pytest.fixture
def doors(database_url: str, data_dir: Path) -> Iterator[Doors]:
    with opened_doors(Settings(data_dir=data_dir, database_url=database_url)) as opened:
        yield opened


@pytest.fixture
def class_5a(sqlite_store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Gathering:
    """A gathering in the database behind ``lobby``."""
    return opened_gathering(sqlite_store, questionnaire, tmp_path)


@pytest.fixture
def lobby(sqlite_store: Store, tmp_path: Path, data_dir: Path) -> Iterator[Doors]:
    """Doors on SQLite only, for what does not depend on the database."""
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as opened:
        yield opened


def come_in(doors: Doors, code: str, **headers: str) -> httpx.Response:
    return doors.browser.get(f"/api/v1/gatherings/{code}", headers=headers)


def test_the_package(doors: Doors, gathering: Gathering, questionnaire: Questionnaire) -> None:
    """G001: questions, texts, help lines, places, words and the ticket, never to be stored old."""
    answer = come_in(doors, gathering.code)
    assert answer.status_code == 200
    package = answer.json()
    assert package["suara"] == 1
    assert package["gathering"] == {
        "code": gathering.code,
        "state": "open",
        "ticket": ticket(doors.store.secret, gathering.code),
        "age_band": "10-12",
        "mode": "child",
    }
    asked = [question["key"] for question in package["questionnaire"]["questions"]]
    assert asked == [question.key for question in questionnaire.questions]
    assert set(package["wording"]) == {"id", "jv"}
    assert {place["kecamatan"] for place in package["places"]} == {"Mojoroto", "Kota", "Pesantren"}
    assert package["help_lines"][0]["phone"]
    assert [len(words) for words in package["words"]] == [72, 30, 40]
    assert "cluster" not in answer.text
    assert "free_text" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_package_is_small(
    lobby: Doors, file: Path, class_5a: Gathering, tmp_path: Path
) -> None:
    """G001: each shipped questionnaire, with its pictures, fits into 16 KiB on the wire."""
    asked = read(file)
    plan = GatheringPlan(
        round_id=class_5a.round_id,
        questionnaire_id=questionnaires.publish(lobby.store, asked, SHIPPED).id,
        title="Kelas",
        age_band=asked.age_bands[0],
        venue_kind=VenueKind.SCHOOL,
        venue="SDN Uji",
        guardian_consent=True,
    )
    gathering = gatherings.open_gathering(lobby.store, plan, by=Program.COMMAND_LINE)
    answer = come_in(lobby, gathering.code)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) <= MOST_WIRE_BYTES


def test_without_compression(lobby: Doors, class_5a: Gathering) -> None:
    """G001: a browser that does not take gzip gets it plain."""
    plain = come_in(lobby, class_5a.code, **{"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == come_in(lobby, class_5a.code).json()


def test_not_sent_twice(lobby: Doors, class_5a: Gathering) -> None:
    """G002: 304 for the package the tablet has; the whole one for any other."""
    tag = come_in(lobby, class_5a.code).headers["etag"]
    for held in (tag, f'"other", {tag}', f"W/{tag}"):
        answer = come_in(lobby, class_5a.code, **{"If-None-Match": held})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert come_in(lobby, class_5a.code, **{"If-None-Match": '"other"'}).status_code == 200


def test_typed_in_any_way(lobby: Doors, class_5a: Gathering) -> None:
    """G003: as a child types it."""
    code = class_5a.code
    for typed in (code.lower(), f"{code[:3]}-{code[3:]}", f"%20{code[:2]}%20{code[2:]}%20"):
        assert come_in(lobby, typed).status_code == 200


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (GatheringState.PAUSED, 403),
        (GatheringState.CLOSED, 403),
        (GatheringState.ARCHIVED, 410),
    ],
)
def test_not_open(lobby: Doors, class_5a: Gathering, state: GatheringState, status: int) -> None:
    """G004: a friendly sentence for each state; an open tablet does not hide that it closed."""
    tag = come_in(lobby, class_5a.code).headers["etag"]
    gatherings.set_state(lobby.store, class_5a.id, state, by=Program.COMMAND_LINE)
    answer = come_in(lobby, class_5a.code, **{"If-None-Match": tag})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, state.value)
    assert set(answer.json()["error"]["message"]) == {"id", "jv"}
    assert answer.headers["cache-control"] == "no-store"


def test_too_early(lobby: Doors, sqlite_store: Store, class_5a: Gathering) -> None:
    """G004: a gathering planned for later says that it has not begun, and one that ended, ended."""
    now = datetime.now(UTC)
    for opens, closes, code in (
        (now + timedelta(hours=1), None, "not_yet"),
        (now - timedelta(hours=2), now - timedelta(hours=1), "closed"),
    ):
        plan = GatheringPlan(
            round_id=rounds.add(sqlite_store, "Nanti", 2027).id,
            questionnaire_id=class_5a.questionnaire_id,
            title="Kelas 6",
            age_band=AgeBand.MIDDLE,
            venue_kind=VenueKind.SCHOOL,
            venue="SDN Uji",
            guardian_consent=True,
            opens_at=opens,
            closes_at=closes,
        )
        planned = gatherings.open_gathering(sqlite_store, plan, by=Program.COMMAND_LINE)
        answer = come_in(lobby, planned.code)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


@pytest.mark.parametrize(
    "typed", ["CCCCCC", "x", "%00", "%F0%9F%98%80", "..%2f..", "'OR'1'='1", "A" * 5000, "C4D7F"]
)
def test_unknown(lobby: Doors, typed: str) -> None:
    """G004: a code nobody knows, whatever it is made of."""
    answer = come_in(lobby, typed)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("unknown", "not_found")


def test_guessing(lobby: Doors, class_5a: Gathering) -> None:
    """G005: after 400 wrong codes in ten minutes an address waits, and is told how long."""
    for _ in range(398):
        lobby.service.limits.codes.failed("127.0.0.1")
    for _ in range(2):
        assert come_in(lobby, "CCCCCC").status_code == 404
    assert come_in(lobby, class_5a.code).status_code == 200
    for _ in range(4):
        lobby.service.limits.codes.failed("127.0.0.1")
    answer = come_in(lobby, "CCCCCC")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many")
    assert 5 < int(answer.headers["retry-after"]) <= 32
    assert come_in(lobby, class_5a.code).status_code == 200


def test_no_recording(lobby: Doors, class_5a: Gathering) -> None:
    """G006: where nothing was recorded, nothing is found."""
    number = class_5a.questionnaire_id
    for address in (f"{number}/wajah/id", f"{number}/wajah/xx", "999/wajah/id", "x/wajah/id"):
        assert lobby.browser.get(f"/isi/audio/{address}").status_code == 404


def test_a_recording(lobby: Doors, class_5a: Gathering, tmp_path: Path) -> None:
    """G006: a recording is sound, and kept by the tablet for good."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "tanya.ogg").write_bytes(b"OggS-buatan")
    text = {"id": "Tanya?", "jv": "Takon?"}
    spoken = Questionnaire.model_validate(
        {
            "key": "lisan",
            "version": 1,
            "title": text,
            "age_bands": ["6-9"],
            "languages": ["id", "jv"],
            "assent": text,
            "closing": text,
            "questions": [
                {"key": "satu", "type": "faces", "text": text, "audio": {"id": "tanya.ogg"}}
            ],
        }
    )
    published = questionnaires.publish(lobby.store, spoken, tmp_path)
    content = questionnaires.package_content(lobby.store, published.id)
    answer = lobby.browser.get(content["questions"][0]["audio"]["id"])
    assert (answer.status_code, answer.content) == (200, b"OggS-buatan")
    assert answer.headers["content-type"] == "audio/ogg"
    assert "immutable" in answer.headers["cache-control"]
