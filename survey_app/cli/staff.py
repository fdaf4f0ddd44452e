"""Accounts of the adults: `suara user`."""

import sys
from typing import Annotated, Any

import typer

from survey_app.cli.output import AsJson, opened, print_rows, print_values
from survey_app.passwords import new_password
from survey_app.people import Program, Role, StaffMember
from survey_app.store import invitations, people, two_step

app = typer.Typer(no_args_is_help=True, help="Akun petugas.")
Name = Annotated[str, typer.Argument(help="Nama untuk masuk.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Baca kata sandi dari masukan, satu baris.")
]
_LABELS = {
    "name": "Nama",
    "role": "Peran",
    "active": "Aktif",
    "two_step": "Dua langkah",
    "password": "Kata sandi (hanya sekali ini)",
    "expires_at": "Berlaku sampai",
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


@app.command("invite")
def invite(
    name: Name,
    role: Annotated[Role, typer.Argument(help="Peran petugas.")],
    as_json: AsJson = False,
) -> None:
    """Buat tautan undangan, sekali pakai dan 48 jam; penerima memilih kata sandinya sendiri."""
    with opened() as (chosen, store):
        token, made = invitations.invite(store, name, role, by=Program.COMMAND_LINE)
    link = f"{chosen.tablet_url}/undangan/{token}"
    values = {"name": made.name, "role": made.role.value, "expires_at": made.expires_at.isoformat()}
    if as_json:
        print_values(values | {"link": link}, as_json=True, labels={})
        return
    values["expires_at"] = f"{made.expires_at:%Y-%m-%d %H:%M} UTC"
    print_values(values, as_json=False, labels=_LABELS)
    sys.stdout.write(f"{link}\n")  # whole on any terminal: half a link opens nothing


@app.command("two-step")
def two_step_(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Lupakan telepon dan kode cadangan.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apakah akun ini memakai verifikasi dua langkah; --off bila teleponnya hilang."""
    with opened() as (_, store):
        if off:
            member = two_step.reset(store, name, by=Program.COMMAND_LINE)
        else:
            member = people.known(store, name)
    _print_standing(member, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Semua petugas dan perannya."""
    with opened() as (_, store):
        rows = [_standing(each) for each in people.all_staff(store)]
    if not as_json:
        rows = [_in_words(row) for row in rows]
    labels = {key: _LABELS[key] for key in ("name", "role", "active", "two_step")}
    print_rows(rows, as_json=as_json, labels=labels, empty="Belum ada: `suara user add NAMA`.")


def _standing(member: StaffMember) -> dict[str, Any]:
    return {
        "name": member.name,
        "role": member.role.value,
        "active": member.active,
        "two_step": member.two_step,
    }


def _in_words(standing: dict[str, Any]) -> dict[str, Any]:
    words = {True: "ya", False: "tidak"}
    return standing | {key: words[standing[key]] for key in ("active", "two_step")}


def _print_standing(member: StaffMember, *, as_json: bool) -> None:
    values = _standing(member)
    print_values(values if as_json else _in_words(values), as_json=as_json, labels=_LABELS)


def _password(*, from_input: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_input else new_password()


def _print(name: str, role: str, shown: str | None, *, as_json: bool) -> None:
    values = {"name": name, "role": str(role), "password": shown}
    print_values(values, as_json=as_json, labels=_LABELS)
