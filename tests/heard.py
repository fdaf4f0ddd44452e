"""A round that has been asked and read: children, comments, themes, alerts, without the analysis.

The texts are put together from a few words, so that a round of any size is made in seconds and
every number on a page is known beforehand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from school import LAST, WRITTEN, short_questionnaire
from tablet import Tablet

from analysis.rights import Cluster, IndicatorKey, indicators
from survey_app.gathering import Gathering, GatheringPlan, Round, VenueKind
from survey_app.places import kelurahan
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import Store, findings, gatherings, questionnaires, rounds, runs
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import (
    AlertLevel,
    CommentOutcome,
    CommentRef,
    FoundAlert,
    FoundCluster,
    FoundComment,
    FoundTheme,
    ThemeKey,
)
from survey_app.store.responses import Intake

OUTSIDE = 5  # themes that belong to no cluster; the others go round the five
SECRET_WORDS = "kalimat yang hanya boleh dibaca petugas"
_WISHES = (
    "taman",
    "lampu",
    "lapangan",
    "kantin",
    "toilet",
    "jalan",
    "trotoar",
    "buku",
    "kelas",
    "guru",
)
_HOW = ("bersih", "terang", "aman", "ramai", "rusak", "gelap", "sepi", "baru")
_BATCH = 50  # envelopes in one delivery, as the API takes them


@dataclass(frozen=True, slots=True)
class Heard:
    """What was made: its round and its gatherings."""

    round: Round
    gatherings: tuple[Gathering, ...]


def hear(
    store: Store, folder: Path, *, children: int = 240, classes: int = 6, themes: int = 20
) -> Heard:
    """Children who wrote two comments each, spread evenly over classes, kelurahan and themes."""
    round_ = rounds.add(store, "Putaran uji", 2027)
    asked = questionnaires.publish(
        store, Questionnaire.model_validate(short_questionnaire() | _ALL_AGES), folder
    )
    opened = tuple(_class(store, round_, asked.id, number) for number in range(classes))
    tablets = [Tablet(store, opened[number % classes]) for number in range(children)]
    _send(store, tablets)
    run = runs.start_run(store, round_.id)
    refs = [
        CommentRef(ResponseId(tablet.id), question)
        for question in (WRITTEN, LAST)
        for tablet in tablets
    ]
    findings.save(store, round_.id, _comments(refs, themes), _themes(refs, themes))
    runs.finish_run(store, run, comments=len(refs), versions={"uji": "1"})
    return Heard(round_, opened)


def phrase(number: int) -> str:
    """The phrase of a theme."""
    return f"{_WISHES[number % 10]} {_HOW[number // 10 % 8]} tema {number}"


def _class(store: Store, round_: Round, questionnaire: int, number: int) -> Gathering:
    places = kelurahan()
    return gatherings.open_gathering(
        store,
        GatheringPlan(
            round_id=round_.id,
            questionnaire_id=questionnaire,
            title=f"Kelas {number + 1}",
            age_band=list(AgeBand)[number % 4],
            venue_kind=VenueKind.SCHOOL,
            venue=f"SD Buatan {number + 1}",
            kelurahan_code=places[number % len(places)].code,
            guardian_consent=True,
        ),
    )


def _send(store: Store, tablets: Sequence[Tablet]) -> None:
    intake = Intake(store)
    envelopes = [
        tablet.envelope(
            {
                "wajah": 4,
                WRITTEN: _text(number) if number else SECRET_WORDS,
                LAST: _text(number + 7),
            },
            talk_to_adult=number == 0,
        )
        for number, tablet in enumerate(tablets)
    ]
    for start in range(0, len(envelopes), _BATCH):
        intake.submit(envelopes[start : start + _BATCH]).result()
    intake.close()


def _text(number: int) -> str:
    return f"{_WISHES[number % 10]} di dekat rumahku {_HOW[number % 8]} sekali, nomor {number}"


def _comments(refs: Sequence[CommentRef], themes: int) -> list[FoundComment]:
    return [
        FoundComment(
            ref=ref,
            masked=_text(number) if number else SECRET_WORDS,
            language="id",
            outcome=_outcome(number, number % themes),
            clusters=_clusters(number % themes),
            alert=None if number else _ALERT,
        )
        for number, ref in enumerate(refs)
    ]


def _outcome(number: int, theme: int) -> CommentOutcome:
    if theme >= OUTSIDE:
        return CommentOutcome.MAPPED
    return CommentOutcome.OUTSIDE if number % 2 else CommentOutcome.UNSURE


def _clusters(theme: int) -> tuple[FoundCluster, ...]:
    cluster = _cluster(theme)
    if cluster is None:
        return ()
    indicator = next(one for one in indicators() if one.cluster is cluster).key
    return (FoundCluster(cluster, indicator, 0.8, (_WISHES[theme % 10],)),)


def _cluster(theme: int) -> Cluster | None:
    return None if theme < OUTSIDE else list(Cluster)[theme % 5]


def _themes(refs: Sequence[CommentRef], themes: int) -> list[FoundTheme]:
    return [_theme(number, refs[number::themes]) for number in range(themes)]


def _theme(number: int, evidence: Sequence[CommentRef]) -> FoundTheme:
    indicator = IndicatorKey.PERDA_KLA if number == 0 else None  # it stands in no cluster
    return FoundTheme(
        key=ThemeKey(f"tema-{number}"),
        room=_cluster(number) or indicator or "di_luar_klaster",
        cluster=_cluster(number),
        indicator=indicator,
        phrase=phrase(number),
        words=(_WISHES[number % 10], _HOW[number // 10 % 8]),
        comments=tuple(evidence),
        quotes=tuple(
            (ref, f"kutipan {place} dari {phrase(number)}")
            for place, ref in enumerate(evidence[1:6])
        ),
    )


_ALL_AGES = {"key": "uji-semua-umur", "age_bands": [band.value for band in AgeBand]}
_ALERT = FoundAlert(AlertLevel.URGENT, "dipukul", "Menulis tentang dipukul", "uji")
