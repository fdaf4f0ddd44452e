"""The log of who saw or changed what, from a terminal: `suara audit`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from survey_app.cli.output import AsJson, opened, print_json, say
from survey_app.errors import StoreError
from survey_app.store import audit

app = typer.Typer(no_args_is_help=True, help="Catatan: siapa melihat atau mengubah apa.")


@app.command("verify")
def verify(
    noted: Annotated[
        str | None,
        typer.Option("--noted", help="Tanda yang dulu dicatat, misalnya dari cadangan."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Periksa apakah catatan pernah diubah, dihapus, atau ditulis ulang."""
    with opened() as (_, store):
        verdict = audit.verify(store, noted=noted)
    if as_json:
        print_json(asdict(verdict))
        raise typer.Exit(0 if verdict.fault is None else 1)
    if verdict.fault is not None:
        raise StoreError(verdict.sentence, remedy=audit.REMEDY)
    say(verdict.sentence)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Berkas yang ditulis, satu baris JSON per catatan.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Timpa berkas yang ada.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tulis seluruh catatan ke berkas, dengan tanda yang bisa diperiksa di tempat lain."""
    if file.exists() and not overwrite:
        raise StoreError(
            f"Berkas {file} sudah ada.", remedy="Pilih nama lain, atau tambahkan --overwrite."
        )
    entries = 0
    try:
        with opened() as (_, store), file.open("w", encoding="ascii") as written:
            for line in audit.export(store, audit.COMMAND_LINE):
                written.write(f"{line}\n")
                entries += 1
    except OSError as error:
        raise StoreError(
            f"Berkas {file} tidak bisa ditulis ({type(error).__name__}).",
            remedy="Pilih folder lain.",
        ) from error
    if as_json:
        print_json({"file": str(file), "entries": entries})
    else:
        say(f"Tertulis: {escape(str(file))} ({entries} catatan)")
