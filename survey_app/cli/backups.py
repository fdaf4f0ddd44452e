"""One file for all of an installation, and an installation from it: `suara backup`, `restore`."""

import getpass
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from survey_app import settings
from survey_app.cli.output import AsJson, opened, print_values, progress_bar, say
from survey_app.errors import StoreError
from survey_app.store import archive
from survey_app.store import backup as backups
from survey_app.store.backup import Contents
from survey_app.store.database import now

PASSPHRASE = "SUARA_BACKUP_PASSPHRASE"  # noqa: S105  the name of a variable
FromInput = Annotated[
    bool,
    typer.Option("--passphrase-stdin", help="Baca kata sandi cadangan dari masukan, satu baris."),
]
_LABELS = {
    "file": "Berkas",
    "made_at": "Dibuat",
    "tables": "Tabel",
    "rows": "Baris",
    "keys": "Berkas kunci di dalamnya",
    "last_entry": "Tanda catatan terakhir",
}


def backup(
    file: Annotated[
        Path, typer.Argument(help="Berkas yang ditulis, atau folder: namanya lalu dari waktunya.")
    ],
    from_input: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Simpan seluruh isi ke satu berkas tersandi, juga selagi aplikasi berjalan."""
    if file.is_dir():
        file = file / f"suara-{now().astimezone():%Y-%m-%d-%H%M%S}.cadangan"
    with opened() as (chosen, store):
        passphrase = _passphrase(from_input=from_input, twice=True)
        keys = partial(backups.keys_in, chosen.data_dir, chosen.environment)
        with progress_bar("Menyimpan", as_json=as_json) as advance:
            contents = backups.write(store, file, passphrase, keys=keys, progress=advance)
    print_values(_values(file, contents), as_json=as_json, labels=_LABELS)
    say(_KEEP, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="Berkas cadangan.")],
    only_check: Annotated[
        bool, typer.Option("--check", help="Hanya periksa berkasnya; tidak ada yang dipulihkan.")
    ] = False,
    from_input: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Pulihkan cadangan ke basis data kosong, di komputer mana pun."""
    chosen = settings.load()
    if not file.is_file():
        raise StoreError(f"Berkas {file} tidak ada.", remedy="Periksa namanya.")
    passphrase = _passphrase(from_input=from_input, twice=False)
    if only_check:
        contents = backups.examine(file, passphrase)
    else:
        with progress_bar("Memulihkan", as_json=as_json) as advance:
            contents = backups.restore(
                file, passphrase, url=chosen.url, data_dir=chosen.data_dir, progress=advance
            )
    print_values(_values(file, contents), as_json=as_json, labels=_LABELS)
    say(_WHOLE if only_check else _RESTORED, as_json=as_json)


def _values(file: Path, contents: Contents) -> dict[str, Any]:
    return {
        "file": str(file),
        "made_at": contents.made_at.astimezone().isoformat(timespec="seconds"),
        "tables": len(contents.rows),
        "rows": contents.all_rows,
        "keys": ", ".join(contents.keys),
        "last_entry": contents.last_entry,
    }


def _passphrase(*, from_input: bool, twice: bool) -> str:
    """From a timer's input or environment, or typed by a person; twice for a new backup."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get(PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise StoreError(
            "Kata sandi cadangan belum diberikan.",
            remedy=f"Pakai --passphrase-stdin, atau isi {PASSPHRASE}.",
        )
    if not twice:
        return getpass.getpass("Kata sandi cadangan: ")
    say(f"Pilih kata sandi cadangan, paling sedikit {archive.MIN_PASSPHRASE} huruf.")
    while True:
        typed = getpass.getpass("Kata sandi cadangan: ")
        if getpass.getpass("Sekali lagi: ") == typed:
            return typed
        say("Keduanya tidak sama; ketik lagi.")


_KEEP = (
    "Sudah dibaca ulang dan utuh. Tanpa kata sandinya tidak ada yang bisa membukanya: "
    "catat, dan simpan terpisah dari berkas ini."
)
_WHOLE = "Berkas ini utuh dan bisa dipulihkan."
_RESTORED = "Pulih, baris demi baris. Semua petugas masuk lagi; buat cadangan baru di sini."
