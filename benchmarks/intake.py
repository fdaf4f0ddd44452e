"""How many children's answers a second, durably stored: 400 children and one laptop.

Every child has twelve answers, sends them over a connection of its own (the server closes it), and
waits for the acknowledgement by id and hash. Three ways:

* steady: 400 children finish every second, spread over the second, for ten seconds;
* at once: 400 children press "Kirim" in the same instant, ten times;
* in turn: 400 children, each sends the next response as soon as the last is acknowledged.

The generator runs on the same two cores as the server; its share is in the times.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from databases import binaries, postgres_server
from server import RunningApp, running_app
from tablet import answers_of, sealed

from survey_app.gathering import Gathering, GatheringPlan, VenueKind, ticket
from survey_app.people import Program
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import Store, gatherings, questionnaires, rounds

CHILDREN = 400
SECONDS = 10
TIMES = 10
GOAL_RATE = 400
GOAL_P95_MS = 250


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of sending cost; ``milliseconds`` is sorted, one per response."""

    database: str
    way: str
    seconds: float
    milliseconds: tuple[float, ...]
    server_cpu_seconds: float

    @property
    def rate(self) -> float:
        """Acknowledged responses a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, part: float) -> float:
        """The time within which this part of the children was acknowledged, in ms."""
        return self.milliseconds[
            min(int(len(self.milliseconds) * part), len(self.milliseconds) - 1)
        ]


def measure_all() -> list[Measured]:
    """All ways on SQLite and, where it is installed, on PostgreSQL."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        rows = list(_measure(Path(folder) / "sqlite", "SQLite (synchronous=FULL)"))
        if (programs := binaries()) is not None:
            with postgres_server(programs, durable=True) as server:
                url = server.create("bench")
                rows += _measure(Path(folder) / "postgres", "PostgreSQL (fsync)", url)
    return rows


def table(rows: list[Measured]) -> Table:
    """The numbers as people read them."""
    shown = Table(
        title="Intake: complete responses of 12 answers, durably stored before acknowledged",
        caption=f"Goal: {GOAL_RATE} a second, p95 <= {GOAL_P95_MS} ms with {CHILDREN} children.",
    )
    for heading in ("database", "way", "responses", "per second", "p50 ms", "p95 ms", "p99 ms"):
        shown.add_column(heading, justify="left" if heading in ("database", "way") else "right")
    shown.add_column("server CPU ms each", justify="right")
    for row in rows:
        times = [f"{row.percentile(part):.0f}" for part in (0.5, 0.95, 0.99)]
        cpu = row.server_cpu_seconds * 1000 / len(row.milliseconds)
        count = str(len(row.milliseconds))
        shown.add_row(row.database, row.way, count, f"{row.rate:.0f}", *times, f"{cpu:.2f}")
    return shown


def main() -> None:
    """Measure and print."""
    Console(width=120).print(table(measure_all()))


def _measure(folder: Path, database: str, url: str = "") -> Iterator[Measured]:
    folder.mkdir()
    store = Store.open(url or f"sqlite:///{folder}/suara.db", data_dir=folder)
    gathering = _class(store, folder)
    with running_app(folder, database_url=url) as app:
        asyncio.run(_at_once(Tablets(app, store, gathering, CHILDREN), 1))  # warm up
        for way, count, send in (
            (f"steady, {CHILDREN} a second", CHILDREN * SECONDS, _steady),
            (f"{CHILDREN} at once, {TIMES} times", CHILDREN * TIMES, _at_once),
            (f"{CHILDREN} in turn", CHILDREN * TIMES, _in_turn),
        ):
            tablets = Tablets(app, store, gathering, count)
            gc.collect()
            gc.freeze()
            cpu, begin = app.cpu_seconds(), time.perf_counter()
            asyncio.run(send(tablets, TIMES))
            seconds = time.perf_counter() - begin - tablets.paused
            taken = tuple(sorted(tablets.milliseconds))
            assert len(taken) == count, f"{way}: not acknowledged: {dict(tablets.other_answers)}"
            yield Measured(database, way, seconds, taken, app.cpu_seconds() - cpu)
    store.close()


class Tablets:
    """Requests made beforehand, and how long each waited for its acknowledgement."""

    def __init__(self, app: RunningApp, store: Store, gathering: Gathering, count: int) -> None:
        self._port = app.port
        self._requests = [_request(store, gathering) for _ in range(count)]
        self.milliseconds: list[float] = []
        self.other_answers: Counter[str] = Counter()
        self.paused = 0.0

    def __len__(self) -> int:
        return len(self._requests)

    async def send(self, number: int) -> None:
        """One child's response on a connection of its own, until it is acknowledged."""
        request, acknowledgement = self._requests[number]
        begin = time.perf_counter()
        answered = asyncio.get_running_loop().create_future()
        await asyncio.get_running_loop().create_connection(
            lambda: _Line(request, answered), "127.0.0.1", self._port
        )
        answer = await answered
        if acknowledgement in answer:
            self.milliseconds.append((time.perf_counter() - begin) * 1000)
        else:
            self.other_answers[answer.partition(b"\r\n")[0].decode()] += 1


