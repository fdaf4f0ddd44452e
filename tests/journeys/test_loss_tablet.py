"""Nothing is lost on a bad tablet: full, forbidding, on plain HTTP, or with many tabs.

T1  Storage full: what a child writes is sent at once instead, and the screen says so.
T2  Storage full and no network: the child is told to get the teacher, and as long as the page is
    open everything arrives when the network is back.
T3  A browser that forbids all storage: the same.
T4  A plain-HTTP address (no service worker, no randomUUID, no crypto.subtle): the whole
    questionnaire works, a crash loses nothing, and the outbox delivers.
T5  Only the browser's databases are full: the small storage beside them takes over, a reload goes
    on from there, and nothing stays in it once everything is sent.
T6  Several tabs of one tablet, a child in each: nothing is lost or mixed.
T7  A tablet so slow that nothing is written yet when the page ends: the last tap is still there.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from child import Child
from chromium import PLAIN_HOST, lasting_tablet
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from school import LAST, STEPS, WRITTEN, School
from server import Network, Weather

pytestmark = pytest.mark.browser

BLOCK_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def written(child: Child, text: str) -> Child:
    """Answer the first two questions and stand before the third."""
    child.agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.at(2, STEPS)
    child.write(text)
    child.next()
    child.at(3, STEPS)
    return child


def finish(child: Child) -> None:
    """Skip the rest."""
    child.tap("lewati")
    child.at(4, STEPS)
    child.tap("lewati")
    expect(child.page.locator("h1")).to_have_text(child.words("terima_kasih"))


def answers(text: str) -> dict[str, object]:
    """What is stored of such a child."""
    return {"wajah": 4, WRITTEN: text, LAST: None, "aman": None}


def fill_databases(page: Page, origin: str) -> None:
    """Leave no room for IndexedDB and caches.

    Before the player is opened: Chromium looks at the room only when a database is first used.
    """
    page.goto(f"{origin}/masuk")
    tools = page.context.new_cdp_session(page)
    tools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})


# Keeps the drafts of this origin busy, as a slow disk does, until told otherwise.
BUSY_DRAFTS = """() => new Promise((resolve, reject) => {
  window.busy = true;
  const asked = indexedDB.open("suara-anak");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const drafts = asked.result.transaction("drafts", "readwrite").objectStore("drafts");
    const spin = () => {
      if (window.busy) drafts.count().onsuccess = spin;
      resolve();
    };
    spin();
  };
})"""


def fill_up(page: Page, origin: str) -> None:
    """Leave no room: neither in the browser's databases nor in its small storage."""
    fill_databases(page, origin)
    page.evaluate(
        """() => {
          for (let size = 1 << 20; size >= 1; size >>= 1) {
            try {
              for (let n = 0; ; n++) localStorage.setItem(`full-${size}-${n}`, "x".repeat(size));
            } catch (_) { /* no room for this size: a smaller one */ }
          }
        }"""
    )


def test_a_full_tablet_sends_at_once(city: School, child: Child) -> None:
    """T1: nothing can be kept here, so the server has it within moments, every step of it."""
    gathering = city.open_class()
    fill_up(child.page, city.app.url)
    child.come_in(city.app.url, gathering.code)
    written(child, "Kelasku rame")
    child.sees_state("kirim_terkirim", within=4)
    [stored] = city.responses(gathering)
    assert stored["answers"] == {"wajah": 4, WRITTEN: "Kelasku rame"}
    finish(child)
    child.sees_state("kirim_terkirim", within=4)
    [stored] = city.responses(gathering)
    assert stored["finished"]
    assert stored["answers"] == answers("Kelasku rame")


def test_a_full_tablet_without_network(city: School, wifi: Network, child: Child) -> None:
    """T2: the one case where an adult is needed, and the screen says it."""
    gathering = city.open_class()
    fill_up(child.page, wifi.url)
    child.come_in(wifi.url, gathering.code)
    wifi.turn(Weather.CUT)
    written(child, "Toiletku kurang resik")
    child.sees_state("kirim_bantuan")
    finish(child)
    child.sees_state("kirim_bantuan")
    expect(child.page.locator(".delivery")).to_contain_text(child.words("kirim_bantuan_isi"))
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Toiletku kurang resik")


