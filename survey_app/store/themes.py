"""What the children said, as staff see it: clusters, themes, quotes, and how many children.

Counts are of children (distinct responses), not of comments: one child who writes three times is
one child. Comments with an urgent alert are not in these tables at all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from analysis.rights import Cluster, IndicatorKey
from survey_app.gathering import GatheringId, RoundId
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand
from survey_app.store.counting import SMALLEST_GROUP, SMALLEST_QUOTED, breakdown, shown
from survey_app.store.database import Store
from survey_app.store.findings import CommentOutcome, ThemeKey
from survey_app.store.tables import CommentClusters, Comments, Gatherings, ThemeComments, Themes

TOP_THEMES = 3  # on a cluster's card: what fits without scrolling at 1024x768
QUOTES = 12  # of one theme on its page


@dataclass(frozen=True, slots=True)
class Count:
    """Children and their comments; None stands for "fewer than ten children"."""

    children: int | None
    comments: int | None


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
    """A theme with its evidence; ``quotes`` is empty where too few children stand behind it."""

    card: ThemeCard
    quotes: tuple[str, ...]
    age_bands: dict[AgeBand, int | None]
    kelurahan: dict[KelurahanCode | None, int | None]


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a round that is looked at: all of it, or some gatherings."""

    round_id: RoundId
    gatherings: tuple[int, ...] | None

    @property
    def below_city(self) -> bool:
        return self.gatherings is not None

    def condition(self) -> sa.ColumnElement[bool]:
        whole: sa.ColumnElement[bool] = Comments.round_id == self.round_id
        if self.gatherings is None:
            return whole
        return sa.and_(whole, Comments.gathering_id.in_(self.gatherings))

    def count(self, children: int, comments: int) -> Count:
        visible = shown(children, below_city=self.below_city)
        return Count(visible, None if visible is None else comments)


def cluster_cards(
    store: Store,
    round_id: RoundId,
    *,
    kelurahan: KelurahanCode | None = None,
    age_band: AgeBand | None = None,
    gathering: GatheringId | None = None,
) -> Overview:
    """The five clusters of a round, or of the part that a kelurahan, age band or gathering is."""
    with store.reading() as connection:
        part = _part(connection, round_id, kelurahan, age_band, gathering)
        by_cluster = _by(connection, CommentClusters.cluster, part)
        by_outcome = _by(connection, Comments.outcome, part)
        total = _total(connection, part)
        themes = _themes(connection, part)
    return Overview(
        total=part.count(*total),
        cards=tuple(
            ClusterCard(
                cluster,
                part.count(*by_cluster.get(cluster.value, (0, 0))),
                tuple(one for one in themes if one.cluster is cluster)[:TOP_THEMES],
            )
            for cluster in Cluster
        ),
        outside=part.count(*by_outcome.get(CommentOutcome.OUTSIDE.value, (0, 0))),
        unsure=part.count(*by_outcome.get(CommentOutcome.UNSURE.value, (0, 0))),
    )


def themes_of(
    store: Store,
    round_id: RoundId,
    cluster: Cluster | None,
    *,
    kelurahan: KelurahanCode | None = None,
    age_band: AgeBand | None = None,
    gathering: GatheringId | None = None,
) -> tuple[ThemeCard, ...]:
    """The themes of a cluster (None: of what stands outside them), most children first."""
    with store.reading() as connection:
        part = _part(connection, round_id, kelurahan, age_band, gathering)
        return tuple(one for one in _themes(connection, part) if one.cluster is cluster)


def theme_details(
    store: Store,
    round_id: RoundId,
    key: ThemeKey,
    *,
    kelurahan: KelurahanCode | None = None,
    age_band: AgeBand | None = None,
    gathering: GatheringId | None = None,
) -> ThemeDetails | None:
    """One theme with its quotes and who stands behind it, or None where it is not there."""
    with store.reading() as connection:
        part = _part(connection, round_id, kelurahan, age_band, gathering)
        wanted = _themes(connection, part, key)
        if not wanted:
            return None
        card = wanted[0]
        return ThemeDetails(
            card,
            _quotes(connection, part, card),
            breakdown(_groups(connection, part, key, Gatherings.age_band, AgeBand)),
            breakdown(_groups(connection, part, key, Gatherings.kelurahan_code, _kelurahan)),
        )


