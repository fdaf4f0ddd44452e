"""What each step did with one sentence, for people who want to know why."""

from collections.abc import Iterator

from analysis.comments import Comment, Outcome
from analysis.journey import analyse
from analysis.words import spoken, words
from analysis.writing import comment_row

_OUTCOMES = {
    Outcome.MAPPED: "masuk klaster",
    Outcome.OUTSIDE: "di luar klaster",
    Outcome.UNSURE: "belum yakin",
}


def steps(comment: Comment) -> Iterator[tuple[str, str]]:
    """The name of each step and its result, both in Indonesian."""
    [one] = analyse([comment]).comments
    row = comment_row(one, theme=None)
    yield "seperti ditulis", comment.text
    alert = one.alert
    yield (
        "1 peringatan",
        f"{alert.level}: {alert.reason} [{alert.detector}, leksikon {alert.lexicon}]"
        if alert
        else "tidak ada",
    )
    yield "2 disamarkan", one.masked
    yield "3 kata seperti diucapkan", " ".join(spoken(one.masked))
    yield "4 kata baku", " ".join(words(one.masked))
    yield "5 bahasa", one.language.value
    yield "6 hasil", _OUTCOMES[one.outcome]
    yield "7 klaster", _listed(row["clusters"], "cluster")
    yield "8 indikator", _listed(row["indicators"][:4], "indicator")
    yield "9 kata penentu", ", ".join(row["reasons"]) or "-"


def _listed(shares: list[dict[str, object]], name: str) -> str:
    return "\n".join(f"{share['p']:.3f}  {share[name]}" for share in shares)
