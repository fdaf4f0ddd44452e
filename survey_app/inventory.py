"""The inventory: what is kept of whom, why, for how long, and who may see it.

The one table the deletion, the page *Data* and docs/data.md are made from. Every table of the
database stands in it: a new one without a rule fails a test. Periods are settings in days
(``SUARA_KEEP_*``); the law names the rule a period serves, never a number, for no law gives one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from survey_app.people import ROLE_NAMES, Action, Role, may
from survey_app.settings import PREFIX, Settings


class Kind(StrEnum):
    """A kind of data with a rule of its own."""

    TEXT = "text"
    RESPONSES = "responses"
    COMMENTS = "comments"
    QUARANTINE = "quarantine"
    CASES = "cases"
    SAMPLES = "samples"
    GATHERINGS = "gatherings"
    RUNS = "runs"
    QUESTIONNAIRES = "questionnaires"
    SESSIONS = "sessions"
    INVITATIONS = "invitations"
    SIGN_INS = "sign_ins"
    AUDIT = "audit"
    ROUNDS = "rounds"
    STAFF = "staff"
    INSTALLATION = "installation"


class Words(NamedTuple):
    """The same in the words of staff and of the docs."""

    ours: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for one kind.

    ``setting`` is the name of its period, None for what stays as long as the installation;
    ``counted`` says from when; ``shown_by`` are the rights that show it, ``seen`` how it is shown.
    """

    kind: Kind
    what: Words
    why: Words
    tables: tuple[str, ...]
    setting: str | None
    counted: Words
    shown_by: tuple[Action, ...]
    seen: Words
    law: str

    @property
    def variable(self) -> str:
        """The environment variable of the period."""
        return f"{PREFIX}{self.setting.upper()}" if self.setting else ""

    @property
    def readers(self) -> str:
        """The roles that may see it, from the table of rights."""
        return ", ".join(ROLE_NAMES[role] for role in Role if self._sees(role)) or "–"

    def days(self, chosen: Settings) -> int | None:
        """The period of an installation."""
        return int(getattr(chosen, self.setting)) if self.setting else None

    def _sees(self, role: Role) -> bool:
        return any(may(role, action) for action in self.shown_by)


def how_long(days: int | None) -> str:
    """A period as staff read it."""
    if days is None:
        return "selama aplikasi dipakai"
    for unit, name in ((365, "tahun"), (30, "bulan")):
        if days % unit == 0:
            return f"{days // unit} {name}"
    return f"{days} hari"


def tables() -> Collection[str]:
    """Every table that has a rule."""
    return {table for rule in INVENTORY for table in rule.tables}


def rule_of(kind: Kind) -> Rule:
    """The rule of a kind."""
    return next(rule for rule in INVENTORY if rule.kind is kind)


