"""Reviewers have the last word, and the analysis learns from it at once.

C001  what a reviewer said about a comment stands, also for the same words of another child
C002  comments like a corrected one are drawn along
C003  more corrections hardly make the held-out loss worse, however wrong they are; one alone
      overturns nothing of which the model is sure, several that agree may
C004  an alert set or taken back by a person stands; one that is set reaches the same words
C005  a comment put into a standing theme is there, also where that theme was merged since
C006  a comment moved to another cluster leaves its theme there, unless a theme is named
C007  a fault in the file is one sentence with its line and remedy
C008  of comments drawn by lot a run also keeps what the machine alone makes of all comments
C009  what two say about the same words holds for each one's comment, and is told; what is said
      about a comment without words holds too
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from analysis import Change, Comment, ThemeEvent, ThemeState, analyse
from analysis.agreeing import contradictions
from analysis.comments import AlertLevel, AlikeComments, Outcome, Theme
from analysis.corrections import Correction, random_slice, read_corrections
from analysis.errors import AnalysisRefused
from analysis.members import Unsayable
from analysis.reviewing import ReviewedNeighbours
from analysis.rights import Cluster, IndicatorKey
from analysis.safety import AlertDetector
from analysis.writing import comment_row

TEXTS = ["cat tembok balai desa luntur", "lampu gang mati", "cat tembok balai desa luntur"]


def comments(*texts: str) -> list[Comment]:
    return [Comment(id=str(number), text=text) for number, text in enumerate(texts)]


def test_the_last_word() -> None:
    """C001: with the indicator, as the main cluster, and for the third child as well."""
    said = Correction("0", (Cluster.PENDIDIKAN,), IndicatorKey.PUSAT_KREATIVITAS_ANAK)
    first, other, third = analyse(comments(*TEXTS), corrections=[said]).comments
    for one in (first, third):
        assert one.outcome is Outcome.MAPPED
        assert one.clusters[0].cluster is Cluster.PENDIDIKAN
        assert one.clusters[0].indicator is IndicatorKey.PUSAT_KREATIVITAS_ANAK
        assert one.probabilities[Cluster.PENDIDIKAN] == 1.0
    assert other.clusters[0].cluster is Cluster.KELUARGA


def test_outside_is_a_word_too() -> None:
    """C001: a reviewer may also say that it belongs to no cluster."""
    [one, *_] = analyse(comments(*TEXTS), corrections=[Correction("0", ())]).comments
    assert one.outcome is Outcome.OUTSIDE
    assert one.probabilities[None] == 1.0


def test_two_words_about_the_same_words() -> None:
    """C009: each comment as its reviewer said, the third as the later one; shares sum to one."""
    said = [
        Correction("1", (Cluster.PENDIDIKAN,), where="k.jsonl, baris 1"),
        Correction("0", (Cluster.KELUARGA, Cluster.KELUARGA), where="k.jsonl, baris 2"),
        Correction("3", (Cluster.HAK_SIPIL,)),
        Correction("4", (Cluster.KESEHATAN,), IndicatorKey.GIZI),
    ]
    texts = ("toilet sekolah bau", "Toilet sekolah bau!", "toilet sekolah  bau", "???", "???")
    found = analyse(comments(*texts, "???"), corrections=said).comments
    first = [one.clusters[0].cluster if one.clusters else None for one in found]
    home, school = Cluster.KELUARGA, Cluster.PENDIDIKAN
    assert first == [home, school, home, Cluster.HAK_SIPIL, Cluster.KESEHATAN, None]
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in found)
    assert contradictions(said, found) == [(said[1], said[0])]
    assert contradictions(said[1:], found) == []


def test_neighbours_are_drawn_along() -> None:
    """C002: a word nobody taught the mapping, explained on some comments, is known on others."""
    rest = ("di lapangan", "tiap minggu", "gratis", "bareng", "lagi")
    about = [f"zumbaton {words}" for words in rest]
    new = "pengen zumbaton"
    said = [Correction(str(n), (Cluster.PENDIDIKAN,)) for n in range(len(about))]
    before = analyse(comments(*about, new)).comments[-1]
    after = analyse(comments(*about, new), corrections=said).comments[-1]
    assert after.probabilities[Cluster.PENDIDIKAN] > before.probabilities[Cluster.PENDIDIKAN] + 0.1


def test_wrong_corrections_do_no_harm() -> None:
    """C003: labels drawn by lot teach nothing, and are not followed."""
    chance = np.random.default_rng(0)
    rows = sparse.csr_matrix(chance.random((60, 20)))
    given = chance.dirichlet(np.ones(4), size=60)
    labels = chance.integers(0, 4, size=60)
    model = ReviewedNeighbours().fit(rows, labels.tolist(), given=given)
    votes = model._votes(model.rows_, columns=4, without_itself=True)
    drawn = given + votes * model.strength_
    drawn /= drawn.sum(axis=1, keepdims=True)
    right = (np.arange(60), labels)
    assert -np.log(drawn[right]).mean() <= -np.log(given[right]).mean() + 1e-9


# Ways to say one thing, and what a city that counts it elsewhere would say about all of them.
TOILETS = (
    "toilet sekolah bau pesing",
    "toilet sekolah bau pesing banget",
    "toilet sekolahku bau pesing",
    "toilet sekolah bau pesing terus",
    "toilet sekolah kita bau pesing",
    "toilet sekolah sangat bau pesing",
    "toilet sekolah bau pesing semua",
    "toilet sekolah selalu bau pesing",
    "toilet sekolah itu bau pesing",
    "toilet sekolah bau pesing sekali",
)
LIKE_THEM = ("toilete ambune pesing", "wc sekolah kotor", "di toilet sekolah bau pesing")


def test_one_word_overturns_nothing_sure() -> None:
    """C003: a tap on one comment, also beside another about something else, moves that one."""
    texts = (TOILETS[0], "sekolahku panas sekali", *LIKE_THEM)
    said = [
        Correction("0", (Cluster.PENDIDIKAN, Cluster.KESEHATAN)),
        Correction("1", (Cluster.KELUARGA,), IndicatorKey.SEKOLAH_RAMAH_ANAK),
    ]
    for taps in (said[:1], said):
        first, _, *others = analyse(comments(*texts), corrections=taps).comments
        assert first.clusters[0].cluster is Cluster.PENDIDIKAN
        assert {one.clusters[0].cluster for one in others} == {Cluster.KESEHATAN}


@pytest.mark.parametrize(("agreeing", "follows"), [(1, False), (3, False), (10, True)])
def test_how_many_must_agree(agreeing: int, follows: bool) -> None:
    """C003: one and three leave the sure comment where it is, ten take it along; never a lamp."""
    texts = (*TOILETS[:agreeing], LIKE_THEM[-1], "lampu gang mati")
    said = [Correction(str(n), (Cluster.PENDIDIKAN,)) for n in range(agreeing)]
    *corrected, alike, lamp = analyse(comments(*texts), corrections=said).comments
    assert {one.clusters[0].cluster for one in corrected} == {Cluster.PENDIDIKAN}
    assert (alike.clusters[0].cluster is Cluster.PENDIDIKAN) is follows
    assert lamp.clusters[0].cluster is Cluster.KELUARGA


def test_the_more_agree_the_stronger() -> None:
    """C003: what is alike is drawn further by three than by one, and furthest by ten."""
    likely = []
    for agreeing in (0, 1, 3, 10):
        texts = (*TOILETS[:agreeing], LIKE_THEM[-1])
        said = [Correction(str(n), (Cluster.PENDIDIKAN,)) for n in range(agreeing)]
        found = analyse(comments(*texts), corrections=said).comments[-1]
        likely.append(found.probabilities[Cluster.PENDIDIKAN])
    assert likely == sorted(set(likely))


def test_contradicting_corrections_leave_it() -> None:
    """C003: where as many confirm the model as contradict it, its opinion stands."""
    texts = (*TOILETS, LIKE_THEM[-1])
    halves = (Cluster.PENDIDIKAN, Cluster.KESEHATAN)
    said = [Correction(str(n), (halves[n % 2],)) for n in range(len(TOILETS))]
    found = analyse(comments(*texts), corrections=said).comments[-1]
    assert found.clusters[0].cluster is Cluster.KESEHATAN


def test_one_alarm_taken_back_silences_no_other() -> None:
    """C003: nor does one alarm set make an ordinary comment urgent."""
    harm, calm = "bapak suka mukul aku pake sabuk", "pengen taman yang ada ayunannya"
    texts = (f"{harm} lho", harm, f"{calm} lho", calm)
    said = [Correction("0", alert="none"), Correction("2", alert=AlertLevel.URGENT)]
    _, silenced, _, alarmed = analyse(comments(*texts), corrections=said).comments
    assert silenced.alert
    assert silenced.alert.level is AlertLevel.URGENT
    assert alarmed.alert is None
    # The model alone, without the phrases: drawn, and still of its opinion.
    detector = AlertDetector().fit()
    own = detector.predict_proba([harm])[0]
    drawn = detector.correct([texts[0]], [None]).predict_proba([harm])[0]
    assert drawn.argmax() == own.argmax()
    assert drawn[0] > own[0]


def test_alerts_of_people() -> None:
    """C004: both ways."""
    calm, alarmed = "lampu gang mati", "aku dipukuli bapak tiap malam"
    said = [Correction("0", alert=AlertLevel.URGENT), Correction("1", alert="none")]
    first, second = analyse(comments(calm, alarmed), corrections=said).comments
    assert first.alert
    assert (first.alert.level, first.alert.detector) == (AlertLevel.URGENT, "peninjau")
    assert second.alert is None


def test_alerts_of_one_comment() -> None:
    """C004: the same words of another child still wait for somebody to read them."""
    alarmed = "aku dipukuli bapak tiap malam"
    said = [Correction("1", alert="none")]
    first, second, third = analyse(comments(*[alarmed] * 3), corrections=said).comments
    assert second.alert is None
    assert first.alert == third.alert
    assert first.alert
    assert first.alert.level is AlertLevel.URGENT


def test_an_alert_reaches_the_same_words() -> None:
    """C004: nobody reads in a theme what an officer keeps; who was judged otherwise stays so."""
    harm = "kantin gerbang jualan pisau mainan"
    others = ["lampu gang mati", "kantin jualan mainan", "toilet sekolah bau"] * 12
    texts = [harm, f"{harm.upper()}!", harm, *others, f"{harm} tiap hari"]
    said = [Correction("0", alert=AlertLevel.URGENT), Correction("2", alert="none")]
    analysed = analyse(comments(*texts), corrections=said)
    first, same, otherwise, *_ = analysed.comments
    assert first.alert
    assert same.alert
    assert same.alert.level is AlertLevel.URGENT
    assert otherwise.alert is None
    assert not any({"0", "1"} & set(theme.comment_ids) for theme in analysed.themes)
    shown = [text for theme in analysed.themes for text in (theme.phrase, *map(str, theme.quotes))]
    assert not any("jualan pisau mainan" in text for text in shown)


def test_no_label_made_of_words_says_an_alert() -> None:
    """C004: where no phrase may name a theme, its words are not put together to what was said."""
    unsayable = Unsayable(["kantin jual pisau", "gerbang"])
    theme = Theme("a", None, None, "kantin jual, pisau", ("gerbang", "pisau"), ("1",), ())
    assert unsayable.renamed(theme).phrase == "pisau"
    calm = replace(theme, phrase="pisau, kantin")
    assert unsayable.renamed(calm) == calm


def test_a_theme_forgets_the_words_of_an_alert() -> None:
    """C004: also one that stood, and was named, before somebody read it."""
    harm = "kantin gerbang jualan pisau mainan"
    texts = [*[harm] * 4, *["lampu gang mati", "toilet sekolah bau"] * 15]
    first = analyse(comments(*texts))
    assert any(harm in theme.phrase for theme in first.themes)
    [theme] = [theme.id for theme in first.themes if "0" in theme.comment_ids]
    named = first.state.after(ThemeEvent(Change.RENAME, theme, phrase=harm))
    said = [Correction("0", alert=AlertLevel.URGENT)]
    for state in (first.state, named):
        again = analyse(comments(*texts), state=state, corrections=said)
        assert not any("pisau" in theme.phrase for theme in again.themes)
        assert not any("pisau" in one.phrase for one in again.state.themes)
        assert not any("pisau" in one.profile for one in again.state.themes)


def test_into_a_theme() -> None:
    """C005: by the id that stands in themes.json; a theme that is not there is refused."""
    texts = ["toilet sekolah bau", "toilet sekolah kotor", "lampu gang mati", "lampu gang gelap"]
    texts *= 8  # fewer comments are no themes
    first = analyse(comments(*texts))
    toilet = next(theme.id for theme in first.themes if "0" in theme.comment_ids)
    moved = Correction("3", theme=toilet)
    again = analyse(comments(*texts), state=first.state, corrections=[moved])
    assert "3" in next(theme.comment_ids for theme in again.themes if theme.id == toilet)
    once_more = analyse(comments(*texts), state=again.state, corrections=[moved])
    assert once_more.state.events == again.state.events  # the same file, given with every run
    with pytest.raises(AnalysisRefused, match="tema 'x' tidak ada"):
        analyse(comments(*texts), state=ThemeState(), corrections=[Correction("3", theme="x")])


def test_into_a_theme_that_was_merged() -> None:
    """C005: the sheet with corrections is older than the merge; both are heard."""
    texts = ["toilet sekolah bau", "toilet sekolah kotor", "lampu gang mati", "pengen taman"]
    texts *= 8
    first = analyse(comments(*texts))
    toilet, lamp = (
        next(theme.id for theme in first.themes if id in theme.comment_ids) for id in ("0", "2")
    )
    merged = first.state.after(ThemeEvent(Change.MERGE, toilet, into=lamp))
    moved = Correction("3", theme=toilet)
    again = analyse(comments(*texts), state=merged, corrections=[moved])
    assert "3" in next(theme.comment_ids for theme in again.themes if theme.id == lamp)
    once_more = analyse(comments(*texts), state=again.state, corrections=[moved])
    assert once_more.state.events == again.state.events


def test_out_of_the_theme_of_its_old_cluster() -> None:
    """C006: what belongs to no cluster is no complaint about parks; the other one stays."""
    texts = ["taman bermain kurang", "taman bermain kurang banyak", *["toilet sekolah bau"] * 28]
    first = analyse(comments(*texts))
    park = next(theme.id for theme in first.themes if "0" in theme.comment_ids)
    for said in (Correction("0", ()), Correction("0", (Cluster.PENDIDIKAN,))):
        again = analyse(comments(*texts), state=first.state, corrections=[said])
        assert "0" not in next(t.comment_ids for t in again.themes if t.id == park)
        assert "1" in next(t.comment_ids for t in again.themes if t.id == park)
        once_more = analyse(comments(*texts), state=again.state, corrections=[said])
        assert once_more.themes == again.themes
    confirmed = Correction("0", (Cluster.KELUARGA,))
    named = Correction("0", (), theme=park)
    for said in (confirmed, named):
        again = analyse(comments(*texts), state=first.state, corrections=[said])
        assert "0" in next(t.comment_ids for t in again.themes if t.id == park)


def test_a_file(tmp_path: Path) -> None:
    """C007: an indicator alone says its cluster."""
    path = tmp_path / "koreksi.jsonl"
    path.write_text(
        '{"comment_id": 1, "indicator": "gizi", "alert": "none"}\n'
        '{"comment_id": "2", "clusters": ["di_luar_klaster"]}\n'
        '{"comment_id": "3", "clusters": ["keluarga", "kesehatan"], "theme": "abc"}\n'
    )
    first, second, third = read_corrections(path)
    assert first == Correction("1", (Cluster.KESEHATAN,), IndicatorKey.GIZI, alert="none")
    assert second == Correction("2", ())
    assert third == Correction("3", (Cluster.KELUARGA, Cluster.KESEHATAN), theme="abc")


def test_a_random_slice(tmp_path: Path) -> None:
    """C008: what was looked for is no part of it; the last word about a cluster counts."""
    path = tmp_path / "koreksi.jsonl"
    path.write_text(
        '{"comment_id": "1", "clusters": ["keluarga"], "random": true}\n'
        '{"comment_id": "2", "clusters": ["keluarga"]}\n'
        '{"comment_id": "3", "clusters": ["di_luar_klaster"], "random": true}\n'
        '{"comment_id": "1", "clusters": ["kesehatan", "keluarga"]}\n'
        '{"comment_id": "3", "alert": "none"}\n'
    )
    assert random_slice(read_corrections(path)) == {"1": Cluster.KESEHATAN, "3": None}


def test_what_the_machine_alone_made_of_it() -> None:
    """C008: the corrected comment counts as the machine had it; without a lot nothing is kept."""
    moved = Correction("1", (Cluster.PENDIDIKAN,), random=True)
    analysis = analyse(comments(*TEXTS), corrections=[moved])
    assert analysis.comments[1].clusters[0].cluster is Cluster.PENDIDIKAN
    assert analysis.random_slice is not None
    assert analysis.random_slice.people == {"1": Cluster.PENDIDIKAN}
    plain = AlikeComments.of(analyse(comments(*TEXTS)).comments)
    alone = [one.clusters[0].cluster if one.clusters else None for one in plain.firsts]
    assert list(analysis.random_slice.machine) == alone
    assert alone[1] is Cluster.KELUARGA
    unmarked = analyse(comments(*TEXTS), corrections=[replace(moved, random=False)])
    assert unmarked.random_slice is None


@pytest.mark.parametrize("key", ["perda_kla", "kelembagaan", "keterlibatan"])
def test_an_indicator_of_the_city(tmp_path: Path, key: str) -> None:
    """C007: three of the 24 indicators stand in no cluster, and so does what asks for them."""
    path = tmp_path / "koreksi.jsonl"
    row = f'{{"comment_id": "1", "indicator": "{key}"'
    path.write_text(f'{row}}}\n{row}, "clusters": ["di_luar_klaster"]}}\n')
    assert read_corrections(path) == (Correction("1", (), IndicatorKey(key)),) * 2


def test_outside_with_an_indicator() -> None:
    """C001: also where the machine saw a cluster; the comment's theme is that of the indicator."""
    texts = ["lampu gang mati"] * 5
    said = Correction("0", (), IndicatorKey.PERDA_KLA)
    analysis = analyse(comments(*texts), corrections=[said])
    for one in analysis.comments:
        assert (one.outcome, one.clusters) == (Outcome.OUTSIDE, ())
        assert one.indicator is IndicatorKey.PERDA_KLA
        assert comment_row(one, None)["cluster"] == "di_luar_klaster"
        assert comment_row(one, None)["indicators"][0] == {"indicator": "perda_kla", "p": 1.0}
    [theme] = analysis.themes
    assert (theme.cluster, theme.indicator) == (None, IndicatorKey.PERDA_KLA)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"clusters": ["keluarga"]}', "'comment_id' tidak ada"),
        ('{"comment_id": "1", "clusters": ["sekolah"]}', "'sekolah' tidak dikenal. Pilih"),
        ('{"comment_id": "1", "clusters": 3}', "bukan daftar"),
        ('{"comment_id": "1", "clusters": ["keluarga", "keluarga"]}', "'keluarga' dua kali"),
        ('{"comment_id": "1", "indicator": "lampu"}', "'lampu' tidak dikenal"),
        ('{"comment_id": "1", "alert": "maybe"}', "concern, urgent, none"),
        ('{"comment_id": "1", "random": "ya"}', "'random' diisi true atau false"),
        ('{"comment_id": "1", "random": true}', "perlu 'clusters', juga bila mesin sudah benar"),
        ('{"comment_id": "1", "label": "gizi"}', "'label' tidak dikenal. Pilih salah satu: comm"),
        ('{"comment_id": "1", "clusters": ["di_luar_klaster", "keluarga"]}', "berdiri sendiri"),
        (
            '{"comment_id": "1", "clusters": ["keluarga"], "indicator": "gizi"}',
            "'gizi' termasuk klaster 'kesehatan'",
        ),
        (
            '{"comment_id": "1", "clusters": ["keluarga", "kesehatan"], "indicator": "gizi"}',
            "Tulis klaster itu paling depan",
        ),
        (
            '{"comment_id": "1", "clusters": ["keluarga"], "indicator": "perda_kla"}',
            "'perda_kla' termasuk klaster 'di_luar_klaster'",
        ),
    ],
)
def test_faults_in_a_file(tmp_path: Path, line: str, said: str) -> None:
    """C007: line, reason, remedy."""
    path = tmp_path / "koreksi.jsonl"
    path.write_text(f'{{"comment_id": "0"}}\n{line}\n')
    with pytest.raises(AnalysisRefused, match=r"koreksi\.jsonl, baris 2") as refused:
        read_corrections(path)
    assert said in str(refused.value)


def test_a_theme_that_is_not_there(tmp_path: Path) -> None:
    """C006: which is known only when the state is."""
    path = tmp_path / "koreksi.jsonl"
    path.write_text('{"comment_id": "0"}\n{"comment_id": "1", "theme": "x"}\n')
    with pytest.raises(AnalysisRefused, match=r"^koreksi\.jsonl, baris 2: tema 'x' tidak ada\. P"):
        analyse(comments("lampu gang mati"), corrections=read_corrections(path))
