"""Every try to sign in to an account, with its end: for its owner and the administrator to see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.people import Program, StaffId
from survey_app.store.audit import Event, note
from survey_app.store.database import Store
from survey_app.store.tables import SignIns


class Outcome(StrEnum):
    """How a try to sign in, or to give the old password on the page *Akun*, ended."""

    SIGNED_IN = "signed_in"
    BY_RECOVERY = "recovery_code"  # without the telephone
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  a word, not a password
    SWITCHED_OFF = "switched_off"
    BY_CITY = "city_account"
    CITY_UNKNOWN = "city_unknown"  # of nobody here
    CITY_AWAITED = "city_awaited"  # the city knew them, and no code came
    CODE_AWAITED = "code_awaited"  # the password was right, and no code came
    WRONG_CODE = "wrong_code"
    WRONG_OLD = "wrong_old"


COMPLETE = (Outcome.SIGNED_IN, Outcome.BY_RECOVERY, Outcome.BY_CITY)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One try; ``address`` is the address of the device, empty where none is known."""

    outcome: Outcome
    address: str
    tried_at: datetime


def of_account(store: Store, number: StaffId, *, most: int = 20) -> tuple[SignIn, ...]:
    """The last tries to sign in to an account, the newest first."""
    statement = (
        sa.select(SignIns.outcome, SignIns.address, SignIns.tried_at)
        .where(SignIns.staff_id == number)
        .order_by(SignIns.id.desc())
        .limit(most)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(SignIn(Outcome(row.outcome), row.address, row.tried_at) for row in rows)


def remember(
    connection: Connection, number: int, outcome: Outcome, address: str, now: datetime
) -> int:
    """One line of an account's history; return its number."""
    row = {
        "staff_id": number,
        "outcome": outcome.value,
        "address": address[:45],
        "tried_at": now,
    }
    added = sa.insert(SignIns).values(row).returning(SignIns.id)
    return connection.execute(added).scalar_one()


def note_refused(
    connection: Connection, number: int | None, outcome: Outcome, address: str, now: datetime
) -> None:
    """A try that failed, in the account's history and in the log."""
    if number is not None:
        remember(connection, number, outcome, address, now)
    note(
        connection, Program.SERVER, Event.SIGN_IN_REFUSED,
        outcome=outcome.value, staff=number or 0,
    )  # fmt: skip
