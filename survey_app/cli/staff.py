"""Accounts of the adults: `suara user`."""

import sys
from typing import Annotated

import typer

from survey_app.cli.output import AsJson, opened, print_rows, print_values
from survey_app.people import Role, new_password
from survey_app.store import people

app = typer.Typer(no_args_is_help=True, help="Akun petugas.")
Name = Annotated[str, typer.Argument(help="Nama untuk masuk.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Baca kata sandi dari masukan, satu baris.")
]
_LABELS = {"name": "Nama", "role": "Peran", "password": "Kata sandi (hanya sekali ini)"}


@app.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="Peran petugas.")] = Role.FACILITATOR,
    from_input: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Tambah petugas; kata sandi dibuat dan dicetak sekali, kecuali diberikan."""
    password = _password(from_input=from_input)
    with opened() as (_, store):
        member = people.add_staff(store, name, password, role)
    _print(member.name, member.role, None if from_input else password, as_json=as_json)


@app.command("password")
def password(name: Name, from_input: FromInput = False, as_json: AsJson = False) -> None:
    """Beri kata sandi baru; petugas itu harus masuk lagi di semua perangkat."""
    fresh = _password(from_input=from_input)
    with opened() as (_, store):
        people.set_password(store, name, fresh)
        member = people.staff_by_name(store, name)
    _print(name, member.role if member else "", None if from_input else fresh, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Semua petugas dan perannya."""
    with opened() as (_, store):
        rows = [{"name": each.name, "role": each.role.value} for each in people.all_staff(store)]
    labels = {key: _LABELS[key] for key in ("name", "role")}
    print_rows(rows, as_json=as_json, labels=labels, empty="Belum ada: `suara user add NAMA`.")


def _password(*, from_input: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_input else new_password()


def _print(name: str, role: str, shown: str | None, *, as_json: bool) -> None:
    values = {"name": name, "role": str(role), "password": shown}
    print_values(values, as_json=as_json, labels=_LABELS)
