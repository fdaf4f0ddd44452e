"""Promises about passwords.

K001  A password is kept as a scrypt hash with its own salt and parameters, never in clear.
K002  One of fewer than twelve characters is refused with the remedy.
K003  What is tried first is refused: common words, the app, the city, the account's own name, with
      years and signs around them, letters written as figures, figures alone, and repetition.
K004  Words that do not belong together are accepted, also where single ones are common.
K005  The one-time password can be read out and typed, and is never refused.
K006  The list is a table of words in small letters, about a thousand of them, and quick to ask.
"""

import time
from pathlib import Path

import pytest

from survey_app import passwords
from survey_app.errors import SignInError
from survey_app.passwords import check, hash_password, is_common, new_password, verify_password

PASSWORD = "delima-biru-42"


def test_passwords_are_hashed(real_cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """K001: two hashes of one password differ, and both verify."""
    monkeypatch.setattr(passwords, "_COST", real_cost)
    one, two = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != two
    assert PASSWORD not in one
    assert one.startswith("scrypt$32768$8$3$")
    assert verify_password(PASSWORD, one)
    assert not verify_password(PASSWORD + " ", one)


@pytest.mark.parametrize(
    "stored", ["", "scrypt$1$2", "scrypt$a$8$3$x$y", "md5$32768$8$3$YQ==$YQ=="]
)
def test_a_damaged_hash_opens_nothing(stored: str) -> None:
    """K001: no error, no entry."""
    assert not verify_password(PASSWORD, stored)


def test_short_passwords_are_refused() -> None:
    """K002: eleven are too few."""
    with pytest.raises(SignInError, match="12"):
        check("zqxjkvbpygf")
    check("zqxjkvbpygfw")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "P@ssw0rd12345", "kata-sandi-ku", "SuaraAnak2026!", "kotakediri123456",
        "S4yangku12345", "IndonesiaMerdeka45", "bismillah786786", "qwertyuiop123", "aaaaaaaaaaaa",
        "abababababab", "123456789012", "081234567890", "!!!!!!!!!!!!", "            ",
        "persikkediri1950", "Bu Rini 2026!!", "burini-kediri",
        "PuskesmasMojoroto", "SEKOLAHKU-2027", "iloveyou-forever", "1q2w3e4r5t6y",
    ],
)  # fmt: skip
def test_what_is_tried_first(password: str) -> None:
    """K003: with the remedy, for the account "Bu Rini"."""
    with pytest.raises(SignInError, match="mudah ditebak"):
        check(password, account="Bu Rini")
    assert is_common(password, account="Bu Rini")


@pytest.mark.parametrize(
    "password",
    [
        "payung genteng lumut", "kapal-layar-biru", "delima-biru-42", "sembilan kucing di taman",
        "kopi hujan sepeda melati", "trowulan9jendela", "xkqjzvw8812pq",
    ],
)  # fmt: skip
def test_what_is_accepted(password: str) -> None:
    """K004: four common words, or fewer that are not in the list."""
    check(password, account="Bu Rini")


def test_one_time_passwords_can_be_read_out() -> None:
    """K005: four groups of four without look-alikes, never the same."""
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all([len(part) for part in one.split("-")] == [4, 4, 4, 4] for one in made)
    assert not set("".join(made)) & set("il1o0")
    for one in made:
        check(one, account="Administrator")


def test_the_list() -> None:
    """K006: what has a figure or a capital in it could never be found; 200 characters are quick."""
    table = Path(passwords.__file__).with_name("common.txt").read_text(encoding="utf-8")
    words = [word for line in table.splitlines() if line[:1] != "#" for word in line.split()]
    assert 1_000 <= len(set(words)) <= 1_500
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    begun = time.perf_counter()
    is_common("kapal layar " * 17)
    is_common("ab" * 100)
    assert time.perf_counter() - begun < 1
