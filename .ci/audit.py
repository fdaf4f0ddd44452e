"""Are there known holes in the locked packages? ``make audit`` asks pip-audit, where it can be had.

pip-audit lives in an environment of its own, so that its packages are not among ours. Ends with 0
when nothing is known, or when nothing could be asked (it says so); with 1 when there are holes.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".venv" / "audit"
LOCK = ROOT / ".requirements.lock"
NOT_ASKED = "not reachable, not checked: {}"


def main() -> int:
    """Install, ask, say."""
    if not (TOOLS / "bin" / "pip-audit").exists() and (why := _install()):
        print(NOT_ASKED.format(why))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(TOOLS / "bin" / "pip-audit", "--requirement", LOCK, "--require-hashes"),
            *("--disable-pip", "--progress-spinner", "off", "--timeout", "15"),
            *("--format", "json", "--output", report),
        ]
        done = _run(command)
        if not report.exists():
            print(NOT_ASKED.format(_last_line(done.stderr)))
            return 0
        return _say(json.loads(report.read_text(encoding="utf-8"))["dependencies"])


def _install() -> str:
    """Install pip-audit as pyproject.toml names it; return why that did not work."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = wanted["project"]["optional-dependencies"]["audit"]
    venv.create(TOOLS, with_pip=True)
    command = [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", *packages]
    done = _run(command)
    return "" if done.returncode == 0 else _last_line(done.stderr)


def _run(command: list[object]) -> "subprocess.CompletedProcess[str]":
    words = [str(one) for one in command]
    return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603


def _say(packages: list[dict[str, Any]]) -> int:
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {hole['fix_versions'] or 'none'}"
        for one in packages
        for hole in one.get("vulns", [])
    ]
    skipped = [one for one in packages if "skip_reason" in one]
    if len(skipped) == len(packages):
        print(NOT_ASKED.format(skipped[0]["skip_reason"] if skipped else "the lock file is empty"))
        return 0
    told = [f"{one['name']}: not checked" for one in skipped]
    checked = len(packages) - len(skipped)
    print(*holes, *told, f"{checked} packages checked, {len(holes)} known holes", sep="\n")
    return 1 if holes else 0


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason was given"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
