"""Checking and publishing questionnaires: `suara kuesioner`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from survey_app import questionnaire as files
from survey_app.cli.output import AsJson, opened, print_json, print_rows, say
from survey_app.errors import Problem, QuestionnaireError, SuaraError
from survey_app.store import Store
from survey_app.store import questionnaires as published_ones
from survey_app.store.questionnaires import PublishedQuestionnaire

FOLDER = Path(__file__).parents[2] / "questionnaires"

app = typer.Typer(no_args_is_help=True, help="Periksa dan terbitkan kuesioner.")
Files = Annotated[list[Path], typer.Argument(help="Berkas .yaml, atau folder yang berisi berkas.")]
_LABELS = {"file": "Berkas", "place": "Tempat", "reason": "Masalah", "remedy": "Perbaikan"}


@app.command("periksa")
def check(paths: Files, as_json: AsJson = False) -> None:
    """Periksa berkas kuesioner: berkas, pertanyaan, masalah, dan perbaikannya."""
    problems: list[Problem] = []
    checked = _files(paths)
    for path in checked:
        try:
            files.read(path)
        except QuestionnaireError as error:
            problems += error.problems
    for folder in filter(Path.is_dir, paths):  # what only shows between files: one version twice
        problems += [each for each in files.read_folder(folder).problems if each not in problems]
    rows = [_row(problem) for problem in problems]
    if as_json:
        print_json({"checked": [path.name for path in checked], "problems": rows})
    else:
        print_rows(
            rows, as_json=False, labels=_LABELS, empty=f"{len(checked)} kuesioner tanpa masalah."
        )
    raise typer.Exit(1 if problems else 0)


@app.command("terbitkan")
def publish(paths: Files, as_json: AsJson = False) -> None:
    """Terbitkan kuesioner; versi yang sudah terbit tidak pernah berubah."""
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    with opened() as (_, store):
        for path in _files(paths):
            try:
                rows.append(_published(publish_file(store, path)))
            except QuestionnaireError as error:
                problems += error.problems
    labels = {"key": "Kuesioner", "version": "Versi", "title": "Judul", "questions": "Pertanyaan"}
    print_rows(rows, as_json=as_json, labels=labels, empty="Tidak ada yang terbit.")
    if problems:
        raise QuestionnaireError(tuple(problems))


def publish_file(store: Store, path: Path) -> PublishedQuestionnaire:
    """Read one file and publish what it says."""
    return published_ones.publish(store, files.read(path), path.parent)


def publish_shipped(store: Store, folder: Path, *, as_json: bool) -> None:
    """Publish every good file of a folder; a faulty one is reported and reaches no child."""
    reading = files.read_folder(folder)
    problems = list(reading.problems)
    for one in reading.questionnaires:
        try:
            published_ones.publish(store, one, folder)
        except QuestionnaireError as error:
            problems += error.problems
    for problem in problems:
        say(f"[yellow]Tidak terbit:[/yellow] {escape(str(problem))}", as_json=as_json)


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not found or (missing := [path for path in found if not path.is_file()]):
        named = missing[0] if found else paths[0]
        raise SuaraError(
            f"Tidak ada kuesioner di {named}.", remedy="Tulis nama berkas .yaml atau foldernya."
        )
    return found


def _row(problem: Problem) -> dict[str, Any]:
    return {key: getattr(problem, key) for key in _LABELS}


def _published(one: PublishedQuestionnaire) -> dict[str, Any]:
    asked = one.questionnaire
    return {
        "key": one.key,
        "version": one.version,
        "title": asked.title[asked.languages[0]],
        "questions": len(asked.questions),
    }
