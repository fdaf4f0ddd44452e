"""The demo round: synthetic children with synthetic words, marked as such and removable whole."""

import hashlib
import json
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from survey_app.errors import StoreError
from survey_app.gathering import (
    RETURN_WORDS,
    Gathering,
    GatheringPlan,
    GatheringState,
    Round,
    VenueKind,
    ticket,
)
from survey_app.people import Program
from survey_app.places import kelurahan_by_name
from survey_app.questionnaire import AgeBand, Language, Question, Questionnaire, QuestionType
from survey_app.store import Store, gatherings, questionnaires, rounds
from survey_app.store.questionnaires import PublishedQuestionnaire
from survey_app.store.responses import Intake

ROUND_NAME = "CONTOH (anak dan jawaban buatan)"
_COMMENTS = Path(__file__).parent / "comments.yaml"
_SEED = 20270101
_BATCH = 50  # envelopes in one delivery, as the API takes them


@dataclass(frozen=True, slots=True)
class Venue:
    """An invented place where a demo class sits."""

    name: str
    kind: VenueKind
    kelurahan: str
    age_band: AgeBand
    questionnaire: str


_VENUES = (
    Venue("SD Contoh Satu", VenueKind.SCHOOL, "Mojoroto", AgeBand.EARLY, "suara-anak-6-9"),
    Venue("SD Contoh Dua", VenueKind.SCHOOL, "Ngronggo", AgeBand.EARLY, "suara-anak-6-9"),
    Venue("SD Contoh Tiga", VenueKind.SCHOOL, "Bandar Lor", AgeBand.MIDDLE, "suara-anak-10-12"),
    Venue("SD Contoh Empat", VenueKind.SCHOOL, "Tosaren", AgeBand.MIDDLE, "suara-anak-10-12"),
    Venue("MI Contoh Lima", VenueKind.SCHOOL, "Lirboyo", AgeBand.MIDDLE, "suara-anak-10-12"),
    Venue("SMP Contoh Enam", VenueKind.SCHOOL, "Banjaran", AgeBand.YOUNG_TEEN, "suara-anak-13-15"),
    Venue("SMP Contoh Tujuh", VenueKind.SCHOOL, "Pakunden", AgeBand.YOUNG_TEEN, "suara-anak-13-15"),
    Venue(
        "SMK Contoh Delapan", VenueKind.SCHOOL, "Campurejo", AgeBand.OLDER_TEEN, "suara-anak-16-17"
    ),
    Venue("Forum Anak Contoh", VenueKind.FORUM, "Pocanan", AgeBand.OLDER_TEEN, "suara-anak-16-17"),
)
# The gathering a newcomer opens on a tablet: empty and waiting.
_OPEN = Venue("Kelas Contoh", VenueKind.SCHOOL, "Kaliombo", AgeBand.MIDDLE, "suara-anak-10-12")


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo round that stands in the database, and the gathering that is open to try."""

    round: Round
    open_gathering: Gathering
    responses: int


def create(store: Store, *, progress: Callable[[float], None] | None = None) -> Demo:
    """Make the demo round, or return the one that is there already."""
    if found := existing(store):
        return found
    round_ = rounds.add(store, ROUND_NAME, datetime.now(UTC).year, demo=True)
    sent = 0
    intake = Intake(store)
    try:
        for number, venue in enumerate(_VENUES, 1):
            gathering = _open(store, round_, venue)
            sent += _answer(intake, store, gathering, _share_of(venue), seed=_SEED + number)
            gatherings.set_state(
                store, gathering.id, GatheringState.CLOSED, by=Program.COMMAND_LINE
            )
            if progress:
                progress(number / len(_VENUES))
    finally:
        intake.close()
    return Demo(round_, _open(store, round_, _OPEN), sent)


def existing(store: Store) -> Demo | None:
    """The demo round in the database, or None."""
    round_ = next((each for each in rounds.all_rounds(store) if each.demo), None)
    if round_ is None:
        return None
    of_round = gatherings.all_gatherings(store, round_id=round_.id)
    if len(of_round) <= len(_VENUES):  # cut short while it was made: the last one is the open one
        rounds.remove_demo(store)
        return None
    open_ones = [each for each in of_round if each.state is GatheringState.OPEN]
    open_gathering = open_ones[0] if open_ones else _open(store, round_, _OPEN)
    sent = sum(gatherings.progress(store, each.id).finished for each in of_round)
    return Demo(round_, open_gathering, sent)


def _open(store: Store, round_: Round, venue: Venue) -> Gathering:
    published = _newest(store, venue.questionnaire)
    if published is None:
        raise StoreError(
            f"Kuesioner '{venue.questionnaire}' belum terbit, jadi contoh tidak bisa dibuat.",
            remedy="Jalankan `suara kuesioner terbitkan questionnaires/`.",
        )
    place = kelurahan_by_name(venue.kelurahan)
    return gatherings.open_gathering(
        store,
        GatheringPlan(
            round_id=round_.id,
            questionnaire_id=published.id,
            title=f"Contoh: {venue.name}",
            age_band=venue.age_band,
            venue_kind=venue.kind,
            venue=venue.name,
            kelurahan_code=place.code if place else None,
            expected_children=32,
            guardian_consent=True,
        ),
        by=Program.COMMAND_LINE,
    )


@cache
def _comments() -> dict[AgeBand, dict[str, list[tuple[Language, str]]]]:
    found: dict[AgeBand, dict[str, list[tuple[Language, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in yaml.safe_load(_COMMENTS.read_text(encoding="utf-8"))["comments"]:
        language = Language.JV if row["lang"] == "jv" else Language.ID
        found[AgeBand(row["band"])][row["q"]].append((language, row["text"]))
    return found


def _share_of(venue: Venue) -> dict[str, list[tuple[Language, str]]]:
    """The comments of the venue's age band, dealt out evenly to the classes of that band."""
    classes = [each for each in _VENUES if each.age_band is venue.age_band]
    start = classes.index(venue)
    return {
        question: texts[start :: len(classes)]
        for question, texts in _comments()[venue.age_band].items()
    }


