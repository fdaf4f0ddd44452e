"""Promises of themes that last in the app, and of what people change in them.

L001  A new name stands in every list at once and after the next run; taken back, it is gone.
L002  A merge counts each child once, leads the old address to the other theme, holds after a run.
L003  Taking a merge back after a run gives both themes what the run found for them.
L004  What is not relevant is in no list, still has its address, and comes back when taken back.
L005  A theme that is gone, merged or not relevant is not changed; no name is no change.
L006  Every change says who made it and when, and who took it back.
L007  A run tells what it changed against the one before, as the themes are shown.
L008  A run that fails while saving changes nothing of what stands.
L009  A child's words are gone with the child: from names that quote them, from words and phrases.
L010  What is read urgent, or taken back while a run works, lends a theme neither phrase nor word.
L011  With a demo round its themes' keys, names and changes go, and only its own.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from reading import read_round
from rows import all_text
from tablet import Tablet

from survey_app.errors import StoreError
from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, findings, people, rounds, standing, theme_events, themes
from survey_app.store.findings import ThemeKey
from survey_app.store.layer import Change
from survey_app.store.responses import Intake
from survey_app.store.tables import StandingThemes, ThemeEvents
from survey_app.store.themes import Count

STORY, WISH = ThemeKey("tema-cerita"), ThemeKey("tema-usul")


@pytest.fixture
def rini(store: Store) -> StaffMember:
    """Somebody of the task force."""
    return people.add_staff(store, "Bu Rini", "payung-lumut-genteng", Role.TASK_FORCE)


@pytest.fixture
def children(store: Store, intake: Intake, gathering: Gathering) -> list[Tablet]:
    """Six children who wrote about parks and lamps, read once."""
    children = write(store, intake, gathering, *[f"taman nomor {n} kotor" for n in range(6)])
    read_round(store, gathering.round_id)
    return children


def write(store: Store, intake: Intake, gathering: Gathering, *stories: str) -> list[Tablet]:
    """Children who write these stories, one each, and wish for the same lamp.

    They are read in the order of their ids, and a theme is called after what is read first.
    """
    ids = sorted(str(uuid.uuid4()) for _ in stories)
    children = [Tablet(store, gathering, id=one) for one in ids]
    envelopes = [
        child.envelope({"cerita": story, "usul": "lampu jalan"})
        for child, story in zip(children, stories, strict=True)
    ]
    intake.submit(envelopes).result(timeout=20)
    return children


def phrases(store: Store, gathering: Gathering) -> dict[str, str]:
    """What each shown theme is called."""
    return {one.key: one.phrase for one in themes.all_themes(store, gathering.round_id)}


def undo(store: Store, gathering: Gathering, theme: ThemeKey, by: StaffMember) -> None:
    """Take the newest change of a theme back."""
    newest = theme_events.events_of(store, gathering.round_id, theme)[0]
    theme_events.take_back(store, gathering.round_id, newest.id, by=by)


def test_a_new_name(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L001: the newest name counts; taking it back brings the one before, then the phrase."""
    before = phrases(store, gathering)
    for name in ("Taman", "  Taman   kota bersih "):
        theme_events.rename(store, gathering.round_id, STORY, name, by=rini)
    for _ in range(2):
        assert phrases(store, gathering)[STORY] == "Taman kota bersih"
        details = themes.theme_details(store, gathering.round_id, STORY)
        assert details is not None
        assert details.card.phrase == "Taman kota bersih"
        card = themes.cluster_cards(store, gathering.round_id).cards[3]
        assert [one.phrase for one in card.themes] == ["Taman kota bersih"]
        read_round(store, gathering.round_id)
    undo(store, gathering, STORY, rini)
    assert phrases(store, gathering)[STORY] == "Taman"
    undo(store, gathering, STORY, rini)
    assert phrases(store, gathering) == before


