"""``make audit``: known holes in the locked packages, asked of pip-audit; here one of our own.

Z001  Holes are named and fail; none is said with how many packages were looked at.
Z002  Where nothing could be asked it says so in these words, and fails nobody.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOLE = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
SOUND = {"name": "b", "version": "1", "vulns": []}
UNKNOWN = {"name": "c", "skip_reason": "c is not known there"}


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([HOLE, SOUND], 1, "a 1: PYSEC-1, mended in ['2']\n2 packages checked, 1 known holes"),
        ([SOUND, UNKNOWN], 0, "c: not checked\n1 packages checked, 0 known holes"),
        ([UNKNOWN], 0, "not reachable, not checked: c is not known there"),
        (None, 0, "not reachable, not checked: no way there"),
    ],
)
def test_what_is_said(tmp_path: Path, found: object, code: int, said: str) -> None:
    """Z001, Z002: with holes, without, partly, and without a way to ask."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "audit.py", tmp_path / ".ci")
    tool = tmp_path / ".venv" / "audit" / "bin" / "pip-audit"
    tool.parent.mkdir(parents=True)
    report = f"for last; do :; done; echo '{json.dumps({'dependencies': found})}' > $last; exit 1"
    tool.write_text(f"#!/bin/sh\n{report if found else 'echo no way there >&2; exit 1'}\n")
    tool.chmod(0o755)
    command = [sys.executable, tmp_path / ".ci" / "audit.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (code, said)
