"""What the children said, as staff see it: clusters, themes, quotes, and how many children.

Counts are of children (distinct responses), not of comments: one child who writes three times is
one child. Comments with an urgent alert are not in these tables at all. Which numbers may be shown
below city level, `counting` decides.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from analysis.rights import Cluster, IndicatorKey
from survey_app.gathering import RoundId
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand
from survey_app.store.counting import SMALLEST_QUOTED, Cell, Part, Parts, Place, parts_of
from survey_app.store.database import Store
from survey_app.store.findings import CommentOutcome, ThemeKey
from survey_app.store.tables import (
    CommentClusters,
    Comments,
    Gatherings,
    StandingThemes,
    ThemeComments,
    ThemeEvents,
    Themes,
)

_Theme = StandingThemes  # of each theme a run found: where it is shown, and how people call it
_Shown = aliased(Themes)  # the theme it is shown in: itself, or the one it was merged into
_RELEVANT = _Theme.retired.is_(False)
TOP_THEMES = 3  # on a cluster's card: what fits without scrolling at 1024x768
QUOTES = 12  # of one theme on its page


@dataclass(frozen=True, slots=True)
class Count:
    """Children, and in the whole city their comments; None stands for what is not shown.

    Below city level ``children`` is the lowest number of ten: 20 for 20 to 29.
    """

    children: int | None
    comments: int | None = None


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """A theme in a list."""

    key: ThemeKey
    cluster: Cluster | None
    indicator: IndicatorKey | None
    phrase: str
    words: tuple[str, ...]
    count: Count


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """A rights cluster with its largest themes."""

    cluster: Cluster
    count: Count
    themes: tuple[ThemeCard, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A round at a glance: the five clusters, and what stands outside or is undecided."""

    total: Count
    cards: tuple[ClusterCard, ...]
    outside: Count
    unsure: Count


@dataclass(frozen=True, slots=True)
class ThemeDetails:
    """A theme with its evidence; ``quotes`` is empty where too few children stand behind it.

    ``retired`` says that people marked it as not relevant.
    """

    card: ThemeCard
    retired: bool
    quotes: tuple[str, ...]
    age_bands: dict[AgeBand, int | None]
    kelurahan: dict[Place, int | None]


@dataclass(frozen=True, slots=True)
class PartsToChoose:
    """The parts of a round that can be looked at: those in which enough children were asked."""

    kelurahan: tuple[KelurahanCode, ...]
    age_bands: tuple[AgeBand, ...]


def parts_to_choose(store: Store, round_id: RoundId) -> PartsToChoose:
    """The kelurahan and age bands that are offered as filters."""
    with store.reading() as connection:
        asked = _asked(connection, round_id)
    parts = parts_of(asked, asked=asked)
    return PartsToChoose(
        tuple(sorted(place for place in parts.places if place)),
        tuple(age for age in AgeBand if age in parts.ages),
    )


def cluster_cards(store: Store, round_id: RoundId, *, part: Part = Part()) -> Overview:  # noqa: B008  frozen
    """The five clusters of a round, or of a part of it."""
    with store.reading() as connection:
        by_cluster = _by(connection, CommentClusters.cluster, round_id)
        by_outcome = _by(connection, Comments.outcome, round_id)
        total = _by(connection, Comments.round_id, round_id)[round_id]
        themes = _themes(connection, round_id, part, _RELEVANT)
    return Overview(
        total=total.count(part),
        cards=tuple(
            ClusterCard(
                cluster,
                by_cluster[cluster.value].count(part),
                tuple(one for one in themes if one.cluster is cluster)[:TOP_THEMES],
            )
            for cluster in Cluster
        ),
        outside=by_outcome[CommentOutcome.OUTSIDE.value].count(part),
        unsure=by_outcome[CommentOutcome.UNSURE.value].count(part),
    )


def themes_of(
    store: Store,
    round_id: RoundId,
    cluster: Cluster | None,
    *,
    part: Part = Part(),  # noqa: B008  frozen
) -> tuple[ThemeCard, ...]:
    """The themes of a cluster (None: of what stands outside them), most children first."""
    with store.reading() as connection:
        found = _themes(connection, round_id, part, _RELEVANT)
    return tuple(one for one in found if one.cluster is cluster)


