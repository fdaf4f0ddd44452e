"""What people change in themes, written in a file: each line is checked and done once."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.comments import whole
from analysis.corrections import one_of
from analysis.errors import AnalysisRefused
from analysis.sheets import json_rows
from analysis.standing import NEEDED, Change, ThemeEvent, ThemeState

_ID_LENGTH = 12  # as the ids of themes the analysis finds


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """A change and the file and row it was read from."""

    event: ThemeEvent
    where: str


def read_changes(path: Path) -> tuple[WrittenEvent, ...]:
    """The changes of a JSONL file, in its order; ``AnalysisRefused`` names the row and the remedy.

    What is split off without an id of its own gets one made from what the line says.
    """
    rows = [
        (f"{path.name}, baris {number}", row)
        for number, row in json_rows(path, required=("change",))
    ]
    return tuple(WrittenEvent(_event(where, row), where) for where, row in rows)


def changed(state: ThemeState, written: Sequence[WrittenEvent]) -> tuple[ThemeState, int]:
    """The state after these changes, and how many of them were new.

    A line that the state already holds was done by an earlier run; where it stands twice in the
    file, it is done twice.
    """
    done = Counter(state.events)
    new = 0
    for one in written:
        if done[one.event]:
            done[one.event] -= 1
            continue
        try:
            state = state.after(one.event)
        except AnalysisRefused as refused:
            raise AnalysisRefused(f"{one.where}: {refused}") from None
        new += 1
    return state, new


def _event(where: str, row: Mapping[str, Any]) -> ThemeEvent:
    change = Change(one_of(where, row["change"], list(Change)))
    for name in row:
        one_of(where, name, ["change", *NEEDED[change]])
    ids = _ids(where, row.get("comment_ids"))
    theme, into, phrase = (_text(where, row, name) for name in ("theme", "into", "phrase"))
    if change is Change.SPLIT and not into:
        said = "\n".join([theme, phrase, *ids])
        into = hashlib.sha256(said.encode()).hexdigest()[:_ID_LENGTH]
    return ThemeEvent(change, theme, into, ids, phrase)


def _ids(where: str, given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(map(_short, given)):
        raise AnalysisRefused(f'{where}: \'comment_ids\' bukan daftar id. Tulis ["17", "18"].')
    return tuple(whole(str(one)) for one in given)


def _text(where: str, row: Mapping[str, Any], name: str) -> str:
    given = row.get(name)
    if given is None:
        return ""
    if not _short(given):
        raise AnalysisRefused(f"{where}: '{name}' bukan teks. Tulis di antara tanda kutip.")
    return whole(" ".join(str(given).split()))


def _short(given: Any) -> bool:
    return isinstance(given, str | int) and not isinstance(given, bool)
