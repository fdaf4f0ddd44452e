"""A tablet goes from child to child: nothing of one is left for the next.

P1  After "Anak berikutnya" nothing the first child wrote is on the screen, in the page, behind
    the back button or after a reload; unsent answers wait in the outbox and nowhere else.
P2  Once they are delivered, nothing of that child is kept in the browser at all.
P3  A child who left in the middle is not shown to the next one, and is sent as far as it got.
P4  Three words bring a child to another tablet, with everything written so far: one response.
P5  Three words take everything back from any tablet: nothing of it stays in the database, and a
    tablet that still held a copy cannot bring it back.
P6  Deleting on the same tablet, even without network, leaves nothing on the tablet and, once it
    is back, nothing on the server.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from child import Child
from playwright.sync_api import BrowserContext, expect
from school import LAST, STEPS, WRITTEN, School
from server import Network, Weather

pytestmark = pytest.mark.browser

SECRET = "Rahasiaku ing wit pelem"


def written(child: Child, text: str = SECRET) -> Child:
    """Answer the first two questions and stand before the third."""
    child.agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.at(2, STEPS)
    child.write(text)
    child.next()
    child.at(3, STEPS)
    return child


def finish(child: Child) -> list[str]:
    """Skip the rest; returns the words to come back with."""
    child.tap("lewati")
    child.at(4, STEPS)
    child.tap("lewati")
    expect(child.page.locator("h1")).to_have_text(child.words("terima_kasih"))
    return child.return_words()


def sees_nothing_of(child: Child, texts: list[str]) -> None:
    """Neither on the screen nor anywhere in the page, typed fields included."""
    page = child.page
    fields = page.locator("input, textarea, select").evaluate_all(
        "all => all.map(one => one.value)"
    )
    for text in texts:
        assert text not in page.content()
        assert text not in fields
    assert page.locator("input:checked").count() == 0


def looks_for(child: Child, texts: list[str]) -> None:
    """A curious second child: the screen, the back button, forward, a reload."""
    page = child.page
    sees_nothing_of(child, texts)
    for look in (page.go_back, page.go_forward, page.reload):
        look()
        page.wait_for_timeout(200)
        if page.url.startswith("http"):
            expect(page.locator("h1")).to_be_visible()
            sees_nothing_of(child, texts)


def places_with(child: Child, texts: list[str]) -> set[str]:
    """Where the browser keeps any of these texts."""
    return {place for text in texts for place in child.places_with(text)}


def test_the_next_child_finds_nothing(
    city: School, wifi: Network, child: Child, eventually: Callable[..., None]
) -> None:
    """P1, P2: first while the answers cannot be sent, then after they were."""
    gathering = city.open_class()
    child.page.goto(wifi.url)
    child.come_in(wifi.url, gathering.code).keeps_the_page()
    wifi.turn(Weather.CUT)
    words = "-".join(finish(written(child)))
    child.sees_state("kirim_tersimpan")
    child.tap("anak_berikutnya")
    expect(child.button("mau")).to_be_visible()
    looks_for(child, [SECRET, words])
    expect(child.page.locator(".waiting")).to_have_text(child.words("menunggu", n=1))
    assert places_with(child, [SECRET, words]) == {"suara-anak/drafts"}

    wifi.turn(Weather.FINE)
    child.page.reload()
    eventually(lambda: not child.drafts(), seconds=30)
    expect(child.page.locator(".waiting")).to_have_text("")
    [stored] = city.responses(gathering)
    assert stored["answers"] == {"wajah": 4, WRITTEN: SECRET, LAST: None, "aman": None}
    assert places_with(child, [SECRET, words, stored["id"]]) == set()
    looks_for(child, [SECRET, words])


def test_a_child_who_left_in_the_middle(
    city: School, tablet: BrowserContext, eventually: Callable[..., None]
) -> None:
    """P3: the next child says "I am another one"; the first one's answers go to the server."""
    gathering = city.open_class()
    first = written(Child(tablet.new_page()).come_in(city.app.url, gathering.code))
    first.page.close()
    second = Child(tablet.new_page()).come_in(city.app.url, gathering.code)
    sees_nothing_of(second, [SECRET])
    second.tap("anak_lain")
    looks_for(second, [SECRET])
    eventually(lambda: not second.drafts())
    assert second.places_with(SECRET) == []
    [stored] = city.responses(gathering)
    assert not stored["finished"]
    assert stored["answers"] == {"wajah": 4, WRITTEN: SECRET}


