"""The children's rights clusters and the 24 indicators of the KLA evaluation, as facts."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FACTS = Path(__file__).parent / "resources" / "kla.yaml"


class Cluster(StrEnum):
    """The five clusters a child's words are mapped to (kelembagaan is not one of them)."""

    HAK_SIPIL = "hak_sipil"
    KELUARGA = "keluarga"
    KESEHATAN = "kesehatan"
    PENDIDIKAN = "pendidikan"
    PERLINDUNGAN = "perlindungan"


class IndicatorKey(StrEnum):
    """The 24 indicators, coded by key, never by number; the first three stand in no cluster."""

    PERDA_KLA = "perda_kla"
    KELEMBAGAAN = "kelembagaan"
    KETERLIBATAN = "keterlibatan"
    AKTA_KELAHIRAN = "akta_kelahiran"
    INFORMASI_LAYAK_ANAK = "informasi_layak_anak"
    PARTISIPASI_ANAK = "partisipasi_anak"
    PERKAWINAN_ANAK = "perkawinan_anak"
    PUSPAGA = "puspaga"
    PENGASUHAN_ALTERNATIF = "pengasuhan_alternatif"
    PAUD_HI = "paud_hi"
    INFRASTRUKTUR_RAMAH_ANAK = "infrastruktur_ramah_anak"
    PERSALINAN_FASKES = "persalinan_faskes"
    GIZI = "gizi"
    PMBA = "pmba"
    FASKES_RAMAH_ANAK = "faskes_ramah_anak"
    AIR_SANITASI = "air_sanitasi"
    KAWASAN_TANPA_ROKOK = "kawasan_tanpa_rokok"
    WAJIB_BELAJAR = "wajib_belajar"
    SEKOLAH_RAMAH_ANAK = "sekolah_ramah_anak"
    PUSAT_KREATIVITAS_ANAK = "pusat_kreativitas_anak"
    KEKERASAN_EKSPLOITASI = "kekerasan_eksploitasi"
    PORNOGRAFI_DARURAT = "pornografi_darurat"
    DISABILITAS = "disabilitas"
    ABH_TERORISME_STIGMA = "abh_terorisme_stigma"


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """A cluster as the evaluation prints it: roman number, Indonesian and English title."""

    key: Cluster
    roman: str
    title: str
    english: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator, its cluster, and the offices (OPD) that usually carry it.

    ``cluster`` is None for the three by which the city as a whole is judged: by-law, institutions,
    and who else takes part.
    """

    key: IndicatorKey
    cluster: Cluster | None
    title: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A telephone line every child is shown; ``whatsapp`` may be empty."""

    key: str
    name: str
    phone: str
    whatsapp: str


@cache
def clusters() -> tuple[ClusterFacts, ...]:
    """The five clusters in the order I-V."""
    return tuple(
        ClusterFacts(Cluster(row["key"]), row["roman"], row["id"], row["en"])
        for row in _facts()["clusters"]
        if row["roman"]
    )


@cache
def indicators() -> tuple[Indicator, ...]:
    """All 24 indicators, in the order of the evaluation form."""
    five = {facts.key.value: facts.key for facts in clusters()}
    return tuple(
        Indicator(IndicatorKey(row["key"]), five.get(row["cluster"]), row["id"], tuple(row["opd"]))
        for row in _facts()["indicators"]
    )


def indicator_by_key(key: IndicatorKey) -> Indicator:
    """The facts of one indicator."""
    return next(indicator for indicator in indicators() if indicator.key is key)


@cache
def help_lines() -> tuple[HelpLine, ...]:
    """The help lines shown to every child."""
    return tuple(
        HelpLine(row["key"], row["name"], row["phone"], row.get("whatsapp", ""))
        for row in _facts()["help_lines"]
    )


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load(_FACTS.read_text(encoding="utf-8"))
    return facts
