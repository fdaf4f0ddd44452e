"""Themes that last: what stood after the last run, what people changed, and what is new."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from analysis.errors import AnalysisRefused

FORMAT = 1
PROFILE_WORDS = 40  # enough to recognise a theme by; the rest of its words are each said once
_KEY_DIGITS = 20  # 80 bits: among a million texts no two share a key


class Change(StrEnum):
    """What a person may do to themes; every change is kept and replayed after each run."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    RETIRE = "retire"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class ThemeEvent:
    """One change by a person.

    ``theme`` is the theme changed; ``into`` the theme that takes its comments (merge) or the
    comments named in ``comment_ids`` (move, pin), or the id of the theme split off; ``phrase``
    is the new name (rename, split).
    """

    change: Change
    theme: str
    into: str = ""
    comment_ids: tuple[str, ...] = ()
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class StandingTheme:
    """A theme as it stands between two runs.

    ``room`` is the indicator or cluster it lies in; ``profile`` the words its comments use and how
    many of them do: a short text by which new comments find it.
    """

    id: str
    room: str
    phrase: str
    size: int
    profile: Mapping[str, int]
    named_by_people: bool = False
    retired: bool = False
    forbidden: bool = False

    @property
    def takes_comments(self) -> bool:
        """Whether comments may still come in."""
        return not (self.retired or self.forbidden)


