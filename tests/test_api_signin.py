"""``/masuk`` and ``/keluar``: how adults come in and go out.

M001 the right name and password give a cookie no script can read, and the page that was wanted
M002 wrong ones are refused alike, in Indonesian, and what was typed is shown only as text
M003 whoever guesses waits longer each time; a colleague cannot be locked out for long
M004 another page cannot sign anybody in or out
M005 after signing in only our own staff pages can follow
M006 signing out ends the sign-in in the database, not only in the browser
M007 a body that is no form is refused
M008 the page itself passes no script, no foreign address, and is not kept
M009 with a second step a password gives no session but a page for the code, for five minutes
M010 a code lets in once; wrong ones are counted by account and by address, whatever the password
M011 who has not set up in time is led to Akun, whatever page was wanted
M012 an invitation is a page of the same kind: opening it uses nothing up, a good password does
M013 a link that is used, withdrawn, old or unknown is one friendly sentence
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest
from doors import Doors, opened_doors

from survey_app.api.signin import safe_next
from survey_app.people import Role
from survey_app.settings import Settings
from survey_app.store import Store, invitations, people, two_step
from survey_app.store.database import now
from survey_app.store.two_step import FREE_CODES

NAME, PASSWORD = "Bu Rini", "kapal-layar-biru"


@pytest.fixture
def doors(sqlite_store: Store, tmp_path: Path, data_dir: Path) -> Iterator[Doors]:
    people.add_staff(sqlite_store, NAME, PASSWORD, Role.FACILITATOR)
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as opened:
        yield opened


def sign_in(
    doors: Doors,
    name: str = NAME,
    password: str = PASSWORD,
    wanted: str = "",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    form = {"nama": name, "sandi": password, "next": wanted}
    return doors.browser.post("/masuk", data=form, headers=headers)


def test_coming_in(doors: Doors) -> None:
    """M001: HttpOnly, SameSite=Lax, gone after a working day; then the page that was wanted."""
    answer = sign_in(doors, wanted="/tema?klaster=pendidikan")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/tema?klaster=pendidikan"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Path=/" in cookie
    token = doors.browser.cookies["suara_petugas"]
    found = people.staff_by_token(doors.store, token)
    assert found is not None
    assert found.name == NAME
    again = doors.browser.get("/masuk?next=/pertemuan")
    assert (again.status_code, again.headers["location"]) == (303, "/pertemuan")


def test_names_are_forgiving(doors: Doors) -> None:
    """M001: spaces around and within a name do not matter."""
    assert sign_in(doors, name="  Bu   Rini ").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [(NAME, "bukan-sandinya"), ("Pak Nobody", PASSWORD), ("", ""), (NAME, ""), (NAME, "x" * 200)],
)
def test_wrong(doors: Doors, name: str, password: str) -> None:
    """M002: the same sentence for a wrong name and a wrong password, and no cookie."""
    answer = sign_in(doors, name, password)
    assert answer.status_code == 401
    assert "Nama atau kata sandi salah. Periksa keduanya, lalu coba lagi." in answer.text
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers
    assert password == "" or password not in answer.text


def test_what_was_typed_is_text(doors: Doors) -> None:
    """M002: a name with a tag in it is shown as typed, and is not a tag."""
    answer = sign_in(doors, name='"><script>alert(1)</script>', wanted='"><script>')
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_guessing_is_slow(doors: Doors) -> None:
    """M003: after many failures even the right password waits, and the page says how long."""
    assert sign_in(doors, password="salah").status_code == 401
    for _ in range(11):
        doors.service.limits.sign_in_person.failed((NAME.casefold(), "127.0.0.1"))
    answer = sign_in(doors)
    assert answer.status_code == 429
    assert "Tunggu 2 menit" in answer.text
    assert 60 < int(answer.headers["retry-after"]) <= 129
    assert sign_in(doors, name="Pak Lain").status_code == 401


@pytest.mark.parametrize("origin", ["https://jahat.example", "null", "http://127.0.0.1:1"])
def test_another_page(doors: Doors, origin: str) -> None:
    """M004: a form on a foreign page neither signs in nor out."""
    headers = {"Origin": origin}
    assert sign_in(doors, headers=headers).status_code == 403
    sign_in(doors)
    assert doors.browser.post("/keluar", headers=headers).status_code == 403
    assert doors.browser.get("/masuk").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://jahat.example/beranda",
        "//jahat.example/beranda",
        "/\\jahat.example",
        "\\\\jahat.example",
        "/beranda/../../etc",
        "javascript:alert(1)",
        "/_stcore/metrics",
        "/tema@jahat.example",
        "http://[",
        "/beranda\r\nSet-Cookie: a=b",
    ],
)
def test_only_our_pages_follow(wanted: str) -> None:
    """M005: whatever the address asks for, one of our pages comes."""
    assert safe_next(wanted) == "/beranda"


@pytest.mark.parametrize("wanted", ["/tema", "/pertemuan?kode=C4D7FH", "/pratinjau?a=1&b=2"])
def test_our_pages_follow(wanted: str) -> None:
    """M005: a staff page with its query is kept."""
    assert safe_next(wanted) == wanted


def test_going_out(doors: Doors) -> None:
    """M006: the token is worth nothing any more, wherever it was copied to."""
    sign_in(doors)
    token = doors.browser.cookies["suara_petugas"]
    answer = doors.browser.post("/keluar")
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert people.staff_by_token(doors.store, token) is None
    assert doors.browser.get("/keluar").status_code == 405
    assert httpx.post(f"{doors.url}/keluar").status_code == 303


def test_not_a_form(doors: Doors) -> None:
    """M007: JSON, a broken body and too much of it are refused without a trace."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert doors.browser.post("/masuk", json={"nama": NAME}).status_code == 400
    assert doors.browser.post("/masuk", content=b"nama=\xff", headers=form).status_code == 400
    assert doors.browser.post("/masuk", content=b"a=1&" * 50, headers=form).status_code == 400
    assert doors.browser.post("/masuk", content=b"a" * 5000, headers=form).status_code == 413


