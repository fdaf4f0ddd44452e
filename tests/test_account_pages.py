"""Pages of accounts without a browser: Petugas, the second step on Akun, and who is held back.

XA01  Petugas lists every account with role, state and last sign-in; a long list can be searched.
XA02  An invitation's link is shown until it was passed on; an open one is withdrawn with a press.
XA03  A role is changed, an account switched off after a yes and on again; the last administrator
      stays, also against a late press.
XA04  The second step of somebody else is reset after a yes; of the own account not at all.
XA05  Akun sets the second step up with a code, shows recovery codes once, renews and ends it.
XA06  Within the time a banner on Beranda and Akun says until when; others see none.
XA07  After it every page but Akun is refused with the remedy, for each role that needs it; no
      function behind a button works; once set up, all pages are there.
"""

from collections.abc import Mapping

import pyotp
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest
from test_pages import (
    Staff,
    button,
    empty_city,
    installed,
    labels,
    opened,
    tokens,
    words_on,
)

from survey_app.errors import SignInError
from survey_app.passwords import codes
from survey_app.people import Page, Program, Role, needs_two_steps
from survey_app.store import Store, invitations, people, two_step
from survey_app.store.tables import Audit

# The cities and adults of test_pages serve here as well.
__all__ = ["empty_city", "installed", "opened", "tokens"]

PASSWORD = "payung-lumut-genteng"
ADMINISTRATOR = f"Uji {Role.ADMINISTRATOR}"
NEEDING = [role for role in Role if needs_two_steps(role)]


def account_of(store: Store, role: Role) -> str:
    """The address of an account on Petugas."""
    return str(people.known(store, f"Uji {role}").id)


def set_up(store: Store, token: str) -> None:
    """A second step, set up elsewhere."""
    secret = codes.new_secret()
    two_step.set_up(store, token, secret, pyotp.TOTP(secret).now())


def test_the_list(opened: Staff, installed: Store) -> None:
    """XA01: five accounts at a glance, twenty with a search."""
    people.set_active(installed, f"Uji {Role.OFFICE}", active=False)
    shown = words_on(opened(Page.STAFF))
    for told in ("Uji facilitator", "Fasilitator", "kata sandi saja", "Dinonaktifkan",
                 "dua langkah belum dipasang", "Terakhir masuk"):  # fmt: skip
        assert told in shown
    assert "Cari nama" not in shown
    for number in range(15):
        people.add_staff(installed, f"Guru {number:02}", PASSWORD, Role.FACILITATOR)
    test = opened(Page.STAFF)
    assert "Belum pernah masuk" in words_on(test)
    test.text_input(key="account_search").input("guru 07").run()
    assert "Guru 07" in words_on(test)
    assert "Guru 08" not in words_on(test)
    test.text_input(key="account_search").input("bukan siapa-siapa").run()
    assert "Tidak ada akun dengan nama itu" in words_on(test)


def _invite(test: AppTest, name: str) -> AppTest:
    next(one for one in test.text_input if one.label == "Nama untuk masuk").input(name)
    button(test, "Buat undangan")
    return test


def test_inviting(opened: Staff, installed: Store) -> None:
    """XA02: the link opens the invitation; after "Selesai" it is nowhere, and can be withdrawn."""
    test = _invite(opened(Page.STAFF), "Uji office")
    assert "sudah dipakai" in test.error[0].value
    _invite(test, "Bu *Sari*")
    link = test.code[0].value
    token = link.rpartition("/undangan/")[2]
    found = invitations.by_token(installed, token)
    assert found is not None
    assert (found.name, found.role) == ("Bu *Sari*", Role.FACILITATOR)
    test.run()
    assert test.code[0].value == link
    button(test, "Selesai")
    assert not test.code
    assert token not in words_on(test)
    assert "Undangan yang belum dipakai" in words_on(test)
    button(test, "Tarik")
    assert invitations.by_token(installed, token) is None
    assert "Undangan yang belum dipakai" not in words_on(test)


def test_withdrawn_while_shown(opened: Staff, installed: Store) -> None:
    """XA02: a link that is void is not shown any longer."""
    test = _invite(opened(Page.STAFF), "Bu Sari")
    button(test, "Tarik")
    assert not test.code
    assert "Buat undangan" in labels(test)


