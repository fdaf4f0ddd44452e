"""Promises of what staff see of the children's words.

T001  Counts are of children, not of comments or of clusters a comment is in twice.
T002  Below city level no number under ten children is shown, nor one that would give it away.
T003  A theme of fewer than five children shows neither quote nor phrase, only its words.
T004  A comment with an urgent alert is in no table of comments, theme, quote or export.
T005  A comment of concern counts in its theme and is never quoted.
T006  An alert stays when a later run no longer raises it, and can only become more urgent.
T007  A run takes the place of the one before, and stores nothing a child has taken back meanwhile.
T008  Only the safeguarding officer reads alerts and wishes to talk; a quarantined wish is one too.
T009  Free text is read of children who agreed and are done, from questions marked for it.
T010  What nearly all children of a part said is hidden there too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import plan_for
from reading import read_round
from tablet import Tablet

import analysis
from analysis.rights import Cluster
from survey_app import safeguarding
from survey_app.errors import SignInError
from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program, Role, StaffId, StaffMember
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.screening import Screener
from survey_app.store import Store, findings, gatherings, responses, themes
from survey_app.store.cases import AlertLevel
from survey_app.store.counting import Part
from survey_app.store.findings import ThemeKey
from survey_app.store.responses import Intake
from survey_app.store.tables import Comments, Table
from survey_app.store.themes import Count, PartsToChoose

OFFICER = StaffMember(StaffId(1), "Bu PPA", Role.SAFEGUARDING_OFFICER)
STORY = ThemeKey("tema-cerita")


def write(
    intake: Intake, store: Store, gathering: Gathering, *texts: str, **content: Any
) -> list[Tablet]:
    """Children who write these stories, one each, and wish for the same lamp."""
    children = [Tablet(store, gathering) for _ in texts]
    envelopes = [
        child.envelope({"cerita": text, "usul": "lampu", "wajah": 3}, **content)
        for child, text in zip(children, texts, strict=True)
    ]
    intake.submit(envelopes).result(timeout=20)
    return children


def test_children_are_counted(store: Store, intake: Intake, gathering: Gathering) -> None:
    """T001: twelve children write 24 comments, twelve of them twice in one cluster."""
    write(intake, store, gathering, *["taman"] * 12)
    read_round(store, gathering.round_id)
    overview = themes.cluster_cards(store, gathering.round_id)
    assert overview.total == Count(12, 24)
    cards = {one.cluster: one for one in overview.cards}
    assert list(cards) == list(Cluster)
    assert cards[Cluster.PENDIDIKAN].count == Count(12, 12)
    assert [one.key for one in cards[Cluster.PENDIDIKAN].themes] == [STORY]
    assert cards[Cluster.KELUARGA].count == Count(0, 0)
    assert (overview.outside, overview.unsure) == (Count(12, 12), Count(0, 0))
    outside = themes.themes_of(store, gathering.round_id, None)
    assert [(one.key, one.count) for one in outside] == [("tema-usul", Count(12, 12))]


def test_small_groups_are_hidden(
    store: Store, intake: Intake, gathering: Gathering, questionnaire: Questionnaire
) -> None:
    """T002: city-wide 20; one kelurahan has 8, so the other's 12 would give them away."""
    small = _class(store, gathering, questionnaire, "35.71.02.1012", AgeBand.YOUNG_TEEN)
    write(intake, store, gathering, *["taman"] * 12)
    write(intake, store, small, *["kali"] * 8)
    read_round(store, gathering.round_id)
    round_id = gathering.round_id
    assert themes.cluster_cards(store, round_id).total == Count(20, 40)
    assert themes.parts_to_choose(store, round_id) == PartsToChoose((), ())
    for part in (
        Part(KelurahanCode("35.71.01.1001")),
        Part(KelurahanCode("35.71.02.1012")),
        Part(age_band=AgeBand.MIDDLE),
        Part(age_band=AgeBand.YOUNG_TEEN),
    ):
        hidden = themes.cluster_cards(store, round_id, part=part)
        assert hidden.total == hidden.cards[3].count == Count(None)
        assert hidden.cards[3].themes == ()
        assert themes.theme_details(store, round_id, STORY, part=part) is None
    whole = themes.theme_details(store, round_id, STORY)
    assert whole is not None
    assert set(whole.age_bands.values()) == set(whole.kelurahan.values()) == {None}
    assert set(whole.age_bands) == {AgeBand.MIDDLE, AgeBand.YOUNG_TEEN}