def _part(
    connection: Connection,
    round_id: RoundId,
    kelurahan: KelurahanCode | None,
    age_band: AgeBand | None,
    gathering: GatheringId | None,
) -> _Part:
    conditions = [Gatherings.round_id == round_id]
    if kelurahan is not None:
        conditions.append(Gatherings.kelurahan_code == kelurahan)
    if age_band is not None:
        conditions.append(Gatherings.age_band == age_band.value)
    if gathering is not None:
        conditions.append(Gatherings.id == gathering)
    if len(conditions) == 1:
        return _Part(round_id, None)
    return _Part(round_id, tuple(connection.scalars(sa.select(Gatherings.id).where(*conditions))))


_CHILDREN = sa.func.count(Comments.response_id.distinct())
_COMMENTS = sa.func.count(Comments.id.distinct())


def _total(connection: Connection, part: _Part) -> tuple[int, int]:
    children, comments = connection.execute(
        sa.select(_CHILDREN, _COMMENTS).where(part.condition())
    ).one()
    return children, comments


def _by(connection: Connection, group: Any, part: _Part) -> dict[str, tuple[int, int]]:
    statement = sa.select(group, _CHILDREN, _COMMENTS).select_from(Comments)
    if group is CommentClusters.cluster:
        statement = statement.join(CommentClusters, CommentClusters.comment_id == Comments.id)
    rows = connection.execute(statement.where(part.condition()).group_by(group))
    return {name: (children, comments) for name, children, comments in rows}


def _themes(
    connection: Connection, part: _Part, key: ThemeKey | None = None
) -> Sequence[ThemeCard]:
    """Themes somebody in this part stands behind, most children first.

    Themes whose number is hidden come last, by their phrase: their order must not tell it.
    """
    statement = (
        sa.select(
            Themes.key,
            Themes.cluster,
            Themes.indicator,
            Themes.phrase,
            Themes.words,
            _CHILDREN,
            _COMMENTS,
        )
        .join_from(Themes, ThemeComments)
        .join(Comments, Comments.id == ThemeComments.comment_id)
        .where(Themes.round_id == part.round_id, part.condition())
        .group_by(Themes.id)
    )
    if key is not None:
        statement = statement.where(Themes.key == key)
    cards = [_card(part, *row) for row in connection.execute(statement)]
    return sorted(cards, key=lambda one: (-(one.count.children or 0), one.phrase, one.key))


def _card(
    part: _Part,
    key: str,
    cluster: str | None,
    indicator: str | None,
    phrase: str,
    words: str,
    children: int,
    comments: int,
) -> ThemeCard:
    return ThemeCard(
        key=ThemeKey(key),
        cluster=Cluster(cluster) if cluster else None,
        indicator=IndicatorKey(indicator) if indicator else None,
        phrase=phrase,
        words=tuple(json.loads(words)),
        count=part.count(children, comments),
    )


def _quotes(connection: Connection, part: _Part, card: ThemeCard) -> tuple[str, ...]:
    """Quotes in the order the analysis chose, only where enough children stand behind them."""
    if (card.count.children or 0) < (SMALLEST_GROUP if part.below_city else SMALLEST_QUOTED):
        return ()
    quotes = connection.scalars(
        _evidence(part, card.key, ThemeComments.quote)
        .where(ThemeComments.quote.is_not(None))
        .order_by(ThemeComments.quote_order)
        .limit(QUOTES)
    )
    return tuple(quote for quote in quotes if quote)


def _groups(
    connection: Connection, part: _Part, key: ThemeKey, column: Any, kind: Any
) -> dict[Any, int]:
    statement = (
        _evidence(part, key, column, _CHILDREN)
        .join(Gatherings, Gatherings.id == Comments.gathering_id)
        .group_by(column)
    )
    return {kind(group): children for group, children in connection.execute(statement)}


def _evidence(part: _Part, key: ThemeKey, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(Themes)
        .join(ThemeComments, ThemeComments.theme_id == Themes.id)
        .join(Comments, Comments.id == ThemeComments.comment_id)
        .where(Themes.round_id == part.round_id, Themes.key == key, part.condition())
    )


def _kelurahan(code: str | None) -> KelurahanCode | None:
    return KelurahanCode(code) if code else None
