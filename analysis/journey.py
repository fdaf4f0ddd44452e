"""The way of one comment: alert, mask, words, clusters and indicators, groups, themes."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.batches import Batches, InProcess, in_batches
from analysis.comments import (
    Alert,
    AlertLevel,
    AlikeComments,
    Analysis,
    Comment,
    CommentAnalysis,
    RandomSlice,
    Theme,
)
from analysis.corrections import Correction, by_comment, random_slice
from analysis.errors import AnalysisRefused
from analysis.finding import find_themes
from analysis.keeping import LIBRARIES, fingerprint
from analysis.languages import language_of
from analysis.mapping import RightsMapper, cluster_of, learn
from analysis.members import UNDECIDED, Read, ReadText
from analysis.memory import uncollected
from analysis.placing import Placed, as_reviewed, place_comments
from analysis.privacy import mask
from analysis.recalling import put_by_people
from analysis.resources import versions
from analysis.rights import Cluster, IndicatorKey
from analysis.safety import AlertDetector
from analysis.standing import Change, ThemeEvent, ThemeState
from analysis.teaching import SureOnes
from analysis.words import words

Progress = Callable[[str, float], None]
Judged = tuple[str, AlertLevel | None]  # a text, and what people decided about it
_Put = tuple[tuple[Cluster, ...] | None, IndicatorKey | None]  # where a reviewer put a comment

# A topic learns from at most 60 comments of a round: of more different texts than this only every
# second, third ... is asked whether it may teach.
_TEACHING = 20_000
_MAPPING = "Memetakan ke klaster hak anak"


def analyse(
    comments: Sequence[Comment],
    *,
    state: ThemeState | None = None,
    anew: bool = False,
    corrections: Sequence[Correction] = (),
    judged_before: Sequence[Judged] = (),
    granularity: float = 0.5,
    seed: int = 0,
    progress: Progress | None = None,
    batches: Batches | None = None,
) -> Analysis:
    """Comments of one round -> alerts, masked texts, clusters and themes.

    ``state`` is what stood after an earlier run: its themes keep their ids and comments, new ones
    are made only of what belongs to none; ``Analysis.state`` is what stands now. With ``anew`` all
    themes are made as if none stood; a group that comes mostly from a standing theme goes on as
    this theme, and everything people changed holds.
    ``corrections`` of reviewers stand as said and are learnt from; from ``judged_before``, texts of
    other rounds with the level people gave them or None, only looking for harm learns.
    ``granularity`` runs from 0 (few broad themes) to 1 (many fine ones). ``progress`` is called
    with the step in Indonesian and the share done, 0 to 1. ``batches`` is where comments are read
    and mapped: here unless told otherwise, with the same result everywhere. An urgent comment is
    in no theme and no quote; one of concern counts in its theme but is never quoted (see
    ``Analysis``).
    ValueError: two comments with one id, or a granularity outside 0-1.
    """
    _check(comments, granularity)
    before = state or ThemeState()
    # One thread: the web server shares the machine, and sums come out the same every time.
    with threadpool_limits(limits=1), uncollected():
        return _analysed(
            comments,
            before.after(*_moves(corrections, before, comments)),
            corrections,
            judged_before,
            batches or InProcess(),
            anew=anew,
            granularity=granularity,
            seed=seed,
            tell=progress or _silent,
        )


def _moves(
    corrections: Sequence[Correction], state: ThemeState, comments: Sequence[Comment]
) -> list[ThemeEvent]:
    """Comments that reviewers put into a standing theme, and that do not stand there yet.

    A theme that was merged stands for the one it went into.
    """
    for one in corrections:
        if one.theme and not state.theme(one.theme):
            place = f"{one.where}: " if one.where else ""
            raise AnalysisRefused(
                f"{place}tema '{one.theme[:40]}' tidak ada. Pilih id dari themes.json."
            )
    if not any(one.theme for one in corrections):
        return []
    pins = {**state.pinned, **state.pins(put_by_people(comments, state))}
    return [
        ThemeEvent(Change.MOVE, "", into=theme, comment_ids=(one.comment_id,))
        for one in corrections
        if one.theme and pins.get(one.comment_id) != (theme := state.followed(one.theme))
    ]


def _analysed(
    comments: Sequence[Comment],
    state: ThemeState,
    corrections: Sequence[Correction],
    judged_before: Sequence[Judged],
    batches: Batches,
    *,
    anew: bool,
    granularity: float,
    seed: int,
    tell: Progress,
) -> Analysis:
    corrected, drawn = by_comment(corrections), random_slice(corrections)
    read = _read(comments, corrected, judged_before, batches, tell)
    reviewed = _reviewed(read, corrected)
    by_words = {text: one for one, number in reviewed if (text := read.different[number].words)}
    state = _recognised(state, read)
    mapper = _taught(read, batches, tell) if comments else None
    alone = _alone(read, mapper, batches) if mapper and drawn else ()
    placed = _place(read, mapper, reviewed, by_words, batches, tell) if mapper else []
    state = state.without_texts(_moved(by_words, state))
    tell("Mencari tema", 0.75)
    themes: list[Theme] = []
    if mapper:
        themes, state = find_themes(
            read, placed, mapper, state=state, anew=anew, granularity=granularity, seed=seed
        )
    tell("Selesai", 1.0)
    return Analysis(
        comments=_found(read, placed),
        themes=tuple(themes),
        state=state,
        versions={
            **versions(),
            **LIBRARIES,
            "analysis": fingerprint(),
            "granularity": str(granularity),
            "seed": str(seed),
        },
        random_slice=RandomSlice(drawn, alone) if drawn else None,
    )


def _found(read: Read, placed: Sequence[Placed]) -> AlikeComments:
    ids = [comment.id for comment in read.comments]
    first_ids: list[str] = []
    for id, number in zip(ids, read.number_of, strict=True):
        if number == len(first_ids):
            first_ids.append(id)
    firsts = [
        CommentAnalysis(
            id=id,
            masked=one.masked.text,
            masks=one.masked.masks,
            language=one.language,
            outcome=where.outcome,
            clusters=where.clusters,
            alert=one.alert,
            indicator=where.indicator,
            probabilities=where.probabilities,
            indicators=where.indicators,
        )
        for id, one, where in zip(first_ids, read.different, placed, strict=True)
    ]
    return AlikeComments(ids, firsts, read.number_of)


def _silent(step: str, share: float) -> None:
    """No one asked to be told."""


def _check(comments: Sequence[Comment], granularity: float) -> None:
    if not 0.0 <= granularity <= 1.0:
        raise ValueError(f"granularity is {granularity}: give a number from 0 to 1")
    if len({comment.id for comment in comments}) < len(comments):
        counts = Counter(comment.id for comment in comments)
        twice = [id for id, count in counts.items() if count > 1]
        raise ValueError(
            f"{len(twice)} comment ids occur more than once (first: {twice[0]!r}):"
            " give every comment an id of its own"
        )


def _read(
    comments: Sequence[Comment],
    corrected: Mapping[str, Correction],
    judged_before: Sequence[Judged],
    batches: Batches,
    tell: Progress,
) -> Read:
    """Alert, mask, words and language; of equal texts only the first is read."""
    judged = {id: one.alert for id, one in corrected.items() if one.alert is not None}
    put = {id: (one.clusters, one.indicator) for id, one in corrected.items() if one.label}
    step = "Mencari tanda bahaya dan menyamarkan identitas"
    tell(step, 0.0)
    if comments:
        learn(meanwhile=_learn_to_read)
    numbers: dict[tuple[str, AlertLevel | str | None, _Put | None], int] = {}
    number_of = array(
        "l",
        (
            numbers.setdefault(
                (comment.text, judged.get(comment.id), put.get(comment.id)), len(numbers)
            )
            for comment in comments
        ),
    )
    texts = dict.fromkeys(text for text, *_ in numbers)
    found: list[ReadText] = []
    detector = _detector(comments, judged, judged_before)
    for batch in batches.map(_read_texts, in_batches(texts), known=detector):
        found += batch
        tell(step, 0.35 * len(found) / len(texts))
    by_text = dict(zip(texts, found, strict=True))
    raised = _raised((by_text[text].words, said) for text, said, _ in numbers)
    different = [
        replace(one, alert=_as_judged(said) if said else _more_serious(one, raised))
        for one, said in ((by_text[text], said) for text, said, _ in numbers)
    ]
    return Read(comments, different, number_of)


def _learn_to_read() -> None:
    """What every text is read with, and what two processes learn in the time of one."""
    AlertDetector().fit()
    language_of("aku")


def _read_texts(detector: AlertDetector, texts: Sequence[str]) -> list[ReadText]:
    masked = [mask(text) for text in texts]
    return [
        ReadText(alert, one, " ".join(words(one.text)), language_of(one.text))
        for alert, one in zip(detector.predict(texts), masked, strict=True)
    ]


def _detector(
    comments: Sequence[Comment],
    judged: Mapping[str, AlertLevel | str],
    judged_before: Sequence[Judged],
) -> AlertDetector:
    """It has learnt what people decided about comments of this round, and of others."""
    taught = [
        *judged_before,
        *((one.text, _level(judged[one.id])) for one in comments if one.id in judged),
    ]
    return AlertDetector().fit().correct([text for text, _ in taught], [said for _, said in taught])


def _level(judged: AlertLevel | str) -> AlertLevel | None:
    return AlertLevel(judged) if judged != "none" else None


def _as_judged(judged: AlertLevel | str) -> Alert | None:
    """What a person decided, whatever the detectors say."""
    level = _level(judged)
    return Alert(level, "ditetapkan", "Ditetapkan oleh peninjau", "peninjau") if level else None


def _raised(judged: Iterable[tuple[str, AlertLevel | str | None]]) -> dict[str, AlertLevel]:
    """Words -> the most serious alert that a person gave a comment with these words."""
    raised: dict[str, AlertLevel] = {}
    for said, level in judged:
        if said and level and level != "none" and raised.get(said) is not AlertLevel.URGENT:
            raised[said] = AlertLevel(level)
    return raised


def _more_serious(one: ReadText, raised: Mapping[str, AlertLevel]) -> Alert | None:
    """The alert of a text nobody judged: never less than a person gave the same words."""
    level = raised.get(one.words)
    if level is None or one.urgent or (one.alert and level is not AlertLevel.URGENT):
        return one.alert
    return Alert(level, "ditetapkan", "Peninjau menetapkannya untuk kata yang sama", "peninjau")


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of one or more comments, how the first was written and what most were asked."""

    words: str
    written: str
    asked_about: IndicatorKey | Cluster | None


