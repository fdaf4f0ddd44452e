"""How the log is told on the page Catatan: one table of events, one of facts and their values."""

from collections.abc import Mapping

from survey_app.gathering import STATE_NAMES
from survey_app.inventory import Kind
from survey_app.people import ROLE_NAMES, StaffId
from survey_app.store.audit import COMMAND_LINE, Entry, Event
from survey_app.store.cases import Judgement, Step
from survey_app.store.layer import Change
from survey_app.store.sign_ins import Outcome

EVENTS = {
    Event.SIGNED_IN: "masuk",
    Event.SIGN_IN_REFUSED: "gagal masuk",
    Event.SIGNED_OUT: "keluar",
    Event.STAFF_CHANGED: "akun petugas diubah",
    Event.GATHERING_CHANGED: "pertemuan diubah",
    Event.QUESTIONNAIRE_PUBLISHED: "kuesioner diterbitkan",
    Event.ANALYSIS_STARTED: "analisis dijalankan",
    Event.THEME_CHANGED: "tema diubah",
    Event.ALERT_OPENED: "isi peringatan dibuka",
    Event.ALERT_STEP: "langkah perlindungan",
    Event.SAMPLE_READ: "contoh jawaban dibaca",
    Event.EXPORTED: "tabel dikeluarkan",
    Event.WITHDRAWN: "jawaban ditarik anak",
    Event.DELETED: "data dihapus",
    Event.KEY_CHANGED: "kunci sandi diubah",
    Event.BACKED_UP: "cadangan dibuat",
    Event.RESTORED: "dipulihkan dari cadangan",
}
PROGRAMS = {"server": "aplikasi", COMMAND_LINE: "baris perintah"}
OUTCOMES = {
    Outcome.SIGNED_IN: "Masuk",
    Outcome.BY_RECOVERY: "Masuk dengan kode cadangan",
    Outcome.BY_CITY: "Masuk dengan akun kota",
    Outcome.CITY_UNKNOWN: "Ditolak: akun kota belum terhubung",
    Outcome.CITY_AWAITED: "Akun kota benar, kode tidak diberikan",
    Outcome.WRONG_PASSWORD: "Ditolak: kata sandi salah",
    Outcome.SWITCHED_OFF: "Ditolak: akun dinonaktifkan",
    Outcome.CODE_AWAITED: "Kata sandi benar, kode tidak diberikan",
    Outcome.WRONG_CODE: "Ditolak: kode salah",
    Outcome.WRONG_OLD: "Ditolak di halaman Akun: kata sandi salah",
}
# What went because its period was over.
_GONE: dict[str, str] = {
    Kind.TEXT: "{} teks anak",
    Kind.RESPONSES: "{} jawaban",
    Kind.QUARANTINE: "{} kiriman yang disisihkan",
    Kind.CASES: "{} kasus tertutup",
    Kind.SAMPLES: "{} contoh",
    Kind.GATHERINGS: "{} pertemuan",
    Kind.RUNS: "{} catatan analisis",
    Kind.QUESTIONNAIRES: "{} versi kuesioner",
    Kind.SESSIONS: "{} sesi",
    Kind.INVITATIONS: "{} undangan",
    Kind.SIGN_INS: "{} riwayat masuk",
    Kind.AUDIT: "{} baris catatan",
}
# A fact by its name; {} is its value.
FACTS = {
    "change": "{}",
    "step": "{}",
    "outcome": "{}",
    "what": "{}",
    "role": "peran {}",
    "staff": "akun {}",
    "invitation": "undangan {}",
    "everywhere": "{} perangkat",
    "gathering": "pertemuan nomor {}",
    "round": "putaran nomor {}",
    "run": "analisis nomor {}",
    "theme": "{}",
    "alert": "kasus nomor {}",
    "sample": "contoh nomor {}",
    "judged": "{}",
    "table": "tabel {}",
    "tables": "{} tabel",
    "rows": "{} baris",
    "number": "{} buah",
    "format": "berkas {}",
    "free_text": "{}",
    "key": "kunci {}",
    "last": "yang tersisa menyambung dari {}",
    **_GONE,
}
_THEMES: dict[str, str] = {
    Change.RENAME: "nama diganti",
    Change.MERGE: "digabung",
    Change.RETIRE: "ditandai tidak relevan",
    "taken_back": "perubahan dikembalikan",
}
_STAFF = {
    "added": "akun dibuat",
    "invited": "diundang",
    "invitation_withdrawn": "undangan ditarik",
    "joined": "undangan diterima, akun dibuat",
    "password": "kata sandi baru diberikan",
    "own_password": "kata sandi sendiri diganti",
    "on": "diaktifkan",
    "off": "dinonaktifkan",
    "two_step_on": "verifikasi dua langkah dipasang",
    "two_step_off": "verifikasi dua langkah dimatikan",
    "two_step_reset": "verifikasi dua langkah diatur ulang",
    "recovery_codes": "kode cadangan baru",
    "city_joined": "akun kota dihubungkan",
    "city_separated": "akun kota diputuskan",
}
_KEYS = {"made": "dibuat", "shown": "ditampilkan", "confirmed": "lembarnya diperiksa"}
_CASES: dict[str, str] = {
    Step.TAKE: "diambil",
    Step.NOTE: "catatan ditulis",
    Step.REFER: "dirujuk",
    Step.JUDGE_URGENT: "dinilai mendesak",
    Step.JUDGE_CONCERN: "dinilai perlu perhatian",
    Step.JUDGE_NONE: "dinilai bukan tanda bahaya",
    Step.RELEASE: "boleh masuk tema",
    Step.KEEP_BACK: "ditahan dari tema",
    Step.PROPOSE: "diusulkan ditutup",
    Step.CONFIRM: "ditutup orang kedua",
    Step.REOPEN: "dibuka kembali",
}
# The value of a fact, where it is not a number or a name.
VALUES: Mapping[str, Mapping[str, str]] = {
    "change": {
        "opened": "dibuka",
        "role": "peran diganti",
        "round_added": "putaran dibuat",
        **{state: f"menjadi “{name}”" for state, name in STATE_NAMES.items()},
        **_THEMES,
        **_STAFF,
    },
    "step": {**_KEYS, **_CASES},
    "outcome": {outcome: words.casefold() for outcome, words in OUTCOMES.items()},
    "role": {role.value: name for role, name in ROLE_NAMES.items()},
    "table": {"responses": "jawaban", "children": "jumlah anak"},
    "free_text": {"1": "dengan teks anak", "0": "tanpa teks anak"},
    "judged": {
        Judgement.URGENT: "seharusnya mendesak",
        Judgement.CONCERN: "seharusnya perlu perhatian",
        Judgement.NONE: "tidak ada apa-apa",
        "taken_back": "penilaian dikembalikan",
    },
    "what": {"audit": "catatan", "retention": "masa simpannya habis"},
    "staff": {"0": "yang tidak dikenal"},
}


def who(name: str) -> str:
    """Who did it, as staff read it."""
    return PROGRAMS.get(name, name)


def event(one: Entry) -> str:
    """What happened; a word of a newer version stands as it is."""
    return EVENTS[Event(one.event)] if one.event in set(Event) else one.event


def details(one: Entry, *, accounts: Mapping[StaffId, str]) -> str:
    """The facts of an entry; ``accounts`` are the names of accounts by number."""
    return " · ".join(_told(name, value, accounts) for name, value in _in_order(one))


def _in_order(one: Entry) -> list[tuple[str, str | int]]:
    """As the table has them: what was done before whom it was done to."""
    place = {name: number for number, name in enumerate(FACTS)}
    return sorted(one.facts.items(), key=lambda fact: place.get(fact[0], len(place)))


def _told(name: str, value: str | int, accounts: Mapping[StaffId, str]) -> str:
    words = VALUES.get(name, {}).get(str(value), str(value))
    if name == "staff":
        words = accounts.get(StaffId(int(value)), words)
    return FACTS[name].format(words) if name in FACTS else f"{name} {words}"
