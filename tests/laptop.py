"""A staff laptop in a test: how large its screen is, and when a page on it is done."""

from playwright.sync_api import Page, expect

READY_MS = 60_000  # the first page of a server that has just started, beside other work
SCREEN = {"width": 1024, "height": 768}


def settled(page: Page) -> Page:
    """Wait until Streamlit has drawn everything of this run."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=running]")).to_have_count(
        0, timeout=READY_MS
    )
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    return page
