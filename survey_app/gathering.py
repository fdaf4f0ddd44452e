"""A gathering: its code, when it is open, how far the children are, and what a tablet is given."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, NewType

from analysis.rights import help_lines
from survey_app.errors import GatheringError
from survey_app.people import Action, By, Program, StaffId, demand, is_allowed
from survey_app.places import kelurahan
from survey_app.questionnaire import AgeBand, QuestionType

GatheringId = NewType("GatheringId", int)
RoundId = NewType("RoundId", int)
QuestionnaireId = NewType("QuestionnaireId", int)

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B and no vowels A, E, U: nothing looks alike, no word can appear.
CODE_ALPHABET = "CDFGHJKMNPQRTVWXY34679"
CODE_LENGTH = 6  # 22^6 = 113 million codes
ANSWERING_WITHIN = timedelta(minutes=2)  # a tablet in use sends its draft at least every 30 s
SILENT_AFTER = timedelta(minutes=3)  # longer than the slowest question of the trial questionnaires


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Three easy words for coming back: an animal, a colour or look, a thing to eat: 72 x 30 x 40 =
# 86,400 triples. They only open a response of the same gathering, and wrong tries are limited.
RETURN_WORDS: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = (
    _words(
        """kucing anjing ayam bebek angsa sapi kambing domba kuda kerbau kelinci hamster tikus tupai
        gajah singa macan harimau beruang panda rusa kancil jerapah zebra unta badak monyet
        orangutan koala kanguru serigala rubah landak musang berang kelelawar burung elang
        merpati kakatua beo nuri merak pinguin bangau gagak pipit jalak hiu paus lumba ikan lele
        cumi kepiting udang penyu katak cicak tokek komodo bunglon buaya siput cacing semut lebah
        kupu capung belalang jangkrik kumbang"""
    ),
    _words(
        """merah kuning hijau biru putih hitam ungu jingga cokelat abu emas perak besar kecil tinggi
        panjang bulat lucu cepat pelan kuat ramah rajin pintar ceria berani tenang gesit wangi
        baru"""
    ),
    _words(
        """apel jeruk pisang mangga nanas semangka melon pepaya jambu anggur salak rambutan durian
        manggis alpukat kelapa tomat wortel bayam jagung kentang terong labu kacang nasi soto
        bakso sate tahu tempe rawon pecel lontong ketupat rujak kue roti madu susu keju"""
    ),
)


class GatheringState(StrEnum):
    """Whether children can come in now; ``not_yet`` is never stored, it follows from the clock."""

    NOT_YET = "not_yet"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"


# As staff read it, on the pages and on the command line.
STATE_NAMES = {
    GatheringState.NOT_YET: "Belum dibuka",
    GatheringState.OPEN: "Terbuka",
    GatheringState.PAUSED: "Dijeda",
    GatheringState.CLOSED: "Ditutup",
    GatheringState.ARCHIVED: "Diarsipkan",
}


class VenueKind(StrEnum):
    """Where the children sit."""

    SCHOOL = "school"
    FORUM = "forum"
    OTHER = "other"


class PlayerMode(StrEnum):
    """How the questionnaire is filled in; a preview sends nothing."""

    CHILD = "child"
    GROUP = "group"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Round:
    """One campaign; a demo round is synthetic and can be removed whole."""

    id: RoundId
    name: str
    year: int
    demo: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheringPlan:
    """What staff fill in to open a gathering.

    ``round_id`` None stands for the newest real round, or the year's first one where there is none.
    """

    round_id: RoundId | None
    questionnaire_id: QuestionnaireId
    title: str
    age_band: AgeBand
    venue_kind: VenueKind
    venue: str
    kelurahan_code: str | None = None
    expected_children: int = 30
    guardian_consent: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """A gathering as it stands now; ``state`` already counts in ``opens_at`` and ``closes_at``.

    ``opened_by`` is None for one that a command opened, or an older version of the app.
    """

    id: GatheringId
    code: str
    round_id: RoundId
    questionnaire_id: QuestionnaireId
    questionnaire_key: str
    questionnaire_version: int
    title: str
    age_band: AgeBand
    venue_kind: VenueKind
    venue: str
    kelurahan_code: str | None
    expected_children: int
    guardian_consent: bool
    state: GatheringState
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    opened_by: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the children are, in numbers only.

    ``started`` agreed to take part; ``answering`` are not finished and were heard from within
    ``ANSWERING_WITHIN``; ``finished`` came to the end; ``sent`` are finished with every answer
    fitting; ``needs_help`` raised a hand, or are not finished and silent for ``SILENT_AFTER``.
    """

    started: int
    answering: int
    finished: int
    sent: int
    needs_help: int
    expected: int


def may_run(by: By, opened_by: StaffId | None) -> bool:
    """Whether this adult sees and runs a gathering that ``opened_by`` opened."""
    if isinstance(by, Program) or is_allowed(by, Action.RUN_EVERY_GATHERING):
        return True
    return is_allowed(by, Action.RUN_GATHERINGS) and opened_by == by.id


