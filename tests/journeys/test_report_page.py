"""The report in a real browser: on a phone, on a desk and on paper.

J1  At 360 and 1280 px nothing scrolls sideways, and axe-core finds nothing.
J2  The browser has nothing to complain of, and asks for nothing but the file.
J3  Printed on A4 it stays black on white and keeps all its text.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser
from reported import full_round

from analysis.report import write_report

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_FAULTS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_on_a_screen(chromium: Browser, tmp_path: Path, width: int) -> None:
    """J1, J2: with a word of 200 letters in a comment; the box with the versions open."""
    path = tmp_path / "report.html"
    comments, analysis = full_round()
    write_report(path, comments, analysis)
    with chromium.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(AXE)
        assert page.evaluate(_FAULTS) == []
        assert said == []
        assert asked == [path.as_uri()]


def test_on_paper(chromium: Browser, tmp_path: Path) -> None:
    """J3: cards lose their grounds, themes stay whole."""
    path = tmp_path / "report.html"
    comments, analysis = full_round()
    write_report(path, comments, analysis)
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        style = "(q, name) => getComputedStyle(document.querySelector(q))[name]"
        assert page.evaluate(f"({style})('body', 'backgroundColor')") == "rgb(255, 255, 255)"
        assert page.evaluate(f"({style})('.theme', 'breakInside')") == "avoid"
        assert page.evaluate(f"({style})('.mark', 'backgroundColor')") == "rgb(255, 255, 255)"
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