def test_one_account(opened: Staff, installed: Store, tokens: Mapping[Role, str]) -> None:
    """XA03: another role from the next click on; off only after a yes, and on again."""
    with pytest.raises(SignInError):
        people.sign_in(installed, f"Uji {Role.OFFICE}", "bukan-sandinya", address="10.0.0.9")
    test = opened(Page.STAFF, akun=account_of(installed, Role.OFFICE))
    assert "<td>Ditolak: kata sandi salah</td><td>10.0.0.9</td>" in words_on(test)
    assert next(one for one in test.button if one.label == "Simpan peran").disabled
    test.selectbox[0].select(Role.FACILITATOR).run()
    button(test, "Simpan peran")
    assert people.known(installed, "Uji office").role is Role.FACILITATOR
    button(test, "Nonaktifkan akun")
    button(test, "Batal")
    assert people.known(installed, "Uji office").active
    button(test, "Nonaktifkan akun")
    button(test, "Ya, nonaktifkan")
    assert not people.known(installed, "Uji office").active
    assert people.staff_by_token(installed, tokens[Role.OFFICE]) is None
    assert "Dinonaktifkan" in words_on(test)
    button(test, "Aktifkan lagi")
    assert people.known(installed, "Uji office").active
    with installed.reading() as connection:
        log = list(connection.scalars(sa.select(Audit.facts).where(Audit.name == ADMINISTRATOR)))
    assert len([one for one in log if '"change"' in one]) == 3
    for number in ("99", "x" * 30):
        assert "Akun itu tidak ada" in opened(Page.STAFF, akun=number).warning[0].value


def test_the_last_administrator(opened: Staff, installed: Store) -> None:
    """XA03: said in a sentence; and a press after one's own role was taken does nothing."""
    test = opened(Page.STAFF, akun=account_of(installed, Role.ADMINISTRATOR))
    assert "Ini akun Anda sendiri" in words_on(test)
    button(test, "Nonaktifkan akun")
    button(test, "Ya, nonaktifkan")
    assert "administrator terakhir" in test.error[0].value
    people.add_staff(installed, "Kepala Baru", PASSWORD, Role.ADMINISTRATOR)
    test = opened(Page.STAFF, akun=account_of(installed, Role.OFFICE))
    button(test, "Nonaktifkan akun")
    people.set_role(installed, ADMINISTRATOR, Role.OFFICE)
    button(test, "Ya, nonaktifkan")
    assert people.known(installed, "Uji office").active
    assert "Peran akun Anda" in test.error[0].value


def test_resetting(opened: Staff, installed: Store, tokens: Mapping[Role, str]) -> None:
    """XA04: the officer's telephone is lost; nobody gets rid of the own second step here."""
    for role in NEEDING:
        set_up(installed, tokens[role])
    officer = f"Uji {Role.SAFEGUARDING_OFFICER}"
    test = opened(Page.STAFF, akun=account_of(installed, Role.ADMINISTRATOR))
    assert "Atur ulang dua langkah" not in labels(test)
    test = opened(Page.STAFF, akun=account_of(installed, Role.SAFEGUARDING_OFFICER))
    button(test, "Atur ulang dua langkah")
    assert people.known(installed, officer).two_step
    button(test, "Ya, atur ulang")
    assert not people.known(installed, officer).two_step
    assert "dua langkah belum dipasang" in words_on(test)


def _type(test: AppTest, code: str, yes: str) -> None:
    test.text_input(key="two_step_code").input(code)
    button(test, yes)


