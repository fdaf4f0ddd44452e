"""Staff pages without a browser: what each role sees, is asked, is refused, and is never shown.

G001  Who is not signed in sees no page, only the way to sign in; signing out ends an open page.
G002  A role that may not open a page is told so in a sentence, and gets nothing of it.
G003  An empty installation says on every page what to do next.
G004  A gathering without the guardians' consent is refused with a sentence and a remedy.
G005  A gathering that is opened has its code in the address, and shows code, QR and sheet.
G006  Closing and archiving ask first; pausing does not.
G007  An archived gathering cannot be changed any more.
G008  A round that was never analysed says so, and has no cards.
G009  A theme shows its phrase, how many children, three quotes at most, ages and kelurahan.
G010  Filtered below ten children, neither number nor quote is shown; else numbers by tens.
G011  Words that may disclose harm are shown to the safeguarding officer and to nobody else; the
      task force is told how many wait, facilitators and offices not even that.
G012  A broken database is a sentence, never a trace and never a child's words.
G013  Beranda counts what waits and leads to the next step.
G014  Whatever a child or a clerk writes stays text: no markup, no picture, no address is followed.
G015  The printed sheet needs nothing from outside.
G016  Published questionnaires stand with both languages side by side; faulty files with a remedy.
G017  Two rounds, gatherings or questionnaires of one name can be told apart and chosen.
G018  A theme is renamed, merged or marked only after a yes; "Batal" leaves all as it was.
G019  What was changed is said with who did it, and "Kembalikan" brings back what was.
G020  What a run changed is told below the clusters of the whole round, by tens; never of a part.
G021  What a child takes back is on no page from then on, also on one that somebody just looked at.
G022  The administrator reads who did what, finds it by kind, person and day, and checks the log.
G023  The officer's list orders cases and has none of their words; each opening is written down.
G025  Closed cases stand below the open ones only where they are asked for, fifty at a time.
G026  The weekly sample is read one by one, each opening written down; what was said can be taken
      back, and what was missed is a case. Without a sample it says when there will be one.
G027  The facilitator of a gathering reads that a child wants to talk, where the child let it be
      known; nobody else does. A failing e-mail is told to the officer without the reason.
G024  A case is taken, noted, referred and judged; the only officer cannot close it, and is told.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
import streamlit as st
from heard import SECRET_WORDS, Heard, hear, phrase
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block
from streamlit.util import calc_hash
from tablet import Tablet

from survey_app import safeguarding, sampling
from survey_app.api.shield import COOKIE
from survey_app.errors import Problem
from survey_app.gathering import GatheringState
from survey_app.pages import drawing, frame, print_sheet, protection, questionnaires
from survey_app.people import Action, Page, Program, Role, StaffId, StaffMember, may, pages_for
from survey_app.questionnaire import AgeBand
from survey_app.store import Store, audit, gatherings, notices, people, rounds, theme_events
from survey_app.store.database import now
from survey_app.store.findings import ThemeKey
from survey_app.store.responses import Intake
from survey_app.store.tables import (
    Alerts,
    Audit,
    Comments,
    Gatherings,
    Responses,
    StandingThemes,
    ThemeComments,
)

DOOR = Path(frame.__file__).with_name("door.py")
OFFICER = StaffMember(StaffId(0), "uji", Role.SAFEGUARDING_OFFICER)
WAIT = 20.0  # seconds for one run of a page beside a busy browser
Staff = Callable[..., AppTest]
# Streamlit looks for components in every installed package: AppTest again for each page.
_search_once = cache(manifest_scanner.scan_component_manifests)


@dataclass(frozen=True)
class City:
    """A database in a folder, to be copied."""

    folder: Path
    tokens: Mapping[Role, str]
    heard: Heard | None


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Nothing but one adult of every role, signed in."""
    folder = tmp_path_factory.mktemp("empty")
    store = _store(folder)
    for role in Role:
        people.add_staff(store, f"Uji {role}", "payung-lumut-genteng", role)
    tokens = {role: people.sign_in(store, f"Uji {role}", "payung-lumut-genteng") for role in Role}
    store.close()
    return City(folder, tokens, None)


