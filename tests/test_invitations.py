"""Promises of invitations and of the list of accounts.

Z001  A link makes one account, once, within 48 hours, with a password that follows the rules.
Z002  Only the SHA-256 of its token is kept; used, old, withdrawn and unknown sound alike.
Z003  Who may not invite cannot; with who invited the invitation goes.
Z004  A name that somebody has cannot be invited, nor taken by a second invitation.
Z005  A second invitation for a name makes the first one void.
Z006  Inviting, joining and withdrawing are in the log, without token and password.
Z007  The list tells role, state, second step and last sign-in, to administrators only.
"""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from survey_app.errors import SignInError
from survey_app.people import Role, StaffMember
from survey_app.store import Store, invitations, people, roster
from survey_app.store.invitations import GOOD_FOR, InvitationOverError
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Audit, Invitations

PASSWORD = "delima-biru-42"
NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)
NAME = "Bu Sari"


@pytest.fixture
def administrator(request: pytest.FixtureRequest) -> StaffMember:
    """Who invites, in the store the test asks for."""
    both = "store" in request.fixturenames
    store = request.getfixturevalue("store" if both else "sqlite_store")
    return people.add_staff(store, "Kepala", PASSWORD, Role.ADMINISTRATOR)


def invited(store: Store, by: StaffMember, name: str = NAME) -> str:
    """The token of a fresh link."""
    return invitations.invite(store, name, Role.TASK_FORCE, by=by, now=NOW)[0]


def accept(store: Store, token: str, password: str = PASSWORD, *, hours: float = 1) -> str:
    """The link is opened and a password chosen."""
    now = NOW + timedelta(hours=hours)
    return invitations.accept(store, token, password, again=password, address="10.0.0.7", now=now)


def test_once(store: Store, administrator: StaffMember) -> None:
    """Z001: the account is there with its role, is signed in, and the link is used up."""
    token = invited(store, administrator)
    session = accept(store, token)
    member = people.staff_by_token(store, session, now=NOW + timedelta(hours=1))
    assert member == people.known(store, NAME)
    assert member is not None
    assert member.role is Role.TASK_FORCE
    assert people.sign_in(store, NAME, PASSWORD)
    assert invitations.by_token(store, token, now=NOW) is None
    with pytest.raises(InvitationOverError):
        accept(store, token)


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("pendek", "pendek", "terlalu pendek"),
        ("kotakediri2026", "kotakediri2026", "mudah ditebak"),
        (PASSWORD, PASSWORD + "x", "tidak sama"),
    ],
)
def test_a_password_that_will_not_do(
    sqlite_store: Store, administrator: StaffMember, password: str, again: str, said: str
) -> None:
    """Z001: said with the remedy, and the link is as good as before."""
    token = invited(sqlite_store, administrator)
    with pytest.raises(SignInError, match=said):
        invitations.accept(sqlite_store, token, password, again=again, now=NOW)
    assert accept(sqlite_store, token)


def test_two_days(sqlite_store: Store, administrator: StaffMember) -> None:
    """Z001, Z002: a second before they are over, and not at their end."""
    token = invited(sqlite_store, administrator)
    assert invitations.by_token(sqlite_store, token, now=NOW + GOOD_FOR - timedelta(seconds=1))
    with pytest.raises(InvitationOverError):
        accept(sqlite_store, token, hours=48)
    assert invitations.open_invitations(sqlite_store, by=administrator, now=NOW + GOOD_FOR) == ()


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 5000])
def test_unknown(sqlite_store: Store, administrator: StaffMember, token: str) -> None:
    """Z002: nobody is told whether a link ever was one."""
    invited(sqlite_store, administrator)
    assert invitations.by_token(sqlite_store, token, now=NOW) is None
    with pytest.raises(InvitationOverError, match="sudah dipakai, ditarik, atau lewat 48 jam"):
        accept(sqlite_store, token)


def test_only_the_hash(sqlite_store: Store, administrator: StaffMember) -> None:
    """Z002: who reads the database cannot open an account with it."""
    token = invited(sqlite_store, administrator)
    with sqlite_store.reading() as connection:
        stored = connection.scalar(sa.select(Invitations.token_hash))
    assert stored is not None
    assert token not in stored
    assert invitations.by_token(sqlite_store, stored, now=NOW) is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_not_by_everybody(sqlite_store: Store, administrator: StaffMember, role: Role) -> None:
    """Z003, Z007: neither inviting, withdrawing, nor reading the lists."""
    token, made = invitations.invite(sqlite_store, NAME, Role.OFFICE, by=administrator, now=NOW)
    other = people.add_staff(sqlite_store, "Pak Lain", PASSWORD, role)
    for attempt in (
        lambda: invitations.invite(sqlite_store, "Pak Baru", Role.ADMINISTRATOR, by=other),
        lambda: invitations.withdraw(sqlite_store, made.key, by=other),
        lambda: invitations.open_invitations(sqlite_store, by=other),
        lambda: roster.accounts(sqlite_store, by=other),
        lambda: roster.history(sqlite_store, administrator.id, by=other),
    ):
        with pytest.raises(SignInError, match="tidak boleh"):
            attempt()
    assert invitations.by_token(sqlite_store, token, now=NOW) == made


