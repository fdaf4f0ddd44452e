"""The sound of a new urgent case: a button that switches it on, and what it is to sound for."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_MOST = 500  # cases; more at once need no sound to be noticed
_WORDS = {
    "off": "Nyalakan bunyi",
    "on": "Bunyi menyala",
    "held": "Ketuk agar bunyi menyala",
}
_CSS = """
button { font: inherit; font-size: .875rem; padding: .35rem .8rem; min-height: 2.5rem;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem);
  background: transparent; color: var(--st-text-color); cursor: pointer; }
svg { width: 1.1rem; height: 1.1rem; margin-right: .4rem; vertical-align: -.2rem;
  fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
button[aria-pressed=true] svg { fill: currentColor; }
button:hover, button:focus-visible { border-color: var(--st-primary-color);
  color: var(--st-primary-color); }
"""


def show(urgent: Sequence[int]) -> None:
    """The button; a number that was not in ``urgent`` before makes the page sound once."""
    _registered()(data={"urgent": list(urgent)[:_MOST], **_WORDS}, key="bell", height="content")


@cache
def _registered() -> Any:
    source = (Path(__file__).parent / "bell.mjs").read_text(encoding="utf-8")
    return st.components.v2.component("suara_anak_bell", js=source, css=_CSS)