@pytest.fixture(scope="session")
def heard_city(empty_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same, and a round of 240 children in six classes, analysed."""
    folder = tmp_path_factory.mktemp("heard")
    shutil.copytree(empty_city.folder, folder, dirs_exist_ok=True)
    store = _store(folder)
    heard = hear(store, folder)
    store.close()
    return City(folder, empty_city.tokens, heard)


@pytest.fixture
def installed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A copy of a city that the staff pages of this process use."""
    city = "heard_city" if "heard" in request.fixturenames else "empty_city"
    shutil.copytree(request.getfixturevalue(city).folder, tmp_path, dirs_exist_ok=True)
    for name in [name for name in os.environ if name.startswith("SUARA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SUARA_DATA_DIR", str(tmp_path))
    st.cache_resource.clear()
    st.cache_data.clear()
    store = _store(tmp_path)
    yield store
    store.close()
    st.cache_resource.clear()


@pytest.fixture
def heard(heard_city: City) -> Heard:
    """What stands in the database of a test that asks for this."""
    assert heard_city.heard is not None
    return heard_city.heard


@pytest.fixture
def tokens(empty_city: City) -> Mapping[Role, str]:
    """The cookie of an adult of every role."""
    return empty_city.tokens


def _store(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder}/suara.db", data_dir=folder)


@pytest.fixture
def opened(installed: Store, tokens: Mapping[Role, str], monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Opens a staff page as an adult of this role, with the address' query."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _search_once)

    def show(page: Page, role: Role | None = Role.ADMINISTRATOR, **query: str) -> AppTest:
        cookies = {COOKIE: tokens[role]} if role else {}
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: cookies))
        test = AppTest.from_file(str(DOOR), default_timeout=WAIT)
        # AppTest switches between files only; st.navigation knows a page by this hash.
        test._page_hash = calc_hash(page.value)
        test.query_params.update(query)
        return test.run()

    return show


def words_on(test: AppTest) -> str:
    """Every text of a page."""
    assert not test.exception
    texts = [str(getattr(element, "value", "")) for element in test.main]
    texts += [str(getattr(element, "label", "")) for element in test.main]
    return "\n".join(texts)


def button(test: AppTest, label: str) -> None:
    """Press the button with this label."""
    next(one for one in test.button if one.label == label).click().run()


def labels(test: AppTest) -> list[str]:
    """The buttons of a page."""
    return [one.label for one in test.button]


@pytest.mark.parametrize("page", list(Page))
def test_signed_out_sees_nothing(opened: Staff, heard: Heard, page: Page) -> None:
    """G001: without a valid cookie there is only the way to sign in."""
    test = opened(page, role=None)
    assert "href=/masuk" in words_on(test)
    assert not test.title
    assert not test.button


def test_signing_out_ends_an_open_page(
    opened: Staff, heard: Heard, installed: Store, tokens: Mapping[Role, str]
) -> None:
    """G001: the next press of a button after signing out elsewhere leads to the sign-in."""
    test = opened(Page.THEMES)
    people.sign_out(installed, tokens[Role.ADMINISTRATOR])
    button(test, "Semua tema di klaster ini")
    assert "href=/masuk" in words_on(test)
    assert not test.button


@pytest.mark.parametrize("role", list(Role))
def test_only_pages_of_the_role(opened: Staff, heard: Heard, role: Role) -> None:
    """G002: an address of another role's page says whom to ask, and shows nothing else."""
    for page in Page:
        test = opened(page, role)
        refused = [one.value for one in test.error if "Peran akun Anda" in one.value]
        assert bool(refused) is (page not in pages_for(role))
        if refused:
            assert len(test.main) <= 4  # the title, the way to Beranda, the sentence, the style
            assert not test.button


@pytest.mark.parametrize(
    ("page", "next_step"),
    [
        (Page.HOME, "Buka satu, lalu bagikan kode"),
        (Page.PROTECTION, "Kasus baru tampil sendiri di halaman ini"),
        (Page.GATHERINGS, "Tekan “Pertemuan baru”"),
        (Page.THEMES, "Buka pertemuan pertama"),
        (Page.QUESTIONNAIRES, "suara kuesioner terbitkan"),
        (Page.PREVIEW, "suara kuesioner terbitkan"),
        (Page.ACCOUNT, "Riwayat masuk"),
        (Page.STAFF, "Undang petugas"),
        (Page.AUDIT_LOG, "Periksa keutuhan catatan"),
    ],
)
def test_empty_pages_say_what_to_do(opened: Staff, page: Page, next_step: str) -> None:
    """G003: nobody meets a blank page."""
    role = Role.SAFEGUARDING_OFFICER if page is Page.PROTECTION else Role.ADMINISTRATOR
    assert next_step in words_on(opened(page, role))


def test_no_consent_no_gathering(opened: Staff, heard: Heard, installed: Store) -> None:
    """G004: without the guardians' consent nothing is opened, and the page says what to do."""
    test = _filled_in(opened)
    button(test, "Buka pertemuan")
    assert "izin wali belum dipastikan" in test.error[0].value
    assert "Kumpulkan izin wali" in test.error[0].value
    assert len(gatherings.all_gatherings(installed)) == len(heard.gatherings)


def test_opened_gathering_shows_its_code(opened: Staff, heard: Heard, installed: Store) -> None:
    """G005: with consent the gathering opens; its code, QR and printed sheet are there."""
    test = _filled_in(opened)
    test.checkbox[0].check()
    button(test, "Buka pertemuan")
    newest = gatherings.all_gatherings(installed)[0]
    assert (newest.title, newest.venue, newest.guardian_consent) == ("Kelas 6", "SDN Uji", True)
    assert test.query_params["kode"] == newest.code
    assert f">{newest.code}<" in words_on(test)
    assert test.get("image")
    assert [one.proto.label for one in test.get("download_button")] == ["Unduh lembar cetak"]


def _filled_in(opened: Staff) -> AppTest:
    test = opened(Page.GATHERINGS, baru="ya")
    next(one for one in test.text_input if one.label == "Nama sekolah").input("SDN Uji")
    next(one for one in test.text_input if one.label == "Kelas atau kelompok").input("Kelas 6")
    return test.run()


def test_closing_asks_first(opened: Staff, heard: Heard, installed: Store) -> None:
    """G006: pausing works at once; closing and archiving only after a confirmation."""
    code = heard.gatherings[0].code
    test = opened(Page.GATHERINGS, kode=code)
    button(test, "Jeda")
    assert _state(installed, code) is GatheringState.PAUSED
    button(test, "Tutup")
    assert {"Ya, tutup", "Batal"} <= set(labels(test))
    assert _state(installed, code) is GatheringState.PAUSED
    gatherings.set_state(
        installed, heard.gatherings[0].id, GatheringState.CLOSED, by=Program.COMMAND_LINE
    )
    test = opened(Page.GATHERINGS, kode=code)
    button(test, "Arsipkan")
    assert {"Ya, arsipkan", "Batal"} <= set(labels(test))
    assert _state(installed, code) is GatheringState.CLOSED


def test_archived_stays_archived(opened: Staff, heard: Heard, installed: Store) -> None:
    """G007: after archiving there is nothing left to press."""
    gatherings.set_state(
        installed, heard.gatherings[0].id, GatheringState.ARCHIVED, by=Program.COMMAND_LINE
    )
    test = opened(Page.GATHERINGS, kode=heard.gatherings[0].code)
    assert "Diarsipkan" in words_on(test)
    assert set(labels(test)) == {"Semua pertemuan"}


def _state(store: Store, code: str) -> GatheringState:
    found = gatherings.by_code(store, code)
    assert found is not None
    return found.state


def test_never_analysed(opened: Staff, heard: Heard, installed: Store, tmp_path: Path) -> None:
    """G008: before the first analysis the page offers it, and shows no numbers."""
    with sqlite3.connect(tmp_path / "suara.db") as connection:
        connection.execute("DELETE FROM analysis_runs")
    test = opened(Page.THEMES)
    assert "belum dianalisis" in words_on(test)
    assert labels(test) == ["Analisis sekarang"]


def test_a_theme_and_its_evidence(opened: Staff, heard: Heard) -> None:
    """G009: five clusters first; a theme shows phrase, children, at most three quotes, who."""
    overview = words_on(opened(Page.THEMES))
    for title in ("Hak sipil", "Lingkungan keluarga", "Kesehatan", "Pendidikan", "Perlindungan"):
        assert title in overview
    for wanted in ("Di luar lima klaster", "belum yakin", "480 jawaban terbuka dibaca"):
        assert wanted in overview
    bylaw = words_on(opened(Page.THEMES, tema="tema-0"))
    assert "Di luar lima klaster · Peraturan Daerah tentang KLA" in bylaw
    page = words_on(opened(Page.THEMES, tema="tema-7"))
    assert phrase(7) in page
    assert "12 anak" in page
    assert page.count("<blockquote") == 3
    assert "10-12 tahun" in page
    assert "kelurahan lain" in page
    assert "per sepuluh anak" in page


def test_small_groups_stay_hidden(opened: Staff, heard: Heard) -> None:
    """G010: one class of twenty has fewer than ten children behind any theme."""
    test = opened(Page.THEMES, tema="tema-7")
    next(one for one in test.selectbox if one.label == "Umur").set_value(AgeBand.MIDDLE).run()
    page = words_on(test)
    assert "tidak ditampilkan pada pilihan" in page
    assert "<blockquote" not in page
    assert not re.search(r"\b[1-9] anak", page)


def test_a_part_is_told_by_tens(opened: Staff, heard: Heard) -> None:
    """G010: of one age band the cards say "20–29 anak"; no class can be chosen by itself."""
    test = opened(Page.THEMES)
    assert [one.label for one in test.selectbox] == ["Kelurahan", "Umur"]
    next(one for one in test.selectbox if one.label == "Umur").set_value(AgeBand.MIDDLE).run()
    page = words_on(test)
    assert re.search(r"[1-9]0–[1-9]9 anak", page)
    assert not re.search(r"(?<!–)\b[1-9]\d* anak\b", page.replace("per sepuluh anak", ""))


@pytest.mark.parametrize("role", list(Role))
def test_disclosures_for_one_pair_of_eyes(
    opened: Staff, heard: Heard, installed: Store, role: Role
) -> None:
    """G011: on every page of every role; the officer opens the words, others have only a number."""
    pages = [words_on(opened(page, role)) for page in pages_for(role)]
    assert not any(SECRET_WORDS in page for page in pages)
    urgent, *_ = safeguarding.queue(installed, OFFICER)
    pages.append(words_on(opened(Page.PROTECTION, role, kasus=str(urgent.id))))
    shown = any(SECRET_WORDS in page for page in pages)
    assert shown is (role is Role.SAFEGUARDING_OFFICER)
    if not shown and may(role, Action.COUNT_ALERTS):
        assert "2 hal menunggu petugas perlindungan anak" in pages[0]
    elif not shown:
        assert "menunggu petugas" not in pages[0]


def test_broken_database(
    opened: Staff, heard: Heard, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """G012: a table that is gone is said in one sentence, and the log names no child's words."""
    with sqlite3.connect(tmp_path / "suara.db") as connection:
        connection.execute("ALTER TABLE themes RENAME TO elsewhere")
    test = opened(Page.THEMES)
    assert len(test.error) == 1
    assert "suara check" in test.error[0].value
    assert "Traceback" not in words_on(test)
    assert "no such table" not in caplog.text


def test_home_counts(opened: Staff, heard: Heard) -> None:
    """G013: open gatherings, children who want to talk, and whether all answers are read."""
    page = words_on(opened(Page.HOME))
    assert "<dt>pertemuan terbuka</dt><dd>6</dd>" in page
    assert "<dt>menunggu petugas</dt><dd>2</dd>" in page
    assert "Semua jawaban sudah dianalisis" in page


@pytest.mark.parametrize(
    "written",
    [
        "<img src=x onerror=alert(1)>",
        "![a](http://jahat.test/x.png)",
        "**tebal** :red[x] $x$",
        "HTTPS://jahat.test www.jahat.test a@jahat.test",
    ],
)
def test_written_words_stay_text(written: str) -> None:
    """G014: drawings escape HTML; what Streamlit reads as Markdown is escaped mark by mark."""
    for drawn in (
        drawing.quotes([written], hue="keluarga"),
        drawing.words([written]),
        drawing.row(written, written),
        drawing.table([written], [[written]], caption=written),
        drawing.bars(written, [(written, 3)], hue="keluarga"),
        drawing.numbers([(written, written, True)]),
        drawing.cluster(written, written, written, hue="keluarga"),
        drawing.who_is_here(written, written),
        drawing.code(written, written),
    ):
        assert "<img" not in drawn
    escaped = frame.plain(written)
    seen = re.sub(r"\\(.)", r"\1", escaped)
    assert seen.replace("\u2060", "") == written
    assert not re.search(r"(?i)https?://|www\.|\w@", seen)  # Streamlit makes links of these
    assert not re.search(r"(?<!\\)[\[\]*:$<>!]", escaped)


def test_sheet_needs_nothing_from_outside(heard: Heard) -> None:
    """G015: one file with code, QR and three steps; no script, no picture, no style elsewhere."""
    gathering = heard.gatherings[0]
    page = print_sheet.sheet(gathering, address=f"http://10.0.0.2:8501/isi/{gathering.code}")
    assert gathering.code in page
    assert page.count("<li>") == 3
    assert "<svg" in page
    assert not re.search(r"<script|\bsrc=|\bhref=|url\(|@import", page)


def test_questionnaires_and_faults(
    opened: Staff, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G016: the table has both languages; a faulty file is named with place and remedy."""
    folder = tmp_path / "kuesioner"
    folder.mkdir()
    (folder / "rusak.yaml").write_text("key: rusak\nversion: 0\n", encoding="utf-8")
    monkeypatch.setattr(questionnaires, "FOLDER", folder)
    test = opened(Page.QUESTIONNAIRES)
    page = words_on(test)
    assert "4 pertanyaan" in page
    assert "rusak.yaml" in page
    assert all(isinstance(one, Problem) for one in questionnaires.read_folder(folder).problems)


def test_equal_names_are_told_apart(opened: Staff, heard: Heard, installed: Store) -> None:
    """G017: the newest of two rounds with one name is shown; choosing the other shows that one."""
    rounds.add(installed, heard.round.name, 2027)
    test = opened(Page.THEMES)
    assert "belum dianalisis" in words_on(test)
    choice = test.selectbox[0]
    assert len(set(choice.options)) == 2
    assert "480 jawaban" in words_on(choice.select_index(1).run())


def test_changing_asks_first(opened: Staff, heard: Heard, installed: Store) -> None:
    """G018: each step says what will happen; *Batal* brings the steps back."""
    test = opened(Page.THEMES, tema="tema-7")
    for step, sentence, yes in (
        ("Ganti nama", "Jangan menulis nama orang", "Ya, ganti nama"),
        ("Gabungkan", "Alamat tema ini akan membuka tema itu", "Ya, gabungkan"),
        ("Tidak relevan", "Jawaban anak tetap tersimpan", "Ya, tidak relevan"),
    ):
        button(test, step)
        assert sentence in words_on(test)
        assert {yes, "Batal"} <= set(labels(test))
        button(test, "Batal")
        assert step in labels(test)
    assert phrase(7) in words_on(test)
    assert theme_events.events_of(installed, heard.round.id, ThemeKey("tema-7")) == ()


def test_a_name_and_back(opened: Staff, heard: Heard) -> None:
    """G018, G019: no name is refused with a remedy; the new one stands, then the old one again."""
    test = opened(Page.THEMES, Role.TASK_FORCE, tema="tema-7")
    button(test, "Ganti nama")
    button(test, "Ya, ganti nama")
    assert "Nama tema kosong" in test.error[0].value
    test.text_input[0].input("Kantin <b>sehat</b>")
    button(test, "Ya, ganti nama")
    page = words_on(test)
    assert "<h2>Kantin &lt;b&gt;sehat&lt;/b&gt;</h2>" in page
    assert "Diberi nama" in page
    assert "Uji task_force · " in page
    button(test, "Kembalikan")
    assert phrase(7) in words_on(test)
    assert "Kembalikan" not in labels(test)


def test_a_merge_and_back(opened: Staff, heard: Heard) -> None:
    """G018, G019: the page goes on to the other theme, which counts the children of both."""
    test = opened(Page.THEMES, tema="tema-7")
    button(test, "Gabungkan")
    assert next(one for one in test.button if one.label == "Ya, gabungkan").disabled
    choice = next(one for one in test.selectbox if one.label == "Gabungkan ke")
    choice.set_value(next(one for one in choice.options if phrase(8) in one)).run()
    button(test, "Ya, gabungkan")
    page = words_on(test)
    assert test.query_params["tema"] == "tema-8"
    assert f"Tema “{phrase(7)}” digabung ke sini" in page
    assert "<h2>" + phrase(8) in page
    assert "24 anak" in page or "48 anak" in page
    old_address = words_on(opened(Page.THEMES, tema="tema-7"))
    assert "<h2>" + phrase(8) in old_address
    button(test, "Kembalikan")
    assert phrase(7) in words_on(opened(Page.THEMES, tema="tema-7"))


def test_not_relevant_and_back(opened: Staff, heard: Heard) -> None:
    """G019: it leaves the lists for a folded one, where its page can be found."""
    test = opened(Page.THEMES, tema="tema-7")
    button(test, "Tidak relevan")
    button(test, "Ya, tidak relevan")
    assert "Ditandai tidak relevan" in words_on(test)
    assert "Ganti nama" not in labels(test)
    (folded,) = opened(Page.THEMES).expander
    assert folded.label == "Tema tidak relevan (1)"
    assert phrase(7) in folded.button[0].label
    button(test, "Kembalikan")
    assert "Ganti nama" in labels(test)
    assert not opened(Page.THEMES).expander


def test_what_a_run_changed(opened: Staff, heard: Heard, installed: Store) -> None:
    """G020: folded away, in answers; nothing after the first run, nothing for one age."""
    assert not opened(Page.THEMES).expander
    with installed.writing() as connection:
        sizes = StandingThemes.__table__.update()
        of = StandingThemes.key
        connection.execute(sizes.values(size_before=StandingThemes.size))
        connection.execute(sizes.where(of == "tema-7").values(size_before=3))
        connection.execute(sizes.where(of == "tema-8").values(size_before=99))
        connection.execute(sizes.where(of == "tema-9").values(size_before=0))
    test = opened(Page.THEMES)
    (folded,) = test.expander
    assert folded.label == "Sejak analisis sebelumnya: 1 baru, 1 bertambah, 1 menyusut"
    told = words_on(test)
    for number, kind in ((9, "baru"), (7, "bertambah"), (8, "menyusut")):
        assert f"<td>{phrase(number)}</td><td>{kind}</td>" in told
    for size in ("20–29", "70–79"):
        assert f"<td>{size}</td>" in told
    next(one for one in test.selectbox if one.label == "Umur").set_value(AgeBand.MIDDLE).run()
    assert not test.expander


def test_the_list_of_cases(opened: Staff, heard: Heard, installed: Store) -> None:
    """G023: the urgent one first, then the wish; opening one is an entry, drawing it again none."""
    test = opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER)
    page = words_on(test)
    assert page.index("Mendesak") < page.index("Seorang anak ingin bicara")
    assert "anak ini ingin bicara" in page
    assert "sisa 23 jam" in page
    assert SECRET_WORDS not in page
    assert _opened(installed) == 0
    test.button[0].click().run()
    assert SECRET_WORDS in words_on(test)
    test.run()
    assert _opened(installed) == 1
    button(test, "Semua kasus")
    assert SECRET_WORDS not in words_on(test)
    test.button[0].click().run()
    assert _opened(installed) == 2
    test = opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER)
    next(one for one in test.text_input if one.label == "Cari").input("kelas 1").run()
    assert labels(test) == ["Buka", "Buka"]
    next(one for one in test.text_input if one.label == "Cari").input("kelas 4").run()
    assert labels(test) == []


def _opened(store: Store) -> int:
    with store.reading() as connection:
        told = connection.scalars(sa.select(Audit.facts).where(Audit.event == "alert_opened")).all()
    assert not any(SECRET_WORDS in one for one in told)
    return len(told)


def form(test: AppTest, key: str) -> Block:
    """The form with this key."""
    blocks = (one for one in test.main if isinstance(one, Block))
    return next(one for one in blocks if one.proto and one.proto.form.form_id == key)


def test_the_way_of_a_case(opened: Staff, heard: Heard, installed: Store) -> None:
    """G024: from taking it to the second pair of eyes, which the only officer does not have.

    What is wrong with a form is said in that form.
    """
    urgent, *_ = safeguarding.queue(installed, OFFICER)
    test = opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER, kasus=str(urgent.id))
    assert labels(test) == ["Semua kasus", "Ambil kasus ini"]
    button(test, "Ambil kasus ini")
    assert "Ditangani Uji safeguarding_officer" in words_on(test)
    button(test, "Simpan catatan")
    assert "Catatan kosong" in form(test, "form_note").error[0].value
    next(one for one in test.text_area if one.label == "Catatan").input("Sudah ditelepon")
    button(test, "Simpan catatan")
    assert "Sudah ditelepon" in words_on(test)
    assert not test.error
    button(test, "Catat rujukan")
    assert "Pilih tujuan" in form(test, "form_refer").error[0].value
    choice = next(one for one in test.selectbox if one.label == "Rujuk ke")
    choice.select_index(0)
    button(test, "Catat rujukan")
    assert "Dirujuk ke UPTD PPA" in words_on(test)
    button(test, "Nilai: perlu perhatian")
    assert "Dinilai perlu perhatian" in words_on(test)
    button(test, "Boleh masuk tema")
    next(one for one in test.text_area if one.label == "Apa hasilnya?").input("Aman di nenek")
    button(test, "Usulkan kasus ditutup")
    assert "satu-satunya petugas" in test.info[0].value
    assert "Setuju, tutup kasus" not in labels(test)
    button(test, "Buka kembali")
    assert "Usulkan kasus ditutup" in labels(test)


def test_closed_cases(
    opened: Staff, heard: Heard, installed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G025: one at a time here."""
    monkeypatch.setattr(protection, "_MOST", 1)
    with installed.writing() as connection:
        connection.execute(sa.update(Alerts).values(state="closed"))
    test = opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER)
    assert "Tidak ada kasus di sini" in words_on(test)
    test.selectbox[0].set_value("Selesai").run()
    assert labels(test) == ["Buka", "Lebih lama (1 kasus)"]
    button(test, "Lebih lama (1 kasus)")
    assert labels(test) == ["Buka", "Buka"]


def test_reading_the_sample(opened: Staff, heard: Heard, installed: Store) -> None:
    """G026: harmless, taken back, missed, and the case of it."""
    test = opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER)
    _sample_of(test)
    assert "Belum ada sampel" in words_on(test)
    with installed.writing() as connection:
        lately = now() - timedelta(days=7)
        screened = {"screened": Responses.content_hash, "heard_at": lately}
        connection.execute(sa.update(Responses).values(**screened))
    assert sampling.draw_what_is_over(installed) == 20
    test.run()
    assert "Belum ada yang dibaca" in words_on(test)
    button(test, "Baca berikutnya (20 belum dibaca)")
    test.run()
    assert _read(installed) == 1
    button(test, "Tidak ada apa-apa")
    assert "0 dari 1 yang dibaca terlewat" in words_on(test)
    button(test, "Batalkan")
    assert "Belum ada yang dibaca" in words_on(test)
    button(test, "Terlewat: mendesak")
    assert "1 dari 1 yang dibaca terlewat" in words_on(test)
    button(test, "Buka kasusnya")
    assert "Dilewatkan penyaring" in words_on(test)


def _sample_of(test: AppTest) -> None:
    test.segmented_control[0].set_value("Sampel mingguan").run()


def _read(store: Store) -> int:
    with store.reading() as connection:
        of_samples = sa.select(sa.func.count()).where(Audit.event == "sample_read")
        return connection.scalar(of_samples) or 0


def test_a_child_let_it_be_known(opened: Staff, heard: Heard, installed: Store) -> None:
    """G027: the one who opened it, how many, no name and no word; then a failing e-mail."""
    gathering = heard.gatherings[0]
    own = next(one for one in people.all_staff(installed) if one.role is Role.FACILITATOR)
    with installed.writing() as connection:
        connection.execute(sa.update(Gatherings).values(opened_by=own.id))
    told = "Seorang anak ingin bicara"
    of = {"kode": gathering.code}
    assert told not in words_on(opened(Page.GATHERINGS, Role.FACILITATOR, **of))
    with installed.writing() as connection:
        mine = sa.update(Responses).where(Responses.gathering_id == gathering.id)
        connection.execute(mine.where(Responses.talk_to_adult).values(facilitator_may_know=True))
        two = sa.select(Responses.id).where(Responses.gathering_id == gathering.id).limit(2)
        allowed = sa.update(Responses).where(Responses.id.in_(two))
        connection.execute(allowed.values(talk_to_adult=True, facilitator_may_know=True))
    page = words_on(opened(Page.GATHERINGS, Role.FACILITATOR, **of))
    assert told in page
    assert SECRET_WORDS not in page
    assert told not in words_on(opened(Page.GATHERINGS, Role.TASK_FORCE, **of))
    notices.failed(installed, "Server surel rahasia")
    page = words_on(opened(Page.PROTECTION, Role.SAFEGUARDING_OFFICER))
    assert "Surel kepada petugas gagal sejak" in page
    assert "rahasia" not in page


def test_taken_back_is_gone_at_once(opened: Staff, heard: Heard, installed: Store) -> None:
    """G021: the quote goes, the others stay, and the number is one smaller."""
    quote = f"kutipan 0 dari {phrase(7)}"
    assert quote in words_on(opened(Page.THEMES, tema="tema-7"))
    with installed.reading() as connection:
        number, code = connection.execute(
            sa.select(Comments.response_id, Gatherings.code)
            .join_from(Comments, ThemeComments)
            .join(Gatherings, Gatherings.id == Comments.gathering_id)
            .where(ThemeComments.quote == quote)
        ).one()
    gathering = next(one for one in heard.gatherings if one.code == code)
    intake = Intake(installed)
    intake.submit([Tablet(installed, gathering, id=number).withdrawal()]).result(timeout=20)
    intake.close()
    page = words_on(opened(Page.THEMES, tema="tema-7"))
    assert "kutipan 1 dari" in page
    assert quote not in page
    assert "11 anak" in page


def test_who_did_what(opened: Staff, heard: Heard, installed: Store) -> None:
    """G022: the newest first, in words; each filter leaves out the others."""
    _note(installed, "Bu Uji", audit.Event.THEME_CHANGED, round=7)
    _note(installed, audit.COMMAND_LINE, audit.Event.BACKED_UP, rows=120)
    test = opened(Page.AUDIT_LOG)
    shown = words_on(test)
    assert shown.index("cadangan dibuat") < shown.index("tema diubah")
    assert "baris perintah" in shown
    assert "<td>putaran nomor 7" in shown
    test.selectbox[1].select("Bu Uji").run()
    assert "<td>tema diubah" in words_on(test)
    assert "<td>cadangan dibuat" not in words_on(test)
    test.date_input[0].set_value(date(2020, 1, 1)).run()
    assert "Longgarkan saringannya" in words_on(test)


def test_the_log_is_checked(opened: Staff, heard: Heard, installed: Store) -> None:
    """G022: a log that holds says so; a changed entry is named, with what to do."""
    _note(installed, "Bu Uji", audit.Event.THEME_CHANGED, tema=7)
    test = opened(Page.AUDIT_LOG)
    button(test, "Periksa keutuhan catatan")
    assert "catatan utuh" in test.success[0].value
    with installed.writing() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET name = 'Bu Lain'"))
    button(test, "Periksa keutuhan catatan")
    assert "Catatan nomor 1 diubah" in test.error[0].value


def _note(store: Store, by: str, event: audit.Event, **facts: int) -> None:
    with store.writing() as connection:
        audit.note(connection, by, event, **facts)