@pytest.mark.parametrize("change", ["off", "role"])
def test_who_invited_is_gone(store: Store, administrator: StaffMember, change: str) -> None:
    """Z003: a dismissed administrator leaves no door open; one of the command line stays good."""
    people.add_staff(store, "Kepala Baru", PASSWORD, Role.ADMINISTRATOR)
    token = invited(store, administrator)
    of_command, _ = invitations.invite(store, "Pak Toni", Role.OFFICE, now=NOW)
    if change == "off":
        people.set_active(store, "Kepala", active=False)
    else:
        people.set_role(store, "Kepala", Role.OFFICE)
    with pytest.raises(InvitationOverError):
        accept(store, token)
    assert accept(store, of_command)


def test_names(sqlite_store: Store, administrator: StaffMember) -> None:
    """Z004: also one that was free when the link was made."""
    for name, said in (("Kepala", "sudah dipakai"), ("  ", "kosong"), ("x" * 81, "terlalu panj")):
        with pytest.raises(SignInError, match=said):
            invitations.invite(sqlite_store, name, Role.OFFICE, by=administrator)
    token = invited(sqlite_store, administrator)
    people.add_staff(sqlite_store, NAME, PASSWORD, Role.OFFICE)
    with pytest.raises(SignInError, match="sudah dipakai"):
        accept(sqlite_store, token)
    assert people.known(sqlite_store, NAME).role is Role.OFFICE


def test_invited_again(store: Store, administrator: StaffMember) -> None:
    """Z005: the link that was lost opens nothing."""
    first, second = (invited(store, administrator) for _ in range(2))
    assert invitations.by_token(store, first, now=NOW) is None
    assert len(invitations.open_invitations(store, by=administrator, now=NOW)) == 1
    assert accept(store, second)


def test_withdrawn(sqlite_store: Store, administrator: StaffMember) -> None:
    """Z002, Z006: gone; withdrawing once more says nothing and notes nothing."""
    token, made = invitations.invite(sqlite_store, NAME, Role.OFFICE, by=administrator, now=NOW)
    for _ in range(2):
        invitations.withdraw(sqlite_store, made.key, by=administrator)
    with pytest.raises(InvitationOverError):
        accept(sqlite_store, token)
    used, other = invitations.invite(
        sqlite_store, "Pak Toni", Role.OFFICE, by=administrator, now=NOW
    )
    accept(sqlite_store, used)
    invitations.withdraw(sqlite_store, other.key, by=administrator)
    with sqlite_store.reading() as connection:
        rows = connection.execute(sa.select(Audit.name, Audit.facts).order_by(Audit.id)).all()
        assert connection.scalar(sa.select(sa.func.count()).select_from(Invitations)) == 1
    told = " ".join(row.facts for row in rows)
    assert told.count('"invitation_withdrawn"') == 1
    assert told.count('"joined"') == 1
    assert [row.name for row in rows if '"joined"' in row.facts] == ["Pak Toni"]
    for secret in (token, used, made.key, PASSWORD):
        assert secret not in told


def test_the_list(store: Store, administrator: StaffMember) -> None:
    """Z007: by name, with the last time somebody came in."""
    accept(store, invited(store, administrator))
    with pytest.raises(SignInError):
        people.sign_in(store, NAME, "salah-sekali", now=NOW + timedelta(hours=3))
    sari, kepala = roster.accounts(store, by=administrator)
    assert (sari.member.name, sari.last_sign_in) == (NAME, NOW + timedelta(hours=1))
    assert (kepala.member.name, kepala.last_sign_in) == ("Kepala", None)
    assert roster.account(store, sari.member.id, by=administrator) == sari
    last, first = roster.history(store, sari.member.id, by=administrator)
    assert (last.outcome, first.outcome) == (Outcome.WRONG_PASSWORD, Outcome.SIGNED_IN)
    assert first.address == "10.0.0.7"
