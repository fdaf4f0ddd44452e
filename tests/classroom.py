"""A class in a test: what it is asked, and the gathering it sits in."""

from pathlib import Path

from survey_app.gathering import Gathering, GatheringPlan, VenueKind
from survey_app.people import Program
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import Store, gatherings, questionnaires, rounds


def opened_gathering(
    store: Store, questionnaire: Questionnaire, folder: Path, *, demo: bool = False
) -> Gathering:
    """A gathering of 10-12 year olds, open, in a new round."""
    return gatherings.open_gathering(
        store,
        plan_for(store, questionnaire, folder=folder, demo=demo),
        by=Program.COMMAND_LINE,
    )


def plan_for(
    store: Store, questionnaire: Questionnaire, *, folder: Path = Path(), demo: bool = False
) -> GatheringPlan:
    """A plan that can be kept: a published questionnaire, a new round, consent confirmed."""
    published = questionnaires.publish(store, questionnaire, folder)
    round_ = rounds.add(store, "Putaran uji", 2027, demo=demo)
    return GatheringPlan(
        round_id=round_.id,
        questionnaire_id=published.id,
        title="Kelas 5A",
        age_band=AgeBand.MIDDLE,
        venue_kind=VenueKind.SCHOOL,
        venue="SDN Uji",
        kelurahan_code="35.71.01.1001",
        guardian_consent=True,
    )


def every_type() -> dict[str, object]:
    """A questionnaire file with one question of every type."""
    text = {"id": "Pertanyaan?", "jv": "Pitakon?"}
    choices = [{"key": key, "text": text} for key in ("taman", "kali", "sekolah")]
    asked = [
        {"key": "salam", "type": "information"},
        {"key": "wajah", "type": "faces"},
        {"key": "aman", "type": "yes_maybe_no"},
        {"key": "tempat", "type": "choice", "choices": choices},
        {"key": "suka", "type": "choices", "choices": choices},
        {"key": "nilai", "type": "rating", "points": [text, text, text, text]},
        {"key": "nama_taman", "type": "short_text", "max_length": 60},
        {"key": "cerita", "type": "long_text", "free_text": True, "cluster": "pendidikan"},
        {"key": "usul", "type": "long_text", "free_text": True},
        {"key": "adik", "type": "number", "minimum": 0, "maximum": 9},
        {"key": "rumah", "type": "place"},
    ]
    return {
        "key": "semua-jenis",
        "version": 1,
        "title": text,
        "age_bands": ["10-12"],
        "languages": ["id", "jv"],
        "assent": text,
        "closing": text,
        "questions": [question | {"text": text} for question in asked],
    }
