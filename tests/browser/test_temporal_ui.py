"""An operator who opens a run in Temporal's own web interface reads what is due, and can act there."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from playwright.async_api import FrameLocator, Page, expect

from business_care.commands import RefusalGround, Refuse
from gateway.client import CareGateway
from gateway.searches import counted, searches
from tests.browser.conftest import Photograph
from tests.gateway.marketplace import Licence, Marketplace

NOON_OF_THE_LAST_DAY = datetime(2031, 3, 4, 11, tzinfo=UTC)
ACKNOWLEDGE = "acknowledge by: Tue 4 Mar 2031 24:00 Europe/Paris (1 business day after Mon 3 Mar 2031)"


async def opened(market: Marketplace) -> tuple[Licence, CareGateway, str]:
    """A request that waits for the seller, with its licence and the gateway."""
    licence, gateway = await market.licence(), market.gateway()
    opening = market.opening(licence.id)
    await gateway.open_request(opening)
    return licence, gateway, opening.request_id


async def visit_run(page: Page, market: Marketplace, request_id: str) -> None:
    await page.goto(f"{market.server.ui_url}/namespaces/default/workflows/care-request-{request_id}")


async def visit_details(page: Page, market: Marketplace, request_id: str) -> Sequence[FrameLocator]:
    """The summary, the details and the current details, each in a frame of its own."""
    await visit_run(page, market, request_id)
    await page.get_by_role("tab", name="User Metadata").click()
    frames = page.locator("iframe")
    await expect(frames).to_have_count(3)
    return [frames.nth(number).content_frame for number in range(3)]


async def test_a_link_lists_the_requests_that_are_due_today(
    market: Marketplace, page: Page, photograph: Photograph
) -> None:
    licence, _, request_id = await opened(market)
    wanted = searches(NOON_OF_THE_LAST_DAY, UTC, licence.seller_id)
    links = await counted(market.server.client, wanted, str(market.server.ui_url))
    due_today = next(link for link in links if link.name == "due_today")

    await page.goto(due_today.url)

    await expect(page.get_by_role("link", name=f"care-request-{request_id}")).to_be_visible()
    await expect(page.get_by_text("1 Workflow", exact=True)).to_be_visible()
    await photograph(page, "due-today")


async def test_the_timers_of_a_run_say_who_must_act_until_when(
    market: Marketplace, page: Page, photograph: Photograph
) -> None:
    _, _, request_id = await opened(market)

    await visit_run(page, market, request_id)

    await expect(
        page.get_by_text("remind the seller: acknowledge by Tue 4 Mar 2031 24:00 Europe/Paris").first
    ).to_be_visible()
    await photograph(page, "timeline")


async def test_the_details_of_a_run_say_what_is_due_and_why_and_who_may_do_what(
    market: Marketplace, page: Page, photograph: Photograph
) -> None:
    licence, _, request_id = await opened(market)

    summary, details, current = await visit_details(page, market, request_id)

    await expect(summary.get_by_text(f"anomaly {request_id}, licence {licence.id}")).to_be_visible()
    await expect(details.get_by_text("request under Business Care")).to_be_visible()
    await expect(current.get_by_role("listitem").filter(has_text=ACKNOWLEDGE)).to_be_visible()
    await expect(current.get_by_role("listitem").filter(has_text="an operator may send: ")).to_be_visible()
    await photograph(page, "details")


async def test_the_details_change_with_the_request(
    market: Marketplace, page: Page, photograph: Photograph
) -> None:
    licence, gateway, request_id = await opened(market)
    refusal = Refuse(
        command_id="c1",
        by=licence.agent,
        ground=RefusalGround.MODIFIED_SOURCE,
        explanation="menu.js was changed",
        evidence=("diff-1",),
    )

    await gateway.send(request_id, refusal)
    _, _, current = await visit_details(page, market, request_id)

    await expect(current.get_by_text("the customer may dispute the refusal")).to_be_visible()
    await expect(
        current.get_by_role("listitem").filter(has_text="the customer disputes by: ")
    ).to_be_visible()
    await expect(current.get_by_text("menu.js")).to_have_count(0)
    await photograph(page, "details-refused")


async def test_a_signal_is_sent_from_the_dialog_that_names_its_fields_and_the_journal_tells_what_it_did(
    market: Marketplace, page: Page, photograph: Photograph
) -> None:
    licence, _, request_id = await opened(market)
    message = {"command_id": "ui-1", "by": licence.agent.model_dump(mode="json"), "message": "We are on it"}

    await visit_run(page, market, request_id)
    await page.get_by_role("button", name="More Actions").click()
    await page.get_by_role("menuitem", name="Send a Signal").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Select a signal").click()
    acknowledge = dialog.get_by_role("option", name="acknowledge A person takes the request in hand")
    await expect(acknowledge).to_contain_text("By: agent, seller. One JSON object: command_id, by {role,")
    await photograph(page, "signals")
    await acknowledge.click()
    await dialog.get_by_role("textbox", name="Data").click()
    await page.keyboard.insert_text(json.dumps(message))
    await photograph(page, "signal")
    # The first click after typing only leaves the editor.
    await dialog.get_by_text("Encoding", exact=True).click()
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("tab", name="Queries").click()
    await page.get_by_role("button", name="deadlines").click()
    journal = page.get_by_role("option", name="journal")
    await expect(journal).to_contain_text("Answers with: request_id, events, rejections")
    await journal.click()
    await page.get_by_role("button", name="Run Query").click()
    await expect(page.get_by_role("textbox", name="Query Result")).to_contain_text('"command_id": "ui-1"')
    await photograph(page, "journal")
