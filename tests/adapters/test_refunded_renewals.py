"""After a refund the renewal is cancelled at the billing service too; what that leaves open is kept (R43)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.billing.opened import care_records
from adapters.billing.refunded import CareRecordsThroughBilling, RefundedRenewals, open_renewals
from adapters.billing.simulated import SimulatedBilling
from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.care_records import SqlCareRecords
from adapters.records.money_tables import SIMULATED_REFUNDS
from adapters.records.opened import OperatorDesk, Records
from adapters.records.seed import load
from adapters.records.seed_file import BillingWord
from adapters.settings import BillingProviderName
from business_care.deactivation.charges import BillingAnswer, RenewalOrder
from business_care.errors import RecordMissing, TemporarilyUnavailable
from business_care.listing import PaymentState
from business_care.notices import NoticeKind
from business_care.people import THE_OPERATOR
from business_care.ports import CareRecords
from business_care.refund import RefundAnswer, RefundOrder
from tests.adapters.book_world import assert_sound, kinds
from tests.adapters.care_world import a_licence, an_order
from tests.adapters.cascade_world import (
    A_MINUTE_LATER,
    AN_HOUR_LATER,
    EFFECTIVE_AT,
    OPTED_OUT,
    a_cascade,
    a_catalogue,
    attempts,
    cancelled,
    charged,
    forget_charges,
    let_pay,
    switch_payments,
    through_provider,
    walked,
)

REFUNDED_AT = EFFECTIVE_AT
A_DAY_LATER = AN_HOUR_LATER + timedelta(days=1)


class Killed(BaseException):
    """A worker that dies: nothing of ours catches it."""


def refunded(records: Records, billing: SimulatedBilling | None = None) -> RefundedRenewals:
    database = records.database
    payments = OncePayments(database, SimulatedProvider(database))
    return RefundedRenewals(database, billing or SimulatedBilling(database), payments)


async def refund(
    records: Records,
    *behave: BillingWord,
    billing: SimulatedBilling | None = None,
    at: datetime = REFUNDED_AT,
) -> CareRecords:
    """The care of L1 has ended, and its renewal is cancelled, as a request does it."""
    await load(records.database, a_catalogue(a_licence(), a_licence("L2"), L1=behave))
    care = CareRecordsThroughBilling(records.database, refunded(records, billing))
    await care.end_care("L1", at)
    await care.cancel_renewal("L1", at)
    return care


async def left_open(records: Records) -> list[tuple[str, str, str]]:
    return [(one.licence_id, one.status, one.code) for one in await open_renewals(records.database)]


async def operator_was_told(records: Records) -> Sequence[str]:
    queued = await records.notices(OperatorDesk()).undelivered(100)
    told = [one for one in queued if one.notice.kind is NoticeKind.RENEWAL_LEFT_OPEN]
    assert all((one.subject_id, one.notice.to) == ("L1", THE_OPERATOR) for one in told)
    return [one.notice.data["code"] for one in told]


async def given_back(records: Records) -> list[tuple[str, int]]:
    query = select(SIMULATED_REFUNDS.c.purpose, SIMULATED_REFUNDS.c.amount)
    async with records.database.reading() as connection:
        return [(row.purpose.partition(":")[0], row.amount) for row in await connection.execute(query)]


async def test_the_billing_service_and_our_records_both_have_it(records: Records) -> None:
    await refund(records)

    assert await attempts(records) == {"L1": 1}
    assert await cancelled(records) == ["L1"]
    assert await left_open(records) == []
    assert await operator_was_told(records) == []


async def test_what_is_done_is_not_asked_for_again(records: Records) -> None:
    care = await refund(records)

    await care.cancel_renewal("L1", AN_HOUR_LATER)

    assert await attempts(records) == {"L1": 1}


@pytest.mark.parametrize("care", [OPTED_OUT, None], ids=["opted out", "never had any"])
async def test_where_nothing_renews_nobody_is_asked(records: Records, care: object) -> None:
    await load(records.database, a_catalogue(a_licence().model_copy(update={"care": care})))
    through = CareRecordsThroughBilling(records.database, refunded(records))

    await through.end_care("L1", REFUNDED_AT)
    await through.cancel_renewal("L1", REFUNDED_AT)

    assert await attempts(records) == {}
    assert await left_open(records) == []


async def test_an_unknown_licence_is_said_to_be_unknown(records: Records) -> None:
    with pytest.raises(RecordMissing):
        await refunded(records).cancel("L9", REFUNDED_AT)


async def test_a_service_that_is_down_is_asked_again_and_our_records_wait(records: Records) -> None:
    class Down(SimulatedBilling):
        async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
            raise TemporarilyUnavailable("the billing service did not answer")

    with pytest.raises(TemporarilyUnavailable):
        await refund(records, billing=Down(records.database))

    assert await cancelled(records) == []
    assert await left_open(records) == []
    await refunded(records).cancel("L1", AN_HOUR_LATER)
    assert await cancelled(records) == ["L1"]


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_kill_between_the_billing_service_and_our_records_is_made_good(
    records: Records, kills: int
) -> None:
    class DiesAfterTheAnswer(SimulatedBilling):
        async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
            await super().cancel_renewal(order, at)
            raise Killed

    for _ in range(kills):
        with pytest.raises(Killed):
            await refund(records, billing=DiesAfterTheAnswer(records.database))
    before = await cancelled(records)

    await refunded(records).cancel("L1", AN_HOUR_LATER)

    assert before == []
    assert await cancelled(records) == ["L1"]
    assert await attempts(records) == {"L1": kills + 1}
    assert await left_open(records) == []


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_kill_while_a_charge_is_given_back_pays_it_back_once(records: Records, kills: int) -> None:
    class DiesAfterPaying(OncePayments):
        async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
            await super().pay_back(order, at)
            raise Killed

    await load(records.database, a_catalogue(a_licence()))
    await charged(records, EFFECTIVE_AT.date() + timedelta(days=30))
    await records.care.end_care("L1", REFUNDED_AT)
    dying = RefundedRenewals(
        records.database,
        SimulatedBilling(records.database),
        DiesAfterPaying(records.database, SimulatedProvider(records.database)),
    )
    for _ in range(kills):
        with pytest.raises(Killed):
            await dying.cancel("L1", A_MINUTE_LATER)
    before = await cancelled(records)

    await refunded(records).cancel("L1", AN_HOUR_LATER)

    assert before == []
    assert await cancelled(records) == ["L1"]
    assert await given_back(records) == [("renewal", 12_900)]
    assert await kinds(records) == ["paid_by_provider"]


async def test_a_refusal_lets_the_request_close_and_is_told_to_the_operator_once(records: Records) -> None:
    care = await refund(records, "error", "error")

    await care.cancel_renewal("L1", AN_HOUR_LATER)

    assert await left_open(records) == [("L1", "failed", "provider_error")]
    assert await operator_was_told(records) == ["provider_error"]
    assert await cancelled(records) == []
    assert (await open_renewals(records.database))[0].since == REFUNDED_AT


async def test_a_refusal_is_tried_again_when_the_operator_says_so(records: Records) -> None:
    await refund(records, "error")

    assert await refunded(records).try_again(AN_HOUR_LATER) == []
    assert await cancelled(records) == ["L1"]
    assert await attempts(records) == {"L1": 2}


async def test_an_attempt_that_was_taken_for_dead_does_not_undo_one_that_has_succeeded(
    records: Records,
) -> None:
    class SucceedsElsewhereMeanwhile(SimulatedBilling):
        async def cancel_renewal(self, order: RenewalOrder, at: datetime) -> BillingAnswer:
            await records.care.cancel_renewal("L1", at)
            return await super().cancel_renewal(order, at)

    await refund(records, "error", billing=SucceedsElsewhereMeanwhile(records.database))

    assert await cancelled(records) == ["L1"]
    assert await left_open(records) == []


async def test_a_charge_in_flight_is_not_called_cancelled_and_given_back_once_it_is_paid(
    records: Records,
) -> None:
    await refund(records, "charge_in_flight_paid")
    in_flight = (await left_open(records), await cancelled(records))
    still = await refunded(records).try_again(A_MINUTE_LATER)

    assert await refunded(records).try_again(AN_HOUR_LATER) == []
    await refunded(records).cancel("L1", A_DAY_LATER)

    assert in_flight == ([("L1", "in_flight", "charge_in_flight")], [])
    assert [(one.status, one.since) for one in still] == [("in_flight", REFUNDED_AT)]
    assert await given_back(records) == [("renewal", 12_900)]
    assert await cancelled(records) == ["L1"]
    assert await operator_was_told(records) == ["charge_in_flight"]
    await assert_sound(records)


async def test_a_charge_that_failed_leaves_nothing_open(records: Records) -> None:
    await refund(records, "charge_in_flight_failed")

    assert await refunded(records).try_again(AN_HOUR_LATER) == []
    assert await given_back(records) == []


async def test_a_charge_that_nobody_knows_of_any_more_is_left_to_people(records: Records) -> None:
    await refund(records, "charge_in_flight_paid")
    await forget_charges(records)

    await refunded(records).try_again(AN_HOUR_LATER)
    await refunded(records).try_again(A_DAY_LATER)

    assert await left_open(records) == [("L1", "by_hand", "charge_unknown")]
    assert await operator_was_told(records) == ["charge_in_flight", "charge_unknown"]


async def test_while_payments_are_stopped_a_charge_waits_to_be_given_back(records: Records) -> None:
    await switch_payments(records, PaymentState.STOPPED)
    await load(records.database, a_catalogue(a_licence()))
    await charged(records, EFFECTIVE_AT.date() + timedelta(days=30))
    await records.care.end_care("L1", REFUNDED_AT)
    await refunded(records).cancel("L1", A_MINUTE_LATER)
    stopped = (await left_open(records), await cancelled(records), await given_back(records))

    await switch_payments(records, PaymentState.RESUMED)
    again = await refunded(records).try_again(AN_HOUR_LATER)

    assert stopped == ([("L1", "giving_back", "payments_stopped")], ["L1"], [])
    assert (again, await given_back(records)) == ([], [("renewal", 12_900)])


async def test_a_charge_that_the_provider_refuses_to_give_back_is_left_to_people(records: Records) -> None:
    await load(records.database, a_catalogue(a_licence()))
    await charged(records, EFFECTIVE_AT.date() + timedelta(days=30))
    await let_pay(records, "refused")
    await records.care.end_care("L1", REFUNDED_AT)

    await refunded(records).cancel("L1", A_MINUTE_LATER)

    assert await left_open(records) == [("L1", "by_hand", "refund_refused")]
    assert await cancelled(records) == ["L1"]


async def test_a_period_that_had_begun_when_the_care_ended_stays_paid(records: Records) -> None:
    await load(records.database, a_catalogue(a_licence()))
    await charged(records, EFFECTIVE_AT.date())
    await records.care.end_care("L1", REFUNDED_AT)

    await refunded(records).cancel("L1", A_MINUTE_LATER)

    assert (await given_back(records), await left_open(records)) == ([], [])


async def test_a_charge_and_the_price_of_one_licence_are_two_refunds(records: Records) -> None:
    await load(records.database, a_catalogue(a_licence()))
    payments = OncePayments(records.database, SimulatedProvider(records.database))
    await payments.pay_back(an_order(), REFUNDED_AT)
    await charged(records, EFFECTIVE_AT.date() + timedelta(days=30))
    await records.care.end_care("L1", REFUNDED_AT)

    await refunded(records).cancel("L1", A_MINUTE_LATER)

    assert sorted(await given_back(records)) == [("purchase_price", 12_900), ("renewal", 12_900)]
    assert await kinds(records) == ["paid_by_provider"] * 2


@pytest.mark.parametrize(
    "behave", [(), ("error",), ("charge_in_flight_paid",)], ids=["ok", "refused", "charged"]
)
async def test_a_product_that_is_retired_later_neither_asks_nor_tells_again(
    records: Records, behave: tuple[BillingWord, ...]
) -> None:
    await refund(records, *behave)
    renewals = through_provider(records)
    await renewals.survey(a_cascade())

    end = await walked(renewals)

    assert (end.seen, end.totals.cancelled) == (1, 1)
    assert await attempts(records) == {"L1": 1, "L2": 1}
    queued = await records.notices(OperatorDesk()).undelivered(100)
    told = [one.notice.to.id for one in queued if one.notice.kind is NoticeKind.RENEWAL_CANCELLED]
    assert told == ["customer-of-L2"]


async def test_without_a_billing_service_the_records_alone_are_asked(records: Records) -> None:
    payments = OncePayments(records.database, SimulatedProvider(records.database))

    plain = care_records(records.database, BillingProviderName.RECORDS, payments)
    through = care_records(records.database, BillingProviderName.SIMULATED, payments)

    assert type(plain) is SqlCareRecords
    assert type(through) is CareRecordsThroughBilling