def test_two_themes_become_one(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L002: six children wrote in both; with two more there are eight, in one theme."""
    theme_events.rename(store, gathering.round_id, WISH, "Penerangan", by=rini)
    theme_events.merge(store, gathering.round_id, WISH, into=STORY, by=rini)
    (made,) = theme_events.events_of(store, gathering.round_id, STORY)
    assert (made.change, made.phrase) == (Change.MERGE, "Penerangan")
    expected = Count(6, 12)
    for _ in range(2):
        assert [one.key for one in themes.all_themes(store, gathering.round_id)] == [STORY]
        for address in (STORY, WISH):
            details = themes.theme_details(store, gathering.round_id, address)
            assert details is not None
            assert (details.card.key, details.card.count) == (STORY, expected)
            assert details.card.phrase != "Penerangan"
            assert details.quotes[1] == "lampu jalan"
        assert themes.themes_of(store, gathering.round_id, None) == ()
        write(store, intake, gathering, "taman", "taman")
        read_round(store, gathering.round_id)
        expected = Count(8, 16)


def test_a_merge_taken_back(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L003: each has its own comments again, those of the run in between as well."""
    theme_events.merge(store, gathering.round_id, WISH, into=STORY, by=rini)
    write(store, intake, gathering, "taman")
    read_round(store, gathering.round_id)
    undo(store, gathering, STORY, rini)
    found = themes.all_themes(store, gathering.round_id)
    assert {one.key: one.count for one in found} == {STORY: Count(7, 7), WISH: Count(7, 7)}


def test_merges_follow_each_other(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L002, L005: what was merged away takes nothing in, so there is never a circle."""
    round_id = gathering.round_id
    theme_events.merge(store, round_id, WISH, into=STORY, by=rini)
    for theme, into in ((STORY, WISH), (WISH, STORY), (STORY, STORY)):
        with pytest.raises(StoreError):
            theme_events.merge(store, round_id, theme, into=into, by=rini)
    undo(store, gathering, STORY, rini)
    theme_events.merge(store, round_id, STORY, into=WISH, by=rini)
    assert [one.key for one in themes.all_themes(store, round_id)] == [WISH]


def test_not_relevant(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L004: the cluster still counts its children."""
    round_id = gathering.round_id
    theme_events.retire(store, round_id, STORY, by=rini)
    for _ in range(2):
        assert [one.key for one in themes.all_themes(store, round_id)] == [WISH]
        assert [one.key for one in themes.all_themes(store, round_id, retired=True)] == [STORY]
        card = themes.cluster_cards(store, round_id).cards[3]
        assert (card.count, card.themes) == (Count(6, 6), ())
        details = themes.theme_details(store, round_id, STORY)
        assert details is not None
        assert details.retired
        read_round(store, round_id)
    undo(store, gathering, STORY, rini)
    assert {one.key for one in themes.all_themes(store, round_id)} == {STORY, WISH}


@pytest.mark.parametrize("name", ["", " \n ", "x" * 81])
def test_no_name(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember, name: str
) -> None:
    """L005: with the remedy, and nothing changed."""
    with pytest.raises(StoreError, match="Nama tema"):
        theme_events.rename(store, gathering.round_id, STORY, name, by=rini)
    assert theme_events.events_of(store, gathering.round_id, STORY) == ()


def test_what_is_not_shown_is_not_changed(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L005: somebody else was quicker; the sentence says so."""
    round_id = gathering.round_id
    theme_events.retire(store, round_id, STORY, by=rini)
    refused: list[Callable[[], None]] = [
        lambda: theme_events.retire(store, round_id, STORY, by=rini),
        lambda: theme_events.rename(store, round_id, STORY, "Taman", by=rini),
        lambda: theme_events.merge(store, round_id, WISH, into=STORY, by=rini),
        lambda: theme_events.retire(store, round_id, ThemeKey("tidak-ada"), by=rini),
    ]
    for change in refused:
        with pytest.raises(StoreError, match="sudah berubah"):
            change()
    assert len(theme_events.events_of(store, round_id, STORY)) == 1


def test_who_and_when(
    store: Store, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L006: also kept when it was taken back, and by whom; twice is once."""
    theme_events.rename(store, gathering.round_id, STORY, "Taman", by=rini)
    (made,) = theme_events.events_of(store, gathering.round_id, STORY)
    assert (made.change, made.name, made.by) == (Change.RENAME, "Taman", "Bu Rini")
    assert abs(made.made_at - datetime.now(UTC)) < timedelta(minutes=1)
    budi = people.add_staff(store, "Pak Budi", "payung-lumut-genteng", Role.ADMINISTRATOR)
    for person in (budi, rini):
        theme_events.take_back(store, gathering.round_id, made.id, by=person)
    assert theme_events.events_of(store, gathering.round_id, STORY) == ()
    with store.reading() as connection:
        kept = connection.execute(
            sa.select(ThemeEvents.staff_id, ThemeEvents.taken_back_by, ThemeEvents.taken_back_at)
        ).one()
    assert (kept.staff_id, kept.taken_back_by) == (rini.id, budi.id)
    assert kept.taken_back_at >= made.made_at


def test_what_a_run_changed(
    store: Store, intake: Intake, gathering: Gathering, children: list[Tablet], rini: StaffMember
) -> None:
    """L007: nothing of the first run; then grown, shrunk, new and vanished, merged ones as one."""
    round_id = gathering.round_id
    assert standing.changes(store, round_id) is None
    intake.submit([Tablet(store, gathering).envelope({"cerita": "kali"})]).result(timeout=20)
    intake.submit([children[0].withdrawal()]).result(timeout=20)
    intake.submit([children[1].withdrawal()]).result(timeout=20)
    read_round(store, round_id)
    changes = standing.changes(store, round_id)
    assert changes is not None
    assert changes.shrunk == {STORY: (6, 5), WISH: (6, 4)}
    assert (changes.new, changes.grown, changes.vanished) == ({}, {}, 0)
    theme_events.merge(store, round_id, WISH, into=STORY, by=rini)
    merged = standing.changes(store, round_id)
    assert merged is not None
    assert merged.shrunk == {STORY: (12, 9)}


def test_new_and_vanished(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L007: a vanished theme is told once and has no name; a run later nobody knows it."""
    first = Tablet(store, gathering)
    intake.submit([first.envelope({"usul": "kolam koi"})]).result(timeout=20)
    read_round(store, gathering.round_id)
    intake.submit([first.withdrawal()]).result(timeout=20)
    intake.submit([Tablet(store, gathering).envelope({"cerita": "taman"})]).result(timeout=20)
    read_round(store, gathering.round_id)
    changes = standing.changes(store, gathering.round_id)
    assert changes is not None
    assert (changes.new, changes.vanished) == ({STORY: 1}, 1)
    read_round(store, gathering.round_id)
    again = standing.changes(store, gathering.round_id)
    assert again is not None
    assert (again.new, again.grown, again.shrunk, again.vanished) == ({}, {}, {}, 0)
    with store.reading() as connection:
        assert connection.scalars(sa.select(StandingThemes.key)).all() == [STORY]


def test_withdrawn_since_the_run(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L007: the last child behind a theme withdraws: vanished at once, also where it was new."""
    first, second = Tablet(store, gathering), Tablet(store, gathering)
    intake.submit([first.envelope({"usul": "kolam koi"})]).result(timeout=20)
    read_round(store, gathering.round_id)
    intake.submit([second.envelope({"cerita": "taman"})]).result(timeout=20)
    read_round(store, gathering.round_id)
    intake.submit([first.withdrawal(), second.withdrawal()]).result(timeout=20)
    changes = standing.changes(store, gathering.round_id)
    assert changes is not None
    assert (changes.new, changes.grown, changes.shrunk, changes.vanished) == ({}, {}, {}, 1)


def test_a_run_that_fails_while_saving(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    children: list[Tablet],
    rini: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """L008: the last step of saving breaks; names, sizes and comments are as before."""
    theme_events.rename(store, gathering.round_id, STORY, "Taman", by=rini)
    write(store, intake, gathering, "kali")
    before = all_text(store)

    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(findings, "look_again_at_changes", fail)
    with pytest.raises(OSError, match="disk"):
        read_round(store, gathering.round_id)
    assert all_text(store) == before


@pytest.mark.parametrize(
    "name", ["Kolam ikan koi", "Pengin kolam ikan koi di taman", "aku pengin kolam ikan koi"]
)
def test_a_name_that_quotes_goes(
    store: Store, intake: Intake, gathering: Gathering, rini: StaffMember, name: str
) -> None:
    """L009: at once, also where it was taken back before; the theme is called by its words."""
    children = write(store, intake, gathering, "aku pengin kolam ikan koi", *["taman"] * 6)
    read_round(store, gathering.round_id)
    for _ in range(2):
        theme_events.rename(store, gathering.round_id, STORY, name, by=rini)
    undo(store, gathering, STORY, rini)
    intake.submit([children[0].withdrawal()]).result(timeout=20)
    assert "kolam ikan koi" not in all_text(store).casefold()
    assert phrases(store, gathering)[STORY] == "taman, main, pohon"


def test_a_name_others_wrote_too_stays(
    store: Store, intake: Intake, gathering: Gathering, rini: StaffMember
) -> None:
    """L009: "taman kota" is a thing, and somebody who is left wrote "pengin taman kota" too."""
    round_id = gathering.round_id
    texts = ["aku pengin taman kota yang bersih", *["pengin taman kota"] * 6]
    children = write(store, intake, gathering, *texts)
    read_round(store, round_id)
    theme_events.rename(store, round_id, STORY, "Pengin taman kota", by=rini)
    theme_events.rename(store, round_id, WISH, "Bersih dan terang", by=rini)
    intake.submit([children[0].withdrawal()]).result(timeout=20)
    assert phrases(store, gathering) == {STORY: "Pengin taman kota", WISH: "Bersih dan terang"}


def test_changes_of_a_theme_nobody_stands_behind(
    store: Store, intake: Intake, gathering: Gathering, rini: StaffMember
) -> None:
    """L009: name and merge go with the last child; what was merged into it is its own again."""
    children = [Tablet(store, gathering) for _ in range(2)]
    answers = {"cerita": "kolam"}, {"usul": "lampu"}
    intake.submit(
        [one.envelope(given) for one, given in zip(children, answers, strict=True)]
    ).result(timeout=20)
    read_round(store, gathering.round_id)
    theme_events.rename(store, gathering.round_id, STORY, "Air untuk bermain", by=rini)
    theme_events.merge(store, gathering.round_id, WISH, into=STORY, by=rini)
    intake.submit([children[0].withdrawal()]).result(timeout=20)
    assert list(phrases(store, gathering)) == [WISH]
    assert "Air untuk bermain" not in all_text(store)


def test_words_of_a_theme_go(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L009: of its four words two stood only in the text that was taken back."""
    children = write(store, intake, gathering, "pohon teduh", *["taman"] * 6)
    read_round(store, gathering.round_id)
    intake.submit([children[0].withdrawal()]).result(timeout=20)
    details = themes.theme_details(store, gathering.round_id, STORY)
    assert details is not None
    assert details.card.words == ("taman", "main")
    assert details.card.phrase == "taman, main"


@pytest.mark.parametrize("urgent", [True, False])
def test_what_nobody_may_see_lends_nothing(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    rini: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    urgent: bool,
) -> None:
    """L010: the first comment, after which the theme is called, turns urgent or is taken back."""
    children = write(store, intake, gathering, "teduh di kamar gelap", *["taman"] * 6)
    read_round(store, gathering.round_id)
    theme_events.rename(store, gathering.round_id, STORY, "Di kamar gelap", by=rini)
    save = findings.save

    def save_late(*arguments: Any) -> int:
        if not urgent:
            intake.submit([children[0].withdrawal()]).result(timeout=20)
        return save(*arguments)

    monkeypatch.setattr(findings, "save", save_late)
    read_round(store, gathering.round_id, urgent="kamar gelap" if urgent else "")
    assert phrases(store, gathering)[STORY] == "taman, main, pohon"
    shown = all_text(store, without=("answers",))
    assert "kamar gelap" not in shown.casefold()


def test_a_demo_round_goes_whole(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    children: list[Tablet],
    rini: StaffMember,
    questionnaire: Questionnaire,
    tmp_path: Any,
) -> None:
    """L011: the real round keeps its name."""
    demo = opened_gathering(store, questionnaire, tmp_path, demo=True)
    write(store, intake, demo, *["kali"] * 6)
    read_round(store, demo.round_id)
    theme_events.rename(store, gathering.round_id, STORY, "Taman asli", by=rini)
    theme_events.rename(store, demo.round_id, STORY, "Kali contoh", by=rini)
    assert rounds.remove_demo(store) == 1
    assert "contoh" not in all_text(store)
    assert phrases(store, gathering)[STORY] == "Taman asli"
