"""`suara run`: one command from nothing to an app that answers, and a clean end.

R001  It prints where children and staff go, and the first password exactly once.
R002  The app that answers has the same settings and database, whatever folder one stands in.
R003  Ctrl+C in a terminal ends everything: no trace on the screen, nothing left running.
R004  `suara check` beside it sees the app, and an address at which no tablet would find it.
R005  A port that is taken is a sentence with the remedy.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from server import START_SECONDS, STOP_SECONDS, free_port


class Terminal:
    """Somebody who stands in a folder of their own and types `suara run`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SUARA_")},
            "SUARA_DATA_DIR": "data",
            "SUARA_HOST": "127.0.0.1",
            "SUARA_PORT": str(self.port),
        }
        self._process: subprocess.Popen[str] | None = None

    def type(self, *words: str) -> "subprocess.Popen[str]":
        """Start the command in a process group of its own, as a shell does."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "survey_app.cli", *words],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self._process

    def facts(self) -> dict[str, Any]:
        """What `suara run --json` prints once the app answers."""
        assert self._process is not None
        assert self._process.stdout is not None
        text = ""
        for line in self._process.stdout:
            text += line
            if line == "}\n":
                break
        return dict(json.loads(text))

    def check(self, **changed: str) -> dict[str, dict[str, Any]]:
        """What `suara check` says meanwhile, by what it looked at."""
        done = subprocess.run(
            [sys.executable, "-m", "survey_app.cli", "check", "--json"],
            cwd=self._folder,
            env=self._environment | changed,
            capture_output=True,
            timeout=START_SECONDS,
            check=False,
        )
        return {row["name"]: row for row in json.loads(done.stdout)}

    def press_ctrl_c(self) -> tuple[int, str]:
        """Interrupt the group as a terminal does; the exit code and what stands on the screen."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        _, screen = self._process.communicate(timeout=STOP_SECONDS)
        return self._process.returncode, screen

    def leave(self) -> None:
        """End what is still there."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.communicate(timeout=STOP_SECONDS)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in an empty folder."""
    opened = Terminal(tmp_path)
    yield opened
    opened.leave()


def nobody_listens(port: int) -> bool:
    """Whether the port is free again."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_from_nothing_to_an_end(terminal: Terminal, tmp_path: Path) -> None:
    """R001 R002 R003 R004: twice in a folder that is not the app's own, ended by Ctrl+C."""
    terminal.type("run", "--json")
    first = terminal.facts()
    assert first["staff_name"] == "admin"
    assert first["staff_password"]
    assert first["child_url"] == f"http://127.0.0.1:{terminal.port}/"
    form = f"nama=admin&sandi={first['staff_password']}".encode()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    # The database the command made is the one the app reads: its password lets one in.
    with browser.open(first["staff_url"], data=form, timeout=START_SECONDS) as answer:
        assert answer.url.endswith("/beranda")
    assert (tmp_path / "data" / "suara.db").exists()
    assert terminal.check()["Aplikasi"]["sentence"].startswith("berjalan")
    wrong = terminal.check(SUARA_PUBLIC_URL=f"http://suara.localhost:{free_port()}")
    assert wrong["Alamat untuk tablet"]["good"] is False
    assert "tidak menjawab" in wrong["Alamat untuk tablet"]["sentence"]
    assert terminal.press_ctrl_c() == (0, "")
    assert nobody_listens(terminal.port)

    terminal.type("run", "--json")
    assert "staff_password" not in terminal.facts()
    assert terminal.press_ctrl_c() == (0, "")


def test_a_port_that_is_taken(terminal: Terminal) -> None:
    """R005: which port, and how to choose another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", terminal.port))
        other.listen()
        _, screen = terminal.type("run").communicate(timeout=START_SECONDS)
    assert f"Port {terminal.port} sudah dipakai" in screen
    assert "SUARA_PORT=" in screen
    assert "Traceback" not in screen