def test_large_parts_are_told_by_tens(
    store: Store, intake: Intake, gathering: Gathering, questionnaire: Questionnaire
) -> None:
    """T002: 25 and 29 children, of whom 12 and 14 speak of the park, all of a lamp."""
    other = _class(store, gathering, questionnaire, "35.71.02.1012", AgeBand.YOUNG_TEEN)
    for sitting, told in ((gathering, 12), (other, 14)):
        write(intake, store, sitting, *["taman"] * told)
        silent = [Tablet(store, sitting).envelope({"usul": "lampu"}) for _ in range(told + 1)]
        intake.submit(silent).result(timeout=20)
    read_round(store, gathering.round_id)
    here = KelurahanCode("35.71.01.1001")
    assert themes.parts_to_choose(store, gathering.round_id) == PartsToChoose(
        (here, KelurahanCode("35.71.02.1012")), (AgeBand.MIDDLE, AgeBand.YOUNG_TEEN)
    )
    part = themes.cluster_cards(store, gathering.round_id, part=Part(here))
    assert (part.total, part.cards[3].count) == (Count(20), Count(10))
    details = themes.theme_details(store, gathering.round_id, STORY, part=Part(here))
    assert details is not None
    assert details.card.count == Count(10)
    assert set(details.quotes) == {"taman"}
    whole = themes.theme_details(store, gathering.round_id, STORY)
    assert whole is not None
    assert whole.card.count == Count(26, 26)
    assert set(whole.age_bands.values()) == set(whole.kelurahan.values()) == {10}


def test_what_nearly_all_said_is_hidden(
    store: Store, intake: Intake, gathering: Gathering, questionnaire: Questionnaire
) -> None:
    """T010: whoever knows a child of that class would know that it said so."""
    other = _class(store, gathering, questionnaire, "35.71.02.1012", AgeBand.YOUNG_TEEN)
    for sitting in (gathering, other):
        write(intake, store, sitting, *["taman"] * 25)
    read_round(store, gathering.round_id)
    here = Part(KelurahanCode("35.71.01.1001"))
    assert themes.theme_details(store, gathering.round_id, STORY, part=here) is None
    assert themes.cluster_cards(store, gathering.round_id, part=here).cards[3].count == Count(20)


def test_a_part_without_children_shows_nothing(
    store: Store, intake: Intake, gathering: Gathering
) -> None:
    """T002: a kelurahan where nobody was asked has no numbers and no themes."""
    write(intake, store, gathering, *["taman"] * 12)
    read_round(store, gathering.round_id)
    nowhere = Part(KelurahanCode("35.71.03.1015"))
    empty = themes.cluster_cards(store, gathering.round_id, part=nowhere)
    assert empty.total == Count(None)
    assert themes.themes_of(store, gathering.round_id, None, part=nowhere) == ()
    assert themes.theme_details(store, gathering.round_id, STORY, part=nowhere) is None
    assert themes.theme_details(store, gathering.round_id, ThemeKey("tidak-ada")) is None


def _class(
    store: Store, beside: Gathering, questionnaire: Questionnaire, place: str, age: AgeBand
) -> Gathering:
    plan = replace(
        plan_for(store, questionnaire),
        round_id=beside.round_id,
        kelurahan_code=place,
        age_band=age,
    )
    return gatherings.open_gathering(store, plan, by=Program.COMMAND_LINE)


@pytest.mark.parametrize(("children", "quoted"), [(4, False), (5, True)])
def test_a_small_theme_is_not_quoted(
    store: Store, intake: Intake, gathering: Gathering, children: int, quoted: bool
) -> None:
    """T003: with four children the phrase gives way to the theme's words, in the database too."""
    write(intake, store, gathering, *[f"pohon nomor {n}" for n in range(children)])
    read_round(store, gathering.round_id)
    details = themes.theme_details(store, gathering.round_id, STORY)
    assert details is not None
    assert len(details.quotes) == (children if quoted else 0)
    assert details.card.phrase.startswith("pohon nomor") is quoted
    assert details.card.words == ("taman", "main", "pohon", "teduh")
    with store.reading() as connection:
        quotes = connection.scalars(sa.select(Table.metadata.tables["theme_comments"].c.quote))
        assert any(quotes) is quoted


def test_a_theme_that_shrinks_loses_its_phrase(
    store: Store, intake: Intake, gathering: Gathering
) -> None:
    """T003: five children, one withdraws: no quote, no phrase, without waiting for a new run."""
    children = write(intake, store, gathering, *[f"pohon nomor {n}" for n in range(5)])
    read_round(store, gathering.round_id)
    intake.submit([children[3].withdrawal()]).result(timeout=20)
    details = themes.theme_details(store, gathering.round_id, STORY)
    assert details is not None
    assert (details.card.count, details.quotes) == (Count(4, 4), ())
    assert details.card.phrase == "taman, main, pohon"


def test_urgent_words_are_nowhere(store: Store, intake: Intake, gathering: Gathering) -> None:
    """T004: the comment leaves an alert and nothing else, now and after the next run."""
    write(intake, store, gathering, *["taman"] * 6, "aku dipukul")
    read_round(store, gathering.round_id, urgent="dipukul")
    for _ in range(2):
        with store.reading() as connection:
            masked = connection.scalars(sa.select(Comments.masked)).all()
        assert len(masked) == 13
        assert "aku dipukul" not in masked
        assert "aku dipukul" not in responses.masked_texts(store, gathering.round_id).values()
        details = themes.theme_details(store, gathering.round_id, STORY)
        assert details is not None
        assert details.card.count == Count(6, 6)
        read_round(store, gathering.round_id)


