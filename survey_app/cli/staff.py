"""Accounts of the adults: `suara user`."""

import sys
from typing import Annotated, Any

import typer

from survey_app.cli.output import AsJson, opened, print_rows, print_values
from survey_app.passwords import new_password
from survey_app.people import Program, Role, StaffMember
from survey_app.store import people

app = typer.Typer(no_args_is_help=True, help="Akun petugas.")
Name = Annotated[str, typer.Argument(help="Nama untuk masuk.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Baca kata sandi dari masukan, satu baris.")
]
_LABELS = {
    "name": "Nama",
    "role": "Peran",
    "active": "Aktif",
    "password": "Kata sandi (hanya sekali ini)",
}


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
        member = people.add_staff(store, name, password, role, by=Program.COMMAND_LINE)
    _print(member.name, member.role, None if from_input else password, as_json=as_json)


@app.command("password")
def password(name: Name, from_input: FromInput = False, as_json: AsJson = False) -> None:
    """Beri kata sandi baru; petugas itu harus masuk lagi di semua perangkat."""
    fresh = _password(from_input=from_input)
    with opened() as (_, store):
        member = people.set_password(store, name, fresh, by=Program.COMMAND_LINE)
    _print(member.name, member.role, None if from_input else fresh, as_json=as_json)


@app.command("role")
def role(
    name: Name,
    new: Annotated[Role, typer.Argument(help="Peran baru.")],
    as_json: AsJson = False,
) -> None:
    """Beri peran lain; berlaku sejak klik berikutnya."""
    with opened() as (_, store):
        member = people.set_role(store, name, new, by=Program.COMMAND_LINE)
    _print_standing(member, as_json=as_json)


@app.command("off")
def off(name: Name, as_json: AsJson = False) -> None:
    """Nonaktifkan akun: semua yang sedang masuk dengannya keluar."""
    with opened() as (_, store):
        member = people.set_active(store, name, active=False, by=Program.COMMAND_LINE)
    _print_standing(member, as_json=as_json)


@app.command("on")
def on(name: Name, as_json: AsJson = False) -> None:
    """Aktifkan lagi akun yang dinonaktifkan; kata sandinya tetap."""
    with opened() as (_, store):
        member = people.set_active(store, name, active=True, by=Program.COMMAND_LINE)
    _print_standing(member, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Semua petugas dan perannya."""
    with opened() as (_, store):
        rows = [_standing(each) for each in people.all_staff(store)]
    if not as_json:
        rows = [row | {"active": "ya" if row["active"] else "tidak"} for row in rows]
    labels = {key: _LABELS[key] for key in ("name", "role", "active")}
    print_rows(rows, as_json=as_json, labels=labels, empty="Belum ada: `suara user add NAMA`.")


def _standing(member: StaffMember) -> dict[str, Any]:
    return {"name": member.name, "role": member.role.value, "active": member.active}


def _print_standing(member: StaffMember, *, as_json: bool) -> None:
    values = _standing(member)
    if not as_json:
        values["active"] = "ya" if member.active else "tidak"
    print_values(values, as_json=as_json, labels=_LABELS)


def _password(*, from_input: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_input else new_password()


def _print(name: str, role: str, shown: str | None, *, as_json: bool) -> None:
    values = {"name": name, "role": str(role), "password": shown}
    print_values(values, as_json=as_json, labels=_LABELS)
