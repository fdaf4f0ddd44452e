"""Below the clusters, folded away: what the last run changed, and themes that are not relevant."""

import streamlit as st

from survey_app.pages import drawing
from survey_app.pages.reading import Shown, tens, theme_button
from survey_app.store import standing
from survey_app.store.counting import SMALLEST_GROUP, by_tens
from survey_app.store.findings import ThemeKey
from survey_app.store.standing import Changes


def show(shown: Shown) -> None:
    """Both, of the whole round only: in a part of it numbers would be too small to tell."""
    if not shown.whole:
        return
    changes = standing.changes(shown.store, shown.round_id)
    if changes:
        _since_the_run_before(changes, {one.key: one.phrase for one in shown.everything()})
    if retired := shown.everything(retired=True):
        with st.expander(f"Tema tidak relevan ({len(retired)})", icon=":material/visibility_off:"):
            for theme in retired:
                theme_button(theme)


def _since_the_run_before(changes: Changes, names: dict[ThemeKey, str]) -> None:
    counts = (
        (len(changes.new), "baru"),
        (len(changes.grown), "bertambah"),
        (len(changes.shrunk), "menyusut"),
        (changes.vanished, "hilang"),
    )
    told = ", ".join(f"{count} {kind}" for count, kind in counts if count)
    if not told:
        st.html(drawing.row("", "Tidak ada tema yang berubah sejak analisis sebelumnya."))
        return
    with st.expander(f"Sejak analisis sebelumnya: {told}", icon=":material/difference:"):
        heads = ("Tema", "Perubahan", "Berapa jawaban")
        st.html(drawing.table(heads, _rows(changes, names), caption="Tema yang berubah"))


def _rows(changes: Changes, names: dict[ThemeKey, str]) -> list[tuple[str, str, str]]:
    rows = [(names[key], "baru", _about(size)) for key, size in changes.new.items() if key in names]
    for kind, found in (("bertambah", changes.grown), ("menyusut", changes.shrunk)):
        rows += [
            (names[key], kind, _about(abs(now - before)))
            for key, (before, now) in found.items()
            if key in names
        ]
    if changes.vanished:
        rows.append((f"{changes.vanished} tema", "hilang", _VANISHED))
    return rows


def _about(answers: int) -> str:
    """By tens: between two runs only one class may have answered, or a single child."""
    return tens(by_tens(answers)) if answers >= SMALLEST_GROUP else f"kurang dari {SMALLEST_GROUP}"


_VANISHED = "jawabannya ditarik, ditulis ulang, atau masuk tema lain"
