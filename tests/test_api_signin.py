"""``/masuk`` and ``/keluar``: how adults come in and go out.

M001 the right name and password give a cookie no script can read, and the page that was wanted
M002 wrong ones are refused alike, in Indonesian, and what was typed is shown only as text
M003 whoever guesses waits longer each time; a colleague cannot be locked out for long
M004 another page cannot sign anybody in or out
M005 after signing in only our own staff pages can follow
M006 signing out ends the sign-in in the database, not only in the browser
M007 a body that is no form is refused
M008 the page itself passes no script, no foreign address, and is not kept
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from doors import Doors, opened_doors

from survey_app.api.signin import safe_next
from survey_app.people import Role
from survey_app.settings import Settings
from survey_app.store import Store, people

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
