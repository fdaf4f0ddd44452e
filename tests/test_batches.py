"""The same work on one core, on many, or on a Dask cluster.

N001  in process, on two processes and on two Dask workers a round has the same themes
N002  in batches of another size, too
N003  results come back in the order of the batches, and statistics add up in it
N004  batches are made as they are needed: what waits does not grow with the comments
N005  a failure at a worker is a sentence with a remedy; neither it nor a log quotes a child
N006  a process that dies, a cluster that is missing, empty or of another version is told plainly
N007  the command takes --workers or --dask, not both
"""

import logging
import socket
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from commands import run_here
from distributed import LocalCluster
from work import counted, dying, failing, numbered

from analysis import Analysis, Comment, analyse, cli
from analysis import batches as batches_module
from analysis.batches import Batches, BatchFailed, DaskCluster, InProcess, ProcessPool, in_batches
from analysis.errors import AnalysisRefused
from analysis.resources import examples, table
from analysis.rights import Cluster
from analysis.writing import write_comments

# Dask warns of its own sockets and event loops when a small cluster ends.
pytestmark = pytest.mark.filterwarnings("default")
SECRET = "aku dipukuli paman Sukirman"


def said() -> list[Comment]:
    """About 300 comments, some of them twice, some telling of harm."""
    texts = [row["text"] for row in examples()][::72] + [
        row["text"] for row in table("safety_examples")
    ][::60]
    return [
        Comment(id=f"{turn}-{place}", text=text, asked_about=asked)
        for turn, part, asked in (("a", texts, None), ("b", texts[::6], Cluster.PENDIDIKAN))
        for place, text in enumerate(part)
    ]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    with ProcessPool(2) as two:
        yield two


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as two:
        yield two


@pytest.fixture(scope="module")
def dask(cluster: LocalCluster) -> Iterator[DaskCluster]:
    with DaskCluster(cluster.scheduler_address) as two:
        yield two


@pytest.fixture(params=["here", "pool", "dask"])
def everywhere(request: pytest.FixtureRequest) -> Batches:
    return InProcess() if request.param == "here" else request.getfixturevalue(request.param)


@pytest.fixture(params=["pool", "dask"])
def elsewhere(request: pytest.FixtureRequest) -> Batches:
    workers: Batches = request.getfixturevalue(request.param)
    return workers


@pytest.fixture(scope="module")
def small_batches() -> Iterator[None]:
    """Eight batches of the round rather than one, so that both workers have some."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("analysis.journey.in_batches", partial(in_batches, size=40))
        yield


@pytest.fixture(scope="module")
def read_here(small_batches: None) -> Analysis:
    return analyse(said())


def test_the_same_themes_wherever_they_are_found(read_here: Analysis, elsewhere: Batches) -> None:
    """N001: counts, texts and alerts to the letter, sums to the last digits."""
    there = analyse(said(), batches=elsewhere)
    assert len(there.comments) == len(said())
    assert len(there.themes) > 20
    assert there.themes == read_here.themes
    assert there.state == read_here.state
    assert_same_comments(there, read_here)


def test_the_size_of_batches_does_not_matter(read_here: Analysis) -> None:
    """N002: a round of 300 is one batch, or eight."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("analysis.journey.in_batches", in_batches)
        whole = analyse(said())
    assert whole.themes == read_here.themes
    assert_same_comments(whole, read_here)


def assert_same_comments(one: Analysis, other: Analysis) -> None:
    for left, right in zip(one.comments, other.comments, strict=True):
        assert (left.id, left.masked, left.masks) == (right.id, right.masked, right.masks)
        assert (left.language, left.outcome, left.alert) == (
            right.language,
            right.outcome,
            right.alert,
        )
        assert [(share.cluster, share.indicator, share.words) for share in left.clusters] == [
            (share.cluster, share.indicator, share.words) for share in right.clusters
        ]
        assert left.probabilities == pytest.approx(right.probabilities, abs=1e-6)
        assert left.indicators == pytest.approx(right.indicators, abs=1e-6)


def test_results_keep_their_order(everywhere: Batches) -> None:
    """N003: a quick worker does not overtake; what two maps know is not mixed up."""
    first = everywhere.map(numbered, in_batches(range(95), 10), known="a")
    second = everywhere.map(numbered, in_batches(range(95), 10), known="b")
    pairs = [pair for both in zip(first, second, strict=True) for pair in zip(*both, strict=True)]
    assert pairs == [(f"a{number}", f"b{number}") for number in range(95)]