_PDP = "UU 27/2022 (PDP) Pasal 42-44"
_NOT_SHOWN = Words("tidak di halaman mana pun", "on no page")
INVENTORY: tuple[Rule, ...] = (
    Rule(
        kind=Kind.TEXT,
        what=Words(
            "Kata-kata anak seperti diketik (tersandi), juga isian yang belum selesai",
            "What a child typed, as typed (sealed), also unfinished drafts",
        ),
        why=Words(
            "disaring untuk bahaya, disamarkan, dibaca analisis",
            "screened for harm, masked, read by the analysis",
        ),
        tables=("answers", "responses"),
        setting="keep_text",
        counted=Words(
            "sejak jawaban anak terakhir diterima; kata-kata dalam kasus mengikuti kasusnya",
            "from the child's last answer; words in a case stay as long as the case",
        ),
        shown_by=(Action.HANDLE_ALERTS,),
        seen=Words(
            "hanya dalam kasus, setiap pembukaan dicatat", "in a case only, each opening is logged"
        ),
        law=f"{_PDP}, Pasal 25",
    ),
    Rule(
        kind=Kind.RESPONSES,
        what=Words(
            "Jawaban pilihan, izin anak, tanda ingin bicara; tanpa nama",
            "Closed answers, assent, the wish to talk; no name",
        ),
        why=Words(
            "angka untuk kota; dibandingkan dengan putaran berikutnya",
            "numbers for the city; compared with the next round",
        ),
        tables=("responses", "answers"),
        setting="keep_responses",
        counted=Words(
            "sejak akhir bulan jawaban terakhir; sekaligus paling sedikit 10 anak",
            "from the end of the month of the last answer; ten children at a time at least",
        ),
        shown_by=(Action.READ_THEMES,),
        seen=Words(
            "hanya sebagai jumlah, di bawah tingkat kota dalam puluhan",
            "as counts only, below city level by tens",
        ),
        law=f"{_PDP}, Pasal 25; PP 17/2025",
    ),
    Rule(
        kind=Kind.COMMENTS,
        what=Words(
            "Komentar yang sudah disamarkan, klaster, tema, nama tema dari petugas",
            "Masked comments, clusters, themes, and what staff called them",
        ),
        why=Words(
            "tema dengan kutipan: bukti untuk keputusan kota",
            "themes with quotes: the evidence for what the city decides",
        ),
        tables=(
            *("comments", "comment_clusters", "themes", "theme_comments"),
            *("standing_themes", "theme_events"),
        ),
        setting="keep_responses",
        counted=Words("ikut jawaban anaknya", "with the child's answers"),
        shown_by=(Action.READ_THEMES,),
        seen=Words(
            "tersamar; kutipan hanya dari tema 5 anak atau lebih",
            "masked; quotes only of themes of five children or more",
        ),
        law=f"{_PDP}, Pasal 25; PP 17/2025",
    ),
    Rule(
        kind=Kind.QUARANTINE,
        what=Words(
            "Kiriman yang tidak cocok (tersandi), dengan alasannya",
            "What did not fit (sealed), with the reason",
        ),
        why=Words("supaya tidak ada jawaban yang hilang", "so that no answer is lost"),
        tables=("quarantine",),
        setting="keep_quarantine",
        counted=Words(
            "sejak diterima; milik anak dalam kasus mengikuti kasusnya",
            "from its arrival; of a child in a case as long as the case",
        ),
        shown_by=(),
        seen=_NOT_SHOWN,
        law=_PDP,
    ),
    Rule(
        kind=Kind.CASES,
        what=Words(
            "Kasus perlindungan anak: alasan, langkah, catatan petugas, kata-kata anak itu",
            "Safeguarding cases: reason, steps, officers' notes, the child's words in it",
        ),
        why=Words(
            "menolong anak, dan bisa menunjukkan apa yang dilakukan",
            "helping the child, and showing what was done",
        ),
        tables=("alerts", "alert_steps", "answers"),
        setting="keep_cases",
        counted=Words(
            "sejak kasus ditutup orang kedua; kasus terbuka tidak pernah dihapus",
            "from its closing by a second person; an open case is never deleted",
        ),
        shown_by=(Action.HANDLE_ALERTS,),
        seen=Words("satu per satu, setiap pembukaan dicatat", "one by one, each opening is logged"),
        law=f"{_PDP}; UU 35/2014",
    ),
    Rule(
        kind=Kind.SAMPLES,
        what=Words(
            "Contoh jawaban yang dibaca untuk menguji penyaring, dan penilaiannya",
            "Answers drawn to test the screening, and how they were judged",
        ),
        why=Words("tahu berapa yang luput dari penyaring", "knowing how much the screening misses"),
        tables=("sampled_comments",),
        setting="keep_samples",
        counted=Words("sejak diambil", "from the day they were drawn"),
        shown_by=(Action.HANDLE_ALERTS,),
        seen=Words("di halaman Perlindungan", "on Perlindungan"),
        law=_PDP,
    ),
    Rule(
        kind=Kind.GATHERINGS,
        what=Words(
            "Pertemuan: kode, kelas, tempat, kelurahan, jumlah anak, izin wali sudah ada",
            "Gatherings: code, class, place, kelurahan, number of children, guardians' consent",
        ),
        why=Words("bukti berapa anak ditanya dan di mana", "evidence of how many were asked"),
        tables=("gatherings",),
        setting="keep_gatherings",
        counted=Words(
            "sejak dibuat, bila diarsipkan dan kosong", "from its making, once archived and empty"
        ),
        shown_by=(Action.RUN_GATHERINGS,),
        seen=Words("fasilitator hanya miliknya", "a facilitator only the own ones"),
        law="UU 43/2009 Pasal 48 (JRA)",
    ),
    Rule(
        kind=Kind.RUNS,
        what=Words(
            "Riwayat analisis: waktu, versi, jumlah komentar",
            "Runs of the analysis: time, versions, number of comments",
        ),
        why=Words("tahu dari mana sebuah tema berasal", "knowing where a theme comes from"),
        tables=("analysis_runs",),
        setting="keep_runs",
        counted=Words(
            "sejak selesai; yang terakhir tiap putaran tetap",
            "from its end; the last of each round stays",
        ),
        shown_by=(Action.READ_THEMES,),
        seen=Words("angka", "numbers"),
        law=_PDP,
    ),
    Rule(
        kind=Kind.QUESTIONNAIRES,
        what=Words(
            "Kuesioner terbit, dengan gambar dan rekamannya",
            "Published questionnaires, with pictures and recordings",
        ),
        why=Words("jawaban hanya berarti bersama pertanyaannya", "answers need their questions"),
        tables=("questionnaires",),
        setting="keep_questionnaires",
        counted=Words(
            "versi lama yang tidak dipakai pertemuan mana pun, sejak terbit",
            "old versions no gathering uses, from publishing",
        ),
        shown_by=(Action.READ_QUESTIONNAIRES,),
        seen=Words("utuh; tidak ada data anak", "whole; nothing of a child"),
        law="UU 43/2009 Pasal 48 (JRA)",
    ),
    Rule(
        kind=Kind.SESSIONS,
        what=Words(
            "Petugas yang sedang masuk, juga yang kodenya ditunggu (hanya sidik tanda masuknya)",
            "Who is signed in, or whose code is awaited (only the hash of the token)",
        ),
        why=Words("supaya tidak perlu masuk di setiap halaman", "signing in once is enough"),
        tables=("staff_sessions", "half_sign_ins"),
        setting="keep_sessions",
        counted=Words("sejak tidak berlaku", "from its expiry"),
        shown_by=(),
        seen=_NOT_SHOWN,
        law=_PDP,
    ),
    Rule(
        kind=Kind.INVITATIONS,
        what=Words("Undangan akun: nama, peran", "Invitations: name, role"),
        why=Words("akun dibuat pemiliknya sendiri", "owners make their own account"),
        tables=("invitations",),
        setting="keep_invitations",
        counted=Words("sejak dipakai atau tidak berlaku", "from its use or expiry"),
        shown_by=(Action.MANAGE_STAFF,),
        seen=Words("nama dan peran", "name and role"),
        law=_PDP,
    ),
    Rule(
        kind=Kind.SIGN_INS,
        what=Words(
            "Riwayat masuk petugas: waktu, berhasil atau tidak, alamat perangkat",
            "Sign-in history of staff: time, outcome, address of the device",
        ),
        why=Words("pemilik akun melihat bila ada orang lain", "owners see if somebody else was"),
        tables=("sign_ins",),
        setting="keep_sign_ins",
        counted=Words("sejak dicoba", "from the try"),
        shown_by=(Action.OWN_ACCOUNT,),
        seen=Words("masing-masing hanya miliknya", "each only the own"),
        law=f"{_PDP}; Pasal 35",
    ),
    Rule(
        kind=Kind.AUDIT,
        what=Words(
            "Catatan siapa melihat atau mengubah apa; tanpa isi jawaban",
            "The log of who saw or changed what; no answers",
        ),
        why=Words(
            "pertanggungjawaban: siapa membuka apa dapat dibuktikan",
            "accountability: who opened what can be proved",
        ),
        tables=("audit",),
        setting="keep_audit",
        counted=Words(
            "sejak ditulis; rantainya tetap bisa diperiksa", "from writing; the chain still holds"
        ),
        shown_by=(Action.READ_AUDIT,),
        seen=Words("utuh", "whole"),
        law="UU 27/2022 (PDP) Pasal 31",
    ),
    Rule(
        kind=Kind.ROUNDS,
        what=Words("Putaran: nama dan tahun", "Rounds: name and year"),
        why=Words("mengelompokkan pertemuan", "gathers the gatherings"),
        tables=("rounds",),
        setting=None,
        counted=Words("tidak ada data orang", "nothing about a person"),
        shown_by=(Action.RUN_GATHERINGS,),
        seen=Words("utuh", "whole"),
        law="–",
    ),
    Rule(
        kind=Kind.STAFF,
        what=Words(
            "Akun petugas: nama, peran, sidik sandi dan kode cadangan, kunci kode masuk "
            "(tersandi), nomor akun kota yang dihubungkan",
            "Accounts: name, role, hashes of password and spare codes, secret of codes (sealed), "
            "number of the city's account joined to it",
        ),
        why=Words("hanya yang berhak bisa masuk", "only who may comes in"),
        tables=("staff", "recovery_codes", "identities"),
        setting=None,
        counted=Words(
            "dimatikan, tidak dihapus: kasus dan catatan menyebut namanya",
            "switched off, not deleted: cases and the log name them",
        ),
        shown_by=(Action.MANAGE_STAFF,),
        seen=Words("nama dan peran", "name and role"),
        law="UU 27/2022 (PDP) Pasal 31",
    ),
    Rule(
        kind=Kind.INSTALLATION,
        what=Words(
            "Keadaan aplikasi: cadangan terakhir, tanda kunci, laporan penghapusan",
            "State of the app: last backup, check of the key, report of the deletion",
        ),
        why=Words("aplikasi memeriksa dirinya sendiri", "the app checks itself"),
        tables=("installation",),
        setting=None,
        counted=Words("tidak ada data orang", "nothing about a person"),
        shown_by=(Action.READ_INVENTORY,),
        seen=Words("laporan penghapusan", "the report of the deletion"),
        law="–",
    ),
)
