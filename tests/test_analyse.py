"""The front door: comments in, alerts, masked texts, clusters and themes out.

A001  children's answers in two languages become themes under the clusters
A002  an urgent comment is in no theme and no quote; one of concern counts but is not quoted
A003  what identifies somebody is in no masked text, quote, phrase or word
A004  the same normalised words always share a theme, in small and in large rounds
A005  the same input gives the same result; another granularity gives other themes
A006  empty rounds, empty texts, emoji, very long and broken texts are no error
A007  two comments with one id, or a wrong granularity, are refused with the remedy
A008  progress names the steps in Indonesian and grows from 0 to 1
A009  a run names the versions of what it used
A010  no more than a fifth of the comments stays without a theme; fewer than 30 comments are a list,
      in which only the same words are counted together
A011  nothing is asked of a network, neither for the themes nor for the report
A012  Python searches for garbage again afterwards, also after a refusal, if it did before
"""

import gc
import socket

import pytest

from analysis import AlertLevel, Comment, Outcome, analyse
from analysis.corrections import Correction
from analysis.errors import AnalysisRefused
from analysis.report import write_report
from analysis.resources import examples
from analysis.rights import Cluster, clusters

TEXTS = (
    "lampu jalan di gang mati",
    "dalan gang peteng, lampune mati",
    "gelap sekali kalau pulang ngaji",
    "toilet sekolah bau",
    "jeding sekolah mambu pesing",
    "wc sekolah kotor",
    "Toilet sekolah bau!!",
    "pengen taman bermain",
    "pingin enek taman dolanan",
    "PR kebanyakan bu Wartini",
    "aku diejek terus, hub 081200001234",
    "aku dipukul bapak tiap malam",
    "terima kasih",
    "gak tau",
    "",
    "👍",
)


def round_of(*texts):
    return [Comment(id=f"c{i}", text=text) for i, text in enumerate(texts)]


@pytest.fixture(scope="module")
def analysis():
    return analyse(round_of(*TEXTS * 3))


def theme_of(analysis, comment_id):
    return next((t for t in analysis.themes if comment_id in t.comment_ids), None)


def test_words_become_themes(analysis):
    """A001: lamps and toilets, whatever the language."""
    lamp, toilet = theme_of(analysis, "c0"), theme_of(analysis, "c3")
    assert {"c0", "c1"} <= set(lamp.comment_ids)
    assert {"c3", "c4", "c5", "c6"} <= set(toilet.comment_ids)
    assert (lamp.cluster, toilet.cluster) == (Cluster.KELUARGA, Cluster.KESEHATAN)
    assert [comment.id for comment in analysis.comments] == [f"c{i}" for i in range(3 * len(TEXTS))]


def test_alerts_stay_with_the_officer(analysis):
    """A002: the beaten child is nobody's quote; the teased one counts."""
    teased, beaten = analysis.comments[10], analysis.comments[11]
    assert (teased.alert.level, beaten.alert.level) == (AlertLevel.CONCERN, AlertLevel.URGENT)
    assert theme_of(analysis, "c11") is None
    assert theme_of(analysis, "c10") is not None
    quoted = {quote.comment_id for theme in analysis.themes for quote in theme.quotes}
    assert quoted.isdisjoint({"c10", "c11"})
    assert all(theme.phrase not in TEXTS[10] for theme in analysis.themes)


def test_nobody_is_identified(analysis):
    """A003: everything after the alert sees masked text only."""
    shown = [comment.masked for comment in analysis.comments]
    for theme in analysis.themes:
        shown += [theme.phrase, *theme.words, *(quote.text for quote in theme.quotes)]
    assert not any("artini" in text or "0812" in text for text in shown)
    assert analysis.comments[9].masked == "PR kebanyakan bu [nama]"


def test_quotes_are_exact_substrings(analysis):
    """A003: of the masked text."""
    masked = {comment.id: comment.masked for comment in analysis.comments}
    for theme in analysis.themes:
        assert all(quote.text in masked[quote.comment_id] for quote in theme.quotes)


