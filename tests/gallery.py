"""Takes the pictures of docs/gallery: `make gallery`.

A real server with the demo round, a real browser, every screen a child meets at three sizes, and
every staff page. Looked at by a person before they are committed.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from child import Child
from chromium import browser
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from server import RunningApp, running_app

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
# Who opens which page.
STAFF = {
    "task_force": ("beranda", "pertemuan", "tema", "kuesioner", "pratinjau"),
    "safeguarding_officer": ("perlindungan",),
    "administrator": ("petugas", "data", "catatan", "akun"),
}
_INSIDE = {"pertemuan": "Lihat", "tema": "Semua tema di klaster ini", "perlindungan": "Buka"}
_COLOURS = 96  # flat drawings: a palette keeps a picture below 60 KiB
_GAP = 24


@dataclass
class Gallery:
    """The pictures taken so far, with what each shows."""

    taken: list[tuple[str, str]] = field(default_factory=list)

    def take(self, page: Page, name: str, shows: str) -> None:
        """One picture of what is on the screen now."""
        page.wait_for_timeout(250)  # the short fade between two screens
        file = GALLERY / f"{name}.png"
        page.screenshot(path=file)
        Image.open(file).convert("RGB").quantize(_COLOURS).save(file, optimize=True)
        self.taken.append((name, shows))

    def write_page(self) -> None:
        """The page that shows them all, and the picture on top of the README."""
        lines = ["# Gallery", "", "Made by `make gallery` from the demo round.", ""]
        for name, shows in self.taken:
            lines += [f"### {shows}", f"![{shows}]({name}.png)", ""]
        (GALLERY / "README.md").write_text("\n".join(lines), encoding="utf-8")
        _side_by_side(GALLERY / "overview.png", "anak-6-9-01", "tema")


@dataclass(frozen=True)
class Tablet:
    """One walk through a questionnaire: which, how large, in which language."""

    questionnaire: str
    age: str
    size: ViewportSize
    language: str


TABLETS = (
    Tablet("suara-anak-6-9", "6-9", {"width": 800, "height": 1280}, "id"),
    Tablet("suara-anak-10-12", "10-12", {"width": 360, "height": 640}, "jv"),
    Tablet("suara-anak-16-17", "16-17", {"width": 1024, "height": 600}, "id"),
)


def main() -> None:
    """Take them all again."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    gallery = Gallery()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder), screened=True) as app,
        sync_playwright() as driver,
        browser(driver) as chromium,
    ):
        _suara(app, "demo")
        for role in STAFF:  # first, while the newest round is the demo
            _suara(app, "user", "add", role, "--password-stdin", "--role", role)
            _staff(chromium, app, gallery, role)
        for tablet in TABLETS:
            _walk(chromium, app, tablet, gallery)
    gallery.write_page()


def _walk(chromium: Browser, app: RunningApp, tablet: Tablet, gallery: Gallery) -> None:
    opened = _suara(
        app, "gathering", "open", "--questionnaire", tablet.questionnaire,
        "--venue", "SD Contoh", "--guardian-consent",
    )  # fmt: skip
    with chromium.new_context(viewport=tablet.size) as context:
        child = Child(context.new_page())
        if tablet is TABLETS[0]:
            child.page.goto(app.url)
            gallery.take(child.page, "anak-kode", "The bare address: a field for the code")
        child.come_in(app.url, opened["code"])
        name = f"anak-{tablet.age}"
        gallery.take(child.page, f"{name}-00", f"{tablet.age}: assent")
        child.tap("tentang")
        gallery.take(child.page, f"{name}-tentang", f"{tablet.age}: what becomes of the answers")
        child.tap("kembali")
        if tablet.language == "jv":
            child.page.locator("button", has_text="Jawa").first.click()
            child.language = "jv"
        child.agree()
        for number, _ in enumerate(_questions(child), 1):
            gallery.take(child.page, f"{name}-{number:02}", f"{tablet.age}: screen {number}")
        gallery.take(child.page, f"{name}-selesai", f"{tablet.age}: sent, with the return words")


def _questions(child: Child) -> Iterator[None]:
    """Each question with something chosen or written, as long as there are any."""
    page = child.page
    step = page.locator(".path .line")
    while step.count():
        if page.locator("label.option").count():
            page.locator("label.option").nth(1).click()
        elif child.field.count() and child.field.get_attribute("inputmode") != "numeric":
            child.write("Tamanku pengin luwih adhem, akeh wite.")
        yield
        before = step.inner_text()
        child.next()
        page.wait_for_timeout(250)
        if step.count() and step.inner_text() == before:  # a kecamatan alone is no answer yet
            child.tap("lewati")
            page.wait_for_timeout(250)


def _staff(chromium: Browser, app: RunningApp, gallery: Gallery, role: str) -> None:
    with chromium.new_context(viewport={"width": 1024, "height": 768}) as context:
        page = context.new_page()
        page.goto(f"{app.url}/masuk")
        if not gallery.taken:
            gallery.take(page, "masuk", "Signing in")
        page.fill("#nama", role)
        page.fill("#sandi", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/beranda")
        for address in STAFF[role]:
            page.goto(f"{app.url}/{address}")
            page.locator("h1, h2, h3").first.wait_for(timeout=30_000)
            page.wait_for_timeout(2500)
            gallery.take(page, address, f"Staff: {address.capitalize()}")
            if address in _INSIDE:
                page.get_by_text(_INSIDE[address]).first.click()
                page.wait_for_timeout(2500)
                gallery.take(page, f"{address}-1", f"Staff: inside {address.capitalize()}")


PASSWORD = "payung-lumut-genteng"


def _suara(app: RunningApp, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "survey_app.cli", *words, "--json"],
        env=os.environ | {"SUARA_DATA_DIR": str(app.data_dir), "SUARA_PORT": str(app.port)},
        input=PASSWORD + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _side_by_side(file: Path, left: str, right: str) -> None:
    first, second = (Image.open(GALLERY / f"{name}.png").convert("RGB") for name in (left, right))
    height = second.height
    first = first.resize((round(first.width * height / first.height), height))
    picture = Image.new("RGB", (first.width + _GAP + second.width, height), "white")
    picture.paste(first, (0, 0))
    picture.paste(second, (first.width + _GAP, 0))
    picture.quantize(_COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main()