def _reviewed(read: Read, corrected: Mapping[str, Correction]) -> list[tuple[Correction, int]]:
    """What reviewers said about where a comment belongs, each with the number of its reading."""
    numbers = {
        comment.id: number
        for comment, number in zip(read.comments, read.number_of, strict=True)
        if comment.id in corrected
    }
    return [(one, numbers[id]) for id, one in corrected.items() if one.label and id in numbers]


def _recognised(state: ThemeState, read: Read) -> ThemeState:
    """The state that knows by their texts which of these comments people put somewhere."""
    return state.recognised(
        (comment.id, comment.text, "" if (said := read.of(place)).urgent else said.words)
        for place, comment in enumerate(read.comments)
        if comment.id in state.pinned
    )


def _moved(reviewed: Mapping[str, Correction], state: ThemeState) -> list[str]:
    """The words that stood in a theme of another room than the one a reviewer put them into."""
    themes = state.themes_of_texts(reviewed)
    return [
        text
        for (text, said), theme in zip(reviewed.items(), themes, strict=True)
        if theme and not _belongs(theme.room, said)
    ]


def _belongs(room: str, said: Correction) -> bool:
    """Whether a theme of this room is still right; a bare cluster is any room of it."""
    if said.indicator or room == UNDECIDED:
        return room == said.indicator
    return cluster_of(room)[0] is (said.clusters[0] if said.clusters else None)


