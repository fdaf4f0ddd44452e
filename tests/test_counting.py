"""Promises about numbers, held against somebody who writes down every page and computes.

N001  Whatever follows from all that is shown of one number, by age, by kelurahan and by both
      filters together, is nobody, at least ten children, or the whole city.
N002  So it is even if the reader knew the numbers behind the tens, and which rule hides them.
N003  Numbers of different things (a theme and its class, two themes and their merger) leave no
      exact difference of one to nine.
N004  What is large enough is shown, and nothing is shown that was not asked.
N005  What nearly everybody said is not shown of a part.
N006  The order of a hidden number, and what hides it, do not tell how large it is.
N007  On a real database no page function tells a number below city level but in tens, after a
      merger and a withdrawal too; where quotes stand, ten children of that part stand behind them.
"""

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from heard import Heard, hear
from tablet import Tablet

from survey_app.people import Role
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand
from survey_app.store import Store, people, theme_events, themes
from survey_app.store.counting import Cell, Part, Parts, by_tens, parts_of
from survey_app.store.responses import Intake

PLACES = [KelurahanCode(f"35.71.01.10{n:02}") for n in range(1, 5)]
AGES = list(AgeBand)


def rounds_of_children(
    seed: int, number: int, *, largest: int = 12
) -> list[tuple[dict[Cell, int], dict[Cell, int]]]:
    """(said, asked) of generated rounds: few classes, empty ones, and a class of no kelurahan."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        cells = list(itertools.product([*PLACES, None], AGES))
        chosen = [cells[n] for n in random.permutation(len(cells))[: random.integers(1, largest)]]
        asked = {cell: int(n) for cell, n in zip(chosen, random.poisson(24, 99), strict=False)}
        share = random.choice([0.1, 0.4, 0.8])
        told = [random.binomial(n, random.beta(2, 2 / share)) for n in asked.values()]
        found.append((dict(zip(asked, map(int, told), strict=True)), asked))
    return found


def everything_shown(parts: Parts) -> list[Part]:
    """Every part whose number some page shows: the city, each filter, both, each bar."""
    filters = [Part(place, age) for place in (None, *PLACES) for age in (None, *AGES)]
    return [part for part in filters if parts.shown(part) is not None]


def worked_out(parts: Parts) -> list[int]:
    """Every number of a group of cells that follows from the exact numbers behind what is shown."""
    cells = list(parts.cells)
    counts = np.array([parts.cells[cell] for cell in cells])
    known = np.array(
        [[float(part.holds(cell)) for cell in cells] for part in everything_shown(parts)]
    )
    _, sizes, basis = np.linalg.svd(known)
    hidden = basis[(sizes > 1e-9).sum() :]  # what may vary without any shown number varying
    groups = np.array(list(itertools.product([0, 1], repeat=len(cells))))[1:-1]
    follows = np.abs(groups @ hidden.T).max(axis=1, initial=0) < 1e-7
    return [int(number) for number in groups[follows] @ counts]


@pytest.mark.parametrize("by_few", [False, True])
def test_no_small_number_can_be_worked_out(by_few: bool) -> None:
    """N001, N002: 400 generated rounds, every group of classes one could think of."""
    cut_out = 0
    for said, asked in rounds_of_children(1, 200):
        numbers = worked_out(parts_of(said, asked=asked, by_few=by_few))
        assert [number for number in numbers if 0 < number < 10] == []
        cut_out += len(numbers)
    assert cut_out > 100  # the test would be empty if nothing were ever shown


def test_the_attack_finds_what_the_rule_is_for() -> None:
    """N001: shown without regard for each other, city minus kelurahan and age inside kelurahan."""
    here, there = PLACES[:2]
    alone = {(here, AGES[0]): 20, (there, AGES[1]): 4}
    assert 4 in worked_out(Parts(alone, frozenset([AGES[0]]), frozenset()))
    crossing = {(here, AGES[0]): 20, (here, AGES[1]): 3, (there, AGES[1]): 30}
    careless = Parts(crossing, frozenset(AGES), frozenset(PLACES))
    assert 3 in worked_out(careless)


def test_what_nearly_all_said_does_not_follow() -> None:
    """N005: neither of a part nor of what is left over: ten children never said it."""
    for said, asked in rounds_of_children(2, 200):
        parts = parts_of(said, asked=asked, by_few=True)
        for part in everything_shown(parts):
            told = sum(said[cell] for cell in said if part.holds(cell))
            of = sum(asked[cell] for cell in asked if part.holds(cell))
            assert part.whole or told == 0 or of - told >= 10


def test_two_numbers_leave_no_exact_difference() -> None:
    """N003: a class of 20 to 45, two themes in it, their merger: who said both is never exact."""
    both: dict[tuple[int, ...], set[int]] = defaultdict(set)
    left: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for of in range(20, 46):
        for one in range(10, of - 9):
            left[of, by_tens(one)].add(of - one)
            for other in range(one, of - 9):
                left[of, by_tens(other), by_tens(one)].add(other - one)
                for shared in range(one + 1):
                    merged = one + other - shared
                    if merged <= of:
                        told = by_tens(merged) if merged <= of - 10 else -1
                        both[of, by_tens(one), by_tens(other), told].add(shared)
    for values in (*both.values(), *left.values()):
        assert len(values) > 1 or not values & set(range(1, 10))


def test_one_more_child_seldom_moves_a_number() -> None:
    """N003: of a part, one child in ten moves a number, and then by ten."""
    moves = [by_tens(n + 1) - by_tens(n) for n in range(10, 110)]
    assert (moves.count(0), moves.count(10)) == (90, 10)


def test_what_is_large_is_shown() -> None:
    """N004: two classes in each of two kelurahan, all large; a filter of each, and of both."""
    asked = dict.fromkeys(itertools.product(PLACES[:2], AGES[:2]), 30)
    said = dict.fromkeys(asked, 13)
    parts = parts_of(said, asked=asked, by_few=True)
    assert parts.by_age(Part()) == {AGES[0]: 20, AGES[1]: 20}
    assert parts.by_place(Part(age_band=AGES[0])) == {PLACES[0]: 10, PLACES[1]: 10}
    assert parts.shown(Part(PLACES[0], AGES[1])) == 10
    assert parts.shown(Part()) == 52
    assert parts.shown(Part(PLACES[3])) is None


def test_what_hides_is_a_neighbour() -> None:
    """N006: not the smallest of the others, which would be known to be the smallest."""
    asked = {(place, AGES[0]): 99 for place in PLACES}
    said = dict(zip(asked, (12, 60, 4, 50), strict=True))
    told = parts_of(said, asked=asked).by_place(Part())
    hidden = {place for place, number in told.items() if number is None}
    assert hidden == {PLACES[2], PLACES[3]}
    assert list(told) == PLACES


def test_every_page_tells_tens(store: Store, intake: Intake, tmp_path: Path) -> None:
    """N007: 600 children in six classes and four large themes; then two merged, one child gone."""
    heard = hear(store, tmp_path, children=600, themes=4)
    seen = numbers_on_pages(store, heard)
    assert seen  # the test would be empty if nothing were ever shown
    cards = themes.all_themes(store, heard.round.id)
    someone = people.add_staff(store, "Bu Uji", "payung-lumut-genteng", Role.TASK_FORCE)
    theme_events.merge(store, heard.round.id, cards[0].key, into=cards[1].key, by=someone)
    gone = Tablet(store, heard.gatherings[0]).withdrawal()
    intake.submit([gone]).result(timeout=20)
    assert {*seen, *numbers_on_pages(store, heard)} <= set(range(0, 600, 10))


def numbers_on_pages(store: Store, heard: Heard) -> list[int]:
    """Every number of a part that the functions behind the pages give away."""
    round_id = heard.round.id
    places = {one.kelurahan_code for one in heard.gatherings if one.kelurahan_code}
    numbers: list[int | None] = []
    for part in (
        Part(KelurahanCode(place) if place else None, age)
        for place in (None, *sorted(places))
        for age in (None, *AGES)
    ):
        overview = themes.cluster_cards(store, round_id, part=part)
        counts = [overview.total, overview.outside, overview.unsure]
        counts += [one.count for one in overview.cards]
        for card in themes.all_themes(store, round_id):
            details = themes.theme_details(store, round_id, card.key, part=part)
            if details is None:
                continue
            numbers += [*details.age_bands.values(), *details.kelurahan.values()]
            counts.append(details.card.count)
            assert part.whole or not details.quotes or (details.card.count.children or 0) >= 10
        if not part.whole:
            assert {one.comments for one in counts} == {None}
            numbers += [one.children for one in counts]
    return [one for one in numbers if one is not None]
