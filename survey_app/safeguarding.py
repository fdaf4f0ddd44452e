"""The safeguarding officer's queue: what may disclose harm, and children who want to talk.

Nobody else reads it: every function asks who is looking. Others may only be told how many wait.
"""

from dataclasses import dataclass

from survey_app.gathering import RoundId
from survey_app.people import Action, StaffMember, demand
from survey_app.store import Store, alerts
from survey_app.store.alerts import StoredAlert, WishToTalk


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the officer, urgent first."""

    alerts: tuple[StoredAlert, ...]
    wishes: tuple[WishToTalk, ...]


def queue(store: Store, reader: StaffMember, *, round_id: RoundId | None = None) -> Queue:
    """The queue, for the officer only; raise ``SignInError`` for everybody else."""
    demand(reader, Action.HANDLE_ALERTS)
    return Queue(
        alerts.all_alerts(store, round_id=round_id), alerts.wishes_to_talk(store, round_id=round_id)
    )


def waiting(store: Store, *, round_id: RoundId | None = None) -> int:
    """How many comments and children wait for the officer: a number anybody on duty may know."""
    return sum(alerts.count_alerts(store, round_id=round_id).values()) + len(
        alerts.wishes_to_talk(store, round_id=round_id)
    )