def _taught(read: Read, batches: Batches, tell: Progress) -> RightsMapper:
    """A mapper that has learnt from what is sure in this round, and from no reviewer."""
    tell(_MAPPING, 0.35)
    mapper = RightsMapper().fit([])
    # Urgent comments teach nothing: not even their words may leave the officer's queue.
    calm = list(dict.fromkeys(one.words for one in read.different if not one.urgent))
    calm = calm[:: -(-len(calm) // _TEACHING) or 1]
    return mapper.learn_from_round(
        batches.reduce(RightsMapper.sure_ones, in_batches(calm), known=mapper, start=SureOnes())
    )


def _alone(read: Read, mapper: RightsMapper, batches: Batches) -> list[Cluster | None]:
    """The main cluster of each of the different readings before anything is corrected."""
    by_text = _by_words(read, mapper, batches, _silent)
    found = (by_text[one.words] for one in read.different)
    return [where.clusters[0].cluster if where.clusters else None for where in found]


def _place(
    read: Read,
    mapper: RightsMapper,
    reviewed: Sequence[tuple[Correction, int]],
    by_words: Mapping[str, Correction],
    batches: Batches,
    tell: Progress,
) -> list[Placed]:
    """Where each of the different readings goes; the mapper learns from reviewers first.

    What was said about a comment holds for it, and for the same words of others who have no word
    of their own; of two that contradict each other the last in the file.
    """
    mapper.correct(list(by_words), [one.label or "" for one in by_words.values()])
    by_text = _by_words(read, mapper, batches, tell)
    said = [(text, one) for text, one in by_words.items()]
    said += [(read.different[number].words, one) for one, number in reviewed]
    labels = mapper.labels_for([text for text, _ in said], [one.label or "" for _, one in said])
    as_said = [
        as_reviewed(by_text[text], one, label=label)
        for (text, one), label in zip(said, labels, strict=True)
    ]
    by_text |= dict(zip(by_words, as_said, strict=False))
    placed = [by_text[one.words] for one in read.different]
    for (_, number), where in zip(reviewed, as_said[len(by_words) :], strict=True):
        placed[number] = where
    return placed


def _by_words(
    read: Read, mapper: RightsMapper, batches: Batches, tell: Progress
) -> dict[str, Placed]:
    """Map each different text once, so the same words always go the same way."""
    said = _different(read)
    placed: list[Placed] = []
    for batch in batches.map(_place_texts, in_batches(said), known=mapper):
        placed += batch
        tell(_MAPPING, 0.55 + 0.2 * len(placed) / len(said))
    return dict(zip((one.words for one in said), placed, strict=True))


def _different(read: Read) -> list[_Said]:
    written: dict[str, str] = {}
    for one in read.different:
        written.setdefault(one.words, one.masked.text)
    asked: Counter[tuple[str, IndicatorKey | Cluster | None]] = Counter()
    about_what = Counter(zip(read.number_of, (c.asked_about for c in read.comments), strict=True))
    for (number, about), count in about_what.items():
        asked[read.different[number].words, about] += count
    most: dict[str, tuple[int, IndicatorKey | Cluster | None]] = {}
    for (text, about), count in asked.items():
        if text not in most or count > most[text][0]:
            most[text] = count, about
    return [_Said(text, first, most[text][1]) for text, first in written.items()]


def _place_texts(mapper: RightsMapper, said: Sequence[_Said]) -> list[Placed]:
    return place_comments(
        mapper,
        [one.words for one in said],
        written=[one.written for one in said],
        asked_about=[one.asked_about for one in said],
    )
