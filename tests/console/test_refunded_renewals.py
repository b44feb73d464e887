"""`renewals` lists what refunds have left open at the billing service, and asks again when told to."""

import json
from pathlib import Path

import pytest

from adapters.billing.opened import care_records
from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.settings import BillingProviderName
from console.ending import undertake
from tests.adapters.care_world import OPENED_AT, a_licence
from tests.adapters.cascade_world import a_catalogue
from tests.console.conftest import Typed


async def _refund(file: Path) -> None:
    async with Records.open(f"sqlite:///{file}") as records:
        await load(records.database, a_catalogue(a_licence(), L1=("error",)))
        payments = OncePayments(records.database, LedgerProvider(records.database))
        care = care_records(records.database, BillingProviderName.SIMULATED, payments)
        await care.end_care("L1", OPENED_AT)
        await care.cancel_renewal("L1", OPENED_AT)


@pytest.fixture
def left_open(typed: Typed, tmp_path: Path) -> None:
    """A refunded licence that the billing service would not cancel."""
    assert typed("db", "upgrade").code == 0
    undertake(lambda: _refund(tmp_path / ".data" / "business-care.db"))


def test_what_is_open_is_listed_for_people_and_for_programs(typed: Typed, left_open: None) -> None:
    told, document = typed("renewals"), typed("renewals", "--json")

    assert told.out == "L1: failed, provider_error, since Mon 2031-03-03 09:00 UTC\n"
    assert json.loads(document.out) == [
        {"licence_id": "L1", "status": "failed", "code": "provider_error", "since": "2031-03-03T09:00:00Z"}
    ]


def test_asking_again_tells_what_is_open_afterwards(
    typed: Typed, left_open: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_BILLING_PROVIDER", "simulated")

    ended = typed("renewals", "--retry")

    assert (ended.code, ended.out) == (0, "Nothing is open.\n")
    assert typed("renewals").out == "Nothing is open.\n"


def test_without_a_billing_service_nobody_can_be_asked_again(typed: Typed, left_open: None) -> None:
    ended = typed("renewals", "--retry")

    assert (ended.code, ended.out) == (2, "")
    assert "no billing service is set" in ended.err
