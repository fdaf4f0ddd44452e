"""A school in a test: the running app, its database, and classes that sit in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rows import answers_in, quarantine_in, responses_in
from server import RunningApp, running_app

from survey_app.gathering import Gathering, GatheringPlan, VenueKind
from survey_app.people import By, Program
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import Store, gatherings, questionnaires, rounds

WRITTEN = "cerita"
LAST = "usul"
STEPS = 4


def short_questionnaire() -> dict[str, object]:
    """Four questions: one to tap, two to write, and a last one to tap or skip."""
    text = {"id": "Pertanyaan buatan", "jv": "Pitakon gawean"}
    asked = [
        {"key": "wajah", "type": "faces"},
        {"key": WRITTEN, "type": "long_text", "free_text": True, "max_length": 2000},
        {"key": LAST, "type": "long_text", "free_text": True},
        {"key": "aman", "type": "yes_maybe_no"},
    ]
    return {
        "key": "uji-singkat",
        "version": 1,
        "title": text,
        "age_bands": ["10-12"],
        "languages": ["id", "jv"],
        "assent": text,
        "closing": text,
        "questions": [question | {"text": text} for question in asked],
    }


class School:
    """The app and the database behind it; every class it opens asks the short questionnaire."""

    def __init__(self, app: RunningApp, store: Store) -> None:
        self.app = app
        self.store = store
        self._round = rounds.add(store, "Putaran uji", 2027)

    def open_class(
        self,
        questionnaire: dict[str, object] | Questionnaire | None = None,
        *,
        folder: Path = Path(),
        by: By = Program.COMMAND_LINE,
    ) -> Gathering:
        """A new gathering, open, with nobody in it yet; a facilitator sees only the own ones."""
        asked = Questionnaire.model_validate(questionnaire or short_questionnaire())
        plan = GatheringPlan(
            round_id=self._round.id,
            questionnaire_id=questionnaires.publish(self.store, asked, folder).id,
            title="Kelas uji",
            age_band=AgeBand.MIDDLE,
            venue_kind=VenueKind.SCHOOL,
            venue="SDN Uji",
            kelurahan_code="35.71.01.1001",
            guardian_consent=True,
        )
        return gatherings.open_gathering(self.store, plan, by=by)

    def responses(self, gathering: Gathering) -> list[dict[str, Any]]:
        """What is stored of this class: the rows, each with its ``answers`` by question."""
        answers = answers_in(self.store)
        return [
            row | {"answers": answers.get(row["id"], {})}
            for row in responses_in(self.store)
            if row["gathering_id"] == gathering.id
        ]

    def quarantined(self, gathering: Gathering) -> list[dict[str, Any]]:
        """What of this class was kept aside."""
        return [row for row in quarantine_in(self.store) if row["gathering_id"] == gathering.id]


@contextmanager
def school(folder: Path, *, database_url: str = "", screened: bool = False) -> Iterator[School]:
    """A school with its own server and database, until the end of the block."""
    with running_app(folder, database_url=database_url, screened=screened) as app:
        store = Store.open(database_url or f"sqlite:///{folder}/suara.db", data_dir=folder)
        try:
            yield School(app, store)
        finally:
            store.close()