@dataclass(frozen=True, slots=True)
class ThemeState:
    """Everything that outlives a run: one readable file.

    ``texts`` says which theme a text went to, and is empty where it went to none; texts are kept as
    keys, so the file holds single words and the phrases themes are called by, but no other sentence
    of a child. ``pinned_as`` are comments that stay where a person put them, by a key of id and
    text: another comment may bear the same id in a later round. ``pinned`` are those of them that
    no run has read yet, by id.
    """

    themes: tuple[StandingTheme, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    pinned: Mapping[str, str] = field(default_factory=dict)
    pinned_as: Mapping[str, str] = field(default_factory=dict)
    events: tuple[ThemeEvent, ...] = ()
    runs: int = 0

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved state; ``AnalysisRefused`` where the file is none, or of a newer version."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] > FORMAT:
                raise AnalysisRefused(
                    f"{path.name}: dibuat oleh versi yang lebih baru. Pasang versi terbaru."
                )
            return cls._from_json(content)
        except AnalysisRefused:
            raise
        except (KeyError, TypeError, AttributeError, ValueError):
            raise AnalysisRefused(
                f"{path.name}: ini bukan berkas tema yang tersimpan."
                " Pilih berkas yang ditulis dengan --state, atau nama berkas yang baru."
            ) from None

    @classmethod
    def _from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            themes=tuple(StandingTheme(**theme) for theme in content["themes"]),
            texts=dict(content["texts"]),
            pinned=dict(content["pinned"]),
            pinned_as=dict(content.get("pinned_as", {})),  # younger than the format
            events=tuple(_event(row) for row in content["events"]),
            runs=int(content["runs"]),
        )

    def save(self, path: Path) -> None:
        """Write the state; the old file stays whole until the new one is."""
        content = {"format": FORMAT, **asdict(self)}
        new = path.with_name(f"{path.name}.new")
        new.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        new.replace(path)

    def theme(self, id: str) -> StandingTheme | None:
        """The theme with this id, also one that a merge has put into another."""
        found = {theme.id: theme for theme in self.themes}
        return found.get(self.followed(id))

    def themes_of_texts(self, texts: Iterable[str]) -> "list[StandingTheme | None]":
        """Where the same words went before, text by text."""
        ids = [self.texts.get(text_key(words)) for words in texts]
        found = {id: self.theme(id) for id in set(ids) if id}
        return [found[id] if id else None for id in ids]

    def left_outside(self, words: str) -> bool:
        """Whether a run has read these words already and found no theme for them."""
        return self.texts.get(text_key(words)) == ""

    def without_texts(self, texts: Iterable[str]) -> "ThemeState":
        """The state as if these words had gone into no theme yet."""
        gone = {text_key(words) for words in texts}
        return replace(self, texts={k: id for k, id in self.texts.items() if k not in gone})

    @property
    def put_by_people(self) -> frozenset[str]:
        """The ids under which a person has put a comment somewhere."""
        return frozenset(self.pinned).union(*(event.comment_ids for event in self.events))

    def pins(self, comments: Mapping[str, str]) -> dict[str, str]:
        """Comment id -> the theme a person put it into; ``comments`` leads from ids to texts."""
        wanted = {
            id: self.pinned.get(id) or self.pinned_as.get(_pin_key(id, text))
            for id, text in comments.items()
        }
        return {id: theme for id, theme in wanted.items() if theme}

    def recognised(self, comments: Iterable[tuple[str, str, str]]) -> "ThemeState":
        """The state that knows what people put somewhere by text; of each its id, text and words.

        The words of what was split off go with it, whoever else says them.
        """
        split = {
            (id, self.followed(event.into))
            for event in self.events
            if event.change is Change.SPLIT
            for id in event.comment_ids
        }
        waiting, known, texts = dict(self.pinned), dict(self.pinned_as), dict(self.texts)
        for id, text, words in comments:
            if (theme := waiting.pop(id, "")) == "":
                continue
            known[_pin_key(id, text)] = theme
            if words and (id, theme) in split:
                texts[text_key(words)] = theme
        return replace(self, pinned=waiting, pinned_as=known, texts=texts)

    def after(self, *events: ThemeEvent) -> "ThemeState":
        """The state with what people changed; ``AnalysisRefused`` for what cannot be done.

        The events are kept, so that a refit from nothing can be followed by the same changes.
        """
        state = self
        for event in events:
            state = state._after(event)
        return replace(state, events=(*self.events, *events))

    def followed(self, id: str) -> str:
        """The id of the theme that merges have put this one into; its own where none has."""
        merged, seen = self._merged_into(), set[str]()
        while id in merged and id not in seen:
            seen.add(id)
            id = merged[id]
        return id

    @property
    def taken(self) -> frozenset[str]:
        """The ids no new theme may get: of what stands, and of what was merged into another."""
        return frozenset(theme.id for theme in self.themes) | self._merged_into().keys()

    @property
    def put_together(self) -> frozenset[str]:
        """The themes that people merged others into."""
        return frozenset(map(self.followed, self._merged_into()))

    @property
    def held(self) -> frozenset[str]:
        """The themes that keep their texts when all others are made anew: forbidden or split off.

        No grouping would find them again: it puts what people parted back together.
        """
        split_off = {e.into for e in self.events if e.change is Change.SPLIT}
        return frozenset(t.id for t in self.themes if t.forbidden or t.id in split_off)

    def freed(self, texts: Iterable[str]) -> "ThemeState":
        """The state with these texts in no theme, but for those in ``held`` ones.

        Of a theme they leave stays what people made of it: id, name, whether it is retired. A theme
        that none of them was in stays as it is.
        """
        known = ((key, self.texts.get(key)) for key in map(text_key, texts))
        held = self.held
        free = {key: id for key, id in known if id is not None and id not in held}
        left = set(free.values())
        return replace(
            self,
            themes=tuple(
                replace(theme, size=0, profile={}) if theme.id in left else theme
                for theme in self.themes
            ),
            texts={key: id for key, id in self.texts.items() if key not in free},
        )

    def _merged_into(self) -> dict[str, str]:
        return {e.theme: e.into for e in self.events if e.change is Change.MERGE}

    def _after(self, event: ThemeEvent) -> "ThemeState":
        self._check(event)
        return _APPLIED[event.change](self, event)

    def _check(self, event: ThemeEvent) -> None:
        change = event.change
        empty = [name for name in NEEDED[change] if not _filled(getattr(event, name))]
        if empty:
            raise AnalysisRefused(
                f"'{empty[0]}' kosong. '{change}' memerlukan"
                f" {' dan '.join(map(repr, NEEDED[change]))}."
            )
        known = {theme.id for theme in self.themes}
        target = "" if change is Change.SPLIT else event.into
        missing = next((id for id in (event.theme, target) if id and id not in known), None)
        if missing and (into := self.followed(missing)) != missing:
            raise AnalysisRefused(
                f"tema '{missing}' sudah digabung ke dalam '{into}'. Tulis id itu."
            )
        if missing:
            raise AnalysisRefused(f"tema '{missing[:40]}' tidak ada. Pilih id dari themes.json.")
        if change is Change.MERGE and event.into == event.theme:
            raise AnalysisRefused(
                f"tema '{event.theme}' digabung ke dalam dirinya sendiri. Pilih tema lain."
            )
        if change is Change.SPLIT and event.into in self.taken:
            raise AnalysisRefused(
                f"id '{event.into[:40]}' sudah dipakai tema lain. Pilih id baru untuk pecahannya."
            )

    def _changed(self, id: str, **changes: Any) -> "ThemeState":
        return replace(
            self,
            themes=tuple(
                replace(theme, **changes) if theme.id == id else theme for theme in self.themes
            ),
        )

    def _renamed(self, event: ThemeEvent) -> "ThemeState":
        return self._changed(event.theme, phrase=event.phrase, named_by_people=True)

    def _merged(self, event: ThemeEvent) -> "ThemeState":
        by_id = {theme.id: theme for theme in self.themes}
        gone, kept = by_id[event.theme], by_id[event.into]
        together = Counter(dict(kept.profile)) + Counter(dict(gone.profile))
        state = self._changed(
            kept.id, size=kept.size + gone.size, profile=dict(together.most_common(PROFILE_WORDS))
        )
        return replace(
            state,
            themes=tuple(theme for theme in state.themes if theme.id != gone.id),
            texts={k: event.into if id == gone.id else id for k, id in self.texts.items()},
            pinned={k: event.into if id == gone.id else id for k, id in self.pinned.items()},
            pinned_as={k: event.into if id == gone.id else id for k, id in self.pinned_as.items()},
        )

    def _split(self, event: ThemeEvent) -> "ThemeState":
        old = next(theme for theme in self.themes if theme.id == event.theme)
        new = StandingTheme(event.into, old.room, event.phrase, 0, {}, named_by_people=True)
        pinned = {**self.pinned, **dict.fromkeys(event.comment_ids, new.id)}
        return replace(self, themes=(*self.themes, new), pinned=pinned)

    def _pinned(self, event: ThemeEvent) -> "ThemeState":
        return replace(self, pinned={**self.pinned, **dict.fromkeys(event.comment_ids, event.into)})

    def _retired(self, event: ThemeEvent) -> "ThemeState":
        return self._changed(event.theme, retired=True)

    def _forbidden(self, event: ThemeEvent) -> "ThemeState":
        return self._changed(event.theme, forbidden=True)