def test_the_page(doors: Doors) -> None:
    """M008: a light page in Indonesian: no script may run in it, nothing foreign is asked for."""
    answer = doors.browser.get("/masuk?next=/tema")
    assert answer.status_code == 200
    assert len(answer.content) < 6000
    assert 'name="next" value="/tema"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "http" not in answer.text.replace("http-equiv", "")
    assert answer.headers["cache-control"] == "no-store"


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(*, later: int = 0) -> str:
    """What the telephone shows now, or some half minutes later."""
    return pyotp.TOTP(SECRET).at(now() + timedelta(seconds=30 * later))


@pytest.fixture
def telephone(doors: Doors) -> tuple[str, ...]:
    """Bu Rini's account asks for codes; these are her recovery codes."""
    token = people.sign_in(doors.store, NAME, PASSWORD)
    return two_step.set_up(doors.store, token, SECRET, code(later=-1))


def send(doors: Doors, typed: str, wanted: str = "/tema") -> httpx.Response:
    return doors.browser.post("/masuk", data={"kode": typed, "next": wanted})


def test_two_steps(doors: Doors, telephone: tuple[str, ...]) -> None:
    """M009, M010: the half is no session; the page wanted comes after the code."""
    answer = sign_in(doors, wanted="/tema?klaster=pendidikan")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/masuk?next=%2Ftema%3Fklaster%3Dpendidikan"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("suara_langkah=")
    for part in ("HttpOnly", "SameSite=lax", "Max-Age=300", "Path=/masuk"):
        assert part in cookie
    half = doors.browser.cookies["suara_langkah"]
    assert "suara_petugas" not in doors.browser.cookies
    forged = httpx.get(f"{doors.url}/beranda", cookies={"suara_petugas": half})
    assert forged.status_code == 303
    page = doors.browser.get(answer.headers["location"])
    assert "Langkah kedua" in page.text
    assert NAME in page.text
    assert 'value="/tema?klaster=pendidikan"' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    answer = send(doors, code(), "/tema?klaster=pendidikan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tema?klaster=pendidikan")
    assert people.staff_by_token(doors.store, doors.browser.cookies["suara_petugas"])
    assert "suara_langkah" not in doors.browser.cookies


def test_a_code_alone(doors: Doors, telephone: tuple[str, ...]) -> None:
    """M009: without a password before it, with a forged half, and after starting anew."""
    assert send(doors, code()).status_code == 401
    doors.browser.cookies.set("suara_langkah", "a" * 43, path="/masuk")
    answer = send(doors, code())
    assert answer.status_code == 401
    assert "Masuk lagi dengan kata sandi" in answer.text
    doors.browser.cookies.clear()
    sign_in(doors)
    half = doors.browser.cookies["suara_langkah"]
    assert 'name="sandi"' in doors.browser.get("/masuk?ulang=ya").text
    assert two_step.who_waits(doors.store, half) is None
    assert send(doors, code()).status_code == 401
    assert "suara_petugas" not in doors.browser.cookies


def test_a_code_read_over_a_shoulder(doors: Doors, telephone: tuple[str, ...]) -> None:
    """M010: it was used; a recovery code works, and works once."""
    sign_in(doors)
    used = code()
    assert send(doors, used).status_code == 303
    doors.browser.cookies.clear()
    sign_in(doors)
    answer = send(doors, used)
    assert answer.status_code == 401
    assert "salah atau sudah dipakai" in answer.text
    assert used not in answer.text
    assert send(doors, telephone[0]).status_code == 303
    doors.browser.cookies.clear()
    sign_in(doors)
    assert send(doors, telephone[0]).status_code == 401


