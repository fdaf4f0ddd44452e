"""Starting the app for people: `suara run`, and the demo round to look around with."""

import http.client
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Annotated, Any
from urllib.error import URLError

import typer

from survey_app import demo as demo_round
from survey_app import review, settings
from survey_app.cli.keys import NOT_CONFIRMED
from survey_app.cli.output import AsJson, opened, print_json, print_values, progress_bar, say
from survey_app.cli.questionnaires import FOLDER, publish_shipped
from survey_app.demo import Demo
from survey_app.errors import SettingsError
from survey_app.passwords import new_password
from survey_app.people import Program, Role
from survey_app.settings import Settings
from survey_app.store import Store, people, rounds, runs, unlocking

APP = Path(__file__).parents[2] / "streamlit_app.py"
ADMINISTRATOR = "admin"
_START_SECONDS = 90  # an old laptop needs about 20 s to import Streamlit from a cold disk

_LABELS = {
    "child_url": "Anak membuka",
    "code": "Kode pertemuan",
    "staff_url": "Petugas membuka",
    "staff_name": "Nama petugas",
    "staff_password": "Kata sandi (hanya sekali ini)",
    "demo": "Putaran",
}


def run(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Buat juga putaran contoh dengan jawaban buatan.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Siapkan basis data dan jalankan aplikasi; cetak alamat untuk anak dan petugas."""
    chosen = settings.load()
    _refuse_taken_port(chosen)
    with opened() as (_, store):
        facts = _prepare(chosen, store, with_demo=with_demo, as_json=as_json)
    server = _start(chosen)
    wishes = _end_together(server)
    if _wait_until_it_answers(chosen, server):
        with opened() as (_, store):
            facts |= _first_account(store)
            is_confirmed = unlocking.status(store, count=False).backup_confirmed_at is not None
        print_values(facts, as_json=as_json, labels=_LABELS)
        if "staff_password" not in facts:
            say("Lupa kata sandi? Buat yang baru: suara user password NAMA", as_json=as_json)
        if not is_confirmed:
            say(NOT_CONFIRMED, as_json=as_json)
        say("Berhenti dengan Ctrl+C.", as_json=as_json)
    elif not wishes:
        raise SettingsError(
            "Aplikasi tidak mulai menjawab.",
            remedy="Baca pesan di atas, lalu jalankan `suara check`.",
        )
    if server.wait() != 0 and not wishes:
        raise SettingsError(
            "Aplikasi berhenti sendiri.", remedy="Baca pesan di atas, lalu jalankan lagi."
        )


def demo(
    remove: Annotated[
        bool, typer.Option("--remove", help="Hapus putaran contoh, dan hanya itu.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Buat putaran contoh (anak dan jawaban buatan), atau hapus lagi dengan --remove."""
    with opened() as (chosen, store):
        if remove:
            removed = rounds.remove_demo(store)
            print_json({"removed": removed}) if as_json else say(
                "Putaran contoh sudah dihapus." if removed else "Tidak ada putaran contoh."
            )
            return
        facts = _prepare(chosen, store, with_demo=True, as_json=as_json) | _first_account(store)
    print_values(facts, as_json=as_json, labels=_LABELS)


def _prepare(chosen: Settings, store: Store, *, with_demo: bool, as_json: bool) -> dict[str, Any]:
    publish_shipped(store, FOLDER, as_json=as_json)
    facts: dict[str, Any] = {"staff_url": f"{chosen.tablet_url}/masuk"}
    if with_demo:
        made = _demo(store, as_json=as_json)
        code = made.open_gathering.code
        facts |= {
            "code": code,
            "child_url": f"{chosen.tablet_url}/isi/{code}",
            "demo": made.round.name,
            "round_id": made.round.id,
            "responses": made.responses,
        }
    else:
        facts["child_url"] = f"{chosen.tablet_url}/"
    return facts


def _first_account(store: Store) -> dict[str, str]:
    """The administrator of a new installation; made last, when the password is sure to be shown."""
    if people.all_staff(store):
        return {}
    password = new_password()
    people.add_staff(store, ADMINISTRATOR, password, Role.ADMINISTRATOR, by=Program.COMMAND_LINE)
    return {"staff_name": ADMINISTRATOR, "staff_password": password}


def _demo(store: Store, *, as_json: bool) -> Demo:
    with progress_bar("Membuat putaran contoh", as_json=as_json) as advance:
        made = demo_round.create(store, progress=lambda part: advance(part * 0.4, "jawaban"))
        if runs.last_finished_run(store, made.round.id) is None:
            review.run(
                store, made.round.id, progress=lambda step, part: advance(0.4 + part * 0.6, step)
            )
    return made


def _start(chosen: Settings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "streamlit", "run", str(APP)]
    command += ["--server.port", str(chosen.port), "--server.address", chosen.host]
    return subprocess.Popen(  # noqa: S603  our own program with our own arguments  # nosec B603
        command,
        cwd=APP.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=chosen.environment,
        # Ctrl+C reaches everything in the terminal's session; a server that is told twice stops
        # in the middle of its work, with a trace on the screen.
        start_new_session=True,
    )


def _end_together(server: "subprocess.Popen[bytes]") -> list[int]:
    """Pass every wish to end on, as the one signal that lets the server write what it received.

    The list returned holds the signals that came.
    """
    wishes: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        wishes.append(number)
        server.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return wishes


def _wait_until_it_answers(chosen: Settings, server: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(chosen.local_url):
            return True
        time.sleep(0.2)
    server.kill()
    return False


def _answers(address: str) -> bool:
    """Whether the app answers here, over HTTP or HTTPS.

    HTTPS is spoken only to a server that hung up on plain HTTP: any other would write down an
    "invalid request". Any certificate will do, it is this machine's own.
    """
    try:
        return _opens(address)
    except (ConnectionError, http.client.HTTPException):
        try:
            return _opens(f"https{address.removeprefix('http')}")
        except (ConnectionError, http.client.HTTPException):
            return False


def _opens(address: str) -> bool:
    trusting = ssl._create_unverified_context()  # noqa: S323  # nosec B323
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2, context=trusting):  # noqa: S310  # nosec B310
            return True
    except (URLError, TimeoutError):
        return False


def _refuse_taken_port(chosen: Settings) -> None:
    host = chosen.host or "0.0.0.0"  # noqa: S104  # nosec B104
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, chosen.port))
        except OSError as error:
            raise SettingsError(
                f"Port {chosen.port} sudah dipakai atau alamat {host} bukan milik komputer ini.",
                remedy=f"Hentikan program itu, atau pilih yang lain: SUARA_PORT={chosen.port + 1}.",
            ) from error
