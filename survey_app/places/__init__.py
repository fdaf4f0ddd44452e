"""Where children live: the kecamatan and kelurahan of the city, with the ministry's codes."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NewType

KelurahanCode = NewType("KelurahanCode", str)

# Facts collected for this project; codes as in the Ministry of Home Affairs' list of regions.
_TABLE = Path(__file__).parent / "kelurahan_kota_kediri.csv"
_TITLE = re.compile(r"^\s*(kelurahan\s|kel\.|kel\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """One of the city's 46 kelurahan; ``code`` is the Kemendagri code."""

    code: KelurahanCode
    name: str
    kecamatan: str


@cache
def kelurahan() -> tuple[Kelurahan, ...]:
    """All kelurahan, in the order of their codes."""
    with _TABLE.open(encoding="utf-8", newline="") as table:
        return tuple(
            Kelurahan(KelurahanCode(row["kode_kemendagri"]), row["kelurahan"], row["kecamatan"])
            for row in csv.DictReader(table)
        )


def kelurahan_by_code(code: str) -> Kelurahan | None:
    """The kelurahan with this Kemendagri code, or None."""
    return _by_code().get(code)


def kelurahan_by_name(name: str) -> Kelurahan | None:
    """The kelurahan with this name, or None.

    Letter case, spaces and a leading "Kelurahan" or "Kel." do not matter: school and city
    documents still write "Setono Pande" or "Kampungdalem".
    """
    wanted = _spelling(_TITLE.sub("", name))
    return next((place for place in kelurahan() if _spelling(place.name) == wanted), None)


def _spelling(name: str) -> str:
    return "".join(name.split()).casefold()


@cache
def _by_code() -> dict[str, Kelurahan]:
    return {place.code: place for place in kelurahan()}
