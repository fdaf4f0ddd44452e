"""How time and memory grow with the round: the whole command, start, report and files included.

    python -m benchmarks.scale [--million]

Every line is a process of its own (`python -m analysis themes`), as the kernel counted it when it
ended; beside it what another takes to fit and assign alone (`analyse`). The rounds are those of
``benchmarks.corpus``. What is learnt from the project's own files is learnt before: that is done
once on a machine. A million comments only on request: it takes minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from analysis import Comment, analyse
from analysis.reading import read_comments
from benchmarks.corpus import answers, write

COUNTS = (600, 1_000, 10_000, 100_000)
MILLION = 1_000_000
NEW = 100
GOALS = {600: "10 s", MILLION: "fit + assign 180 s, 1,024 MiB"}
# One core: numpy would take every one it finds.
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Run:
    """One run of the command: seconds on the clock and of processor, largest memory in MiB."""

    seconds: float
    processor: float
    peak: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--million", action="store_true", help="also 1,000,000 comments")
    parser.add_argument("--analyse", metavar="FILE", type=Path, help="only the time of this one")
    chosen = parser.parse_args()
    if chosen.analyse:
        print(fit_and_assign(chosen.analyse))
        return
    million = chosen.million
    console = Console()
    console.print(rounds((*COUNTS, MILLION) if million else COUNTS))
    console.print(new_comments())


def rounds(counts: tuple[int, ...]) -> Table:
    """Whole runs, one after the other."""
    table = Table(
        "comments", "different texts", "s", "processor s", "fit + assign", "peak MiB", "goal",
        title="A round from file to report, one core",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command(folder, 20)  # what is learnt once
        for count in counts:
            run = command(folder, count)
            table.add_row(
                f"{count:,}",
                f"{len(set(answers(count))) / count:.0%}",
                f"{run.seconds:.1f}",
                f"{run.processor:.1f}",
                f"{alone(folder, count):.1f}",
                f"{run.peak:,.0f}",
                GOALS.get(count, "-"),
            )
    return table


def command(folder: Path, count: int) -> Run:
    """`python -m analysis themes` on a round of this size."""
    source = folder / f"{count}.jsonl"
    write(source, count)
    arguments = ["themes", str(source), "--out", str(folder / "out")]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", *arguments],
        env={**os.environ, **_ONE_CORE},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"themes on {count:,} comments ended with {process.returncode}")
    with (folder / "out" / "comments.jsonl").open(encoding="utf-8") as lines:
        assert sum(bool(json.loads(line)["id"]) for line in lines) == count
    peak = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Run(seconds, used.ru_utime + used.ru_stime, peak)


def alone(folder: Path, count: int) -> float:
    """Processor seconds of ``fit_and_assign`` in a process of its own."""
    source = folder / f"{count}.jsonl"
    asked = [sys.executable, "-m", "benchmarks.scale", "--analyse", str(source)]
    ended = subprocess.run(asked, env={**os.environ, **_ONE_CORE}, check=True, capture_output=True)
    return float(ended.stdout)


def fit_and_assign(source: Path) -> float:
    """Processor seconds from comments in memory to their themes."""
    comments = read_comments(source)
    analyse([Comment(id="0", text="")])  # what is learnt from the project's files is read before
    start = time.process_time()
    found = analyse(comments)
    seconds = time.process_time() - start
    assert len(found.comments) == len(comments)
    return seconds


def new_comments() -> Table:
    """A few new comments into the themes of a round, in a program that is running."""
    comments = [Comment(id=str(n), text=text) for n, text in enumerate(answers(10_000 + NEW))]
    table = Table(
        "standing from", "new comments", "s", "processor s", "goal", title="Into standing themes"
    )
    for count in (600, 10_000):
        state = analyse(comments[:count]).state
        start, processor = time.perf_counter(), time.process_time()
        analyse(comments[-NEW:], state=state)
        took = time.perf_counter() - start, time.process_time() - processor
        table.add_row(f"{count:,}", f"{NEW}", *(f"{one:.2f}" for one in took), "1 s")
    return table


if __name__ == "__main__":
    main()
