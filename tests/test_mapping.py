"""A comment goes to the rights clusters the KLA form places it in, with a probability.

M001  the placement rules of the evaluation hold, in both languages
M002  one comment may belong to several clusters
M003  "outside the clusters" and "cannot tell" are two different outcomes
M004  probabilities of the five clusters and of "outside" sum to one
M005  the words that decided stand in the comment
M006  what the question asked about is a weak hint: it never overrules clear words
M007  blending never does worse on held-out examples than the best single teacher
M008  every seed and example names a known label and topic
M009  learning twice from the same teaches the same, to the last bit
M010  what asks for a by-law, a task force, a budget or support stands in no cluster, and is
      found under its indicator all the same
M011  however many processes share the learning, and where none can start, it teaches the same
M012  how a child opens its sentence says nothing about its subject
M013  words and letters that always go together are learnt as one, and mean the same
"""

from concurrent.futures import wait

import numpy as np
import pytest
from scipy import sparse

from analysis import colleagues
from analysis.colleagues import Colleagues
from analysis.comments import Outcome
from analysis.lessons import lessons
from analysis.mapping import OUTSIDE, RightsMapper, cluster_of
from analysis.placing import place_comments
from analysis.resources import examples, table
from analysis.rights import Cluster, IndicatorKey, indicators
from analysis.teaching import ColumnGroups, Regressions
from analysis.words import words


@pytest.fixture(scope="module")
def mapper():
    return RightsMapper().fit([])


def placed(mapper, *texts, asked_about=None):
    return place_comments(
        mapper,
        [" ".join(words(text)) for text in texts],
        written=texts,
        asked_about=[asked_about] * len(texts),
    )


@pytest.mark.parametrize(
    ("text", "cluster", "indicator"),
    [
        ("minta lampu di gang, gelap sekali", "keluarga", "infrastruktur_ramah_anak"),
        ("dalane peteng ndedet", "keluarga", "infrastruktur_ramah_anak"),
        ("mbok digawekne papan dolanan", "keluarga", "infrastruktur_ramah_anak"),
        ("lapangan futsal untuk latihan", "pendidikan", "pusat_kreativitas_anak"),
        ("buku di perpustakaan ditambah", "hak_sipil", "informasi_layak_anak"),
        ("pendapat anak tidak didengar", "hak_sipil", "partisipasi_anak"),
        ("bapak bapak merokok di warung", "kesehatan", "kawasan_tanpa_rokok"),
        ("jeding sekolah mambu", "kesehatan", "air_sanitasi"),
        ("jajan kantin tidak sehat", "kesehatan", "gizi"),
        ("temanku dibully", "perlindungan", "kekerasan_eksploitasi"),
        ("anak minum miras dan narkoba", "perlindungan", "pornografi_darurat"),
        ("ayah ibu bertengkar terus", "keluarga", "puspaga"),
        ("PR kebanyakan", "pendidikan", "sekolah_ramah_anak"),
        ("jalur kursi roda di sekolah", "perlindungan", "disabilitas"),
    ],
)
def test_placement_follows_the_form(mapper, text, cluster, indicator):
    """M001: people often expect otherwise; the form decides."""
    [result] = placed(mapper, text)
    assert result.outcome is Outcome.MAPPED
    assert (result.clusters[0].cluster, result.clusters[0].indicator) == (cluster, indicator)


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("kapan perda tentang anak dirampungkan dprd", "perda_kla"),
        ("kutho iki butuh perda sing mbela bocah", "perda_kla"),
        ("anggaran untuk anak dari apbd dinaikkan", "kelembagaan"),
        ("gugus tugas kota layak anak jarang rapat", "kelembagaan"),
        ("profil anak kota belum diperbarui", "kelembagaan"),
        ("ajak pengusaha dan csr perusahaan bantu anak", "keterlibatan"),
        ("relawan karo karang taruna mbok diajak ngurus bocah", "keterlibatan"),
        ("presiden jangan korupsi", None),
        ("harga bensin naik terus", None),
        ("terima kasih bapak wali kota", None),
    ],
)
def test_some_indicators_stand_in_no_cluster(mapper, text, indicator):
    """M010: and national politics, prices and thanks have none."""
    [result] = placed(mapper, text)
    assert result.outcome is Outcome.OUTSIDE
    assert result.clusters == ()
    assert result.indicator == indicator


def test_forum_anak_is_no_institution_of_the_city(mapper):
    """M010: to be heard is a right of cluster I."""
    [result] = placed(mapper, "usulan forum anak di musrenbang tidak didengar")
    assert result.indicator is IndicatorKey.PARTISIPASI_ANAK
    assert result.clusters[0].cluster is Cluster.HAK_SIPIL


def test_two_wishes_are_two_clusters(mapper):
    """M002: the toilet and the library are both heard."""
    [result] = placed(mapper, "toilet sekolah bau sekali, perpustakaan ditambah buku cerita")
    assert {share.cluster for share in result.clusters} >= {Cluster.KESEHATAN, Cluster.HAK_SIPIL}


@pytest.mark.parametrize(
    "text", ["toilet buat kursi roda di sekolah gak ada", "toilete kursi roda nang sekolah ora ono"]
)
def test_one_wish_in_two_clusters(mapper, text):
    """M002: also without clauses, and where the shares leave hardly anything to the second."""
    [result] = placed(mapper, text)
    first, second = result.clusters
    assert [first.cluster, second.cluster] == [Cluster.PERLINDUNGAN, Cluster.KESEHATAN]
    assert first.probability >= second.probability
    assert sum(result.probabilities.values()) == pytest.approx(1)