class _Line(asyncio.Protocol):
    def __init__(self, request: bytes, answered: "asyncio.Future[bytes]") -> None:
        self._request = request
        self._answered = answered
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._answered.done():
            self._answered.set_result(self._received)


async def _steady(tablets: Tablets, _times: int) -> None:
    """A child every 2.5 ms, whether the others have been answered or not."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    sending = []
    for number in range(len(tablets)):
        await asyncio.sleep(max(0, begin + number / CHILDREN - loop.time()))
        sending.append(loop.create_task(tablets.send(number)))
    await asyncio.gather(*sending)


async def _at_once(tablets: Tablets, times: int) -> None:
    """All children in the same instant, then half a second of silence."""
    for wave in range(times):
        share = range(wave * len(tablets) // times, (wave + 1) * len(tablets) // times)
        await asyncio.gather(*(tablets.send(number) for number in share))
        if wave < times - 1:
            await asyncio.sleep(0.5)
            tablets.paused += 0.5


async def _in_turn(tablets: Tablets, _times: int) -> None:
    """As many children as there are, always all of them waiting."""
    numbers = iter(range(len(tablets)))

    async def child() -> None:
        for number in numbers:
            await tablets.send(number)

    await asyncio.gather(*(child() for _ in range(CHILDREN)))


def _request(store: Store, gathering: Gathering) -> tuple[bytes, bytes]:
    """The bytes of one request, and what its acknowledgement holds."""
    content = {
        "questionnaire": {"key": gathering.questionnaire_key, "version": 1},
        "language": "id",
        "assent": True,
        "mode": "child",
        "talk_to_adult": False,
        "needs_help": False,
        "return_words": f"{uuid.uuid4().hex[:8]}-merah-tujuh".translate(_LETTERS),
        "answers": answers_of(_ANSWERS),
    }
    envelope = sealed(
        json.dumps(content, ensure_ascii=False),
        id=str(uuid.uuid4()),
        revision=13,
        finished=True,
        gathering=gathering.code,
        ticket=ticket(store.secret, gathering.code),
    )
    body = json.dumps({"suara": 1, "responses": [envelope]}).encode()
    head = (
        "POST /api/v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    named = f'"id":"{envelope["id"]}","hash":"{envelope["hash"]}","status":200,"outcome":"stored"'
    return head.encode() + body, named.encode()


_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # return words are letters
_STORY = "Aku seneng dolan ning lapangan bareng kanca-kanca, tapi yen bengi lampune mati. "
_ANSWERS = {
    "wajah": 4,
    "aman": "maybe",
    "tempat": "taman",
    "suka": ["taman", "kali"],
    "nilai": 2,
    "nama": "Taman Sekartaji",
    "cerita": _STORY * 2,
    "usul": "Lampu jalan di gang dinyalakan, dan ada tempat sampah di dekat sekolah.",
    "adik": 2,
    "rumah": "35.71.01.1001",
    "guru": "yes",
    "senang": 5,
}


def _class(store: Store, folder: Path) -> Gathering:
    """A gathering that asks twelve questions of every kind."""
    text = {"id": "Pertanyaan?", "jv": "Pitakon?"}
    choices = [{"key": key, "text": text} for key in ("taman", "kali", "sekolah")]
    asked: list[dict[str, object]] = [
        {"key": "wajah", "type": "faces"},
        {"key": "aman", "type": "yes_maybe_no"},
        {"key": "tempat", "type": "choice", "choices": choices},
        {"key": "suka", "type": "choices", "choices": choices},
        {"key": "nilai", "type": "rating", "points": [text] * 4},
        {"key": "nama", "type": "short_text"},
        {"key": "cerita", "type": "long_text", "free_text": True},
        {"key": "usul", "type": "long_text", "free_text": True},
        {"key": "adik", "type": "number"},
        {"key": "rumah", "type": "place"},
        {"key": "guru", "type": "yes_maybe_no"},
        {"key": "senang", "type": "faces"},
    ]
    questionnaire = Questionnaire.model_validate(
        {
            "key": "dua-belas",
            "version": 1,
            "title": text,
            "age_bands": ["10-12"],
            "languages": ["id", "jv"],
            "assent": text,
            "closing": text,
            "questions": [question | {"text": text} for question in asked],
        }
    )
    published = questionnaires.publish(store, questionnaire, folder)
    round_ = rounds.add(store, "Pengukuran", 2027)
    plan = GatheringPlan(
        round_id=round_.id,
        questionnaire_id=published.id,
        title="Pengukuran",
        age_band=AgeBand.MIDDLE,
        venue_kind=VenueKind.SCHOOL,
        venue="SDN Uji",
        guardian_consent=True,
    )
    return gatherings.open_gathering(store, plan, by=Program.COMMAND_LINE)


if __name__ == "__main__":
    main()