def test_statistics_add_up(everywhere: Batches) -> None:
    """N003: the sum over batches is the sum over all."""
    texts = [row["topic"] for row in examples()]
    found = everywhere.reduce(counted, in_batches(texts, 300), known=None, start=Counter[str]())
    assert found == Counter(texts)
    assert list(found) == list(Counter(texts))


def test_nothing_waits_that_is_not_needed(everywhere: Batches) -> None:
    """N004: of a stream without end only a few batches are ever in memory."""
    made = 0

    def stream() -> Iterator[list[int]]:
        nonlocal made
        while True:
            made += 1
            yield [made]

    results = everywhere.map(numbered, stream(), known="a")
    for number in range(1, 30):
        assert next(results) == [f"a{number}"]
        assert made <= number + 4  # two for each of two workers
    results.close()


def test_a_failure_quotes_nobody(elsewhere: Batches, caplog: pytest.LogCaptureFixture) -> None:
    """N005: the kind of the error and the line, in the reader's language."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BatchFailed) as caught:
        list(elsewhere.map(failing, [[SECRET]], known=None))
    told = "".join(traceback.format_exception(caught.value))
    assert "ValueError di work.py baris" in str(caught.value)
    assert "Laporkan" in str(caught.value)
    assert "Sukirman" not in told + caplog.text
    assert list(elsewhere.map(numbered, [[1]], known="a")) == [["a1"]]  # it goes on working


def test_what_dask_may_log_quotes_nobody() -> None:
    """N005: Dask logs the arguments of what fails before our own code is reached."""
    assert "Sukirman" not in repr(batches_module._Sealed([SECRET]))


def test_a_process_that_dies_is_told() -> None:
    """N006: say, because memory ran out."""
    with ProcessPool(1) as one, pytest.raises(BatchFailed, match="memori"):
        list(one.map(dying, [[SECRET]], known=None))


def test_at_least_one_worker() -> None:
    """N006: nought cannot work."""
    with pytest.raises(ValueError, match="at least one"):
        ProcessPool(0)


def test_without_dask_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """N006: the extra is not installed everywhere."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AnalysisRefused, match=r"pip install 'suara-anak\[dask\]'"):
        DaskCluster("tcp://127.0.0.1:8786").__enter__()


def test_a_cluster_that_does_not_answer_is_told() -> None:
    """N006: a wrong address, a server of another kind, or tls:// without certificates."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        closed = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(BatchFailed, match="Periksa alamatnya"):
            DaskCluster(closed.replace("tcp", "tls")).__enter__()
    for address in (closed, "klaster", "http://127.0.0.1:80"):
        with pytest.raises(BatchFailed, match="Periksa alamatnya"):
            DaskCluster(address).__enter__()


def test_another_version_is_told(dask: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """N006: other code would give other themes."""
    monkeypatch.setattr(batches_module, "fingerprint", lambda: "another")
    with pytest.raises(BatchFailed, match="versi lain"):
        list(dask.map(numbered, [[1]], known="a"))


def test_a_closed_cluster_is_told() -> None:
    """N006: to the programmer."""
    with pytest.raises(RuntimeError, match="with DaskCluster"):
        next(DaskCluster("tcp://127.0.0.1:8786").map(numbered, [[1]], known="a"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--workers", "0"), "1 atau lebih"),
        (("--workers", "2", "--dask", "tcp://127.0.0.1:8786"), "pilih salah satu"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    """N007: refused before anything is read or written."""
    done = typed(tmp_path / "tidak-ada.csv", "--out", tmp_path / "hasil", *options)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "hasil").exists()


def test_the_command_uses_workers(tmp_path: Path) -> None:
    """N007: with the same result as without."""
    (tmp_path / "jawaban.csv").write_text("id,text\n1,lampu jalan mati\n2,toilet sekolah bau\n")
    words = ["themes", tmp_path / "jawaban.csv", "--out", tmp_path, "--workers", "2"]
    done = subprocess.run(  # a program of its own: its helpers begin by loading it once more
        [sys.executable, "-m", "analysis", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    here = analyse([Comment("1", "lampu jalan mati"), Comment("2", "toilet sekolah bau")])
    write_comments(tmp_path / "here.jsonl", here)
    assert (tmp_path / "comments.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def typed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run_here(cli.main, ["themes", *map(str, arguments)])
