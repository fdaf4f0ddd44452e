"""The door of the staff pages: who is here, which pages that role has, and the way out."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from survey_app import settings
from survey_app.api.shield import COOKIE
from survey_app.pages import drawing, gatherings, home, preview, protection, questionnaires, themes
from survey_app.pages.frame import FOLDER, ROLES, Here, plainly
from survey_app.people import Page, pages_for
from survey_app.settings import Settings
from survey_app.store import Store, people

SIDEBAR_WIDTH = 232  # leaves 792 of 1024 pixels to the page
_PAGES: dict[Page, tuple[str, str, Callable[[Here], None]]] = {
    Page.HOME: ("Beranda", ":material/home:", home.show),
    Page.PROTECTION: ("Perlindungan", ":material/shield_person:", protection.show),
    Page.GATHERINGS: ("Pertemuan", ":material/groups:", gatherings.show),
    Page.THEMES: ("Tema", ":material/forum:", themes.show),
    Page.QUESTIONNAIRES: ("Kuesioner", ":material/quiz:", questionnaires.show),
    Page.PREVIEW: ("Isi & pratinjau", ":material/tablet:", preview.show),
}
_ICON = (FOLDER / "icon.svg").read_text(encoding="utf-8")


def show() -> None:
    """One run of the staff pages."""
    st.set_page_config(
        page_title="Suara Anak",
        page_icon=_ICON,
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(FOLDER / "staff.css")
    with plainly():
        chosen, store = _installation()
        token = st.context.cookies.get(COOKIE, "")
        staff = people.staff_by_token(store, token)
        if staff is None:
            st.html(drawing.SIGNED_OUT)
        else:
            _welcome(Here(store=store, settings=chosen, staff=staff, token=token, pages={}))


def _welcome(here: Here) -> None:
    for page in pages_for(here.staff.role):
        title, icon, draw = _PAGES[page]
        here.pages[page] = st.Page(
            partial(_draw, here, draw), title=title, icon=icon, url_path=page.value
        )
    start = here.pages[Page.HOME]
    # The bare address belongs to the children; inside the staff pages it leads to Beranda.
    root = st.Page(
        lambda: st.switch_page(start),
        title="Suara Anak",
        default=True,
        url_path="mulai",
        visibility="hidden",
    )
    chosen = st.navigation([root, *here.pages.values()])
    # Again after the navigation, which would fetch the menu icon as a favicon from the internet.
    st.set_page_config(page_icon=_ICON)
    with st.sidebar:
        st.html(drawing.who_is_here(here.staff.name, ROLES[here.staff.role]))
    chosen.run()


def _draw(here: Here, draw: Callable[[Here], None]) -> None:
    with plainly():
        draw(here)


@st.cache_resource(show_spinner=False)
def _installation() -> tuple[Settings, Store]:
    chosen = settings.load()
    return chosen, Store.open(chosen.url, data_dir=chosen.data_dir)


if __name__ == "__main__":
    show()