def test_a_browser_that_forbids_storage(
    city: School, wifi: Network, playwright: Playwright, tmp_path: Path, faults: list[str]
) -> None:
    """T3: "block all cookies" takes IndexedDB, localStorage and the service worker away."""
    gathering, profile = city.open_class(), tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(BLOCK_COOKIES))
    with lasting_tablet(playwright, profile) as tablet:
        tablet.on("weberror", lambda error: faults.append(str(error.error)))
        child = Child(tablet.pages[0]).come_in(wifi.url, gathering.code)
        with pytest.raises(Exception, match="Access is denied"):
            child.page.evaluate("localStorage.length")
        written(child, "Perpustakaane tutup")
        child.sees_state("kirim_terkirim", within=4)
        wifi.turn(Weather.CUT)
        finish(child)
        child.sees_state("kirim_bantuan")
        wifi.turn(Weather.FINE)
        child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["finished"]
    assert stored["answers"] == answers("Perpustakaane tutup")


def test_a_plain_http_address(city: School, wifi: Network, tablet: BrowserContext) -> None:
    """T4: a school without HTTPS; the network is away at the end and a tab crashes."""
    gathering, url = city.open_class(), f"http://{PLAIN_HOST}:{wifi.port}"
    child = Child(tablet.new_page()).come_in(url, gathering.code)
    missing = """[isSecureContext, "serviceWorker" in navigator,
                  "randomUUID" in crypto, "subtle" in crypto]"""
    assert child.page.evaluate(missing) == [False, False, False, False]
    written(child, "Dalan ngarep omah peteng")
    child.page.close()
    child = Child(tablet.new_page()).come_in(url, gathering.code)
    child.tap("lanjutkan")
    child.at(3, STEPS)
    wifi.turn(Weather.CUT)
    finish(child)
    child.sees_state("kirim_tersimpan")
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Dalan ngarep omah peteng")
    assert child.drafts() == []


def test_only_the_databases_are_full(city: School, wifi: Network, child: Child) -> None:
    """T5: written to localStorage, read from it after a reload, and cleaned out of it."""
    gathering = city.open_class()
    fill_databases(child.page, wifi.url)
    child.come_in(wifi.url, gathering.code)
    wifi.turn(Weather.CUT)
    written(child, "Sumur ngarep omah")
    child.sees_state("kirim_tersimpan")
    assert child.places_with("Sumur ngarep omah") == ["local"]
    wifi.turn(Weather.FINE)
    child.page.reload()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    finish(child)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Sumur ngarep omah")
    assert child.places_with("Sumur ngarep omah") == []


def test_a_slow_tablet_is_reloaded_at_once(
    city: School, child: Child, tablet: BrowserContext
) -> None:
    """T7: the page is reloaded while every write waits behind another."""
    gathering = city.open_class()
    child.come_in(city.app.url, gathering.code).agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.at(2, STEPS)
    child.sees_state("kirim_terkirim")
    other = tablet.new_page()
    other.goto(f"{city.app.url}/masuk")
    other.evaluate(BUSY_DRAFTS)
    child.write("Tanggaku apik")
    child.next()
    child.at(3, STEPS)
    child.page.reload()
    other.evaluate("() => { window.busy = false; }")
    child.tap("lanjutkan")
    child.at(3, STEPS)
    child.tap("kembali")
    expect(child.field).to_have_value("Tanggaku apik")


@pytest.mark.parametrize("secure", [True, False], ids=["https", "http"])
def test_many_tabs_on_one_tablet(
    city: School,
    wifi: Network,
    tablet: BrowserContext,
    eventually: Callable[..., None],
    secure: bool,
) -> None:
    """T6: three tabs, three children, all begun without network; one of them reloads."""
    gathering = city.open_class()
    url = wifi.url if secure else f"http://{PLAIN_HOST}:{wifi.port}"
    texts = ["Anak siji", "Anak loro", "Anak telu"]
    children = [Child(tablet.new_page()).come_in(url, gathering.code) for _ in texts]
    wifi.turn(Weather.CUT)
    for child, text in zip(children, texts, strict=True):
        written(child, text)
    wifi.turn(Weather.FINE)
    second = children[1]
    second.page.reload()
    expect(second.button("lanjutkan").or_(second.button("mau"))).to_be_visible()
    second.tap("lanjutkan")
    second.at(3, STEPS)
    second.tap("kembali")
    expect(second.field).to_have_value("Anak loro")
    second.next()
    late = Child(tablet.new_page()).come_in(url, gathering.code)
    expect(late.button("mau")).to_be_visible()
    for child in children:
        finish(child)
    for child in children:
        child.sees_state("kirim_terkirim", within=30)
    stored = city.responses(gathering)
    assert sorted(row["answers"][WRITTEN] for row in stored) == sorted(texts)
    assert all(row["answers"] == answers(row["answers"][WRITTEN]) for row in stored)
    eventually(lambda: not late.drafts())
    assert city.quarantined(gathering) == []
