"""An officer comes to the city, in a real browser: from the invitation to the second step.

J_A1 invitation, password, set-up with the telephone, recovery codes, out, in with two steps
J_A2 the light pages pass axe-core, work with scripts off, and ask nobody outside
J_A3 Petugas and the set-up on Akun pass axe-core and need no scrolling sideways
"""

import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from laptop import READY_MS, SCREEN, settled
from playwright.sync_api import Browser, BrowserContext, Page, expect
from school import School

from survey_app.api.shield import COOKIE
from survey_app.people import Role
from survey_app.store import people

ADMINISTRATOR, OFFICER = "Kepala Uji", "Bu Sari"
PASSWORD = "kapal-layar-biru"

pytestmark = pytest.mark.browser
Laptop = Callable[..., BrowserContext]


@pytest.fixture
def new_laptop(chromium: Browser, city: School, faults: list[str]) -> Iterator[Laptop]:
    """A laptop with an empty memory; what it asks of other machines counts as a fault."""
    made: list[BrowserContext] = []

    def make(**options: bool) -> BrowserContext:
        context = chromium.new_context(viewport=SCREEN, **options)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        ours = (city.app.url, "data:", "blob:")
        context.on(
            "request",
            lambda asked: None if asked.url.startswith(ours) else faults.append(asked.url),
        )
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def looked_at(page: Page) -> Page:
    """Nothing that axe-core finds, and nothing beyond the right edge."""
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
    return page


def test_an_officer_comes(new_laptop: Laptop, city: School) -> None:
    """J_A1, J_A2, J_A3: two people at two laptops, and a telephone."""
    people.add_staff(city.store, ADMINISTRATOR, PASSWORD, Role.ADMINISTRATOR)
    token = people.sign_in(city.store, ADMINISTRATOR, PASSWORD)
    desk = new_laptop()
    desk.add_cookies([{"name": COOKIE, "value": token, "url": city.app.url}])
    link = _invited(desk.new_page(), city.app.url)
    page = new_laptop().new_page()
    page.goto(link)
    expect(page.get_by_text(f"{OFFICER} · Petugas perlindungan anak")).to_be_visible()
    looked_at(page)
    page.get_by_label("Kata sandi baru", exact=True).fill(PASSWORD)
    page.get_by_label("Kata sandi baru, sekali lagi").fill(PASSWORD)
    page.get_by_role("button", name="Simpan dan masuk").click()
    secret, recovery = _set_up(page)
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("Undangan ini tidak berlaku")
    looked_at(page)
    page.goto(f"{city.app.url}/perlindungan")
    _two_steps(page, pyotp.TOTP(secret).at(int(time.time()) + 30))
    expect(page.get_by_role("heading", level=1)).to_have_text("Perlindungan", timeout=READY_MS)
    plain = new_laptop(java_script_enabled=False).new_page()
    plain.goto(f"{city.app.url}/masuk")
    _two_steps(plain, recovery, scripts=False)
    assert plain.url == f"{city.app.url}/beranda"


def _invited(page: Page, url: str) -> str:
    """The administrator invites; the link is what the page shows."""
    page.goto(f"{url}/petugas")
    name = page.get_by_label("Nama untuk masuk")
    expect(name).to_be_visible(timeout=READY_MS)
    name.fill(OFFICER)
    page.get_by_role("combobox", name="Peran").click()
    page.get_by_role("option", name="Petugas perlindungan anak").click()
    page.get_by_role("button", name="Buat undangan").click()
    link = page.locator("[data-testid=stCode] code")
    expect(link).to_contain_text("/undangan/")
    looked_at(settled(page))
    return f"{url}/undangan/{link.inner_text().strip().rpartition('/')[2]}"


def _set_up(page: Page) -> tuple[str, str]:
    """The telephone reads the secret; return it and one recovery code."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Akun", timeout=READY_MS)
    page.get_by_role("button", name="Pasang", exact=True).click()
    shown = page.locator(".sa-secret")
    expect(shown).to_be_visible()
    expect(page.get_by_alt_text("Kode QR")).to_be_visible()
    looked_at(settled(page))
    secret = shown.inner_text().replace(" ", "")
    page.get_by_label("Kode enam angka").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    codes = page.locator("[data-testid=stCode] code")
    expect(codes).to_be_visible()
    recovery = codes.inner_text().split()
    assert len(recovery) == 10
    looked_at(settled(page))
    page.get_by_role("button", name="Sudah saya simpan").click()
    expect(page.get_by_text("Verifikasi dua langkah aktif")).to_be_visible()
    return secret, recovery[0]


def _two_steps(page: Page, code: str, *, scripts: bool = True) -> None:
    page.get_by_label("Nama").fill(OFFICER)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Langkah kedua")
    page.get_by_label("Kode").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Kode itu salah")
    if scripts:
        looked_at(page)
    page.get_by_label("Kode").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/masuk" not in url)
