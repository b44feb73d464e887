"""A marketplace whose Temporal server shows its web interface, and a real browser that looks at it."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.gateway.marketplace import Marketplace

SCREENSHOTS = "BUSINESS_CARE_TEST_SCREENSHOTS"
"""The folder that keeps what the browser saw, for the documentation; left out, nothing is kept."""
NETWORK_OFF = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
SIZE = ViewportSize(width=1280, height=860)

PATIENCE = 30_000.0
"""Milliseconds; the interface loads slowly while other tests use the processors."""

Photograph = Callable[[Page, str], Awaitable[None]]


@pytest.fixture(scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Marketplace]:
    async with Marketplace.begun(tmp_path_factory.mktemp("market"), ui_port=0) as begun:
        yield begun


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium here: the Temporal UI is not looked at")
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as browsers:
        launched = await browsers.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", *NETWORK_OFF]
        )
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page(viewport=SIZE, timezone_id="Europe/Paris")
    yield opened
    await opened.close()


@pytest.fixture
def photograph() -> Photograph:
    """Keep what the browser shows, where the screenshots of the documentation are made."""

    async def keep(page: Page, name: str) -> None:
        folder = os.environ.get(SCREENSHOTS)
        if folder:
            await page.screenshot(path=Path(folder) / f"{name}.png")

    return keep
