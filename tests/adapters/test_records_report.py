"""What the records came to, as of an instant: what the simulation shows."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.records.opened import Records
from adapters.records.report import CareStanding, LicenceStanding, RenewalState, ToldNotice
from adapters.records.seed import load
from adapters.records.seed_file import CareEntry
from tests.adapters.care_world import OPENED_AT, YEAR_OF_CARE, a_file, a_licence, a_notice, a_step, a_view
from tests.adapters.product_world import a_catalogue, a_record, given_renewals_told, told_seller

ACTIVE, ENDED, LAPSED = CareStanding.ACTIVE, CareStanding.ENDED, CareStanding.LAPSED
AUTOMATIC, CANCELLED, OPTED_OUT = RenewalState.AUTOMATIC, RenewalState.CANCELLED, RenewalState.OPTED_OUT
OPTED_OUT_CARE = YEAR_OF_CARE.model_copy(update={"auto_renew": False})
AFTER_THE_YEAR = datetime(2031, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("care", "at", "care_standing", "renewal"),
    [
        pytest.param(YEAR_OF_CARE, OPENED_AT, ACTIVE, AUTOMATIC, id="within its year"),
        pytest.param(YEAR_OF_CARE, AFTER_THE_YEAR, ACTIVE, AUTOMATIC, id="renewed tacitly"),
        pytest.param(OPTED_OUT_CARE, OPENED_AT, ACTIVE, OPTED_OUT, id="opted out, within its year"),
        pytest.param(OPTED_OUT_CARE, AFTER_THE_YEAR, LAPSED, OPTED_OUT, id="opted out, afterwards"),
    ],
)
async def test_care_and_renewal_stand_as_of_an_instant(
    records: Records, care: CareEntry, at: datetime, care_standing: CareStanding, renewal: RenewalState
) -> None:
    await load(records.database, a_file(licences=(a_licence(care=care),)))

    assert await records.report.licences(at) == {"L1": LicenceStanding(care=care_standing, renewal=renewal)}


async def test_after_a_refund_care_is_ended_and_its_renewal_cancelled(records: Records) -> None:
    await load(records.database, a_file())
    await records.care.end_care("L1", OPENED_AT)
    await records.care.cancel_renewal("L1", OPENED_AT)

    before = await records.report.licences(OPENED_AT - timedelta(days=1))
    on_that_day = await records.report.licences(OPENED_AT)

    assert before == {"L1": LicenceStanding(care=ACTIVE, renewal=AUTOMATIC)}
    assert on_that_day == {"L1": LicenceStanding(care=ENDED, renewal=CANCELLED)}


async def test_a_licence_that_never_had_care_is_left_out(records: Records) -> None:
    await load(records.database, a_file(licences=(a_licence(care=None),)))

    assert await records.report.licences(OPENED_AT) == {}


async def test_the_notices_of_all_requests_come_in_order_of_time(records: Records) -> None:
    later = a_notice("2-0-later", at=OPENED_AT + timedelta(hours=1))
    await records.care.store(a_step(a_view("R1"), notices=(later,)))
    await records.care.store(a_step(a_view("R2"), notices=(a_notice(),)))

    assert await records.report.notices() == [
        ToldNotice(kind="request_opened", to="S1", request="R2", at=OPENED_AT),
        ToldNotice(kind="request_opened", to="S1", request="R1", at=OPENED_AT + timedelta(hours=1)),
    ]


async def test_the_notices_about_a_product_name_it_beside_those_about_requests(records: Records) -> None:
    await load(records.database, a_catalogue())
    # A request may be called like a deactivation.
    await records.care.store(a_step(a_view("D1"), notices=(a_notice(),)))
    await records.products.store(a_record(notices=(told_seller(),)))
    await given_renewals_told(records.database, "C1")

    assert await records.report.notices() == [
        ToldNotice(kind="request_opened", to="S1", request="D1", at=OPENED_AT),
        ToldNotice(kind="deactivated", to="S1", product="P1", at=OPENED_AT),
        ToldNotice(kind="renewal_cancelled", to="C1", product="P1", at=OPENED_AT),
    ]