def demand_run(by: By, opened_by: StaffId | None) -> None:
    """Raise ``SignInError``, or ``GatheringError`` for one of somebody else."""
    demand(by, Action.RUN_GATHERINGS)
    if not may_run(by, opened_by):
        raise GatheringError(
            "Pertemuan ini dibuka orang lain.", remedy="Pilih dari daftar pertemuan Anda."
        )


def new_code() -> str:
    """A fresh code of six characters without look-alikes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """A code as typed by a child, without spaces and hyphens, in capitals."""
    return re.sub(r"[\s\-_.]+", "", typed).upper()


def is_code(text: str) -> bool:
    """Whether the text has the shape of a code."""
    return len(text) == CODE_LENGTH and all(sign in CODE_ALPHABET for sign in text)


def ticket(secret: bytes, code: str) -> str:
    """Proof that a tablet fetched this gathering while it was open (HMAC-SHA256, 128 bits)."""
    return hmac.new(secret, f"ticket:{code}".encode(), hashlib.sha256).hexdigest()[:32]


def ticket_is_valid(secret: bytes, code: str, given: str) -> bool:
    """Whether this installation gave out the ticket for this code, compared in constant time."""
    return hmac.compare_digest(ticket(secret, code).encode(), given.encode("utf-8", "replace"))


def return_words_digest(secret: bytes, gathering_id: GatheringId, words: str) -> str:
    """What is stored of a child's three words: they cannot be read back from it."""
    message = f"return:{gathering_id}:{words}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def normalise_return_words(typed: str) -> str | None:
    """Three words joined by hyphens, or None where that is not what was typed."""
    words = re.split(r"[\s\-_,.]+", typed.strip().lower()[:120])
    whole = len(words) == 3 and all(re.fullmatch(r"[a-z]{1,30}", word) for word in words)
    return "-".join(words) if whole else None


def effective_state(
    state: GatheringState, opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> GatheringState:
    """What the state means at this moment: only an open gathering listens to the clock."""
    if state is not GatheringState.OPEN:
        return state
    if closes_at and now >= closes_at:
        return GatheringState.CLOSED
    return GatheringState.NOT_YET if opens_at and now < opens_at else GatheringState.OPEN


def check_plan(plan: GatheringPlan) -> None:
    """Raise ``GatheringError`` for a plan that cannot be kept."""
    if not plan.title.strip() or not plan.venue.strip():
        raise GatheringError("Nama atau tempat pertemuan masih kosong.", remedy="Isi keduanya.")
    if not 1 <= plan.expected_children <= 2000:
        raise GatheringError(
            f"Jumlah anak {plan.expected_children} tidak masuk akal.", remedy="Isi 1 sampai 2000."
        )
    if plan.opens_at and plan.closes_at and plan.opens_at >= plan.closes_at:
        raise GatheringError(
            "Pertemuan ditutup sebelum dibuka.", remedy="Pilih waktu tutup setelah waktu buka."
        )


def package(
    gathering: Gathering,
    questionnaire: Mapping[str, Any],
    *,
    wording: Mapping[str, Mapping[str, str]],
    keeping: Mapping[str, Mapping[str, str]],
    ticket: str,
    mode: PlayerMode = PlayerMode.CHILD,
) -> dict[str, Any]:
    """Everything a tablet needs to ask, offline from then on (see docs/architecture.md).

    ``questionnaire`` is what ``store.questionnaires.package_content`` gives; ``wording`` the
    player's texts per language, ``keeping`` how long answers are kept, in words.
    """
    parts = {
        "suara": 1,
        "gathering": {
            "code": gathering.code,
            "state": gathering.state.value,
            "ticket": ticket,
            "age_band": gathering.age_band.value,
            "mode": mode.value,
        },
        "questionnaire": questionnaire,
        "wording": wording,
        "keeping": keeping,
        "help_lines": [
            {"name": line.name, "phone": line.phone, "whatsapp": line.whatsapp}
            for line in help_lines()
        ],
        "words": RETURN_WORDS,
    }
    if _asks_place(questionnaire["questions"]):
        parts["places"] = places_of_the_city()
    return parts


def places_of_the_city() -> list[dict[str, Any]]:
    """Kecamatan with their kelurahan, as the place question shows them."""
    ordered = sorted(kelurahan(), key=lambda place: place.kecamatan)
    return [
        {
            "kecamatan": kecamatan,
            "kelurahan": [{"code": place.code, "name": place.name} for place in places],
        }
        for kecamatan, places in groupby(ordered, key=lambda place: place.kecamatan)
    ]


def _asks_place(questions: Sequence[Mapping[str, Any]]) -> bool:
    return any(question["type"] == QuestionType.PLACE.value for question in questions)
