"""The real app in a process of its own, and a network between it and a tablet that can fail.

``running_app(folder)`` starts ``streamlit run streamlit_app.py`` on a free port of this machine,
without the screening beside it unless the test asks for it; ``network(app.port)`` puts a TCP proxy
in front of it that can be cut or fall silent.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

APP = Path(__file__).parents[1] / "streamlit_app.py"
UNSCREENED = Path(__file__).with_name("unscreened.py")
START_SECONDS = 90  # importing Streamlit takes 3 s here, and much longer beside a busy browser
STOP_SECONDS = 30


class RunningApp:
    """The app as a process: it can be stopped, killed, and started again on the same port."""

    def __init__(
        self, data_dir: Path, *, database_url: str = "", screened: bool = False, **settings: str
    ) -> None:
        self._streamlit = ["-m", "streamlit"] if screened else [str(UNSCREENED)]
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self.log = data_dir / "app.log"
        self._settings = {
            "SUARA_DATA_DIR": str(data_dir),
            "SUARA_DATABASE_URL": database_url,
            "SUARA_PORT": str(self.port),
            "SUARA_HOST": "127.0.0.1",
        } | settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, flags: bool = True, code: Path = APP) -> None:
        """Start and wait until it answers; without ``flags`` only ``SUARA_*`` says where.

        ``code`` is the ``streamlit_app.py`` to start: another one for another version of the app.
        """
        command = [sys.executable, *self._streamlit, "run", str(code)]
        if flags:
            command += [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=code.parent,
                env=os.environ | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def stop(self) -> int:
        """End it as a person does, with everything written; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=STOP_SECONDS)

    def kill(self) -> None:
        """End it between two instructions (SIGKILL)."""
        if self._process and self.runs:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=STOP_SECONDS)

    def freeze(self) -> None:
        """Let it stand still: connections are taken by the system, but nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def cpu_seconds(self) -> float:
        """Processor time used since the start, all threads together (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the app did not start: {self.log.read_text()[-2000:]}")


@contextmanager
def running_app(
    data_dir: Path, *, database_url: str = "", screened: bool = False, **settings: str
) -> Iterator[RunningApp]:
    """The real app until the end of the block; ``settings`` are more ``SUARA_*`` variables."""
    app = RunningApp(data_dir, database_url=database_url, screened=screened, **settings)
    try:
        app.start()
        yield app
    finally:
        app.kill()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Weather(StrEnum):
    """How the network between tablet and server behaves."""

    FINE = "fine"
    CUT = "cut"  # refuses: the access point is there and the server is not
    SILENT = "silent"  # half-open: packets vanish, nobody says that the connection is gone
    MUTE = "mute"  # requests arrive, answers vanish: stored, but never acknowledged
    PORTAL = "portal"  # the Wi-Fi wants a login: its page answers every request, with 200


_LOGIN = b"<!doctype html><title>Wi-Fi Gratis</title><h1>Masuk ke Wi-Fi</h1>"
_LOGIN_PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_LOGIN), _LOGIN)
)


class Network:
    """A TCP proxy; what was connected before the weather turned bad never comes back."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.fobbed_off = 0  # requests a portal has answered
        self._carried = 0
        self._weather = Weather.FINE
        self._wires: set[_Wire] = set()
        self._listener: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def open(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._do(self._listen())

    def close(self) -> None:
        """Hang up everything and stop."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def bytes_to_tablets(self) -> int:
        """What has gone to the tablets so far, headers and all."""
        return self._carried + sum(wire.bytes_to_tablet for wire in list(self._wires))

    def turn(self, weather: Weather) -> None:
        """Change the weather now, for open connections too."""
        self._do(self._turn(weather))

    def _do(self, work: "asyncio.Future[None] | object") -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    async def _turn(self, weather: Weather) -> None:
        self._weather = weather
        if weather in (Weather.CUT, Weather.PORTAL):
            await self._hang_up()
        if weather is Weather.CUT:
            return
        if self._listener is None:
            await self._listen()
        for wire in self._wires:
            wire.worsen(weather)

    async def _hang_up(self) -> None:
        if self._listener:
            # Who knocked last is let in first: asyncio (3.11) loses the socket of a connection
            # that it has taken and not begun when the door closes.
            for door in self._listener.sockets:
                self._loop.remove_reader(door.fileno())
            await asyncio.sleep(0.01)
            self._listener.close()
            self._listener = None
        wires, self._wires = self._wires, set()
        for wire in wires:
            wire.abort()
        await asyncio.sleep(0)

    async def _end(self) -> None:
        await self._hang_up()
        # One that was taken just now has begun by then: cancelled before, it would never close.
        await asyncio.sleep(0.05)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._hang_up()
        await asyncio.sleep(0)  # the sockets of aborted connections close one turn later

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._weather is Weather.PORTAL:
            await self._fob_off(reader, writer)
            return
        wire = _Wire(writer)
        self._wires.add(wire)
        wire.worsen(self._weather)
        try:
            await wire.carry(reader, self._target)
        except (OSError, asyncio.CancelledError):  # cancelled: the network is taken down
            wire.abort()
        finally:
            if wire.whole:  # else it stays: its end would be heard, and in bad weather nothing is
                self._wires.discard(wire)
                self._carried += wire.bytes_to_tablet

    async def _fob_off(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            self.fobbed_off += 1
            writer.write(_LOGIN_PAGE)
            await writer.drain()
        writer.close()


class _Wire:
    """One connection of a tablet and, where it got through, the server's end of it."""

    def __init__(self, tablet: asyncio.StreamWriter) -> None:
        self._tablet = tablet
        self._server: asyncio.StreamWriter | None = None
        self._up = self._down = True
        self.bytes_to_tablet = 0

    def worsen(self, weather: Weather) -> None:
        self._up = self._up and weather is not Weather.SILENT
        self._down = self._down and weather not in (Weather.SILENT, Weather.MUTE)

    @property
    def whole(self) -> bool:
        """Whether nothing on it has ever vanished."""
        return self._up and self._down

    def abort(self) -> None:
        for writer in (self._tablet, self._server):
            if writer is not None:
                writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, target: int) -> None:
        if not self._up:
            while await reader.read(65536):
                pass
            return
        answers, self._server = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(
            self._pump(reader, self._server, lambda: self._up),
            self._pump(answers, self._tablet, lambda: self._down),
        )

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: object
    ) -> None:
        assert callable(passes)
        while part := await reader.read(65536):
            if passes():
                self.bytes_to_tablet += len(part) if writer is self._tablet else 0
                writer.write(part)
                await writer.drain()
        if passes():
            writer.close()


@contextmanager
def network(target: int) -> Iterator[Network]:
    """A network in front of the port ``target`` until the end of the block."""
    between = Network(target)
    between.open()
    try:
        yield between
    finally:
        between.close()
