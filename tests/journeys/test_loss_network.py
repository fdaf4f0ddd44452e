"""Nothing is lost on a bad Wi-Fi: children answer on, and what they wrote arrives by itself.

N1  A network cut for 60 seconds: a child answers on, reloads, finishes, the next child begins;
    when it is back both arrive, and the words on the screen say where the answers are.
N2  A short cut needs nobody: the tablet tries again by itself.
N3  A half-open network (packets vanish, nothing is refused) is the same as none.
N4  Answers that were stored but never acknowledged are sent again and stored once.
N5  A captive portal says "200 OK" to everything: that is no acknowledgement.
"""

import time
from collections.abc import Callable

import pytest
from child import Child
from playwright.sync_api import BrowserContext, expect
from school import LAST, STEPS, WRITTEN, School
from server import Network, Weather

pytestmark = pytest.mark.browser

CUT_SECONDS = 60  # what the access point of a school needs to restart


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
    """Skip the rest: skipping the last question finishes too."""
    child.tap("lewati")
    child.at(4, STEPS)
    child.tap("lewati")
    expect(child.page.locator("h1")).to_have_text(child.words("terima_kasih"))


def answers(text: str) -> dict[str, object]:
    """What is stored of such a child."""
    return {"wajah": 4, WRITTEN: text, LAST: None, "aman": None}


def test_a_minute_without_network(
    city: School, wifi: Network, tablet: BrowserContext, child: Child
) -> None:
    """N1: everything that is typed during the cut is on the server after it, once."""
    gathering = city.open_class()
    child.come_in(wifi.url, gathering.code).keeps_the_page()
    wifi.turn(Weather.CUT)
    cut_until = time.monotonic() + CUT_SECONDS
    written(child, "Sepur liwat ngarep sekolah")
    child.sees_state("kirim_tersimpan")
    child.page.reload()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    finish(child)
    child.sees_state("kirim_tersimpan")
    child.tap("anak_berikutnya")
    written(child, "Kali ngarep omah resik")
    child.page.wait_for_timeout(max(0.0, cut_until - time.monotonic()) * 1000)
    child.sees_state("kirim_tersimpan")
    assert city.responses(gathering) == []

    wifi.turn(Weather.FINE)
    tablet.set_offline(True)  # the tablet's own Wi-Fi drops and comes back with the access point
    tablet.set_offline(False)
    child.sees_state("kirim_terkirim")
    finish(child)
    child.sees_state("kirim_terkirim")
    stored = {row["answers"][WRITTEN]: row for row in city.responses(gathering)}
    assert set(stored) == {"Sepur liwat ngarep sekolah", "Kali ngarep omah resik"}
    for text, row in stored.items():
        assert row["finished"]
        assert row["answers"] == answers(text)
    assert len(city.responses(gathering)) == 2
    assert child.drafts() == []


def test_the_tablet_tries_again_by_itself(city: School, wifi: Network, child: Child) -> None:
    """N2: no reload, no tap, no event of the browser: a few seconds later it has arrived."""
    gathering = city.open_class()
    child.come_in(wifi.url, gathering.code)
    wifi.turn(Weather.CUT)
    finish(written(child, "Kancaku apik kabeh"))
    child.sees_state("kirim_tersimpan")
    child.page.wait_for_timeout(2500)
    assert city.responses(gathering) == []
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Kancaku apik kabeh")


def test_a_network_that_swallows_everything(city: School, wifi: Network, child: Child) -> None:
    """N3: the child answers on, reloads, finishes; it arrives when packets get through again."""
    gathering = city.open_class()
    child.come_in(wifi.url, gathering.code).keeps_the_page()
    wifi.turn(Weather.SILENT)
    written(child, "Guruku sabar")
    child.sees_state("kirim_tersimpan")
    child.page.reload()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    finish(child)
    child.sees_state("kirim_tersimpan")
    assert city.responses(gathering) == []
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Guruku sabar")


def test_an_answer_of_the_server_that_never_arrives(
    city: School, wifi: Network, child: Child, eventually: Callable[..., None]
) -> None:
    """N4: the tablet keeps what it has no word about; sent twice, it is one row."""
    gathering = city.open_class()
    child.come_in(wifi.url, gathering.code)
    wifi.turn(Weather.MUTE)
    finish(written(child, "Aku pingin perpustakaan"))
    eventually(lambda: [row["finished"] for row in city.responses(gathering)] == [True])
    child.sees_state("kirim_tersimpan")
    assert len(child.drafts()) == 1
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Aku pingin perpustakaan")
    assert city.quarantined(gathering) == []
    assert child.drafts() == []


def test_a_captive_portal_is_no_acknowledgement(city: School, wifi: Network, child: Child) -> None:
    """N5: a login page comes back for every request; the tablet keeps page and answers."""
    gathering = city.open_class()
    child.come_in(wifi.url, gathering.code).keeps_the_page()
    wifi.turn(Weather.PORTAL)
    written(child, "Lapangane amba")
    child.page.reload()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    finish(child)
    child.page.wait_for_timeout(2500)
    child.sees_state("kirim_tersimpan")
    assert wifi.fobbed_off > 2
    assert len(child.drafts()) == 1
    assert city.responses(gathering) == []
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    [stored] = city.responses(gathering)
    assert stored["answers"] == answers("Lapangane amba")
