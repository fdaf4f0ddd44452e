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
from sqlalchemy.orm import aliased

from analysis.rights import Cluster, IndicatorKey
from survey_app.gathering import GatheringId, RoundId
from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand
from survey_app.store.counting import SMALLEST_GROUP, SMALLEST_QUOTED, breakdown, shown
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
    """A theme with its evidence; ``quotes`` is empty where too few children stand behind it.

    ``retired`` says that people marked it as not relevant.
    """

    card: ThemeCard
    retired: bool
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
        themes = _themes(connection, part, _RELEVANT)
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
        return tuple(one for one in _themes(connection, part, _RELEVANT) if one.cluster is cluster)


def theme_details(
    store: Store,
    round_id: RoundId,
    key: ThemeKey,
    *,
    kelurahan: KelurahanCode | None = None,
    age_band: AgeBand | None = None,
    gathering: GatheringId | None = None,
) -> ThemeDetails | None:
    """One theme with its quotes and who stands behind it, or None where it is not there.

    A theme that was merged into another is that other one, so that its address still leads there.
    """
    with store.reading() as connection:
        part = _part(connection, round_id, kelurahan, age_band, gathering)
        key, retired = _laid_over(connection, round_id, key)
        wanted = _themes(connection, part, _Theme.shown_in == key)
        if not wanted:
            return None
        card = wanted[0]
        return ThemeDetails(
            card,
            retired,
            _quotes(connection, part, card),
            breakdown(_groups(connection, part, key, Gatherings.age_band, AgeBand)),
            breakdown(_groups(connection, part, key, Gatherings.kelurahan_code, _kelurahan)),
        )


def all_themes(store: Store, round_id: RoundId, *, retired: bool = False) -> tuple[ThemeCard, ...]:
    """Every theme of a round, or those people marked as not relevant; most children first."""
    with store.reading() as connection:
        part = _Part(round_id, None)
        return tuple(_themes(connection, part, _Theme.retired.is_(retired)))


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
    connection: Connection, part: _Part, condition: sa.ColumnElement[bool]
) -> Sequence[ThemeCard]:
    """Themes somebody in this part stands behind, most children first, as people laid them out.

    Themes whose number is hidden come last, by their phrase: their order must not tell it.
    """
    statement = (
        _evidence(
            part,
            condition,
            _Shown.key,
            _Shown.cluster,
            _Shown.indicator,
            sa.func.coalesce(_Theme.name, _Shown.phrase),
            _Shown.words,
            _CHILDREN,
            _COMMENTS,
        )
        .join(_Shown, sa.and_(_Shown.round_id == Themes.round_id, _Shown.key == _Theme.shown_in))
        .group_by(_Shown.id, _Theme.name)
    )
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
    """Quotes in the order the analysis chose, only where enough children stand behind them.

    Where themes were merged, the first quote of each comes before the second of any.
    """
    if (card.count.children or 0) < (SMALLEST_GROUP if part.below_city else SMALLEST_QUOTED):
        return ()
    quotes = connection.scalars(
        _evidence(part, _Theme.shown_in == card.key, ThemeComments.quote)
        .where(ThemeComments.quote.is_not(None))
        .order_by(ThemeComments.quote_order, Themes.key != card.key, Themes.id)
        .limit(QUOTES)
    )
    return tuple(quote for quote in quotes if quote)


def _groups(
    connection: Connection, part: _Part, key: ThemeKey, column: Any, kind: Any
) -> dict[Any, int]:
    statement = (
        _evidence(part, _Theme.shown_in == key, column, _CHILDREN)
        .join(Gatherings, Gatherings.id == Comments.gathering_id)
        .group_by(column)
    )
    return {kind(group): children for group, children in connection.execute(statement)}


def _evidence(
    part: _Part, condition: sa.ColumnElement[bool], *columns: Any
) -> sa.Select[*tuple[Any, ...]]:
    """Comments with the theme a run found them in, and what stands of it now."""
    return (
        sa.select(*columns)
        .select_from(Themes)
        .join(_Theme, sa.and_(_Theme.round_id == Themes.round_id, _Theme.key == Themes.key))
        .join(ThemeComments, ThemeComments.theme_id == Themes.id)
        .join(Comments, Comments.id == ThemeComments.comment_id)
        .where(Themes.round_id == part.round_id, part.condition(), condition)
    )


def _kelurahan(code: str | None) -> KelurahanCode | None:
    return KelurahanCode(code) if code else None
