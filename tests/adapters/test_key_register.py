"""The records know which keys are needed, and recognise a key without having it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text, update

from adapters.encryption.keys import read_keys
from adapters.encryption.uses import KeyUse
from adapters.payments.once import OncePayments
from adapters.payments.simulated import SimulatedProvider
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.recovery_tables import RECOVERIES
from adapters.records.seed import load
from business_care.recovery.state import LateFailure
from tests.adapters.care_world import OPENED_AT, a_file, a_licence, an_order, behaving
from tests.privacy.locked import K1, K2, OTHER_K1
from workflows.names import refund_recovery_id

REQUEST = (
    "INSERT INTO requests (request_id, licence_id, workflow_id, run_id, state, outcome, opened_at, seq, view,"
    " rejections_dropped) VALUES (:id, 'L', :workflow_id, 'r', 'x', :outcome, '2031-03-03 09:00:00+00:00', 1,"
    " '{}', '{}')"
)


@pytest.fixture
async def records(empty_database_url: str) -> AsyncIterator[Records]:
    await upgrade(empty_database_url)
    async with Records.open(empty_database_url) as opened:
        yield opened


async def test_a_key_is_needed_by_what_is_open_and_by_what_the_records_do_not_know(records: Records) -> None:
    async with records.database.writing() as connection:
        for number, outcome in ((1, None), (2, None), (3, "resolved")):
            given = {"id": f"R{number}", "workflow_id": f"care-request-R{number}", "outcome": outcome}
            await connection.execute(text(REQUEST), given)
    await records.keys.enter(read_keys(f"{K2},{K1}"))
    await records.keys.note([KeyUse("k1", f"care-request-R{number}") for number in (1, 2, 3, 4)])
    await records.keys.note([KeyUse("k1", "care-request-R1"), KeyUse("k2", "care-request-R3")])

    first, second = await records.keys.open_uses("k1"), await records.keys.open_uses("k2")

    assert (first.open, first.unrecorded) == (2, ("care-request-R4",))
    assert (second.open, second.unrecorded) == (0, ())


async def test_a_key_is_needed_by_a_recovery_until_it_has_ended(records: Records) -> None:
    await load(records.database, a_file(licences=(a_licence(),)))
    await load(records.database, behaving("succeeded_then_failed"))
    payments = OncePayments(records.database, SimulatedProvider(records.database))
    reference = (await payments.pay_back(an_order(), OPENED_AT)).reference
    failure = LateFailure(licence_id="L1", purpose="purchase_price", reference=reference, failed_at=OPENED_AT)
    begun = await records.recoveries.begin(failure, OPENED_AT)
    assert begun is not None
    await records.keys.enter(read_keys(K1))
    await records.keys.note([KeyUse("k1", refund_recovery_id(begun.recovery_id))])

    needed = await records.keys.open_uses("k1")
    async with records.database.writing() as connection:
        await connection.execute(update(RECOVERIES).values(ended_at=OPENED_AT))
    over = await records.keys.open_uses("k1")

    assert (needed.open, needed.unrecorded) == (1, ())
    assert (over.open, over.unrecorded) == (0, ())


async def test_another_key_under_a_known_id_is_found_out(records: Records) -> None:
    await records.keys.enter(read_keys(K1))
    await records.keys.enter(read_keys(OTHER_K1))

    assert await records.keys.differing(read_keys(f"{OTHER_K1},{K2}")) == ["k1"]
    assert await records.keys.differing(read_keys(f"{K2},{K1}")) == []


async def test_a_key_that_is_lost_is_forgotten_with_all_that_it_has_locked(records: Records) -> None:
    await records.keys.enter(read_keys(f"{K1},{K2}"))
    await records.keys.note([KeyUse("k1", "care-request-R1"), KeyUse("k2", "care-request-R1")])

    known, unknown = await records.keys.forget("k1"), await records.keys.forget("k1")

    assert (known, unknown) == (True, False)
    assert list(await records.keys.canaries()) == ["k2"]
    assert (await records.keys.open_uses("k1")).unrecorded == ()
    assert (await records.keys.open_uses("k2")).unrecorded == ("care-request-R1",)
