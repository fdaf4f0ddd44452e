"""The command `suara`: everything an administrator or facilitator does from a terminal."""

import os
import sys
import traceback

import typer

from survey_app.cli import (
    audits,
    backups,
    checking,
    deleting,
    gatherings,
    keys,
    questionnaires,
    reading,
    serving,
    staff,
)
from survey_app.cli.output import print_error
from survey_app.errors import SuaraError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Suara Anak: bertanya kepada anak, memahami jawabannya, dan menjawab kembali.",
)
app.command("run")(serving.run)
app.command("demo")(serving.demo)
app.command("check")(checking.check)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("retention")(deleting.retention)
app.command("analyse")(reading.analyse)
app.add_typer(gatherings.app, name="gathering")
app.add_typer(questionnaires.app, name="kuesioner")
app.add_typer(reading.export_app, name="export")
app.add_typer(staff.app, name="user")
app.add_typer(keys.app, name="key")
app.add_typer(audits.app, name="audit")


def main() -> None:
    """Run the command; an error is one sentence and its remedy, never a traceback."""
    as_json = "--json" in sys.argv
    try:
        status = app(standalone_mode=False)
    except SuaraError as error:
        print_error(error.sentence, error.remedy, as_json=as_json)
        sys.exit(1)
    except typer.Abort:
        print_error("Dibatalkan.", "Tidak ada yang berubah.", as_json=as_json)
        sys.exit(130)
    except typer.TyperException as error:
        if said := error.format_message():  # nothing where the help was printed in its place
            print_error(f"Perintah ini keliru: {said}", "Lihat `suara --help`.", as_json=as_json)
        sys.exit(error.exit_code)
    except Exception as error:
        _print_unexpected(error, as_json=as_json)
        sys.exit(70)  # EX_SOFTWARE of sysexits.h
    sys.exit(status if isinstance(status, int) else 0)


def _print_unexpected(error: Exception, *, as_json: bool) -> None:
    """Where it broke, without the error's text: that may carry a child's words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print_error(
        f"Kesalahan yang tidak terduga ({type(error).__name__} di "
        f"{os.path.basename(frame.filename)} baris {frame.lineno}).",
        "Laporkan kepada pembuat aplikasi beserta perintah yang dijalankan.",
        as_json=as_json,
    )