def test_outside_and_unsure_differ(mapper):
    """M003: thanks belong nowhere; what only the class understands waits for a person."""
    vague = ("yang itu kemarin", "kemarin waktu di lapangan", "biar cepat selesai", "kurang")
    thanks, empty, *riddles = placed(mapper, "terima kasih", "", *vague)
    unsure = [riddle for riddle in riddles if riddle.outcome is Outcome.UNSURE]
    assert thanks.outcome is Outcome.OUTSIDE
    assert empty.outcome is Outcome.OUTSIDE
    assert unsure
    assert all(one.clusters == () for one in (thanks, *unsure))


def test_probabilities_sum_to_one(mapper):
    """M004: also when nothing was decided."""
    for result in placed(mapper, "lampu mati", "", "yang itu kemarin", "PR"):
        assert set(result.probabilities) == {*Cluster, None}
        assert sum(result.probabilities.values()) == pytest.approx(1)


def test_the_reason_is_in_the_comment(mapper):
    """M005: a reviewer sees why."""
    [result] = placed(mapper, "tolong lampu di gang diperbaiki")
    assert "lampu" in result.clusters[0].words
    assert set(result.clusters[0].words) <= set(words("tolong lampu di gang diperbaiki"))


def test_the_question_is_a_weak_hint(mapper):
    """M006: a child may answer something else than it was asked."""
    text = "toilet sekolah bau pesing"
    [plain] = placed(mapper, text)
    [hinted] = placed(mapper, text, asked_about=Cluster.PENDIDIKAN)
    [agreed] = placed(mapper, text, asked_about=IndicatorKey.AIR_SANITASI)
    assert hinted.clusters[0].cluster is plain.clusters[0].cluster is Cluster.KESEHATAN
    assert hinted.probabilities[Cluster.KESEHATAN] <= plain.probabilities[Cluster.KESEHATAN]
    assert agreed.probabilities[Cluster.KESEHATAN] >= plain.probabilities[Cluster.KESEHATAN]


def test_blending_is_no_worse_than_its_teachers(mapper):
    """M007: the three teachers are weighed on examples none of them saw."""
    assert mapper.held_out_loss_ <= min(mapper.teacher_losses_) + 1e-6
    assert np.all(mapper.weights_ >= 0)


def test_the_tables_fit_together():
    """M008: a typing error in a table is found here, not in a round."""
    known = {*IndicatorKey, *Cluster, OUTSIDE}
    seeds, taught = table("seeds"), examples()
    assert {row["label"] for row in (*seeds, *taught)} <= known
    topics = {(row["label"], row["topic"]) for row in seeds}
    assert {(row["label"], row["topic"]) for row in taught} == topics
    assert {indicator.key for indicator in indicators()} <= {row["label"] for row in seeds}
    assert len(lessons().texts) >= len(taught)
    assert cluster_of("gizi") == (Cluster.KESEHATAN, IndicatorKey.GIZI)
    assert cluster_of("perda_kla") == (None, IndicatorKey.PERDA_KLA)


def test_learning_twice_teaches_the_same():
    """M009: what is kept under a hash of its inputs must not depend on chance."""
    rows = sparse.random(600, 3000, density=0.02, format="csr", random_state=1)
    wanted = np.random.default_rng(1).random((600, 24)) < 0.1
    once, again = (Regressions(trust=80.0).fit(rows, wanted) for _ in range(2))
    assert np.array_equal(once.coefficients_, again.coefficients_)
    assert np.array_equal(once.intercepts_, again.intercepts_)


def test_processes_change_nothing(monkeypatch):
    """M011: a laptop of two cores and a server that lets no process start agree to the last bit."""
    rows = sparse.random(600, 3000, density=0.02, format="csr", random_state=1)
    wanted = np.random.default_rng(1).random((600, 7)) < 0.1
    monkeypatch.setattr(colleagues, "cpu_count", lambda: 2)
    with Colleagues() as beside:
        shared = Regressions(trust=80.0).begin(rows, wanted, colleagues=beside)
        assert len(wait(shared._asked._futures[:4]).done) == 4
        shared.finish()
    monkeypatch.setattr(colleagues, "ProcessPoolExecutor", _none_may_start)
    with Colleagues() as nobody:
        alone = Regressions(trust=80.0).begin(rows, wanted, colleagues=nobody).finish()
    assert np.array_equal(alone.coefficients_, shared.coefficients_)
    assert np.array_equal(alone.intercepts_, shared.intercepts_)


def _none_may_start(*arguments, **options):
    raise PermissionError("semaphores")


def test_columns_that_go_together_are_one():
    """M013: what always stands together is learnt as one column, with the same coefficients."""
    some = sparse.random(600, 300, density=0.05, format="csr", random_state=1)
    rows = sparse.hstack([some, some[:, :200] * 0.3, sparse.csr_matrix((600, 2))], format="csr")
    wanted = np.random.default_rng(1).random((600, 3)) < 0.2
    groups = ColumnGroups.of(rows)
    assert groups.merged(rows).shape == (600, 301)
    one_by_one = Regressions(trust=80.0).fit(rows, wanted)
    with Colleagues() as beside:
        merged = Regressions(trust=80.0).begin(rows, wanted, colleagues=beside).finish()
    assert np.allclose(merged.coefficients_, one_by_one.coefficients_, atol=1e-6)
    assert np.allclose(merged.predict_proba(rows), one_by_one.predict_proba(rows), atol=1e-6)


@pytest.mark.parametrize("opener", ["kalau aku", "menurut aku", "aku ingin", "semoga"])
def test_an_opener_says_nothing_about_the_subject(mapper, opener):
    """M012: "kalau aku minta komputer" once was about the dangers of the internet."""
    texts = ["minta komputer", "toilet bau", "taman"]
    opened = [f"{opener} {text}" for text in texts]
    assert mapper.predict_proba(opened).tolist() == mapper.predict_proba(texts).tolist()
