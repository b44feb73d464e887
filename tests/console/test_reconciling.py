"""`payments reconcile` says whether our books and the provider's list agree, in its exit code too."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.payments.ledger import LedgerProvider
from adapters.payments.once import OncePayments
from adapters.records.opened import Records
from adapters.records.seed import load
from console.ending import undertake
from tests.adapters.care_world import OPENED_AT, a_file, an_order
from tests.console.conftest import Typed


async def _pay(file: Path) -> None:
    async with Records.open(f"sqlite:///{file}") as records:
        await load(records.database, a_file())
        payments = OncePayments(records.database, LedgerProvider(records.database))
        await payments.pay_back(an_order(), OPENED_AT)


@pytest.fixture
def paid(typed: Typed, tmp_path: Path) -> Path:
    """A database with one refund that was paid."""
    assert typed("db", "upgrade").code == 0
    file = tmp_path / ".data" / "business-care.db"
    undertake(lambda: _pay(file))
    return file


def test_books_that_agree_end_with_zero(typed: Typed, paid: Path) -> None:
    table, document = typed("payments", "reconcile"), typed("payments", "reconcile", "--json")

    assert (table.code, document.code) == (0, 0)
    assert "Refunds compared: 1. Equal." in table.out
    assert json.loads(document.out) == {
        "refunds": 1,
        "currencies": [{"currency": "EUR", "here": 12900, "there": 12900, "debits": 12900, "credits": 12900}],
        "differences": [],
    }


def test_books_that_differ_end_with_one_and_name_each_licence(typed: Typed, paid: Path) -> None:
    with closing(sqlite3.connect(paid)) as connection, connection:
        connection.execute("UPDATE ledger_refunds SET amount = 12901")

    table, document = typed("payments", "reconcile"), typed("payments", "reconcile", "--json")

    assert (table.code, document.code) == (1, 1)
    [line] = [line for line in table.out.splitlines() if "other_amount" in line]
    assert line.split()[:3] == ["L1", "other_amount", "purchase_price"]
    assert "paid_by_provider 12900 EUR" in line
    assert "succeeded 12901 EUR" in line
    [found] = json.loads(document.out)["differences"]
    assert (found["licence_id"], found["code"]) == ("L1", "other_amount")


def test_records_without_tables_say_what_to_do(typed: Typed) -> None:
    ended = typed("payments", "reconcile")

    assert (ended.code, ended.out) == (3, "")
    assert "business-care db upgrade" in ended.err
