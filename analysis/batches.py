"""The same work on one core, on many, or on a Dask cluster: batches read, statistics added up.

Every back end calls the same function on the same batches and gives the results back in the order
of the batches, so the themes are the same wherever they were computed. Only a few batches are on
their way at a time, so reading more comments needs no more memory.
"""

import multiprocessing
import operator
import pickle
import signal
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from itertools import count, cycle, islice
from pathlib import Path
from traceback import extract_tb
from typing import Any, Protocol, Self, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.errors import AnalysisRefused
from analysis.keeping import fingerprint

Item = TypeVar("Item")
Result = TypeVar("Result")
Known = TypeVar("Known")

# Large enough that starting a batch costs nothing beside it (about 0.3 s of work), small enough
# that its matrices stay below 50 MB. The same everywhere: results must not depend on the back end.
BATCH = 500
# A worker has its next batch at hand while the one before is on its way back.
_WAITING_EACH = 2
_CONNECTED_WITHIN = 15.0  # seconds to reach a cluster
_POOL_ENDED = (
    "Proses pembantu berhenti sebelum selesai ({}), mungkin karena memori habis."
    " Jalankan lagi dengan --workers yang lebih kecil."
)
_CLUSTER_ENDED = (
    "Klaster Dask tidak menyelesaikan pekerjaannya ({}). Periksa apakah Suara Anak terpasang di"
    " semua pekerja dan memorinya cukup, lalu jalankan lagi."
)


class BatchFailed(AnalysisRefused):
    """Work that was given to others and did not come back; says where, never on which words."""


def in_batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Lists of at most ``size`` items, made one at a time as they are asked for."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class Batches(ABC):
    """Where batches are worked on; use as a context manager, so that workers end with the work."""

    @abstractmethod
    def map(
        self,
        function: Callable[[Known, list[Item]], Result],
        batches: Iterable[list[Item]],
        *,
        known: Known,
    ) -> Iterator[Result]:
        """``function(known, batch)`` of every batch, in the order of the batches.

        ``function`` is one of a module or class (it is sent by its name); ``known`` is what it
        must know, such as a model, and is sent to each worker once. ``BatchFailed`` where others
        could not do the work; here, in this process, an error is raised as it is.
        """

    def reduce(
        self,
        function: Callable[[Known, list[Item]], Result],
        batches: Iterable[list[Item]],
        *,
        known: Known,
        start: Result,
    ) -> Result:
        """``start`` plus what ``function`` gives for every batch, added up in their order."""
        return reduce(operator.add, self.map(function, batches, known=known), start)

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(self, *error: object) -> None:
        """End the workers."""


class InProcess(Batches):
    """One batch after the other, here."""

    def map(
        self,
        function: Callable[[Known, list[Item]], Result],
        batches: Iterable[list[Item]],
        *,
        known: Known,
    ) -> Iterator[Result]:
        return (function(known, batch) for batch in batches)

    def __exit__(self, *error: object) -> None:
        """There are none."""


