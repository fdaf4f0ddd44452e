"""What a command prints: tables for people, JSON for other programs, errors with a remedy."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from survey_app import settings
from survey_app.settings import Settings
from survey_app.store import Store

AsJson = Annotated[bool, typer.Option("--json", help="Cetak sebagai JSON untuk program lain.")]

_console = Console()
_errors = Console(stderr=True)


@contextmanager
def opened() -> Iterator[tuple[Settings, Store]]:
    """The settings of this installation and its database, closed afterwards."""
    chosen = settings.load()
    store = Store.of(chosen)
    try:
        yield chosen, store
    finally:
        store.close()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()


def print_values(values: Mapping[str, Any], *, as_json: bool, labels: Mapping[str, str]) -> None:
    """One thing: a label and a value a line, or a JSON object."""
    if as_json:
        print_json(values)
        return
    table = Table.grid(padding=(0, 2))
    for key, label in labels.items():
        if values.get(key) is not None:
            table.add_row(label, f"[bold]{escape(str(values[key]))}[/bold]")
    _console.print(table)


def print_rows(
    rows: Sequence[Mapping[str, Any]], *, as_json: bool, labels: Mapping[str, str], empty: str
) -> None:
    """Several things: a table, or a JSON list; ``empty`` says what to do when there are none."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        _console.print(empty)
        return
    table = Table()
    for key, label in labels.items():  # on a narrow terminal whole words, never "suara-…"
        longest = max(map(len, label.split()))
        table.add_column(label, overflow="fold", no_wrap=key == "code", min_width=longest)
    for row in rows:
        table.add_row(*("" if row[key] is None else escape(str(row[key])) for key in labels))
    _console.print(table)


def say(sentence: str, *, as_json: bool = False) -> None:
    """A sentence for people; nothing when another program is reading."""
    if not as_json:
        _console.print(sentence)


def print_error(sentence: str, remedy: str, *, as_json: bool) -> None:
    """An error on standard error (and as JSON on standard output when that was asked for)."""
    if as_json:
        print_json({"error": {"sentence": sentence, "remedy": remedy}})
    line = f"[red]{escape(sentence)}[/red] {escape(remedy)}"
    _errors.print(line, highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(label: str, *, as_json: bool = False) -> Iterator[Any]:
    """A bar for long work: call it with ``(fraction, step)``; silent for other programs."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_errors, disable=as_json, transient=True) as bar:
        task = bar.add_task(label, total=1.0)

        def advance(fraction: float, step: str = "") -> None:
            bar.update(task, completed=fraction, description=f"{label}: {step}" if step else label)

        yield advance
