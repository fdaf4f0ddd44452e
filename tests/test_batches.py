"""The same themes wherever the comments are read: here, on two processes, on a Dask cluster.

B001  alerts, masks, clusters, probabilities and themes are equal, comment by comment
B002  results come back in the order of the batches, and sums add up
B003  work that fails elsewhere is one sentence without the words it was about
B004  a cluster that is not there is said with its address and the remedy
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis import Analysis, Comment, analyse
from analysis.batches import Batches, BatchFailed, DaskCluster, InProcess, ProcessPool, in_batches
from analysis.errors import AnalysisRefused
from analysis.resources import examples

# Dask warns of its own ports, sockets and event loops when a small cluster ends.
quiet_dask = pytest.mark.filterwarnings("default")
COMMENTS = [Comment(id=str(number), text=row["text"]) for number, row in enumerate(examples()[::9])]


@pytest.fixture(scope="module")
def here() -> Analysis:
    """Read in this process."""
    return analyse(COMMENTS)


def plus(known: int, batch: list[int]) -> int:
    """A statistic that can be added."""
    return known + sum(batch)


def trip(_known: int, batch: list[str]) -> int:
    """Fails, and says on what."""
    raise ValueError(f"rahasia {batch[0]}")


@contextmanager
def two_dask_workers(folder: Path) -> Iterator[str]:
    """The address of a cluster of two processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(folder)
    ) as cluster:
        yield cluster.scheduler_address


def same(found: Analysis, expected: Analysis) -> None:
    """Everything but the time it took."""
    assert [theme.comment_ids for theme in found.themes] == [
        theme.comment_ids for theme in expected.themes
    ]
    assert found.themes == expected.themes
    assert found.state == expected.state
    for one, other in zip(found.comments, expected.comments, strict=True):
        assert (one.masked, one.alert, one.language, one.outcome) == (
            other.masked, other.alert, other.language, other.outcome
        )  # fmt: skip
        assert list(one.probabilities.values()) == pytest.approx(
            list(other.probabilities.values()), abs=1e-6
        )


def test_two_processes(here: Analysis) -> None:
    """B001: about six hundred comments, two processes."""
    with ProcessPool(2) as batches:
        same(analyse(COMMENTS, batches=batches), here)


@quiet_dask
def test_a_cluster(here: Analysis, tmp_path: Path) -> None:
    """B001, B002, B003: a cluster of two workers gives the same, in order, and fails politely."""
    with two_dask_workers(tmp_path) as address, DaskCluster(address) as batches:
        same(analyse(COMMENTS, batches=batches), here)
        in_order(batches)
        fails_politely(batches)


def in_order(batches: Batches) -> None:
    found = list(batches.map(plus, in_batches(range(10), 3), known=100))
    assert found == [103, 112, 121, 109]
    assert batches.reduce(plus, in_batches(range(10), 3), known=0, start=5) == 50


def fails_politely(batches: Batches) -> None:
    with pytest.raises(BatchFailed) as failed:
        list(batches.map(trip, in_batches(["kata-kata anak"]), known=0))
    assert "ValueError" in str(failed.value)
    assert "rahasia" not in str(failed.value)
    assert "anak" not in str(failed.value).replace("Suara Anak", "")


def test_order_and_sums() -> None:
    """B002: in this process, and in two others."""
    in_order(InProcess())
    with ProcessPool(2) as batches:
        in_order(batches)


def test_a_failure_elsewhere() -> None:
    """B003: the kind and the place, so that it can be mended."""
    with ProcessPool(2) as batches:
        fails_politely(batches)


@quiet_dask
def test_nobody_there() -> None:
    """B004: port 9 of this machine has no scheduler."""
    with (
        pytest.raises(AnalysisRefused, match=r"tcp://127\.0\.0\.1:9 tidak menjawab"),
        DaskCluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_no_workers_at_all() -> None:
    """B003: a number that cannot be."""
    with pytest.raises(ValueError, match="at least one"):
        ProcessPool(0)