def test_same_words_same_theme():
    """A004: even when two questions asked about different things."""
    rows = [row["text"] for row in examples()][::9]
    comments = [
        Comment(id=f"{turn}-{place}", text=text.upper() if turn else text, asked_about=asked)
        for turn, asked in enumerate((None, Cluster.PENDIDIKAN))
        for place, text in enumerate(rows)
    ]
    analysis = analyse(comments)
    for place in range(len(rows)):
        first, second = (theme_of(analysis, f"{turn}-{place}") for turn in (0, 1))
        assert first is second
    inside = {id for theme in analysis.themes for id in theme.comment_ids}
    kept = [c for c in analysis.comments if not c.alert or c.alert.level is AlertLevel.CONCERN]
    assert sum(c.id not in inside for c in kept) <= 0.2 * len(kept)  # A010


def test_the_same_again(analysis):
    """A005: a run can be repeated, the slider changes it."""
    again = analyse(round_of(*TEXTS * 3))
    assert again.themes == analysis.themes
    assert again.comments == analysis.comments
    fine = analyse(round_of(*TEXTS * 3), granularity=1.0)
    assert len(fine.themes) >= len(analysis.themes)


def test_nothing_and_nonsense():
    """A006: whatever a tablet sends."""
    assert analyse([]).themes == ()
    assert analyse([]).comments == ()
    odd = analyse(
        round_of("", "   ", "😭😭😭", "\x00\x07\u202e", "a" * 5000, "taman " * 900, "[nama]", "123")
    )
    assert [comment.id for comment in odd.comments] == [f"c{i}" for i in range(8)]
    assert odd.comments[0].outcome is Outcome.OUTSIDE
    assert odd.comments[5].clusters[0].cluster is Cluster.KELUARGA


def test_wrong_input_is_refused():
    """A007: one sentence that says what to do."""
    with pytest.raises(ValueError, match="id of its own"):
        analyse([Comment(id="a", text="x"), Comment(id="a", text="y")])
    with pytest.raises(ValueError, match="0 to 1"):
        analyse([], granularity=3)


def test_progress_is_told():
    """A008: a bar can be drawn."""
    told = []
    analyse(round_of("lampu mati"), progress=lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert "Mencari tema" in [step for step, _ in told]


def test_versions_are_named(analysis):
    """A009: two runs that differ can be told apart."""
    assert {"seeds.tsv", "bridge.tsv", "safety.yaml", "seed"} <= set(analysis.versions)


def test_few_comments_are_a_list_to_read():
    """A010: nothing is put beside the lamp that says something else, and nobody loses a cluster."""
    few = analyse(round_of(*TEXTS))
    assert [theme.comment_ids for theme in few.themes] == [("c3", "c6")]
    assert sum(one.outcome is Outcome.MAPPED for one in few.comments) >= 10


def test_said_once_is_no_theme():
    """A010: also in a room with few comments."""
    odd = "bus sekolah lewat desaku"
    found = analyse(round_of(*TEXTS * 3, odd))
    assert all(len(theme.comment_ids) > 1 for theme in found.themes)


def test_without_a_network(monkeypatch, tmp_path):
    """A011: a school laptop without internet gets the same."""

    def refused(*address):
        raise OSError("there is no network")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    comments = round_of(*TEXTS)
    write_report(tmp_path / "report.html", comments, analyse(comments))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(cluster.title in page for cluster in clusters())


@pytest.mark.parametrize("before", [gc.enable, gc.disable])
def test_memory_is_collected_as_before(before):
    """A012: the web server's memory must not grow because themes were searched."""
    before()
    try:
        collected = gc.isenabled()
        seen = []
        analyse(round_of(*TEXTS), progress=lambda *_: seen.append(gc.isenabled()))
        assert seen
        assert not any(seen)
        assert gc.isenabled() == collected
        with pytest.raises(AnalysisRefused):
            analyse(round_of("a"), corrections=[Correction("c0", theme="hilang")])
        assert gc.isenabled() == collected
    finally:
        gc.enable()
