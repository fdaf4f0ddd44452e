"""Promises of rounds.

R001  Work goes on in the newest real round; a demo round is only the last resort.
R002  Removing the demo takes all of it, and nothing of a real round.
"""

from pathlib import Path

import sqlalchemy as sa
from classroom import opened_gathering
from reading import read_round
from tablet import FULL_ANSWERS, Tablet

from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, gatherings, questionnaires, rounds
from survey_app.store.responses import Intake
from survey_app.store.tables import Audit, Table


def _rows(store: Store) -> dict[str, int]:
    """How many rows each table has, but for the log, which nothing leaves."""
    with store.reading() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Table.metadata.tables.items()
            if name != Audit.__tablename__
        }


def test_the_current_round(store: Store) -> None:
    """R001: none, then the demo, then the newest real one."""
    assert rounds.current(store) is None
    demo = rounds.add(store, "Contoh", 2027, demo=True)
    assert rounds.current(store) == demo
    real = rounds.add(store, "Putaran 2027", 2027)
    rounds.add(store, "Contoh lagi", 2028, demo=True)
    assert rounds.current(store) == real
    assert rounds.by_id(store, real.id) == real
    assert [one.demo for one in rounds.all_rounds(store)] == [True, False, True]


def test_removing_the_demo(
    store: Store, intake: Intake, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    """R002: responses, quarantine, themes and runs of the demo go; the real round is untouched."""
    real = opened_gathering(store, questionnaire, tmp_path)
    children = [Tablet(store, real) for _ in range(8)]
    intake.submit([child.envelope({**FULL_ANSWERS, "wajah": 9}) for child in children]).result(20)
    read_round(store, real.round_id)
    before = _rows(store)
    demo = opened_gathering(store, questionnaire, tmp_path, demo=True)
    invented = [Tablet(store, demo) for _ in range(8)]
    intake.submit([child.envelope({**FULL_ANSWERS, "wajah": 9}) for child in invented]).result(20)
    read_round(store, demo.round_id)
    assert _rows(store) != before
    assert rounds.remove_demo(store) == 1
    assert _rows(store) == before
    assert gatherings.by_code(store, demo.code) is None
    assert gatherings.progress(store, real.id).finished == 8
    assert len(questionnaires.published(store)) == 1
    assert rounds.remove_demo(store) == 0
