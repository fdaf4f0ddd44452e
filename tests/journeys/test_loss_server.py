"""Nothing is lost when the server dies, and nothing is stored twice when it comes back.

S1  Killed (SIGKILL) after it stored a response and before the tablet heard of it: stored once.
S2  Killed with the request in its hands, before it stored anything: it arrives after the restart.
S3  The same on PostgreSQL.
S4  Started again with a newer version of the player: drafts begun on the old one continue there
    and arrive, and the tablet keeps the new page instead of the old.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from child import Child
from databases import PostgresServer
from playwright.sync_api import expect
from school import LAST, STEPS, WRITTEN, School, school
from server import APP, Weather, network

from survey_app.gathering import Gathering

pytestmark = pytest.mark.browser

TEXT = "Omahku cedhak kali, aku wedi banjir"
STORED = {"wajah": 4, WRITTEN: TEXT, LAST: None, "aman": None}


def written(child: Child) -> Child:
    """Answer up to the third question."""
    child.agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.at(2, STEPS)
    child.write(TEXT)
    child.next()
    child.at(3, STEPS)
    return child


def finish(child: Child) -> None:
    """Skip the rest."""
    child.tap("lewati")
    child.at(4, STEPS)
    child.tap("lewati")
    expect(child.page.locator("h1")).to_have_text(child.words("terima_kasih"))


def killed_before_it_could_say_so(
    place: School, child: Child, eventually: Callable[..., None]
) -> Gathering:
    """The journey of S1: the answer of the server vanishes, then the server dies."""
    gathering = place.open_class()
    with network(place.app.port) as wifi:
        child.come_in(wifi.url, gathering.code)
        written(child)
        wifi.turn(Weather.MUTE)
        finish(child)
        eventually(lambda: [row["finished"] for row in place.responses(gathering)] == [True])
        place.app.kill()
        child.sees_state("kirim_tersimpan")
        wifi.turn(Weather.FINE)
        place.app.start()
        child.sees_state("kirim_terkirim", within=40)
    assert child.drafts() == []
    return gathering


def test_killed_between_storing_and_saying_so(
    screened_school: School, child: Child, eventually: Callable[..., None]
) -> None:
    """S1: the tablet sends it again and the server knows it: one row."""
    gathering = killed_before_it_could_say_so(screened_school, child, eventually)
    [stored] = screened_school.responses(gathering)
    assert stored["finished"]
    assert stored["answers"] == STORED
    assert screened_school.quarantined(gathering) == []


def test_killed_between_storing_and_saying_so_on_postgresql(
    postgres: PostgresServer, tmp_path: Path, child: Child, eventually: Callable[..., None]
) -> None:
    """S3: what holds for the embedded database holds for the city's."""
    url = postgres.create("suara_killed")
    with school(tmp_path / "data", database_url=url) as place:
        gathering = killed_before_it_could_say_so(place, child, eventually)
        [stored] = place.responses(gathering)
        assert stored["answers"] == STORED
        assert place.quarantined(gathering) == []
    postgres.drop("suara_killed")


def test_killed_with_the_request_in_its_hands(own_school: School, child: Child) -> None:
    """S2: the system took the request, the app never read it; the tablet kept everything."""
    gathering = own_school.open_class()
    child.come_in(own_school.app.url, gathering.code)
    written(child)
    child.sees_state("kirim_terkirim")
    own_school.app.freeze()
    finish(child)
    child.sees_state("kirim_tersimpan")
    own_school.app.kill()
    [before] = own_school.responses(gathering)
    assert not before["finished"]
    own_school.app.start()
    child.sees_state("kirim_terkirim", within=40)
    [stored] = own_school.responses(gathering)
    assert stored["id"] == before["id"]
    assert stored["finished"]
    assert stored["answers"] == STORED
    assert own_school.quarantined(gathering) == []


def newer_version(folder: Path) -> Path:
    """A copy of the code with another player: its first button is named otherwise."""
    here = APP.parent
    shutil.copy(APP, folder)
    shutil.copytree(here / ".streamlit", folder / ".streamlit")
    for name in ("survey_app", "analysis"):
        shutil.copytree(here / name, folder / name)
    texts = folder / "survey_app" / "wording" / "player.yaml"
    changed, times = re.subn(r"\n    id: Mau\n", "\n    id: Mau sekali\n", texts.read_text())
    assert times == 1
    texts.write_text(changed)
    style = folder / "survey_app" / "player" / "player.css"
    style.write_text(style.read_text() + "\n.newer { display: none }\n")
    return folder / APP.name


def test_started_again_with_a_newer_player(
    own_school: School, child: Child, tmp_path: Path, eventually: Callable[..., None]
) -> None:
    """S4: the open page goes on, a reload brings the new one, the draft is still there."""
    gathering, app = own_school.open_class(), own_school.app
    child.come_in(app.url, gathering.code).keeps_the_page()
    [old] = kept_versions(child)
    written(child)
    app.stop()
    (tmp_path / "newer").mkdir()
    app.start(code=newer_version(tmp_path / "newer"))
    child.tap("kembali")
    child.at(2, STEPS)
    child.write(f"{TEXT} saiki")
    child.next()
    child.sees_state("kirim_terkirim", within=40)

    child.page.reload()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    eventually(lambda: len(kept := kept_versions(child)) == 1 and kept != [old])
    app.kill()
    child.page.reload()
    assert child.page.locator(f"link[href*='{old.rpartition('-')[2]}']").count() == 0
    child.tap("lanjutkan")
    child.at(3, STEPS)
    finish(child)
    child.sees_state("kirim_tersimpan")
    app.start(code=tmp_path / "newer" / APP.name)
    child.sees_state("kirim_terkirim", within=40)
    [stored] = own_school.responses(gathering)
    assert stored["finished"]
    assert stored["answers"] == STORED | {WRITTEN: f"{TEXT} saiki"}
    child.tap("anak_berikutnya")
    expect(child.page.get_by_role("button", name="Mau sekali")).to_be_visible()


def kept_versions(child: Child) -> list[str]:
    """The names of the pages the tablet could show without a server."""
    names: list[str] = child.page.evaluate("() => caches.keys()")
    return names