def test_guessing_codes(doors: Doors, telephone: tuple[str, ...]) -> None:
    """M010: a new half, another address or the right code in between are no way around."""
    for number in range(FREE_CODES):
        doors.browser.cookies.clear()
        sign_in(doors)
        assert send(doors, f"00000{number}").status_code == 401
    for typed in (code(), telephone[0]):
        doors.browser.cookies.clear()
        sign_in(doors)
        answer = send(doors, typed)
        assert answer.status_code == 401
        assert "Tunggu 1 menit" in answer.text
    assert "suara_petugas" not in doors.browser.cookies


def test_guessing_codes_from_one_address(doors: Doors, telephone: tuple[str, ...]) -> None:
    """M010: many accounts from one machine: as with passwords."""
    sign_in(doors)
    for _ in range(45):
        doors.service.limits.sign_in_address.failed("127.0.0.1")
    answer = send(doors, code())
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 60


@pytest.mark.parametrize("origin", ["https://jahat.example", "null"])
def test_another_page_sends_no_code(doors: Doors, telephone: tuple[str, ...], origin: str) -> None:
    """M004: neither a code nor an invitation's password."""
    sign_in(doors)
    token, _ = invitations.invite(doors.store, "Pak Baru", Role.OFFICE)
    headers = {"Origin": origin}
    form = {"kode": code(), "next": ""}
    assert doors.browser.post("/masuk", data=form, headers=headers).status_code == 403
    chosen = {"sandi": PASSWORD, "ulang": PASSWORD}
    answer = doors.browser.post(f"/undangan/{token}", data=chosen, headers=headers)
    assert answer.status_code == 403
    assert people.staff_by_name(doors.store, "Pak Baru") is None


def test_too_late_to_set_up(doors: Doors) -> None:
    """M011: only Akun helps."""
    people.add_staff(doors.store, "Kepala", PASSWORD, Role.ADMINISTRATOR)
    assert sign_in(doors, "Kepala", wanted="/tema").headers["location"] == "/tema"
    doors.browser.cookies.clear()
    doors.store.two_step_time = timedelta(0)
    assert sign_in(doors, "Kepala", wanted="/tema").headers["location"] == "/akun"


@pytest.mark.parametrize(
    ("role", "first"), [(Role.FACILITATOR, "/beranda"), (Role.SAFEGUARDING_OFFICER, "/akun")]
)
def test_an_invitation(doors: Doors, role: Role, first: str) -> None:
    """M012: a preview of a messenger opens it and spoils nothing; errors are said."""
    token, _ = invitations.invite(doors.store, "Bu <b>Sari", role)
    address = f"/undangan/{token}"
    for _ in range(2):
        page = doors.browser.get(address)
        assert page.status_code == 200
        assert "Bu &lt;b&gt;Sari" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
    for chosen, again, said in (
        ("kecil", "kecil", "terlalu pendek"),
        ("kotakediri2026", "kotakediri2026", "mudah ditebak"),
        (PASSWORD, "lain", "tidak sama"),
    ):
        answer = doors.browser.post(address, data={"sandi": chosen, "ulang": again})
        assert answer.status_code == 400
        assert said in answer.text
        assert chosen not in answer.text
    answer = doors.browser.post(address, data={"sandi": PASSWORD, "ulang": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, first)
    member = people.staff_by_token(doors.store, doors.browser.cookies["suara_petugas"])
    assert member is not None
    assert (member.name, member.role) == ("Bu <b>Sari", role)
    assert doors.browser.get(address).status_code == 404


def test_no_invitation(doors: Doors) -> None:
    """M013: alike, for whoever asks and whoever sends; with the way to an administrator."""
    made = [invitations.invite(doors.store, name, Role.OFFICE) for name in ("A", "B", "C")]
    (used, _), (withdrawn, one), (old, _) = made
    invitations.accept(doors.store, used, PASSWORD, again=PASSWORD)
    invitations.withdraw(doors.store, one.key, by=people.Program.COMMAND_LINE)
    token, _ = invitations.invite(doors.store, "D", Role.OFFICE, now=now() - invitations.GOOD_FOR)
    told = set()
    for each in (used, withdrawn, token, "tidak-ada", "%00", "a" * 900):
        for method in ("GET", "POST"):
            form = {"sandi": PASSWORD, "ulang": PASSWORD} if method == "POST" else None
            answer = doors.browser.request(method, f"/undangan/{each}", data=form)
            assert answer.status_code == 404
            told.add(answer.text)
    assert len(told) == 1
    assert "Minta undangan baru kepada administrator" in told.pop()
    assert doors.browser.get(f"/undangan/{old}").status_code == 200
    assert doors.browser.get("/undangan/").status_code == 404
    assert doors.browser.put(f"/undangan/{old}").status_code == 405
