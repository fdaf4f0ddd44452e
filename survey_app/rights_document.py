"""``docs/rights.md``: the table of rights, written from the code that holds it."""

from survey_app.people import PAGE_NEEDS, ROLE_NAMES, Action, Role, may

WORDS = {
    Action.OWN_ACCOUNT: (
        "Beranda, kata sandi dan riwayat masuk sendiri",
        "Home; own password and sign-ins",
    ),
    Action.RUN_GATHERINGS: (
        "Membuka, menjeda, menutup pertemuan sendiri",
        "Open, pause, close one's own gatherings",
    ),
    Action.RUN_EVERY_GATHERING: (
        "Juga pertemuan orang lain; putaran baru",
        "Also those of others; a new round",
    ),
    Action.READ_QUESTIONNAIRES: ("Membaca kuesioner", "Read questionnaires"),
    Action.FILL_IN: (
        "Pratinjau; isi bersama kelompok",
        "Preview; fill in together with a group",
    ),
    Action.READ_THEMES: ("Membaca tema dan kutipan", "Read themes and quotes"),
    Action.CHANGE_THEMES: (
        "Menamai, menggabung, menandai tema; mengembalikan",
        "Rename, merge, mark themes; take back",
    ),
    Action.START_ANALYSIS: ("Memulai analisis", "Start the analysis"),
    Action.COUNT_ALERTS: (
        "Tahu berapa hal menunggu petugas perlindungan",
        "Know how many alerts wait",
    ),
    Action.HANDLE_ALERTS: (
        "Membaca dan menangani kata-kata anak yang mungkin mengungkap bahaya",
        "Read and handle words that may disclose harm",
    ),
    Action.READ_INVENTORY: ("Membaca apa yang disimpan", "Read what is kept"),
    Action.MANAGE_STAFF: ("Mengurus akun petugas", "Manage accounts"),
    Action.READ_AUDIT: ("Membaca catatan", "Read the audit log"),
}
_HEAD = """# Who may do what

Made from `survey_app/people.py` by `make schema`; a test holds it to the code, and
`tests/test_roles.py` walks every page and route as every role and as nobody. What stands in no
column nobody may do. A facilitator sees and runs only the gatherings opened with the own account,
also by their address; one that `suara gathering open` opened without `--staff` belongs to none. An
account that is switched off may nothing. A change of role counts from the next click on.

Children and everybody else who is not signed in reach the child's page, the API of the tablets,
`/healthz`, `/masuk`, `/keluar` and `/undangan/<token>`, where the city's own sign-in is set up
`/masuk/kota` and `/masuk/kota/kembali` too, and nothing else. An administrator or safeguarding
officer who has not set up the second step in time may open `/akun` to do so, and nothing else.

"""


def document() -> str:
    """The whole file."""
    names = [ROLE_NAMES[role] for role in Role]
    lines = [
        f"| | {' | '.join(names)} | pages |",
        f"|---|{'---|' * (len(names) + 1)}",
    ]
    for action in Action:
        ours, english = WORDS[action]
        marks = ["✓" if may(role, action) else "–" for role in Role]
        pages = ", ".join(f"`/{page}`" for page, need in PAGE_NEEDS.items() if need is action)
        lines.append(f"| **{ours}**<br>{english} | {' | '.join(marks)} | {pages} |")
    return _HEAD + "\n".join(lines) + "\n"