def theme_details(
    store: Store,
    round_id: RoundId,
    key: ThemeKey,
    *,
    part: Part = Part(),  # noqa: B008  frozen
) -> ThemeDetails | None:
    """One theme with its quotes and who stands behind it, or None where it is not shown.

    A theme that was merged into another is that other one, so that its address still leads there.
    """
    with store.reading() as connection:
        key, retired = _laid_over(connection, round_id, key)
        found = _tallies(connection, round_id, _Theme.shown_in == key)
        wanted = _cards(found, part)
        if not wanted:
            return None
        parts = next(iter(found.values())).parts
        return ThemeDetails(
            wanted[0],
            retired,
            _quotes(connection, round_id, part, wanted[0]),
            parts.by_age(part),
            parts.by_place(part),
        )


def all_themes(store: Store, round_id: RoundId, *, retired: bool = False) -> tuple[ThemeCard, ...]:
    """Every theme of a round, or those people marked as not relevant; most children first."""
    with store.reading() as connection:
        return tuple(_themes(connection, round_id, Part(), _Theme.retired.is_(retired)))


def stamp(store: Store, round_id: RoundId) -> tuple[int, ...]:
    """Numbers that change whenever what is shown of a round's themes changes between two runs."""
    of_round = ThemeEvents.round_id == round_id
    changes = sa.func.count(ThemeEvents.id), sa.func.count(ThemeEvents.taken_back_at)
    with store.reading() as connection:
        comments = connection.scalar(
            sa.select(sa.func.count()).select_from(Comments).where(Comments.round_id == round_id)
        )
        newest, undone = connection.execute(sa.select(*changes).where(of_round)).one()
    return comments or 0, newest, undone


def _laid_over(connection: Connection, round_id: RoundId, key: ThemeKey) -> tuple[ThemeKey, bool]:
    """The theme this one is shown in, and whether it was marked as not relevant."""
    found = sa.select(_Theme.shown_in, _Theme.retired).where(
        _Theme.round_id == round_id, _Theme.key == key
    )
    row = connection.execute(found).one_or_none()
    return (ThemeKey(row.shown_in), row.retired) if row else (key, False)


