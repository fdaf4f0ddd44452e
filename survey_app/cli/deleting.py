"""Deleting by age: `suara retention` looks, `suara retention --run` deletes."""

from typing import Annotated, Any

import typer

from survey_app import retention as deletion
from survey_app.cli.output import AsJson, opened, print_json, print_rows, progress_bar, say
from survey_app.inventory import how_long, rule_of
from survey_app.people import Program
from survey_app.retention import Report
from survey_app.settings import Settings
from survey_app.store import Store

_LABELS = {
    "what": "Apa",
    "kept": "Disimpan",
    "older_than": "Sebelum",
    "law": "Dasar",
    "number": "Jumlah",
}


def retention(
    run: Annotated[bool, typer.Option("--run", help="Hapus, bukan hanya melihat.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Tanpa bertanya dahulu.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lihat apa yang melewati masa simpannya; dengan --run: hapus sekarang."""
    with opened() as (chosen, store):
        report = deletion.look(store, chosen)
        if run and report.total:
            if not yes:
                _print(report, as_json=False)
                typer.confirm("Hapus semua ini? Tidak bisa dibatalkan.", abort=True, err=True)
            report = _run(store, chosen, as_json=as_json)
        elif run:  # also a run that finds nothing is one, for `suara check`
            report = deletion.run(store, chosen, by=Program.COMMAND_LINE)
    _print(report, as_json=as_json)


def _run(store: Store, chosen: Settings, *, as_json: bool) -> Report:
    with progress_bar("Menghapus", as_json=as_json) as advance:
        return deletion.run(store, chosen, by=Program.COMMAND_LINE, progress=advance, anew=True)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(_told(report))
        return
    print_rows(_rows(report), as_json=False, labels=_LABELS, empty="")
    if report.open_cases:
        say(f"{report.open_cases} kasus terbuka sudah lama; kasus terbuka tidak pernah dihapus.")
    if report.done:
        say(f"Terhapus: {report.total}. Cadangan lama masih memuatnya: hapus juga (docs/data.md).")
    elif report.total:
        say("Belum ada yang dihapus. Untuk menghapus: suara retention --run")
    else:
        say("Tidak ada yang melewati masa simpannya.")


def _rows(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "what": rule_of(line.kind).what.ours,
            "kept": how_long(line.days),
            "older_than": f"{line.older_than.astimezone():%d-%m-%Y}",
            "law": rule_of(line.kind).law,
            "number": line.number,
        }
        for line in report.lines
    ]


def _told(report: Report) -> dict[str, Any]:
    kinds = {
        line.kind.value: {
            "days": line.days,
            "older_than": line.older_than.isoformat(),
            "law": rule_of(line.kind).law,
            "number": line.number,
        }
        for line in report.lines
    }
    return {
        "at": report.at.isoformat(),
        "done": report.done,
        "total": report.total,
        "open_cases": report.open_cases,
        "kinds": kinds,
    }
