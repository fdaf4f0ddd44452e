"""What reviewers corrected: taken as said for that comment, and learnt from at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from analysis.comments import AlertLevel, whole
from analysis.errors import AnalysisRefused
from analysis.rights import Cluster, IndicatorKey, indicator_by_key
from analysis.sheets import json_rows

_OUTSIDE = "di_luar_klaster"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Correction:
    """One reviewer's word about one comment; None is "nothing said about this".

    ``clusters`` are the clusters of the comment, the main one first; an empty tuple says "outside
    all of them". ``alert`` is ``none`` or a level. ``random`` says that the comment was drawn by
    lot and not looked for: then it also tells how often the machine is wrong. ``where`` is the
    file and row it was read from.
    """

    comment_id: str
    clusters: tuple[Cluster, ...] | None = None
    indicator: IndicatorKey | None = None
    theme: str | None = None
    alert: AlertLevel | str | None = None
    random: bool = False
    where: str = field(default="", compare=False)

    @property
    def label(self) -> str | None:
        """What the mapping learns: the indicator, else the main cluster, else "outside"."""
        if self.indicator:
            return self.indicator.value
        if self.clusters is None:
            return None
        return self.clusters[0].value if self.clusters else _OUTSIDE


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The corrections of a JSONL file; a later line about a comment stands for an earlier one."""
    rows = list(json_rows(path, required=("comment_id",)))
    return tuple(_correction(f"{path.name}, baris {number}", row) for number, row in rows)


def by_comment(corrections: Sequence[Correction]) -> Mapping[str, Correction]:
    """Comment id -> its latest correction."""
    return {one.comment_id: one for one in corrections}


def random_slice(corrections: Sequence[Correction]) -> dict[str, Cluster | None]:
    """Comment id -> its main cluster as people said, None being outside; of those drawn by lot."""
    drawn = {one.comment_id for one in corrections if one.random}
    return {
        one.comment_id: one.clusters[0] if one.clusters else None
        for one in corrections
        if one.comment_id in drawn and one.clusters is not None
    }


_FIELDS = [one.name for one in fields(Correction) if one.name != "where"]


def _correction(where: str, row: Mapping[str, Any]) -> Correction:
    for one in row:
        one_of(where, one, _FIELDS)
    indicator = _indicator(where, row)
    clusters = _clusters(where, row, indicator)
    return Correction(
        comment_id=whole(str(row["comment_id"])),
        clusters=clusters,
        indicator=indicator,
        theme=str(row["theme"]) if row.get("theme") else None,
        alert=_alert(where, row),
        random=_random(where, row, clusters),
        where=where,
    )


def _clusters(
    where: str, row: Mapping[str, Any], indicator: IndicatorKey | None
) -> tuple[Cluster, ...] | None:
    home = (indicator_by_key(indicator).cluster or _OUTSIDE) if indicator else None
    given = home if row.get("clusters") is None else row["clusters"]
    if given is None:
        return None
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise AnalysisRefused(f"{where}: 'clusters' bukan daftar. Tulis [\"keluarga\"].")
    outside = listed == [_OUTSIDE]
    if _OUTSIDE in listed and not outside:
        raise AnalysisRefused(
            f"{where}: '{_OUTSIDE}' berdiri sendiri. Hapus klaster yang lain, atau '{_OUTSIDE}'."
        )
    twice = next((one for one in listed if listed.count(one) > 1), None)
    if twice:
        raise AnalysisRefused(
            f"{where}: 'clusters' menyebut '{twice[:40]}' dua kali. Hapus salah satunya."
        )
    named = [] if outside else [one_of(where, one, list(Cluster), also=_OUTSIDE) for one in listed]
    if home and listed[:1] != [home]:
        raise AnalysisRefused(
            f"{where}: indikator '{indicator}' termasuk klaster '{home}'."
            " Tulis klaster itu paling depan, atau hapus indikatornya."
        )
    return tuple(map(Cluster, named))


def _indicator(where: str, row: Mapping[str, Any]) -> IndicatorKey | None:
    given = row.get("indicator")
    return IndicatorKey(one_of(where, given, list(IndicatorKey))) if given else None


def _alert(where: str, row: Mapping[str, Any]) -> AlertLevel | str | None:
    given = row.get("alert")
    if given is None or given == _NONE:
        return _NONE if given else None
    return AlertLevel(one_of(where, given, list(AlertLevel), also=_NONE))


def _random(where: str, row: Mapping[str, Any], clusters: tuple[Cluster, ...] | None) -> bool:
    given = row.get("random") or False
    if not isinstance(given, bool):
        raise AnalysisRefused(f"{where}: 'random' diisi true atau false.")
    if given and clusters is None:
        raise AnalysisRefused(
            f"{where}: komentar yang dipilih acak perlu 'clusters', juga bila mesin sudah benar."
        )
    return bool(given)


def one_of(where: str, given: object, allowed: Sequence[str], *, also: str = "") -> str:
    """What was given, if it is allowed; else ``AnalysisRefused`` with what is."""
    if given in allowed:
        return str(given)
    names = ", ".join([*map(str, allowed), *([also] if also else [])])
    raise AnalysisRefused(f"{where}: '{str(given)[:40]}' tidak dikenal. Pilih salah satu: {names}.")