_CHILDREN = sa.func.count(Comments.response_id.distinct())
_COMMENTS = sa.func.count(Comments.id.distinct())
_CELL = Gatherings.kelurahan_code, Gatherings.age_band


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many children said one thing, part by part, and in how many comments."""

    parts: Parts
    comments: int

    def count(self, part: Part) -> Count:
        return Count(self.parts.shown(part), self.comments if part.whole else None)


def _asked(connection: Connection, round_id: RoundId) -> dict[Cell, int]:
    """The children whose words were read, as the last run left them.

    Not all who take part by now: each who comes would move what is shown.
    """
    statement = (
        sa.select(*_CELL, _CHILDREN)
        .join_from(Comments, Gatherings, Gatherings.id == Comments.gathering_id)
        .where(Comments.round_id == round_id)
        .group_by(*_CELL)
    )
    rows = connection.execute(statement)
    return {_cell(place, age): children for place, age, children in rows}


def _tallied(
    connection: Connection,
    round_id: RoundId,
    statement: sa.Select[*tuple[Any, ...]],
    group: Sequence[Any],
    *,
    by_few: bool = False,
) -> dict[Any, _Tally]:
    """Children and comments of each group that a statement over comments finds."""
    asked = _asked(connection, round_id)
    said: dict[Any, dict[Cell, int]] = defaultdict(dict)
    comments: dict[Any, int] = defaultdict(int)
    rows = connection.execute(
        statement.add_columns(*_CELL, _CHILDREN, _COMMENTS)
        .join(Gatherings, Gatherings.id == Comments.gathering_id)
        .group_by(*group, *_CELL)
    )
    for *found, place, age, children, written in rows:
        key = found[0] if len(group) == 1 else tuple(found)
        said[key][_cell(place, age)] = children
        comments[key] += written
    tallies = {
        key: _Tally(parts_of(cells, asked=asked, by_few=by_few), comments[key])
        for key, cells in said.items()
    }
    nobody = _Tally(parts_of({}, asked=asked), 0)
    return defaultdict(lambda: nobody, tallies)


def _by(connection: Connection, group: Any, round_id: RoundId) -> dict[Any, _Tally]:
    statement = sa.select(group).select_from(Comments)
    if group is CommentClusters.cluster:
        statement = statement.join(CommentClusters, CommentClusters.comment_id == Comments.id)
    whole = Comments.round_id == round_id
    return _tallied(connection, round_id, statement.where(whole), [group])


def _tallies(
    connection: Connection, round_id: RoundId, condition: sa.ColumnElement[bool]
) -> dict[Any, _Tally]:
    """How many children stand behind each theme, as people laid them out."""
    group = (
        _Shown.key,
        _Shown.cluster,
        _Shown.indicator,
        sa.func.coalesce(_Theme.name, _Shown.phrase),
        _Shown.words,
    )
    statement = _evidence(round_id, condition, *group).join(
        _Shown, sa.and_(_Shown.round_id == Themes.round_id, _Shown.key == _Theme.shown_in)
    )
    # Within one theme, nearly all of a class would be known to have said it (`by_few`).
    return _tallied(connection, round_id, statement, group, by_few=True)


def _themes(
    connection: Connection, round_id: RoundId, part: Part, condition: sa.ColumnElement[bool]
) -> Sequence[ThemeCard]:
    return _cards(_tallies(connection, round_id, condition), part)


def _cards(found: dict[Any, _Tally], part: Part) -> Sequence[ThemeCard]:
    """Themes as they may be shown in this part, most children first.

    One whose number is hidden there is not named: that it is there would be told. Nor does the
    order tell more than the numbers do.
    """
    cards = [
        ThemeCard(
            key=ThemeKey(key),
            cluster=Cluster(cluster) if cluster else None,
            indicator=IndicatorKey(indicator) if indicator else None,
            phrase=phrase,
            words=tuple(json.loads(words)),
            count=tally.count(part),
        )
        for (key, cluster, indicator, phrase, words), tally in found.items()
        if tally.parts.shown(part)
    ]
    return sorted(cards, key=lambda one: (-(one.count.children or 0), one.phrase, one.key))


def _quotes(
    connection: Connection, round_id: RoundId, part: Part, card: ThemeCard
) -> tuple[str, ...]:
    """Quotes in the order the analysis chose, only where enough children stand behind them.

    Where themes were merged, the first quote of each comes before the second of any.
    """
    if (card.count.children or 0) < SMALLEST_QUOTED:
        return ()
    here: list[sa.ColumnElement[bool]] = [_Theme.shown_in == card.key]
    if part.kelurahan is not None:
        here.append(Gatherings.kelurahan_code == part.kelurahan)
    if part.age_band is not None:
        here.append(Gatherings.age_band == part.age_band.value)
    quotes = connection.scalars(
        _evidence(round_id, sa.and_(*here), ThemeComments.quote)
        .join(Gatherings, Gatherings.id == Comments.gathering_id)
        .where(ThemeComments.quote.is_not(None))
        .order_by(ThemeComments.quote_order, Themes.key != card.key, Themes.id)
        .limit(QUOTES)
    )
    return tuple(quote for quote in quotes if quote)


def _evidence(
    round_id: RoundId, condition: sa.ColumnElement[bool], *columns: Any
) -> sa.Select[*tuple[Any, ...]]:
    """Comments with the theme a run found them in, and what stands of it now."""
    return (
        sa.select(*columns)
        .select_from(Themes)
        .join(_Theme, sa.and_(_Theme.round_id == Themes.round_id, _Theme.key == Themes.key))
        .join(ThemeComments, ThemeComments.theme_id == Themes.id)
        .join(Comments, Comments.id == ThemeComments.comment_id)
        .where(Themes.round_id == round_id, condition)
    )


def _cell(kelurahan: str | None, age_band: str) -> Cell:
    return KelurahanCode(kelurahan) if kelurahan else None, AgeBand(age_band)