# What an event has to name; a split is called ``into`` by whoever makes it.
NEEDED: Mapping[Change, tuple[str, ...]] = {
    Change.RENAME: ("theme", "phrase"),
    Change.MERGE: ("theme", "into"),
    Change.SPLIT: ("theme", "into", "comment_ids", "phrase"),
    Change.MOVE: ("into", "comment_ids"),
    Change.PIN: ("into", "comment_ids"),
    Change.RETIRE: ("theme",),
    Change.FORBID: ("theme",),
}

_APPLIED = {
    Change.RENAME: ThemeState._renamed,
    Change.MERGE: ThemeState._merged,
    Change.SPLIT: ThemeState._split,
    Change.MOVE: ThemeState._pinned,
    Change.PIN: ThemeState._pinned,
    Change.RETIRE: ThemeState._retired,
    Change.FORBID: ThemeState._forbidden,
}


@dataclass(frozen=True, slots=True)
class ThemeDiff:
    """What a run would change, for a person to sign off: theme ids, each with its sizes."""

    new: tuple[str, ...]
    grown: Mapping[str, tuple[int, int]]
    shrunk: Mapping[str, tuple[int, int]]
    vanished: tuple[str, ...]


def difference(before: ThemeState, after: ThemeState) -> ThemeDiff:
    """What stands now beside what stood before."""
    old = {theme.id: theme.size for theme in before.themes}
    new = {theme.id: theme.size for theme in after.themes}
    both = {id: (old[id], new[id]) for id in old if id in new}
    return ThemeDiff(
        new=tuple(id for id in new if id not in old),
        grown={id: sizes for id, sizes in both.items() if sizes[1] > sizes[0]},
        shrunk={id: sizes for id, sizes in both.items() if 0 < sizes[1] < sizes[0]},
        vanished=tuple(id for id, size in old.items() if id not in new or (size and not new[id])),
    )


def text_key(words: str) -> str:
    """What stands for a text in the file: the same words, the same key."""
    return hashlib.sha256(words.encode()).hexdigest()[:_KEY_DIGITS]


def _pin_key(id: str, text: str) -> str:
    """What stands for a comment: its text as written, which no change of our tables reads anew."""
    return text_key(f"{id}\n{' '.join(text.casefold().split())}")


def _filled(value: str | tuple[str, ...]) -> bool:
    return bool(value.strip() if isinstance(value, str) else all(value) and value)


def profile_of(texts: Iterable[tuple[Sequence[str], int]]) -> dict[str, int]:
    """The most frequent words of texts and in how many comments each stands.

    Each text comes with the number of comments that say it.
    """
    counts: Counter[str] = Counter()
    for words, times in texts:
        for word in set(words):
            counts[word] += times
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ranked[:PROFILE_WORDS])


def _event(row: Mapping[str, Any]) -> ThemeEvent:
    return ThemeEvent(
        **{**row, "change": Change(row["change"]), "comment_ids": tuple(row["comment_ids"])}
    )
