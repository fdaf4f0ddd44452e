"""How cases are said to the safeguarding officer: levels, categories, states, steps, waiting."""

from datetime import timedelta

from survey_app.answers import MisfitReason
from survey_app.pages import drawing
from survey_app.places import kelurahan_by_code
from survey_app.safeguarding import Clock
from survey_app.store.alerts import Case, StepMade
from survey_app.store.cases import AlertLevel, AlertState, Judgement, Referral, Step
from survey_app.store.envelopes import QuarantineReason

_LEVELS = {
    AlertLevel.URGENT: ("Mendesak", "perlindungan"),
    AlertLevel.TALK: ("Ingin bicara", "hak_sipil"),
    AlertLevel.UNSCREENED: ("Belum disaring", "keluarga"),
    AlertLevel.CONCERN: ("Perlu dibaca", "pendidikan"),
}
# The categories of analysis/resources/safety.yaml, and what the app adds to them.
CATEGORIES = {
    "ancaman": "Ancaman, diikuti, atau dipaksa",
    "belum_disaring": "Belum disaring, baca langsung",
    "ditetapkan": "Kata-katanya sama dengan yang pernah dinilai petugas",
    "eksploitasi": "Dipaksa bekerja",
    "geng": "Tawuran atau geng",
    "guru": "Guru yang kasar",
    "ingin_bicara": "Seorang anak ingin bicara dengan orang dewasa",
    "judi": "Judi di dekat anak",
    "kawin_anak": "Perkawinan atau kehamilan anak",
    "kawin_paksa": "Disuruh menikah, atau hamil",
    "kekerasan_fisik": "Dipukul atau disakiti",
    "kekerasan_seksual": "Kekerasan seksual",
    "keluarga": "Pertengkaran di rumah",
    "menyakiti_diri": "Menyakiti diri atau ingin mati",
    "minta_tolong": "Meminta tolong untuk dirinya",
    "mirip_cerita_bahaya": "Kalimatnya mirip cerita anak yang mengalami bahaya",
    "narkoba": "Miras atau narkoba di sekitarnya",
    "pekerja_anak": "Anak yang bekerja",
    "pelecehan": "Pelecehan",
    "pemerasan_daring": "Bahaya dari orang di internet",
    "penelantaran": "Ditelantarkan, diusir, atau lapar",
    "perundungan": "Perundungan",
    "rahasia": "Diminta merahasiakan sesuatu",
    "suasana_hati": "Sangat sedih atau sendirian",
    "terlewat": "Dilewatkan penyaring, ditemukan pada sampel mingguan",
    "takut_di_rumah": "Takut di rumah",
}
STATES = {
    AlertState.WAITING: "Menunggu diambil",
    AlertState.TAKEN: "Sedang ditangani",
    AlertState.CLOSING: "Menunggu orang kedua",
    AlertState.CLOSED: "Selesai",
}
REFERRALS = {
    Referral.UPTD_PPA: "UPTD PPA",
    Referral.SAPA_129: "SAPA 129",
    Referral.EMERGENCY_112: "Lapor Mbak Wali 112",
    Referral.POLICE: "Polisi",
    Referral.SCHOOL_TPPK: "TPPK sekolah",
}
JUDGEMENTS = {
    Judgement.URGENT: "mendesak",
    Judgement.CONCERN: "perlu perhatian",
    Judgement.NONE: "bukan tanda bahaya",
}
STEPS = {
    Step.TAKE: ("Ambil kasus ini", ":material/front_hand:"),
    Step.JUDGE_URGENT: ("Nilai: mendesak", ":material/priority_high:"),
    Step.JUDGE_CONCERN: ("Nilai: perlu perhatian", ":material/visibility:"),
    Step.JUDGE_NONE: ("Nilai: bukan tanda bahaya", ":material/check:"),
    Step.RELEASE: ("Boleh masuk tema", ":material/lock_open:"),
    Step.KEEP_BACK: ("Tahan dari tema", ":material/lock:"),
    Step.CONFIRM: ("Setuju, tutup kasus", ":material/task_alt:"),
    Step.REOPEN: ("Buka kembali", ":material/undo:"),
}
_MADE = {
    Step.TAKE: "Diambil",
    Step.NOTE: "Catatan",
    Step.JUDGE_URGENT: "Dinilai mendesak",
    Step.JUDGE_CONCERN: "Dinilai perlu perhatian",
    Step.JUDGE_NONE: "Dinilai bukan tanda bahaya",
    Step.RELEASE: "Boleh masuk tema, tanpa kutipan",
    Step.KEEP_BACK: "Ditahan dari tema",
    Step.PROPOSE: "Diusulkan ditutup",
    Step.CONFIRM: "Ditutup oleh orang kedua",
    Step.REOPEN: "Dibuka kembali",
}


