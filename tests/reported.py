"""Analysed rounds made by hand, and the reports written of them. Nobody said these words."""

from collections.abc import Sequence
from pathlib import Path

from analysis.comments import (
    Alert,
    AlertLevel,
    Analysis,
    ClusterShare,
    Comment,
    CommentAnalysis,
    Language,
    Outcome,
    Quote,
    Theme,
)
from analysis.report import write_report
from analysis.rights import Cluster, IndicatorKey
from analysis.standing import ThemeState

URGENT = Alert(AlertLevel.URGENT, "kekerasan", "dipukul", "frasa")
CONCERN = Alert(AlertLevel.CONCERN, "perundungan", "diejek", "frasa")
LAMP = IndicatorKey.INFRASTRUKTUR_RAMAH_ANAK


def said(
    *texts: str,
    cluster: Cluster | None = Cluster.KELUARGA,
    outcome: Outcome = Outcome.MAPPED,
    language: Language = Language.INDONESIAN,
    alert: Alert | None = None,
) -> list[CommentAnalysis]:
    """Comments as the analysis leaves them; the id of each is its text and its number."""
    shares = (ClusterShare(cluster, None, 0.9, ()),) if cluster else ()
    return [
        CommentAnalysis(
            f"{text}/{i}", text, (), language, outcome, shares, alert, probabilities={cluster: 1.0}
        )
        for i, text in enumerate(texts)
    ]


def theme(voices: Sequence[CommentAnalysis], **given: object) -> Theme:
    """A theme of these comments, quoting the first three of them."""
    fields: dict[str, object] = {
        "id": voices[0].id,
        "cluster": Cluster.KELUARGA,
        "indicator": LAMP,
        "phrase": voices[0].masked,
        "words": ("lampu", "jalan"),
        "comment_ids": tuple(one.id for one in voices),
        "quotes": tuple(Quote(one.id, one.masked) for one in voices[:3]),
    }
    return Theme(**(fields | given))  # type: ignore[arg-type]


def analysed(comments: Sequence[CommentAnalysis] = (), *themes: Theme) -> Analysis:
    """A finished run."""
    return Analysis(tuple(comments), themes, ThemeState(), {"bridge.tsv": "ab12", "seed": "7"})


def report(folder: Path, analysis: Analysis, **cells: str) -> str:
    """The report's text; ``cells`` stand in the row of every comment."""
    rows = [Comment(one.id, one.masked, **cells) for one in analysis.comments]
    write_report(folder / "report.html", rows, analysis)
    return (folder / "report.html").read_text(encoding="utf-8")


def full_round() -> tuple[list[Comment], Analysis]:
    """A round in which every part of the report has something to show."""
    dark = said(*["lampu gang mati"] * 14) + said(
        *["dalan peteng"] * 11, language=Language.JAVANESE
    )
    teased = said(*["diejek terus"] * 6, cluster=Cluster.PERLINDUNGAN, alert=CONCERN)
    swings = said("ayunan rusak", "prosotan kecil", "taman jauh")
    thanks = said(*["matur nuwun"] * 5, cluster=None, outcome=Outcome.OUTSIDE)
    unclear = said(*["zxqwtoing banget", "x" * 200] * 6, cluster=None, outcome=Outcome.UNSURE)
    urgent = said("aku dipukul", alert=URGENT)
    analysis = analysed(
        [*dark, *teased, *swings, *thanks, *unclear, *urgent],
        theme(dark, quotes=tuple(Quote(one.id, one.masked) for one in dark[12:16])),
        theme(teased, cluster=Cluster.PERLINDUNGAN, indicator=None, phrase="saling mengejek"),
        theme(swings),
        theme(thanks, cluster=None, indicator=None),
    )
    bands = ("6-9", "10-12", "13-15")
    comments = [
        Comment(
            id=one.id,
            text=one.masked,
            round="Putaran 2027",
            age_band=bands[place % 3],
            date=f"2027-02-{place % 9 + 1:02d}",
        )
        for place, one in enumerate(analysis.comments)
    ]
    return comments, analysis
