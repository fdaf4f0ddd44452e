"""A real Chromium for the tests: where it is, how it is started, how it is killed."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Playwright

MISSING = (
    "Chromium is not installed, so no child can be watched. "
    "Install it (Debian: apt-get install chromium) and start again."
)
# A school's name that leads to this machine: its pages come over plain HTTP from an address that
# is not localhost, which makes them insecure in the browser's eyes.
PLAIN_HOST = "sekolah.test"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
)
_GONE_SECONDS = 10


def program() -> str | None:
    """The browser of this system, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose tablets (contexts) forget everything at the end."""
    launched = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
    try:
        yield launched
    finally:
        launched.close()


@contextmanager
def lasting_tablet(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A tablet with its own browser process, whose memory is the folder ``profile``."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program(), args=ARGUMENTS
    )
    try:
        yield context
    finally:
        with suppress(Error):  # killed by the test
            context.close()


def kill_tablet(profile: Path) -> None:
    """End the browser of this profile between two instructions: SIGKILL to all its processes."""
    groups = {os.getpgid(process) for process in _processes_of(profile)}
    assert groups, "no browser runs with this profile"
    assert os.getpgid(0) not in groups
    for group in groups:
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_SECONDS
    while _processes_of(profile):
        assert time.monotonic() < deadline, "the browser outlived SIGKILL"
        time.sleep(0.02)


def _processes_of(profile: Path) -> list[int]:
    wanted = f"--user-data-dir={profile}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                if wanted in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return found