_KEPT_ASIDE: dict[str, str] = {
    QuarantineReason.UNKNOWN_GATHERING: "kode pertemuannya tidak dikenal di sini",
    QuarantineReason.OTHER_GATHERING: "dikirim untuk pertemuan lain",
    QuarantineReason.TICKET: "tiket tabletnya tidak cocok",
    QuarantineReason.ARCHIVED: "pertemuannya sudah diarsipkan",
    QuarantineReason.QUESTIONNAIRE: "kuesionernya bukan kuesioner pertemuan itu",
    QuarantineReason.OLDER: "salinan yang lebih lama; anaknya sudah mengubahnya",
    QuarantineReason.FORK: "versi sebelumnya; anaknya melanjutkan tanpa bagian ini",
    QuarantineReason.FINISHED: "datang setelah isiannya selesai",
    MisfitReason.TOO_LONG: "lebih panjang dari yang boleh",
    MisfitReason.UNKNOWN_QUESTION: "untuk pertanyaan yang tidak ada",
}


def badges(level: AlertLevel, *, late: bool = False) -> str:
    """The level as a word, and whether the target was missed."""
    name, hue = _LEVELS[level]
    shown = drawing.badge(name, hue=hue)
    return shown + drawing.badge("Lewat sasaran", hue="perlindungan", full=True) if late else shown


def category(one: Case) -> str:
    """What a case is about, in words."""
    return CATEGORIES.get(one.category, "Perlu dibaca seseorang")


def place(one: Case) -> str:
    """Gathering, venue, kelurahan and age, and whether it was kept aside."""
    aside = ["dari isian yang disisihkan"] if one.is_kept_aside else []
    if one.place is None:
        return " · ".join(["Pertemuan tidak dikenal di sini", *aside])
    known = kelurahan_by_code(one.place.kelurahan) if one.place.kelurahan else None
    parts = [one.place.gathering, one.place.venue, f"Kel. {known.name}" if known else ""]
    named = [*dict.fromkeys(filter(None, parts)), f"umur {one.place.age_band}"]
    return " · ".join(named + aside)


def why_kept_aside(why: str) -> str:
    """Why something was not stored as an answer, in words."""
    return _KEPT_ASIDE.get(why, "isinya tidak bisa disimpan sebagai jawaban")


def state(one: Case) -> str:
    """How far a case is, and who has it."""
    taken = one.last(Step.TAKE)
    words = [STATES[one.state]]
    if one.state is AlertState.TAKEN and taken:
        words = [f"Ditangani {taken.name}"]
    if referred := one.last(Step.REFER):
        words.append(made(referred))
    return " · ".join(words)


def made(step: StepMade) -> str:
    """A step that was made, in words."""
    if step.step is Step.REFER and step.referred_to:
        return f"Dirujuk ke {REFERRALS[step.referred_to]} ({_day(step.referred_on or '')})"
    return _MADE[step.step]


def waited(clock: Clock) -> str:
    """How long a case waits, and against the target what is left of it."""
    if clock.stopped:
        return f"Ditindaklanjuti dalam {_span(clock.waited)}"
    told = f"Menunggu {_span(clock.waited)}"
    if clock.target is None:
        return told
    if clock.late:
        return f"{told} · TERLAMBAT {_span(clock.waited - clock.target)}"
    return f"{told} · sisa {_span(clock.target - clock.waited)}"


def _span(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} menit"
    if minutes < 48 * 60:
        return f"{minutes // 60} jam {minutes % 60} menit"
    return f"{minutes // (24 * 60)} hari"


def _day(iso: str) -> str:
    return "-".join(reversed(iso.split("-")))