def test_concern_counts_and_is_not_quoted(
    store: Store, intake: Intake, gathering: Gathering
) -> None:
    """T005: the city sees how often it happens, and nobody's words."""
    write(intake, store, gathering, *["diejek teman"] * 6, "diejek kakak")
    read_round(store, gathering.round_id, concern="kakak")
    details = themes.theme_details(store, gathering.round_id, STORY)
    assert details is not None
    assert details.card.count == Count(7, 7)
    assert details.quotes == ("diejek teman",) * 6
    assert "diejek kakak" not in responses.masked_texts(store, gathering.round_id).values()


def test_alerts_stay_and_grow(store: Store, intake: Intake, gathering: Gathering) -> None:
    """T006: concern, then nothing, then urgent, then concern: one alert, urgent in the end."""
    write(intake, store, gathering, "aku dipukul")
    readings: list[dict[str, str]] = [{"concern": "dipukul"}, {}, {"urgent": "dipukul"}, {}]
    levels = []
    for reading in readings:
        read_round(store, gathering.round_id, **reading)
        levels += [one.level for one in safeguarding.queue(store, OFFICER)]
    assert levels == [AlertLevel.CONCERN] * 2 + [AlertLevel.URGENT] * 2
    assert responses.free_text_answers(store, gathering.round_id)[0].text == "lampu"


def test_a_run_replaces_the_last_one(
    store: Store, intake: Intake, gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T007: nothing doubles; a child who withdraws during the run is not stored again."""
    children = write(intake, store, gathering, *["taman"] * 6)
    read_round(store, gathering.round_id)
    save = findings.save

    def save_late(*arguments: Any) -> int:
        intake.submit([children[0].withdrawal()]).result(timeout=20)
        return save(*arguments)

    monkeypatch.setattr(findings, "save", save_late)
    read_round(store, gathering.round_id)
    assert themes.cluster_cards(store, gathering.round_id).total == Count(5, 10)


def test_only_the_officer_reads(store: Store, intake: Intake, gathering: Gathering) -> None:
    """T008: everybody else is refused; a number of those waiting is all that may be known."""
    write(intake, store, gathering, "aku dipukul", "aku takut", talk_to_adult=True)
    quarantined = Tablet(store, gathering).envelope(talk_to_adult=True) | {"ticket": "salah"}
    intake.submit([quarantined, quarantined]).result(timeout=20)
    read_round(store, gathering.round_id, urgent="dipukul", concern="takut")
    for role in Role:
        if role is not Role.SAFEGUARDING_OFFICER:
            with pytest.raises(SignInError):
                safeguarding.queue(store, StaffMember(StaffId(2), "x", role))
    Screener(store, _as_found).look()
    cases = safeguarding.queue(store, OFFICER, round_id=gathering.round_id)
    levels = [one.level for one in cases]
    assert levels == [AlertLevel.URGENT, *[AlertLevel.TALK] * 3, AlertLevel.CONCERN]
    assert {one.place.gathering for one in cases if one.place} == {"Kelas 5A"}
    assert safeguarding.waiting(store) == 5


def _as_found(texts: Sequence[str]) -> list[analysis.Alert | None]:
    levels = {"aku dipukul": "urgent", "aku takut": "concern"}
    return [
        analysis.Alert(analysis.AlertLevel(levels[text]), "x", "x", "uji", "uji")
        if text in levels
        else None
        for text in texts
    ]


def test_what_the_analysis_reads(store: Store, intake: Intake, gathering: Gathering) -> None:
    """T009: not skipped, blank, refused, or still being written; not from other questions."""
    children = [Tablet(store, gathering) for _ in range(6)]
    intake.submit(
        [
            children[0].envelope({"cerita": "satu", "usul": None, "nama_taman": "bukan ini"}),
            children[1].envelope({"cerita": " \n ", "usul": ""}),
            children[2].envelope({"cerita": "masih menulis"}, finished=False),
            children[3].refusal(),
            children[4].envelope({"cerita": "dua"}),
            children[4].withdrawal(),
        ]
    ).result(timeout=20)
    read = responses.free_text_answers(store, gathering.round_id)
    assert [(one.ref.question, one.text) for one in read] == [("cerita", "satu")]
    assert read[0].asked_about is Cluster.PENDIDIKAN
    assert (read[0].age_band, read[0].kelurahan) == (AgeBand.MIDDLE, "35.71.01.1001")
    gatherings.set_state(store, gathering.id, GatheringState.CLOSED, by=Program.COMMAND_LINE)
    texts = {one.text for one in responses.free_text_answers(store, gathering.round_id)}
    assert texts == {"satu", "masih menulis"}