class ProcessPool(Batches):
    """On several cores of this machine, each a process of its own with one thread.

    The processes are started anew (``spawn``), so a program that uses this needs the usual
    ``if __name__ == "__main__":`` around its start.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"workers is {workers}: give at least one")
        self.workers = workers
        self._pools: list[ProcessPoolExecutor] = []
        self._numbers = count()

    def map(
        self,
        function: Callable[[Known, list[Item]], Result],
        batches: Iterable[list[Item]],
        *,
        known: Known,
    ) -> Iterator[Result]:
        number, told = next(self._numbers), pickle.dumps(known, protocol=5)
        pools = self._started()
        turns = cycle(pools)
        try:
            for learning in [pool.submit(_learn, number, told) for pool in pools]:
                _fetched(learning, _POOL_ENDED)
            yield from _in_order(
                lambda batch: next(turns).submit(_work_here, function, number, batch),
                batches,
                waiting=_WAITING_EACH * self.workers,
                lost=_POOL_ENDED,
            )
        finally:
            with suppress(RuntimeError):  # it has ended, and what it knew with it
                for pool in pools:
                    pool.submit(_forget, number)

    def __exit__(self, *error: object) -> None:
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)
        self._pools = []

    def _started(self) -> list[ProcessPoolExecutor]:
        """A pool for each process: only so can every process be told something."""
        if not self._pools:
            spawn = multiprocessing.get_context("spawn")
            self._pools = [
                ProcessPoolExecutor(1, mp_context=spawn, initializer=_leave_interrupts)
                for _ in range(self.workers)
            ]
        return self._pools


class DaskCluster(Batches):
    """On the workers of a Dask cluster (extra ``dask``), which must run this version of the code.

    The comments travel there as they were written: use a cluster of your own, and ``tls://``
    where others share the network. ``AnalysisRefused`` where Dask is missing or nobody answers.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Any = None

    def map(
        self,
        function: Callable[[Known, list[Item]], Result],
        batches: Iterable[list[Item]],
        *,
        known: Known,
    ) -> Iterator[Result]:
        if self._client is None:
            raise RuntimeError("open the cluster first: with DaskCluster(address) as batches")
        threads, told = self._ready(known)
        yield from _in_order(
            lambda batch: self._client.submit(
                _work_there, fingerprint(), function, told, _Sealed(batch), pure=False
            ),
            batches,
            waiting=_WAITING_EACH * max(1, threads),
            lost=_CLUSTER_ENDED,
        )

    def _ready(self, known: object) -> tuple[int, Any]:
        """How many threads there are, and ``known`` on its way to all of them."""
        try:
            [told] = self._client.scatter([known], broadcast=True, hash=False)
            return sum(self._client.nthreads().values()), told
        except Exception as error:
            raise BatchFailed(_CLUSTER_ENDED.format(type(error).__name__)) from None

    def __enter__(self) -> Self:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise AnalysisRefused(
                "Dask belum terpasang. Pasang dengan: pip install 'suara-anak[dask]'"
            ) from None
        # One that was never connected would wait half a minute to end; ours are ended below.
        caller = type("Caller", (distributed.Client,), {"__del__": lambda client: None})
        try:
            _knock(self.address)
            self._client = caller(self.address, set_as_default=False, timeout=_CONNECTED_WITHIN)
        except Exception:  # whatever certificates, networks and addresses can have wrong
            raise BatchFailed(
                f"Klaster Dask di {self.address} tidak menjawab. Periksa alamatnya"
                " (misalnya tcp://10.0.0.5:8786) dan apakah penjadwalnya berjalan."
            ) from None
        if not self._client.nthreads():
            self.__exit__()
            raise BatchFailed(
                f"Klaster Dask di {self.address} belum punya pekerja."
                f" Jalankan dulu: dask worker {self.address}"
            )
        return self

    def __exit__(self, *error: object) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _knock(address: str) -> None:
    """OSError or ValueError where no scheduler is: a client would wait for its word for ever."""
    addressing: Any = import_module("distributed.comm.addressing")
    kind, place = addressing.parse_address(address)
    if kind not in ("tcp", "tls"):
        raise ValueError(f"{kind} is no kind of address for a cluster")
    host_and_port = addressing.parse_host_port(place)
    with socket.create_connection(host_and_port, timeout=_CONNECTED_WITHIN) as answered:
        if kind == "tcp" and not answered.recv(1):  # a scheduler speaks first
            raise ConnectionAbortedError


class _Coming(Protocol):
    """A result on its way, of a process or of a cluster."""

    def result(self) -> Any:
        """Wait for it."""

    def cancel(self) -> Any:
        """Nobody waits any more."""


def _in_order(
    submit: Callable[[Any], _Coming], batches: Iterable[Any], *, waiting: int, lost: str
) -> Iterator[Any]:
    """Submit a few batches ahead; give their results back in the order of the batches."""
    coming: deque[_Coming] = deque()
    try:
        for batch in batches:
            if len(coming) == waiting:
                yield _fetched(coming.popleft(), lost)
            coming.append(submit(batch))
        while coming:
            yield _fetched(coming.popleft(), lost)
    finally:
        for one in coming:
            one.cancel()


def _fetched(coming: _Coming, lost: str) -> Any:
    try:
        result = coming.result()
    except Exception as error:
        # The text of the error may quote what was being worked on: only its kind is told.
        raise BatchFailed(lost.format(type(error).__name__)) from None
    if isinstance(result, _Failure):
        raise BatchFailed(result.sentence)
    return result


@dataclass(frozen=True, slots=True)
class _Failure:
    """What went wrong at a worker, in place of an exception that could quote a child."""

    sentence: str


# What runs at the workers -------------------------------------------------------------------------


class _Sealed:
    """A batch that says nothing of its content: Dask logs the arguments of what fails."""

    def __init__(self, content: list[Any]) -> None:
        self.content = content


_told: dict[int, Any] = {}


def _leave_interrupts() -> None:
    """Ctrl+C is for the program that was started, which then ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _learn(number: int, told: bytes) -> None:
    _told[number] = pickle.loads(told)  # noqa: S301  from the process that started this one  # nosec B301


def _forget(number: int) -> None:
    _told.pop(number, None)


def _work_here(function: Callable[[Any, Any], Any], number: int, batch: Any) -> Any:
    return _work(function, _told[number], batch)


def _work_there(
    version: str, function: Callable[[Any, Any], Any], known: Any, batch: _Sealed
) -> Any:
    return _work(function, known, batch.content) if version == fingerprint() else _OTHER_VERSION


def _work(function: Callable[[Any, Any], Any], known: Any, batch: Any) -> Any:
    try:
        # One thread for each worker, and sums that come out the same everywhere.
        with threadpool_limits(limits=1):
            return function(known, batch)
    except Exception as error:
        line = extract_tb(error.__traceback__)[-1]
        return _Failure(
            f"Sekelompok komentar tidak bisa diolah ({type(error).__name__} di"
            f" {Path(line.filename).name} baris {line.lineno})."
            " Laporkan kepada pembuat aplikasi beserta perintah yang dijalankan."
        )


_OTHER_VERSION = _Failure(
    "Pekerja Dask memakai versi lain dari Suara Anak atau pustakanya."
    " Pasang versi yang sama di semua pekerja."
)
