"""What waits for staff, in numbers only: answers not read by the analysis, answers set aside."""

from datetime import datetime

import sqlalchemy as sa

from survey_app.gathering import RoundId
from survey_app.store.database import Store
from survey_app.store.tables import Gatherings, Quarantine, Responses


def children_since(store: Store, round_id: RoundId, moment: datetime | None) -> int:
    """How many children of a round finished after ``moment``; None counts all of them."""
    statement = (
        sa.select(sa.func.count(Responses.id))
        .join_from(Responses, Gatherings, Gatherings.id == Responses.gathering_id)
        .where(Gatherings.round_id == round_id, Responses.assent, Responses.finished)
    )
    if moment is not None:
        statement = statement.where(Responses.heard_at > moment)
    with store.reading() as connection:
        return connection.scalar(statement) or 0


def set_aside(store: Store) -> int:
    """How many pieces lie in quarantine because they did not fit."""
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count(Quarantine.id))) or 0
