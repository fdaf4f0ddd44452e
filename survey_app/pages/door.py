"""The door of the staff pages: who is here, which pages that role has, and the way out."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.navigation.page import Page as MenuPage

from survey_app import settings
from survey_app.api.shield import COOKIE
from survey_app.pages import (
    account,
    audit_log,
    drawing,
    gatherings,
    home,
    kept,
    preview,
    protection,
    questionnaires,
    staff,
    themes,
)
from survey_app.pages.frame import FOLDER, Here, plainly
from survey_app.people import PAGE_NEEDS, ROLE_NAMES, Page, demand_page, pages_of
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
    Page.DATA: ("Data", ":material/inventory_2:", kept.show),
    Page.STAFF: ("Petugas", ":material/badge:", staff.show),
    Page.AUDIT_LOG: ("Catatan", ":material/history:", audit_log.show),
    Page.ACCOUNT: ("Akun", ":material/account_circle:", account.show),
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
        member = people.staff_by_token(store, token)
        if member is None:
            st.html(drawing.SIGNED_OUT)
        else:
            _welcome(Here(store=store, settings=chosen, staff=member, token=token, pages={}))


def _welcome(here: Here) -> None:
    allowed = pages_of(here.staff)
    every = {page: _menu_page(here, page, shown=page in allowed) for page in PAGE_NEEDS}
    here.pages.update({page: every[page] for page in allowed})
    start = here.pages[allowed[0]]
    # The bare address belongs to the children; inside the staff pages it leads to Beranda.
    root = st.Page(
        lambda: st.switch_page(start),
        title="Suara Anak",
        default=True,
        url_path="mulai",
        visibility="hidden",
    )
    chosen = st.navigation([root, *every.values()])
    # Again after the navigation, which would fetch the menu icon as a favicon from the internet.
    st.set_page_config(page_icon=_ICON)
    with st.sidebar:
        st.html(drawing.who_is_here(here.staff.name, ROLE_NAMES[here.staff.role]))
    chosen.run()


def _menu_page(here: Here, page: Page, *, shown: bool) -> MenuPage:
    """A page at its address; one that is not for this role is in no menu, and says so."""
    title, icon, _ = _PAGES[page]
    return st.Page(
        partial(_draw, here, page),
        title=title,
        icon=icon,
        url_path=page.value,
        visibility="visible" if shown else "hidden",
    )


def _draw(here: Here, page: Page) -> None:
    title, _, draw = _PAGES[page]
    with plainly():
        if not here.may_open(page):
            st.title(title, anchor=False)
            here.link(Page.HOME, "Ke Beranda")
            if here.staff.held_back:
                here.link(Page.ACCOUNT, "Ke Akun")
        demand_page(here.staff, page)
        draw(here)


@st.cache_resource(show_spinner=False)
def _installation() -> tuple[Settings, Store]:
    chosen = settings.load()
    return chosen, Store.of(chosen)


if __name__ == "__main__":
    show()
