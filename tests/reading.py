"""What an analysis might have found, for tests that need its results and not its judgement."""

from collections.abc import Sequence

from analysis.rights import Cluster, IndicatorKey
from survey_app.gathering import RoundId
from survey_app.store import Store, findings, responses
from survey_app.store.findings import (
    AlertLevel,
    CommentOutcome,
    FoundAlert,
    FoundCluster,
    FoundComment,
    FoundTheme,
    ThemeKey,
)


def alert(level: AlertLevel = AlertLevel.URGENT) -> FoundAlert:
    """Why a person should read a comment."""
    return FoundAlert(level, "kekerasan", "kata 'dipukul'", "phrases")


def read_round(store: Store, round_id: RoundId, *, urgent: str = "", concern: str = "") -> None:
    """Save a reading of the round: one theme for each question, named after its first comment.

    Comments that contain ``urgent`` or ``concern`` get an alert of that level.
    """
    comments = [
        _comment(one, urgent, concern) for one in responses.free_text_answers(store, round_id)
    ]
    questions = sorted({one.ref.question for one in comments})
    themes = [
        _theme(question, [one for one in comments if one.ref.question == question])
        for question in questions
    ]
    findings.save(store, round_id, comments, themes)


def _comment(one: responses.FreeText, urgent: str, concern: str) -> FoundComment:
    found = None
    if urgent and urgent in one.text:
        found = alert()
    elif concern and concern in one.text:
        found = alert(AlertLevel.CONCERN)
    share = FoundCluster(Cluster.PENDIDIKAN, IndicatorKey.SEKOLAH_RAMAH_ANAK, 0.9, ("taman",))
    other = FoundCluster(Cluster.PENDIDIKAN, IndicatorKey.PUSAT_KREATIVITAS_ANAK, 0.5, ("main",))
    mapped = one.ref.question == "cerita"
    return FoundComment(
        ref=one.ref,
        masked=one.text,
        language="id",
        outcome=CommentOutcome.MAPPED if mapped else CommentOutcome.OUTSIDE,
        clusters=(share, other) if mapped else (),
        alert=found,
    )


def _theme(question: str, comments: Sequence[FoundComment]) -> FoundTheme:
    return FoundTheme(
        key=ThemeKey(f"tema-{question}"),
        room="sekolah_ramah_anak" if question == "cerita" else "di_luar_klaster",
        cluster=Cluster.PENDIDIKAN if question == "cerita" else None,
        indicator=IndicatorKey.SEKOLAH_RAMAH_ANAK if question == "cerita" else None,
        phrase=comments[0].masked,
        words=("taman", "main", "pohon", "teduh"),
        comments=tuple(one.ref for one in comments),
        quotes=tuple((one.ref, one.masked) for one in comments),
    )