def _answer(
    intake: Intake,
    store: Store,
    gathering: Gathering,
    texts: dict[str, list[tuple[Language, str]]],
    *,
    seed: int,
) -> int:
    questionnaire = questionnaires.by_id(store, gathering.questionnaire_id).questionnaire
    children = list(_children(questionnaire, gathering, texts, store=store, seed=seed))
    for start in range(0, len(children), _BATCH):
        intake.submit(children[start : start + _BATCH]).result(timeout=60)
    return len(children)


def _children(
    questionnaire: Questionnaire,
    gathering: Gathering,
    texts: dict[str, list[tuple[Language, str]]],
    *,
    store: Store,
    seed: int,
) -> Iterator[dict[str, Any]]:
    dice = random.Random(seed)  # noqa: S311  a demo, the same on every machine  # nosec B311
    words = _distinct_words(dice)
    for number in range(max(len(written) for written in texts.values())):
        own = {q: written[number] for q, written in texts.items() if number < len(written)}
        language = next(iter(own.values()))[0]
        content = {
            "questionnaire": {"key": questionnaire.key, "version": questionnaire.version},
            "language": language,
            "assent": True,
            "mode": "child",
            "talk_to_adult": dice.random() < 0.02,
            "needs_help": False,
            "return_words": next(words),
            "answers": {
                question.key: _one_answer(question, own, language, dice)
                for question in questionnaire.questions
                if question.type is not QuestionType.INFORMATION
            },
        }
        yield envelope(content, gathering=gathering, secret=store.secret)


def envelope(content: dict[str, Any], *, gathering: Gathering, secret: bytes) -> dict[str, Any]:
    """A finished response as a tablet would send it."""
    text = json.dumps(content, ensure_ascii=False)
    return {
        "id": str(uuid.uuid4()),
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "revision": 1,
        "finished": True,
        "gathering": gathering.code,
        "ticket": ticket(secret, gathering.code),
        "content": text,
    }


def _distinct_words(dice: random.Random) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        words = "-".join(dice.choice(part) for part in RETURN_WORDS)
        if words not in seen:
            seen.add(words)
            yield words


def _one_answer(
    question: Question,
    own: dict[str, tuple[Language, str]],
    language: Language,
    dice: random.Random,
) -> dict[str, Any]:
    if question.key in own:
        spoken, text = own[question.key]
        return {"value": text, "language": spoken, "skipped": False}
    if question.type in (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT) or dice.random() < 0.08:
        return {"value": None, "language": language, "skipped": True}
    return {"value": _closed_value(question, dice), "language": language, "skipped": False}


def _closed_value(question: Question, dice: random.Random) -> object:
    keys: Sequence[str] = [choice.key for choice in question.choices]
    match question.type:
        case QuestionType.FACES:
            return dice.choices(range(1, 6), weights=(1, 2, 3, 4, 4))[0]
        case QuestionType.YES_MAYBE_NO:
            return dice.choice(("yes", "yes", "maybe", "no"))
        case QuestionType.CHOICE:
            return dice.choice(keys)
        case QuestionType.CHOICES:
            return sorted(dice.sample(keys, k=min(len(keys), dice.randint(1, 3))))
        case QuestionType.RATING:
            return dice.randint(1, len(question.points))
        case QuestionType.NUMBER:
            return dice.randint(question.minimum or 0, min(question.maximum or 10, 10))
        case _:
            return dice.choice(_PLACES)


_PLACES = tuple(
    place.code
    for name in ("Mojoroto", "Ngronggo", "Bandar Lor", "Tosaren", "Lirboyo", "Banjaran")
    if (place := kelurahan_by_name(name))
)


def _newest(store: Store, key: str) -> PublishedQuestionnaire | None:
    return next((one for one in questionnaires.newest(store) if one.key == key), None)
