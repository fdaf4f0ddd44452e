"""A child at a tablet: what a finger and a keyboard do, by the words on the screen."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, expect

from survey_app import wording

# A pause between two words as a quick typist makes it; slower would only make the tests longer.
BETWEEN_WORDS_MS = 60
_WORDS = ("aku", "seneng", "dolanan", "ing", "taman", "bareng", "kanca", "sepedaan", "nganti")

# Everything this page's origin keeps in the browser, as one text.
_KEPT = """async () => {
  const kept = [];
  for (const { name, version } of await indexedDB.databases()) {
    const db = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, version);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((resolve, reject) => {
        const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      kept.push({ place: `${name}/${store}`, rows });
    }
    db.close();
  }
  for (const pairs of [localStorage, sessionStorage]) {
    kept.push({ place: pairs === localStorage ? "local" : "session", rows: [{ ...pairs }] });
  }
  if (self.caches) {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      const rows = [];
      for (const request of await cache.keys()) {
        rows.push({ url: request.url, text: await (await cache.match(request)).text() });
      }
      kept.push({ place: `cache/${name}`, rows });
    }
  }
  kept.push({ place: "history", rows: [{ state: history.state, url: location.href }] });
  return kept;
}"""


class Typed(NamedTuple):
    """What stood in the field when a key had been pressed."""

    moment: float
    text: str


@dataclass
class Child:
    """One child in one page; ``language`` is what the buttons are read in."""

    page: Page
    language: str = "id"

    def words(self, key: str, **values: object) -> str:
        """A text of the player."""
        return wording.text(key, self.language, **values)

    def come_in(self, base: str, code: str) -> "Child":
        """Open the link of a gathering; ends when the first screen stands."""
        self.page.goto(f"{base}/isi/{code}", wait_until="commit")
        expect(self.page.locator("h1")).to_be_visible(timeout=20_000)
        expect(self.page.locator("h1")).not_to_have_text(self.words("memuat"), timeout=20_000)
        return self

    def tap(self, key: str) -> None:
        """Press the button with these words."""
        self.button(key).click()

    def button(self, key: str) -> Locator:
        """The button with these words."""
        return self.page.get_by_role("button", name=self.words(key), exact=True)

    def agree(self) -> "Child":
        """Want to take part."""
        self.tap("mau")
        return self

    def choose(self, words: str) -> None:
        """Tap an option."""
        self.page.locator("label.option", has_text=words).first.click()

    @property
    def field(self) -> Locator:
        """The field of a text question."""
        return self.page.locator("textarea.field, input.field")

    def write(self, text: str) -> None:
        """Put a text into the field at once, as pasting does."""
        self.field.fill(text)

    def next(self) -> None:
        """Go to the next question, or finish on the last."""
        self.page.locator(".foot .main-one").click()

    def at(self, step: int, of: int) -> None:
        """See that this is question ``step``."""
        line = self.words("langkah", n=step, jumlah=of)
        expect(self.page.locator(".path .line")).to_contain_text(line, timeout=15_000)

    def sees_state(self, key: str, *, within: float = 15) -> None:
        """Wait until the state of delivery on the screen says this; ``within`` in seconds."""
        shown = self.page.locator(".delivery .words, .path .state")
        expect(shown).to_contain_text(self.words(key), timeout=within * 1000)

    def return_words(self) -> list[str]:
        """The three words on the screen."""
        return self.page.locator(".return-code .words").inner_text().split("-")

    def keeps_the_page(self) -> None:
        """Wait until the tablet could show the page without a server."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def type_for(self, seconds: float) -> list[Typed]:
        """Type invented words, key by key, and note what stood there at every moment."""
        self.field.focus()
        self.page.keyboard.press("Control+End")
        text = self.field.input_value()
        typed = [Typed(time.monotonic(), text)]
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            word = f"{_WORDS[len(typed) % len(_WORDS)]}{len(text)} "
            self.page.keyboard.type(word)
            text += word
            typed.append(Typed(time.monotonic(), text))
            self.page.wait_for_timeout(BETWEEN_WORDS_MS)
        return typed

    def kept(self) -> list[dict[str, Any]]:
        """Everything the browser keeps for this address: by place, with its rows."""
        found: list[dict[str, Any]] = self.page.evaluate(_KEPT)
        return found

    def places_with(self, text: str) -> list[str]:
        """Where in the browser's memory this text stands."""
        return [one["place"] for one in self.kept() if text in repr(one["rows"])]

    def drafts(self) -> list[dict[str, Any]]:
        """The drafts and finished responses that wait on this tablet."""
        return [
            row for one in self.kept() if one["place"].endswith("/drafts") for row in one["rows"]
        ]


def surely_kept(typed: list[Typed], *, killed: float) -> str:
    """What must survive: all that stood there a second before the end."""
    return [one.text for one in typed if one.moment <= killed - 1][-1]
