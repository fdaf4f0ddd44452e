"""What all routes share while the app runs: settings, the open database, its writer, the limits."""

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from survey_app import notices, retention, review, screening
from survey_app.api.limits import Limits
from survey_app.errors import SuaraError
from survey_app.notices import Messenger
from survey_app.screening import Watch
from survey_app.settings import Settings
from survey_app.store import Store, people
from survey_app.store.responses import Intake

# What lives from start to end (imports, routes, the database's machinery) is taken out of the
# garbage collector's sight, and the rest is looked through on a timer instead of within a
# child's request (DESIGN.md section 6).
COLLECT_EVERY = 60.0  # seconds
# A disclosure must not wait for somebody to press "Analisis sekarang". A run takes 10 s of one
# core at low priority; every five minutes that is 3 % of a school laptop with two.
READ_EVERY = 300.0  # seconds
# The deletion is due once a day, and asked for more often: a laptop is off at night.
DELETE_EVERY = 900.0  # seconds

_log = logging.getLogger(__name__)


class Service:
    """The running app behind its routes; ``store`` and ``intake`` exist between start and stop.

    ``screening`` says whether a process beside it looks through what children write.
    """

    def __init__(self, settings: Settings, *, screening: bool = True) -> None:
        self.settings = settings
        self._screening = screening
        self._watch: Watch | None = None
        self._messenger: Messenger | None = None
        self.limits = Limits()
        self._store: Store | None = None
        self._intake: Intake | None = None
        self._over = threading.Event()

    @property
    def store(self) -> Store:
        """The open database."""
        assert self._store is not None, "the app has not been started"  # noqa: S101
        return self._store

    @property
    def intake(self) -> Intake:
        """The one writer of responses."""
        assert self._intake is not None, "the app has not been started"  # noqa: S101
        return self._intake

    @asynccontextmanager
    async def running(self, _app: object = None) -> AsyncIterator[None]:
        """From start to stop: everything that was received is written before the end."""
        await asyncio.to_thread(self._open)
        timers = [
            asyncio.create_task(timer)
            for timer in (
                _collect_on_a_timer(),
                self._read_on(),
                self._mark_on(),
                self._delete_on(),
            )
        ]
        try:
            yield
        finally:
            self._over.set()
            for timer in timers:
                timer.cancel()
            await asyncio.gather(*timers, return_exceptions=True)
            await asyncio.to_thread(self._close)

    async def signed_in(self, token: str) -> bool:
        """Whether the token of a cookie belongs to somebody who is signed in."""
        return await asyncio.to_thread(people.staff_by_token, self.store, token) is not None

    async def _read_on(self) -> None:
        """Look for children's words that nobody has read, and have them read."""
        while True:
            await asyncio.sleep(READ_EVERY)
            try:
                await asyncio.to_thread(review.start_where_new, self.store, self.settings)
            except SuaraError as error:
                _log.error("%s", error)

    async def _mark_on(self) -> None:
        """Look for words the screening did not come to; the officer reads them as they are."""
        while True:
            await asyncio.sleep(screening.MARK_EVERY)
            try:
                await asyncio.to_thread(screening.mark_overdue, self.store)
            except SuaraError as error:
                _log.error("%s", error)

    async def _delete_on(self) -> None:
        """Delete what is older than it may be kept, when the day's turn has come."""
        while True:
            await asyncio.sleep(DELETE_EVERY)
            try:
                await asyncio.to_thread(
                    retention.run_if_due, self.store, self.settings, over=self._over
                )
            except SuaraError as error:
                _log.error("%s", error)

    def _open(self) -> None:
        self._store = Store.of(self.settings)
        self._intake = Intake(self._store)
        if self._screening:
            self._watch = screening.beside(self._store, self.settings)
        self._messenger = notices.beside(self._store, self.settings)
        gc.collect()
        gc.freeze()

    def _close(self) -> None:
        if self._messenger:
            self._messenger.close()
        if self._watch:
            self._watch.close()
        self.intake.close()
        self.store.close()
        self._intake = self._store = None


async def _collect_on_a_timer() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY)
        gc.collect()