def come_back(child: Child, words: list[str]) -> None:
    """Open the page for returning children and choose the three words."""
    child.tap("punya_kode")
    for number, word in enumerate(words):
        child.page.locator(f"#kata-{number}").select_option(word)


def test_going_on_and_taking_back_elsewhere(
    own_school: School, new_tablet: Callable[[], BrowserContext], eventually: Callable[..., None]
) -> None:
    """P4, P5: begun on one tablet, finished on a second, withdrawn from a third."""
    gathering, url = own_school.open_class(), own_school.app.url
    first = written(Child(new_tablet().new_page()).come_in(url, gathering.code))
    first.tap("berhenti")
    words = first.return_words()
    first.tap("lanjut_mengisi")
    first.sees_state("kirim_terkirim")

    second = Child(new_tablet().new_page()).come_in(url, gathering.code)
    come_back(second, words)
    second.tap("kembali_lanjut")
    second.at(3, STEPS)
    second.tap("kembali")
    expect(second.field).to_have_value(SECRET)
    second.write(f"{SECRET} lan ing kali")
    second.next()
    assert finish(second) == words
    second.sees_state("kirim_terkirim")
    [stored] = own_school.responses(gathering)
    assert stored["finished"]
    assert stored["answers"][WRITTEN] == f"{SECRET} lan ing kali"

    third = Child(new_tablet().new_page()).come_in(url, gathering.code)
    come_back(third, words)
    third.tap("kembali_hapus")
    third.tap("ya_hapus")
    expect(third.page.get_by_text(third.words("sudah_dihapus"))).to_be_visible()

    first.page.reload()
    first.tap("anak_lain")
    eventually(lambda: not first.drafts())
    [stored] = own_school.responses(gathering)
    assert stored["withdrawn_at"]
    assert stored["answers"] == {}
    assert own_school.quarantined(gathering) == []
    own_school.store.close()
    own_school.app.stop()
    assert nowhere_in(own_school.app.data_dir, SECRET)


def nowhere_in(folder: Path, text: str) -> bool:
    """Whether no file below the folder holds this text: not even in a page no longer in use."""
    return all(
        text.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("weather", [Weather.FINE, Weather.CUT])
def test_deleting_on_the_same_tablet(
    city: School, wifi: Network, child: Child, weather: Weather
) -> None:
    """P6: sent already, then stopped and deleted, with and without network at that moment."""
    gathering = city.open_class()
    written(child.come_in(wifi.url, gathering.code))
    child.sees_state("kirim_terkirim")
    wifi.turn(weather)
    child.tap("berhenti")
    child.tap("berhenti_hapus")
    child.tap("ya_hapus")
    expect(child.page.locator("h1")).to_have_text(child.words("sudah_dihapus"))
    if weather is Weather.CUT:
        expect(child.page.locator(".delivery")).to_contain_text(child.words("hapus_menunggu"))
    assert child.places_with(SECRET) == []
    wifi.turn(Weather.FINE)
    expect(child.page.locator(".delivery")).to_contain_text(
        child.words("sudah_dihapus"), timeout=30_000
    )
    [stored] = city.responses(gathering)
    assert stored["withdrawn_at"]
    assert stored["answers"] == {}
    assert stored["content"] == ""
    assert child.drafts() == []