def test_setting_up(opened: Staff, installed: Store) -> None:
    """XA05: a wrong code says what to do and keeps the same QR; the codes are shown once."""
    test = opened(Page.ACCOUNT, Role.FACILITATOR)
    button(test, "Pasang")
    shown = words_on(test)
    secret = shown.partition("<p class=sa-secret>")[2].partition("<")[0].replace(" ", "")
    assert len(secret) == 32
    assert test.get("image")
    _type(test, "000000", "Aktifkan")
    assert "Periksa jam telepon" in test.error[0].value
    assert codes.groups_of_four(secret) in words_on(test)
    _type(test, pyotp.TOTP(secret).now(), "Aktifkan")
    fresh = test.code[0].value.split("\n")
    assert len(fresh) == codes.RECOVERY_CODES
    assert secret not in words_on(test).replace(" ", "")
    assert people.known(installed, f"Uji {Role.FACILITATOR}").two_step
    button(test, "Sudah saya simpan")
    assert not test.code
    assert "10 kode cadangan tersisa" in words_on(test)
    button(test, "Kode cadangan baru")
    _type(test, fresh[0], "Ya, buat yang baru")
    renewed = test.code[0].value.split("\n")
    assert not set(renewed) & set(fresh)
    button(test, "Sudah saya simpan")
    button(test, "Matikan")
    button(test, "Batal")
    button(test, "Matikan")
    _type(test, fresh[1], "Ya, matikan")
    assert "salah atau sudah dipakai" in test.error[0].value
    _type(test, renewed[1], "Ya, matikan")
    assert not people.known(installed, f"Uji {Role.FACILITATOR}").two_step
    assert "Pasang" in labels(test)


def test_cancelled(opened: Staff, installed: Store) -> None:
    """XA05: another secret each time, and nothing is on."""
    test = opened(Page.ACCOUNT, Role.FACILITATOR)
    secrets = set()
    for _ in range(2):
        button(test, "Pasang")
        secrets.add(words_on(test).partition("<p class=sa-secret>")[2].partition("<")[0])
        button(test, "Batal")
    assert len(secrets) == 2
    assert not people.known(installed, f"Uji {Role.FACILITATOR}").two_step


@pytest.mark.parametrize("role", list(Role))
def test_until_when(opened: Staff, installed: Store, role: Role) -> None:
    """XA06: seven days from the day of the role; who has it set up sees nothing."""
    for page in (Page.HOME, Page.ACCOUNT):
        told = "Pasang verifikasi dua langkah sampai" in words_on(opened(page, role))
        assert told is (role in NEEDING)


def test_set_up_no_banner(opened: Staff, installed: Store, tokens: Mapping[Role, str]) -> None:
    """XA06: and the role that needs it cannot switch it off."""
    set_up(installed, tokens[Role.ADMINISTRATOR])
    assert "sampai" not in words_on(opened(Page.HOME))
    test = opened(Page.ACCOUNT)
    assert "dua langkah aktif" in words_on(test)
    assert "Matikan" not in labels(test)


@pytest.mark.parametrize("role", NEEDING)
def test_held_back(
    opened: Staff, installed: Store, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XA07: every page as every role that needs it, once the time is over."""
    monkeypatch.setenv("SUARA_TWO_STEP_DAYS", "0")
    for page in Page:
        test = opened(page, role)
        refused = any("Pasang dahulu di halaman Akun" in one.value for one in test.error)
        assert refused is (page is not Page.ACCOUNT)
        if refused:
            assert len(test.main) <= 4  # the title, the way to Akun, the sentence, the style
            assert not test.button
        else:
            assert labels(test) == ["Pasang"]
            assert not test.text_input
            assert "waktunya sudah lewat" in test.error[0].value


def test_helped_out(opened: Staff, installed: Store) -> None:
    """XA07: a button of a page that was open does nothing; set up, the menu is back."""
    test = opened(Page.STAFF)
    with installed.writing() as connection:
        connection.execute(sa.text("UPDATE staff SET role_since = '2020-01-01 00:00:00.000000'"))
    _invite(test, "Bu Sari")
    assert invitations.open_invitations(installed, by=Program.COMMAND_LINE) == ()
    assert any("Pasang dahulu" in one.value for one in test.error)
    test = opened(Page.ACCOUNT)
    button(test, "Pasang")
    secret = words_on(test).partition("<p class=sa-secret>")[2].partition("<")[0].replace(" ", "")
    _type(test, pyotp.TOTP(secret).now(), "Aktifkan")
    assert len(test.code[0].value.split("\n")) == codes.RECOVERY_CODES
    assert "Ganti kata sandi" in words_on(test)
    assert not opened(Page.THEMES).error
