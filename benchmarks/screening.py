"""How soon a child's disclosure is before the officer: 100 responses a second, every tenth tells.

The clock runs from the acknowledgement the tablet gets to the moment another process can read the
alert in the database; the officer's page looks every second.
"""

import asyncio
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from databases import binaries, postgres_server
from school import WRITTEN, School, school
from tablet import Tablet

from survey_app.store import Store, screening
from survey_app.store.screening import ScreeningState
from survey_app.store.tables import Alerts

RATE, SECONDS, EVERY = 100, 20, 10
GOAL_SECONDS = 2.0
_PATIENCE = 60.0  # seconds
_TELLS = "Aku dipukul bapak di rumah sampai memar, aku takut pulang."
_ORDINARY = "Aku seneng dolan ning lapangan bareng kanca-kanca, tapi yen bengi lampune mati."


@dataclass
class Measured:
    """Seconds from acknowledgement to alert, one for each child who told."""

    database: str
    told: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    acknowledged: int = 0

    def seconds(self, part: float) -> float:
        """Within which this part of the alerts was there; endless where one is missing."""
        waited = sorted(self.seen.get(one, float("inf")) - told for one, told in self.told.items())
        return waited[min(int(len(waited) * part), len(waited) - 1)]


def measure_all() -> list[Measured]:
    """On SQLite and, where it is installed, on PostgreSQL."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        rows = [_measure(Path(folder) / "sqlite", "SQLite (synchronous=FULL)")]
        if (programs := binaries()) is not None:
            with postgres_server(programs, durable=True) as server:
                url = server.create("bench")
                rows.append(_measure(Path(folder) / "postgres", "PostgreSQL (fsync)", url))
    return rows


def main() -> None:
    """Measure and print."""
    shown = Table(
        title=f"Screening: from acknowledgement to alert, {RATE} responses a second",
        caption=f"Goal: p99 <= {GOAL_SECONDS:.0f} s with the second the page takes to look.",
    )
    for heading in ("database", "responses", "alerts", "p50 s", "p95 s", "p99 s", "longest s"):
        shown.add_column(heading, justify="left" if heading == "database" else "right")
    for row in measure_all():
        times = [f"{row.seconds(part):.2f}" for part in (0.5, 0.95, 0.99, 1.0)]
        shown.add_row(row.database, str(row.acknowledged), str(len(row.seen)), *times)
    Console(width=120).print(shown)


def _measure(folder: Path, database: str, url: str = "") -> Measured:
    measured = Measured(database)
    with school(folder, database_url=url) as opened:
        deadline = time.monotonic() + _PATIENCE
        while screening.screening(opened.store).state is not ScreeningState.READY:
            assert time.monotonic() < deadline, "the screening did not start"
            time.sleep(0.2)
        over = threading.Event()
        looking = threading.Thread(target=_look, args=(opened.store, measured.seen, over))
        looking.start()
        asyncio.run(_send(opened, measured))
        deadline = time.monotonic() + _PATIENCE
        while len(measured.seen) < len(measured.told) and time.monotonic() < deadline:
            time.sleep(0.1)
        over.set()
        looking.join()
    return measured


def _look(store: Store, seen: dict[str, float], over: threading.Event) -> None:
    """Which children have an alert, looked at fifty times a second."""
    while not over.wait(0.02):
        moment = time.perf_counter()
        with store.reading() as connection:
            for number in connection.scalars(sa.select(Alerts.response_id)):
                seen.setdefault(number, moment)


async def _send(opened: School, measured: Measured) -> None:
    gathering = opened.open_class()
    children = [Tablet(opened.store, gathering) for _ in range(RATE * SECONDS)]
    sent = [
        child.envelope({"wajah": 4, WRITTEN: _ORDINARY if number % EVERY else _TELLS})
        for number, child in enumerate(children)
    ]
    limits = httpx.Limits(max_connections=RATE)
    async with httpx.AsyncClient(base_url=opened.app.url, limits=limits, timeout=30) as client:

        async def one(number: int) -> None:
            body = {"suara": 1, "responses": [sent[number]]}
            answer = await client.post("/api/v1/responses", json=body)
            assert answer.json()["results"][0]["status"] == 200
            measured.acknowledged += 1
            if number % EVERY == 0:
                measured.told[children[number].id] = time.perf_counter()

        begin, sending = time.perf_counter(), []
        for number in range(len(children)):
            await asyncio.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
            sending.append(asyncio.create_task(one(number)))
        await asyncio.gather(*sending)


if __name__ == "__main__":
    main()
