"""What an installation is told from outside, and how it says what it cannot use.

T001  Without any setting everything has a value, and SQLite lies in the data folder.
T002  The environment wins over the TOML file; an empty variable counts as not set.
T003  A setting that cannot be used is named, with the remedy.
T004  An error of the tree always has a sentence, a remedy, and both in its text.
T005  A program the app starts has the same settings, whatever folder it works in.
"""

from pathlib import Path

import pytest

from survey_app.errors import (
    GatheringError,
    Problem,
    QuestionnaireError,
    SettingsError,
    SuaraError,
)
from survey_app.settings import Settings, load


def test_nothing_set() -> None:
    """T001: the defaults stand, and the database address is absolute."""
    settings = load({})
    assert settings == Settings()
    assert settings.url == f"sqlite:///{Path('.suara').resolve()}/suara.db"


def test_the_address_of_tablets() -> None:
    """T001: the public address without its last slash, or this machine's own with the port."""
    assert load({"SUARA_PUBLIC_URL": "https://suara.id/"}).tablet_url == "https://suara.id"
    own = load({"SUARA_PORT": "9000"}).tablet_url
    assert own.startswith("http://")
    assert own.endswith(":9000")
    assert load({"SUARA_HOST": "192.0.2.7"}).tablet_url == "http://192.0.2.7:8501"
    assert load({"SUARA_HOST": "2001:db8::7"}).tablet_url == "http://[2001:db8::7]:8501"


def test_a_program_we_start_is_told_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T005: the same settings in another working folder, also those of a file named from here."""
    (tmp_path / "suara.toml").write_text('port = 8600\ndata_dir = "data"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    told = load({"SUARA_CONFIG": "suara.toml"}).environment
    monkeypatch.chdir("/")
    again = load(told)
    assert (again.port, again.data_dir) == (8600, tmp_path / "data")


def test_the_environment_wins(tmp_path: Path) -> None:
    """T002: the port of the environment, the folder of the file, nothing from an empty variable."""
    file = tmp_path / "suara.toml"
    file.write_bytes(b'\xef\xbb\xbfport = 8000\ndata_dir = "/srv/suara"\nhost = "127.0.0.1"\n')
    settings = load(
        {
            "SUARA_CONFIG": str(file),
            "SUARA_PORT": " 9000 ",
            "SUARA_HOST": "",
            "SUARA_DATABASE_URL": "postgresql://kota@localhost/suara",
        }
    )
    assert settings.port == 9000
    assert settings.host == "127.0.0.1"
    assert settings.data_dir == Path("/srv/suara")
    assert settings.url == "postgresql://kota@localhost/suara"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "acht", "80.0", "٣٠٠٠", "8501/tcp"])
def test_a_port_that_is_none(port: str) -> None:
    """T003: only 1 to 65535 in plain digits is a port."""
    with pytest.raises(SettingsError) as caught:
        load({"SUARA_PORT": port})
    assert str(caught.value) == (
        f"SUARA_PORT: '{port}' bukan nomor port. Isi dengan angka 1 sampai 65535, misalnya 8501."
    )


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "selamanya", "36501", "٧"])
def test_a_period_that_is_none(days: str) -> None:
    """T003: nothing is kept for ever, and nothing for no day at all."""
    with pytest.raises(SettingsError, match=r"SUARA_KEEP_TEXT: .* bukan jumlah hari"):
        load({"SUARA_KEEP_TEXT": days})
    assert load({"SUARA_KEEP_TEXT": "90"}).keep_text == 90


@pytest.mark.parametrize("days", ["-1", "91", "7.5", "seminggu", "٧"])
def test_days_that_are_none(days: str) -> None:
    """T003: 0 to 90; and 0 is a number of days, not one that is missing."""
    assert load({"SUARA_TWO_STEP_DAYS": "0"}).two_step_days == 0
    with pytest.raises(SettingsError, match="bukan jumlah hari"):
        load({"SUARA_TWO_STEP_DAYS": days})


def test_a_public_address_without_a_scheme() -> None:
    """T003: a QR code of "suara.id" would open a search, so the scheme is asked for."""
    with pytest.raises(SettingsError, match=r"SUARA_PUBLIC_URL: 'suara\.id' bukan alamat"):
        load({"SUARA_PUBLIC_URL": "suara.id"})


def test_a_home_nobody_has() -> None:
    """T003: a folder in the home of a user who does not exist."""
    with pytest.raises(SettingsError, match="SUARA_DATA_DIR"):
        load({"SUARA_DATA_DIR": "~tidak-ada-orang-ini/suara"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("port = ", "tidak bisa dibaca (TOMLDecodeError)"),
        ("warna = 'biru'", "Pengaturan 'warna' tidak dikenal. Pakai salah satu: alert_email,"),
        ("[suara]\nport = 1", "Pengaturan 'suara' tidak dikenal."),
        ("port = true", "SUARA_PORT: 'True' bukan nomor port."),
        ("database_url = 5", "SUARA_DATABASE_URL: '5' bukan teks."),
        ("data_dir = ['a']", "SUARA_DATA_DIR: '['a']' bukan teks."),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, told: str) -> None:
    """T003: the fault in the TOML file is named, and there is a remedy."""
    file = tmp_path / "suara.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load({"SUARA_CONFIG": str(file)})
    assert told in str(caught.value)
    assert caught.value.remedy.endswith(".")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """T003: a mistyped file name is told, never silently ignored."""
    with pytest.raises(SettingsError, match="FileNotFoundError"):
        load({"SUARA_CONFIG": str(tmp_path / "tidak-ada.toml")})


def test_errors_carry_sentence_and_remedy() -> None:
    """T004: whoever prints an error prints what to do about it."""
    error = GatheringError("Kode C4D7FH sudah ditutup.", remedy="Tanyakan kode baru.")
    assert isinstance(error, SuaraError)
    assert (error.sentence, error.remedy) == ("Kode C4D7FH sudah ditutup.", "Tanyakan kode baru.")
    assert str(error) == "Kode C4D7FH sudah ditutup. Tanyakan kode baru."
    many = QuestionnaireError(
        (
            Problem("a.yaml", "berkas", "masih kosong.", "Isi."),
            Problem("a.yaml", "key", "belum ada.", "Tambahkan."),
        )
    )
    assert "a.yaml, berkas: masih kosong. Isi.; a.yaml, key: belum ada. Tambahkan." in str(many)
