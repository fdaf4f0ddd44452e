"""The demo round: everything a newcomer looks at, and gone without a trace.

D001  The demo round is marked, has synthetic answers in several places, and one open gathering.
D002  Making it twice gives the same round.
D003  Removing it takes everything of it and nothing of a real round.
D004  Its words go through the real intake: nothing of it lands in quarantine.
"""

from pathlib import Path

import pytest
import sqlalchemy as sa

from survey_app import demo, questionnaire
from survey_app.gathering import GatheringPlan, GatheringState, VenueKind
from survey_app.people import Program
from survey_app.questionnaire import AgeBand
from survey_app.store import Store, gatherings, questionnaires, rounds
from survey_app.store.responses import Intake
from survey_app.store.tables import Quarantine, Responses

SHIPPED = Path(__file__).parents[1] / "questionnaires"


@pytest.fixture
def ready(store: Store) -> Store:
    """A database with the questionnaires the demo uses."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        questionnaires.publish(store, questionnaire.read(path), SHIPPED)
    return store


def _count(store: Store, table: type) -> int:
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_demo_round_is_made_once(ready: Store) -> None:
    """D001 D002 D004: marked, answered, one open gathering, the same when asked again."""
    made = demo.create(ready)
    assert made.round.demo
    assert "CONTOH" in made.round.name
    assert made.open_gathering.state is GatheringState.OPEN
    assert made.responses >= 100
    assert _count(ready, Responses) == made.responses
    assert _count(ready, Quarantine) == 0
    places = {each.kelurahan_code for each in gatherings.all_gatherings(ready)}
    assert len(places) >= 5
    again = demo.create(ready)
    assert (again.round.id, again.responses) == (made.round.id, made.responses)
    assert again.open_gathering.code == made.open_gathering.code


def test_removing_the_demo_leaves_the_rest(ready: Store) -> None:
    """D003: a real gathering with a real response stays, the demo goes."""
    real = gatherings.open_gathering(
        ready,
        GatheringPlan(
            round_id=rounds.current_or_new(ready).id,
            questionnaire_id=questionnaires.newest(ready)[0].id,
            title="Kelas sungguhan",
            age_band=AgeBand.MIDDLE,
            venue_kind=VenueKind.SCHOOL,
            venue="SD Uji",
            guardian_consent=True,
        ),
        by=Program.COMMAND_LINE,
    )
    content = {
        "questionnaire": {"key": real.questionnaire_key, "version": real.questionnaire_version},
        "language": "id",
        "assent": True,
        "mode": "child",
        "talk_to_adult": False,
        "needs_help": False,
        "return_words": "kucing-merah-apel",
        "answers": {},
    }
    intake = Intake(ready)
    intake.submit([demo.envelope(content, gathering=real, secret=ready.secret)]).result(timeout=30)
    intake.close()
    demo.create(ready)
    assert rounds.remove_demo(ready) == 1
    assert [each.code for each in gatherings.all_gatherings(ready)] == [real.code]
    assert _count(ready, Responses) == 1
    assert demo.existing(ready) is None
