"""The plain tables the analysis reads: words, seeds, examples, each with source and licence."""

import csv
import hashlib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
# Ten times as quick where PyYAML was built with libyaml, and the same content.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``name``.tsv by column; lines that open with # are remarks."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def examples() -> tuple[dict[str, str], ...]:
    """The labelled examples of every hand that wrote some, a file each, in a fixed order."""
    names = sorted(path.stem for path in (FOLDER / "examples").glob("*.tsv"))
    return tuple({**row, "hand": name} for name in names for row in table(f"examples/{name}"))


@cache
def document(name: str) -> dict[str, Any]:
    """The content of ``name``.yaml."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506  both are safe loaders  # nosec B506
    return content


def words_of(cell: str) -> tuple[str, ...]:
    """The words of a cell that lists them with commas."""
    return tuple(word.strip() for word in cell.split(",") if word.strip())


@cache
def version_of(*patterns: str) -> str:
    """One version for all files whose names match; that of ``versions`` where only one does."""
    found = [
        digits
        for name, digits in versions().items()
        if any(fnmatch(name, pattern) for pattern in patterns)
    ]
    return found[0] if len(found) == 1 else _digits("".join(found).encode())


@cache
def versions() -> dict[str, str]:
    """File name -> the first twelve digits of its SHA-256, so a run can name what it read."""
    return {
        path.relative_to(FOLDER).as_posix(): _digits(path.read_bytes())
        for path in sorted([*FOLDER.rglob("*.tsv"), *FOLDER.rglob("*.yaml")])
    }


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
