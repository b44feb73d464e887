"""The database of the records is made and filled from the command line, without any server."""

import asyncio
import json
from pathlib import Path

import pytest

from business_care.listing import PaymentState
from console.composition import opened_desk
from console.given import AT_THE_CONSOLE
from tests.console.conftest import Typed

RECORDS = """
records:
  sellers: [{id: S1, name: Studio Uno, email: agents@studio-uno.example}]
  products: [{id: P1, seller_id: S1, name: Mega menu}]
policy: {resolve_business_days: 20}
"""


def test_a_database_without_tables_says_what_to_do(typed: Typed) -> None:
    ended = typed("list")

    assert (ended.code, ended.out) == (3, "")
    assert "run `business-care db upgrade`" in ended.err


def test_a_database_is_made_in_the_working_directory_and_may_be_made_again(
    typed: Typed, tmp_path: Path
) -> None:
    first = typed("db", "upgrade")
    second = typed("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert (tmp_path / ".data" / "business-care.db").exists()
    assert json.loads(typed("list", "--json").out) == []


def test_a_file_of_records_is_loaded_and_may_be_loaded_again(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "records.yaml").write_text(RECORDS)
    typed("db", "upgrade")

    first = typed("db", "seed", "records.yaml")
    second = typed("db", "seed", "records.yaml")

    assert first == second
    assert (first.code, first.out) == (
        0,
        "1 sellers, 1 products, 0 bundles, 0 licences, 0 closures loaded.\n",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("records: {seller: []}", "seller"),
        ("records: {products: [{id: P1, seller_id: S9, name: Menu}]}", "S9"),
        ("policy: {resolve_business_days: 0}", "resolve_business_days"),
        ("recods: {}", "recods: this key is unknown"),
        ("[1", "not YAML that can be read"),
    ],
    ids=["unknown-key", "unknown-seller", "policy", "section", "no-yaml"],
)
def test_a_file_that_cannot_be_loaded_names_the_key(
    typed: Typed, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "wrong.yaml").write_text(text + "\n")
    typed("db", "upgrade")

    ended = typed("db", "seed", "wrong.yaml")

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_payments_can_be_stopped_while_no_server_answers(typed: Typed) -> None:
    typed("db", "upgrade")

    stopped = typed("payments", "stop")
    resumed = typed("payments", "resume")
    listed = typed("payments", "list", "--json")

    assert stopped.code == 0
    assert resumed.code == 3
    assert [(switch["state"], switch["seller_id"]) for switch in json.loads(listed.out)] == [("stop", None)]


def test_payments_of_one_seller_are_stopped_only_if_the_records_know_the_seller(
    typed: Typed, tmp_path: Path
) -> None:
    (tmp_path / "records.yaml").write_text(RECORDS)
    typed("db", "upgrade")
    typed("db", "seed", "records.yaml")

    stopped = typed("payments", "stop", "--seller", "S1")
    mistyped = typed("payments", "stop", "--seller", "S-typo")
    resumed = typed("payments", "resume", "--seller", "S-typo")
    listed = typed("payments", "list", "--json")

    assert stopped.code == 0
    for ended in (mistyped, resumed):
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == "unknown_seller: seller_id: there is no seller S-typo\n"
    assert [switch["seller_id"] for switch in json.loads(listed.out)] == ["S1"]


@pytest.mark.parametrize("doing", ["stop", "resume"])
@pytest.mark.parametrize("seller", ["", "a b", "a\nb", "caf\udce9", "S" * 129])
def test_what_can_be_no_seller_stops_nobodys_payments(typed: Typed, doing: str, seller: str) -> None:
    typed("db", "upgrade")

    ended = typed("payments", doing, "--seller", seller)

    assert (ended.code, ended.out) == (2, "")
    assert "'--seller': " in ended.err
    assert "ids are 1 to 128 printable ASCII characters without spaces" in ended.err
    assert ended.err.count("\n") == 1
    assert json.loads(typed("payments", "list", "--json").out) == []


async def test_what_was_stopped_for_a_seller_whom_nobody_knows_can_be_resumed_all_the_same(
    typed: Typed,
) -> None:
    await asyncio.to_thread(typed, "db", "upgrade")
    async with opened_desk() as desk:
        await desk.switch_payments(PaymentState.STOPPED, "S-typo", AT_THE_CONSOLE)

    ended = await asyncio.to_thread(typed, "payments", "resume", "--seller", "S-typo")

    assert ended.code == 3  # no server answers, which is asked after the records
    assert ended.err.startswith("no Temporal server answers")


def test_a_request_that_the_records_do_not_know_may_exist_while_no_server_answers(typed: Typed) -> None:
    typed("db", "upgrade")

    ended = typed("show", "R1")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("no Temporal server answers")


def test_the_doctor_names_what_is_wrong_and_what_to_do(typed: Typed) -> None:
    ended = typed("doctor", "--json")

    findings = {finding["check"]: finding for finding in json.loads(ended.out)}
    assert ended.code == 1
    assert findings["temporal"]["verdict"] == "wrong"
    assert "no Temporal server answers at 127.0.0.1:1" in findings["temporal"]["detail"]
    assert findings["records"]["verdict"] == "wrong"
    assert "run `business-care db upgrade`" in findings["records"]["detail"]
    assert findings["mail"]["verdict"] == "ok"
    assert "the sellers' places are not known" in findings["calendars"]["detail"]


def test_the_doctor_warns_of_a_variable_that_is_no_setting(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_OUTBOX_DIRR", "elsewhere")

    ended = typed("doctor")

    assert "BUSINESS_CARE_OUTBOX_DIRR" in ended.out
    assert "warning" in ended.out
