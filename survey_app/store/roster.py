"""The accounts of an installation as their administrator sees them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from survey_app.people import Action, By, StaffId, StaffMember, demand
from survey_app.store import people, sign_ins
from survey_app.store.database import Store
from survey_app.store.sign_ins import COMPLETE, SignIn
from survey_app.store.tables import SignIns


@dataclass(frozen=True, slots=True)
class Account:
    """One account, and when it last signed in (None: never)."""

    member: StaffMember
    last_sign_in: datetime | None


def accounts(store: Store, *, by: By) -> tuple[Account, ...]:
    """Every account, by name."""
    demand(by, Action.MANAGE_STAFF)
    last = (
        sa.select(SignIns.staff_id, sa.func.max(SignIns.tried_at).label("last"))
        .where(SignIns.outcome.in_(COMPLETE))
        .group_by(SignIns.staff_id)
    )
    with store.reading() as connection:
        moments = {row.staff_id: row.last for row in connection.execute(last)}
    return tuple(Account(one, moments.get(one.id)) for one in people.all_staff(store))


def account(store: Store, number: StaffId, *, by: By) -> Account | None:
    """One account, or None."""
    return next((one for one in accounts(store, by=by) if one.member.id == number), None)


def history(store: Store, number: StaffId, *, by: By) -> tuple[SignIn, ...]:
    """Who tried to sign in to somebody's account, the newest first."""
    demand(by, Action.MANAGE_STAFF)
    return sign_ins.of_account(store, number)
