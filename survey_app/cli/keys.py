"""The key to what children wrote: `suara key`."""

import secrets
from typing import Any

import typer

from survey_app import settings
from survey_app.cli.output import AsJson, opened, print_json, print_values, progress_bar, say
from survey_app.errors import StoreError
from survey_app.store import Store, keys, sealing, unlocking
from survey_app.store.database import key_place

app = typer.Typer(no_args_is_help=True, help="Kunci untuk membaca jawaban anak.")
NOT_CONFIRMED = (
    "Tanpa kuncinya jawaban anak tidak bisa dibaca lagi. Catat: `suara key show`, "
    "lalu pastikan: `suara key confirm`."
)
_ASKED_BACK = 2  # rows of eight: enough to show that the sheet is at hand
_LABELS = {
    "key": "Kunci",
    "kept": "Disimpan di",
    "backup": "Cadangan dipastikan",
    "sealed": "Disandi ulang",
    "stale": "Belum disandi dengan kunci ini",
}


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """Cetak lembar kunci untuk ditulis di kertas dan disimpan jauh dari basis data."""
    with opened() as (_, store):
        rows = keys.sheet(unlocking.show(store))
        name = store.vault.current
    if as_json:
        print_json({"key": name, "rows": rows})
        return
    say(f"Lembar kunci {name} (Suara Anak)\n")
    for number, row in enumerate(rows, 1):
        say(f"  {number}   [bold]{row}[/bold]")
    say(
        "\nTulis atau cetak, simpan di dua tempat yang terkunci, bukan bersama cadangan basis data."
        "\nSiapa memegang lembar ini dan basis datanya bisa membaca jawaban anak."
        "\nSetelah itu: `suara key confirm`."
    )


@app.command("confirm")
def confirm(as_json: AsJson = False) -> None:
    """Ketik kembali sebagian lembar kunci, agar pasti ada cadangannya."""
    with opened() as (_, store):
        key = store.key_place.read()[store.vault.current]
        right = keys.sheet(key)
        for number in sorted(secrets.SystemRandom().sample(range(keys.ROWS), _ASKED_BACK)):
            typed = _ask(number)
            if keys.read_row(number, typed) != keys.read_row(number, right[number]):
                raise StoreError(
                    f"Baris {number + 1} tidak cocok dengan kunci {store.vault.current}.",
                    remedy="Bandingkan dengan `suara key show`; perbaiki lembarnya, lalu ulangi.",
                )
        unlocking.confirm_backup(store)
        _print(_told(store), as_json=as_json)


@app.command("rotate")
def rotate(as_json: AsJson = False) -> None:
    """Buat kunci baru dan sandi ulang semua jawaban; anak boleh tetap mengisi."""
    with opened() as (_, store):
        with progress_bar("Menyandi ulang", as_json=as_json) as advance:
            sealed = unlocking.rotate(store, progress=lambda _: advance(0.5))
        _print(_told(store) | {"sealed": sealed} | _swept(store), as_json=as_json)
    say(f"Lembar lama tidak berlaku lagi. {NOT_CONFIRMED}", as_json=as_json)


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Kunci mana yang dipakai, dan apakah cadangannya sudah dipastikan."""
    with opened() as (_, store):
        _print(_told(store, count=True), as_json=as_json)


@app.command("restore")
def restore(as_json: AsJson = False) -> None:
    """Kembalikan kunci yang hilang dari lembarnya."""
    chosen = settings.load()
    rows: list[str] = []
    for number in range(keys.ROWS):
        rows.append(_ask(number))
        if keys.read_row(number, rows[number]) is None:
            break  # `read_sheet` says which row is wrong, before the others are typed
    rows += [""] * (keys.ROWS - len(rows))
    unlocking.give_back(key_place(chosen), keys.read_sheet(rows))
    with opened() as (_, store):
        _print(_told(store), as_json=as_json)


def _ask(number: int) -> str:
    return str(typer.prompt(f"Baris {number + 1}", err=True))


def _told(store: Store, *, count: bool = False) -> dict[str, Any]:
    found = unlocking.status(store, count=count)
    confirmed = found.backup_confirmed_at
    return {
        "key": found.name,
        "kept": "SUARA_KEY" if store.key_place.given else str(store.key_place.path),
        "backup": confirmed.date().isoformat() if confirmed else None,
        "stale": found.stale,
    }


def _swept(store: Store) -> dict[str, bool]:
    """Copies sealed with the old key are overwritten too, where nobody is in the way."""
    try:
        sealing.sweep(store)
    except StoreError:
        return {"swept": False}
    return {"swept": True}


def _print(values: dict[str, Any], *, as_json: bool) -> None:
    if not as_json:
        values = values | {"backup": values["backup"] or "BELUM"}
    print_values(values, as_json=as_json, labels=_LABELS)
