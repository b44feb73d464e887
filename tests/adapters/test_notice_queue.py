"""Notices wait in the records with all that their delivery needs, and each is handed out once (R62)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.records.opened import OperatorDesk, Records
from adapters.records.seed import load
from business_care.calendar import Place
from business_care.notices import NoticeAbout
from business_care.people import OPERATOR, Recipient, Role
from tests.adapters.care_world import (
    OPENED_AT,
    PURCHASED_AT,
    a_file,
    a_licence,
    a_notice,
    a_product,
    a_seller,
    a_step,
    a_view,
)
from tests.adapters.product_world import (
    a_catalogue,
    a_record,
    given_renewals_told,
    told_customer,
    told_seller,
)

DESK = OperatorDesk(address="desk@market.example", language="fr")
SELLER = Recipient(role=Role.SELLER, id="S1")
CUSTOMER = Recipient(role=Role.CUSTOMER, id="customer-of-L1")
TO_OPERATOR = Recipient(role=Role.OPERATOR, id=OPERATOR)


def place(country: str) -> Place:
    return Place(country=country, timezone="Europe/London")


@pytest.mark.parametrize(
    ("calendar", "own", "language"),
    [
        pytest.param(place("ES"), None, "es", id="Spain"),
        pytest.param(place("MX"), None, "es", id="Mexico"),
        pytest.param(place("FR"), None, "fr", id="France"),
        pytest.param(place("GB"), None, "en", id="anywhere else"),
        pytest.param(None, None, "fr", id="the marketplace's calendar"),
        pytest.param(place("ES"), "en", "en", id="its own choice"),
    ],
)
async def test_a_seller_is_written_to_in_its_language(
    records: Records, calendar: Place | None, own: str | None, language: str
) -> None:
    await load(records.database, a_file(sellers=(a_seller(calendar=calendar, language=own),)))
    await records.care.store(a_step(notices=(a_notice(to=SELLER),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert (queued.address, queued.reader_name) == ("S1@studio.example", "Studio S1")
    assert queued.language == language
    assert queued.timezone == (calendar.timezone if calendar else "Europe/Paris")


async def test_a_customer_is_written_to_under_the_licence_of_the_request(records: Records) -> None:
    of_the_same_customer = a_licence("L2", customer_language="es").model_copy(
        update={"customer_id": "customer-of-L1"}
    )
    await load(records.database, a_file(licences=(a_licence(), of_the_same_customer)))
    view = a_view(licence_id="L2")
    await records.care.store(a_step(view, notices=(a_notice(to=CUSTOMER),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert (queued.address, queued.language, queued.timezone) == (
        "L2@customer.example",
        "es",
        "Europe/Madrid",
    )


async def test_a_customer_without_a_language_reads_english(records: Records) -> None:
    await load(records.database, a_file())
    await records.care.store(a_step(notices=(a_notice(to=CUSTOMER),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert queued.language == "en"


async def test_the_seller_of_a_product_is_written_to_about_it(records: Records) -> None:
    await load(records.database, a_catalogue())
    await records.products.store(a_record(notices=(told_seller(),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert (queued.about, queued.subject_id, queued.notice) == (NoticeAbout.PRODUCT, "D1", told_seller())
    assert (queued.address, queued.language, queued.timezone) == ("S1@studio.example", "es", "Europe/Madrid")


async def test_a_customer_is_written_to_under_the_latest_licence_of_the_product(records: Records) -> None:
    later = PURCHASED_AT + timedelta(days=1)
    licences = (
        a_licence("L1"),
        a_licence("L2", purchased_at=later, customer_language="es"),
        a_licence("L3", purchased_at=later + timedelta(days=1), product_id="P2"),
        a_licence("L4", purchased_at=later + timedelta(days=2)),
    )
    of_one_customer = tuple(one.model_copy(update={"customer_id": "C1"}) for one in licences[:3])
    products = (a_product(), a_product(id="P2"))
    await load(records.database, a_file(products=products, licences=(*of_one_customer, licences[3])))
    await given_renewals_told(records.database, "C1")

    [queued] = await records.notices(DESK).undelivered(10)

    assert (queued.about, queued.subject_id, queued.notice) == (
        NoticeAbout.RENEWALS,
        "D1",
        told_customer("C1"),
    )
    assert (queued.address, queued.language) == ("L2@customer.example", "es")


async def test_a_customer_is_told_of_the_renewals_under_one_deactivation_once(records: Records) -> None:
    for deactivation_id in ("D1", "D1", "D2"):
        await given_renewals_told(records.database, "C1", "C2", deactivation_id=deactivation_id)

    told = await records.notices(DESK).undelivered(10)

    assert [(one.subject_id, one.notice.to.id) for one in told] == [
        ("D1", "C1"),
        ("D1", "C2"),
        ("D2", "C1"),
        ("D2", "C2"),
    ]


async def test_the_operator_reads_at_the_desk(records: Records) -> None:
    await records.care.store(a_step(notices=(a_notice(to=TO_OPERATOR),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert (queued.address, queued.language, queued.timezone) == ("desk@market.example", "fr", "Europe/Paris")


async def test_each_notice_of_a_batch_finds_its_own_reader(records: Records) -> None:
    one_customer = {"customer_id": "customer-of-L1"}
    licences = (a_licence(), a_licence("L2").model_copy(update=one_customer), a_licence("L3"))
    sellers = (a_seller(), a_seller(id="S2"))
    await load(records.database, a_file(sellers=sellers, licences=licences))
    other_seller, stranger = Recipient(role=Role.SELLER, id="S2"), Recipient(role=Role.CUSTOMER, id="C404")
    other_customer = Recipient(role=Role.CUSTOMER, id="customer-of-L3")
    about_the_first = (
        a_notice("1-0-a", to=SELLER),
        a_notice("1-1-a", to=CUSTOMER),
        a_notice("1-2-a", to=CUSTOMER, licence_id="L2"),
        a_notice("1-3-a", to=TO_OPERATOR),
        a_notice("1-4-a", to=stranger),
        a_notice("1-5-a", to=other_seller),
    )
    await records.care.store(a_step(a_view("R1", licence_id="L1"), notices=about_the_first))
    about_the_second = (a_notice("1-0-a", to=CUSTOMER), a_notice("1-1-a", to=other_customer))
    await records.care.store(a_step(a_view("R2", licence_id="L2"), notices=about_the_second))

    told = await records.notices(DESK).undelivered(10)

    assert {(one.subject_id, one.notice.key): one.address for one in told} == {
        ("R1", "1-0-a"): "S1@studio.example",
        ("R1", "1-1-a"): "L1@customer.example",
        ("R1", "1-2-a"): "L2@customer.example",
        ("R1", "1-3-a"): "desk@market.example",
        ("R1", "1-4-a"): None,
        ("R1", "1-5-a"): "S2@studio.example",
        ("R2", "1-0-a"): "L2@customer.example",
        ("R2", "1-1-a"): "L3@customer.example",
    }


@pytest.mark.parametrize("to", [SELLER, CUSTOMER])
async def test_a_reader_whom_the_records_do_not_know_has_no_address(records: Records, to: Recipient) -> None:
    await records.care.store(a_step(notices=(a_notice(to=to),)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert queued.address is None


async def test_an_address_that_changes_before_the_delivery_is_the_one_that_counts(records: Records) -> None:
    await load(records.database, a_file())
    await records.care.store(a_step(notices=(a_notice(to=SELLER),)))
    moved = a_seller().model_copy(update={"email": "new@studio.example"})
    await load(records.database, a_file(sellers=(moved,)))

    [queued] = await records.notices(DESK).undelivered(10)

    assert queued.address == "new@studio.example"


async def test_the_oldest_notices_come_first_and_none_comes_twice(records: Records) -> None:
    notices = tuple(a_notice(f"{number}-notice", to=TO_OPERATOR) for number in range(3))
    await records.care.store(a_step(notices=notices))
    queue = records.notices(DESK)

    first, second, third = await queue.undelivered(2), await queue.undelivered(2), await queue.undelivered(2)

    assert [queued.notice for queued in (*first, *second)] == list(notices)
    assert third == []


async def test_senders_that_ask_together_share_the_work(records: Records) -> None:
    notices = tuple(a_notice(f"{number}-notice", to=TO_OPERATOR) for number in range(40))
    await records.care.store(a_step(notices=notices))

    batches = await asyncio.gather(*(records.notices(DESK).undelivered(10) for _ in range(8)))

    handed_out = [queued.notice_id for batch in batches for queued in batch]
    assert len(handed_out) == len(set(handed_out)) == 40


async def test_what_was_delivered_does_not_come_back(records: Records) -> None:
    await records.care.store(a_step(notices=(a_notice(to=TO_OPERATOR),)))
    queue = records.notices(DESK)
    [queued] = await queue.undelivered(10)

    await queue.mark_delivered(queued.notice_id, OPENED_AT)
    await queue.mark_failed(queued.notice_id, datetime.now(UTC) - timedelta(days=1), "timeout")

    assert await queue.undelivered(10) == []


async def test_what_failed_comes_back_after_a_while(records: Records) -> None:
    await records.care.store(a_step(notices=(a_notice(to=TO_OPERATOR),)))
    queue = records.notices(DESK)
    [queued] = await queue.undelivered(10)
    now = datetime.now(UTC)

    await queue.mark_failed(queued.notice_id, now, "timeout")
    at_once = await queue.undelivered(10)
    await queue.mark_failed(queued.notice_id, now - timedelta(hours=1), "timeout")
    [an_hour_later] = await queue.undelivered(10)

    assert at_once == []
    assert an_hour_later == queued
