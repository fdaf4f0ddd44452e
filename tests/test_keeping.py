"""What is learnt from the project's own files is learnt once.

V101  the second time it comes from disk
V102  a folder that cannot be written, or a broken file, costs time and nothing else
V103  a file that others could have written is not opened
V104  a changed table or line of code is learnt anew, and the old file goes
"""

import os
from pathlib import Path

import pytest

from analysis import keeping


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUARA_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


class Training:
    """Counts how often it was asked to train."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [1, 2, 3]


def test_once(folder: Path) -> None:
    """V101: the same model, trained one time."""
    train = Training()
    assert keeping.kept("uji", train) == keeping.kept("uji", train) == [1, 2, 3]
    assert train.times == 1
    assert len(list(folder.glob("uji-*.pickle"))) == 1


def test_a_broken_file(folder: Path) -> None:
    """V102: half a file, from a disk that was full."""
    train = Training()
    keeping.kept("uji", train)
    next(folder.glob("uji-*.pickle")).write_bytes(b"\x80\x05]")
    assert keeping.kept("uji", train) == [1, 2, 3]
    assert train.times == 2


def test_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """V102: a file stands where the folder should be."""
    (tmp_path / "kept").write_text("")
    monkeypatch.setenv("SUARA_CACHE_DIR", str(tmp_path / "kept"))
    assert keeping.kept("uji", Training()) == [1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of other users exist on Unix only")
def test_a_file_of_somebody_else(folder: Path) -> None:
    """V103: everybody on the machine may write to it, so it may hold anything."""
    train = Training()
    keeping.kept("uji", train)
    next(folder.glob("uji-*.pickle")).chmod(0o666)
    keeping.kept("uji", train)
    assert train.times == 2


def test_something_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """V104: the name of the file says what it was made of."""
    train = Training()
    keeping.kept("uji", train)
    monkeypatch.setattr(keeping, "fingerprint", lambda: "0123456789abcdef")
    keeping.kept("uji", train)
    assert train.times == 2
    assert [path.name for path in folder.glob("uji-*")] == ["uji-0123456789abcdef.pickle"]
