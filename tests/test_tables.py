"""The tables decide: one row more or less, and one result is another.

L001  a spelling, a Javanese word, a root, an emoji: how a word is read
L002  a seed: to which indicator a comment goes
L003  a rule or a word of the safety file: whether a comment raises an alert
L004  a name: whether it is hidden

Each case changes a copy of the tables in a folder of its own and reads them in a process of its
own, as a person does with an editor and the command; nothing of this process or the models it
keeps is touched. The copies hold few examples, so that they learn in seconds.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import analysis

_EXAMPLES_EACH = 6  # of every label: so few that the mapper learns them in a second
# The libraries are loaded once; each copy is read in a process of its own that begins from there.
_READ = """
import json, os, sys

sys.modules["pandas"] = None
import scipy.sparse, sklearn.linear_model, sklearn.pipeline
del sys.modules["pandas"]

def read(folder, cases):
    sys.path.insert(0, folder)
    os.environ["SUARA_CACHE_DIR"] = folder + "/models"
    from analysis.privacy import mask
    from analysis.safety import alert_in
    from analysis.words import words

    def alert(text):
        found = alert_in(text)
        return found and found.level

    def indicator(text):
        from analysis.mapping import RightsMapper
        return str(RightsMapper().fit([]).predict([" ".join(words(text))])[0])

    steps = {"words": words, "mask": lambda text: mask(text).text, "alert": alert, "map": indicator}
    print(json.dumps([steps[step](text) for step, text in cases]), flush=True)

assert "analysis" not in sys.modules
for folder, cases in json.load(sys.stdin):
    if not (child := os.fork()):
        read(folder, cases)
        sys.exit()
    assert os.waitpid(child, 0)[1] == 0
"""

Change = Callable[[Path], None]


def row_more(name: str, *cells: str) -> Change:
    def change(resources: Path) -> None:
        with (resources / f"{name}.tsv").open("a", encoding="utf-8") as file:
            file.write("\t".join(cells) + "\n")

    return change


def row_less(name: str, first_cell: str) -> Change:
    def change(resources: Path) -> None:
        path = resources / f"{name}.tsv"
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if not row.startswith(f"{first_cell}\t")]
        assert len(kept) == len(rows) - 1
        path.write_text("".join(kept), encoding="utf-8")

    return change


def safety_without(taken_out: Callable[[dict[str, Any]], None]) -> Change:
    def change(resources: Path) -> None:
        path = resources / "safety.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        taken_out(content)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    return change


def the_rule(content: dict[str, Any]) -> None:
    content["rules"] = [rule for rule in content["rules"] if rule["near"] != ["stay_away"]]


def the_words(content: dict[str, Any]) -> None:
    content["words"]["stay_away"] = [
        ", ".join(words for words in line.split(", ") if words != "emoh muleh")
        for line in content["words"]["stay_away"]
    ]


class Case(NamedTuple):
    """A change of one table; what a step then makes of a text, and did not make of it before."""

    change: Change
    step: str
    text: str
    after: object


SMOKING = "kawasan_tanpa_rokok"
CASES = {
    # L001
    "slang": Case(row_more("slang", "toilet", "jmbn"), "words", "jmbn bau", ["toilet", "bau"]),
    "bridge": Case(row_less("bridge", "jembatan"), "words", "kreteg", ["kreteg"]),
    "vocabulary": Case(row_more("vocabulary", "uji", "kolbak"), "words", "kolbaknya", ["kolbak"]),
    "emoji": Case(row_more("emoji", "🦖", "takut"), "words", "wc 🦖", ["toilet", "takut"]),
    # L002
    "seeds": Case(row_more("seeds", SMOKING, "rokok", "3", "kolbak"), "map", "kolbak", SMOKING),
    # L003
    "safety rule": Case(safety_without(the_rule), "alert", "aku emoh muleh", None),
    "safety words": Case(safety_without(the_words), "alert", "aku emoh muleh", None),
    # L004
    "names": Case(row_more("names", "nama", "belbo"), "mask", "cuma belbo", "cuma [nama]"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What each case's step makes of its text: as long as nothing was changed, and afterwards."""
    unchanged = copied(tmp_path_factory.mktemp("unchanged"))
    changed = []
    for name, case in CASES.items():
        changed.append(copied(tmp_path_factory.mktemp(name.replace(" ", "-"))))
        case.change(changed[-1] / "resources")
    before, *after = read(
        (unchanged, list(CASES.values())),
        *((copy, [case]) for copy, case in zip(changed, CASES.values(), strict=True)),
    )
    return {name: [before[place], *after[place]] for place, name in enumerate(CASES)}


@pytest.mark.parametrize("name", CASES)
def test_one_row_changes_one_result(name: str, results: dict[str, list[object]]) -> None:
    """L001, L002, L003, L004: nothing else knows the word, so the row must have been read."""
    before, after = results[name]
    assert before != CASES[name].after
    assert after == CASES[name].after


def copied(folder: Path) -> Path:
    """The analysis with its tables, to be changed."""
    copy = folder / "analysis"
    shutil.copytree(Path(analysis.__file__).parent, copy)
    resources = copy / "resources"
    weighing, teaching, *others = sorted((resources / "examples").glob("*.tsv"))
    for path in others:
        path.unlink()
    for path in (weighing, teaching, resources / "safety_examples.tsv"):
        path.write_text("".join(_few(path.read_text(encoding="utf-8"))), encoding="utf-8")
    return copy


def _few(rows: str) -> list[str]:
    seen: Counter[str] = Counter()
    kept = []
    for row in rows.splitlines(keepends=True):
        label = row.partition("\t")[0]
        seen[label] += 1
        if row.startswith("#") or seen[label] <= _EXAMPLES_EACH:
            kept.append(row)
    return kept


def read(*copies: tuple[Path, list[Case]]) -> list[list[object]]:
    """What each copy of the analysis makes of its texts."""
    asked = [
        (str(copy.parent), [(case.step, case.text) for case in cases]) for copy, cases in copies
    ]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _READ],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        cwd=copies[0][0].parent.parent,  # no analysis here: each is found in its own folder
        env={**os.environ, "LOKY_MAX_CPU_COUNT": "1"},  # what it learns is little
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
