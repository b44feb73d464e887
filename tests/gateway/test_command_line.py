"""The command line against a real server: one life of a request, as people at a terminal lead it."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from business_care.values import Value
from tests.gateway.marketplace import ACKNOWLEDGE_BY_AFTER_CLOSURE, Marketplace
from tests.gateway.terminal import Typed

ROOT = Path(__file__).parent.parent.parent


def as_json(value: Value) -> str:
    return value.model_dump_json(exclude_none=True)


async def test_a_request_is_opened_answered_read_and_closed(market: Marketplace, typed: Typed) -> None:
    licence = await market.licence()
    opening = market.opening(licence.id, at=datetime.now(UTC) - timedelta(minutes=5))
    request_id, agent = opening.request_id, f"agent:A1@{licence.seller_id}"

    opened = await typed("open", "-", "--json", given=as_json(opening))
    again = await typed("open", "-", "--json", given=as_json(opening))
    answered = await typed("acknowledge", request_id, "--by", agent, "--message", "We are on it", "--json")
    refused = await typed("fix", request_id, "--by", agent)
    fixed = await typed("fix", request_id, "--by", agent, "--reference", "v2.4.1", "--signal")
    shown = await typed("show", request_id)
    explained = await typed("explain", request_id)
    journal = await typed("journal", request_id, "--json")
    listed = await typed("list", "--seller", licence.seller_id, "--json")
    closed = await typed("confirm-fix", request_id, "--by", f"customer:{licence.customer.id}")
    too_late = await typed("close", request_id, "--by", "operator:O1", "--reason", "Done")

    sent = await typed("commands", request_id, "--json")
    sent_in_a_table = await typed("commands", request_id)

    assert opened.code == again.code == 0
    assert opened.json == again.json
    assert answered.json["acknowledgement"] == "met"
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("reference_required: reference: ")
    assert fixed.out == f"fix handed over; what came of it: business-care journal {request_id}\n"
    assert "verifying" in shown.out
    assert "=30" in explained.out
    assert [event["name"] for event in journal.json["events"]] == ["opened", "acknowledge", "fix"]
    assert [view["request_id"] for view in listed.json] == [request_id]
    assert f"confirm_fix accepted; {request_id} is closed: resolved" in closed.out
    assert [(entry["command"], entry["error_code"]) for entry in sent.json] == [
        ("acknowledge", None),
        ("fix", "reference_required"),
        ("fix", None),
        ("confirm_fix", None),
        ("close", "request_closed"),
    ]
    assert "reference_required" in sent_in_a_table.out
    assert too_late.code == 1
    assert too_late.err.splitlines()[-1] == (
        "request_closed: the request is closed with the outcome resolved"
    )


async def test_a_closure_is_announced_ended_and_told(market: Marketplace, typed: Typed) -> None:
    licence = await market.licence(closed=True)
    opened = await market.gateway().open_request(market.opening(licence.id))

    announced = await typed(
        *("closure", "announce", f"summer-{licence.id}", "--seller", licence.seller_id),
        *("--from", "2031-08-04", "--to", "2031-08-15", "--json"),
    )
    unknown = await typed(
        *("closure", "announce", "K9", "--seller", "nobody", "--from", "2031-08-04", "--to", "2031-08-15")
    )
    ended = await typed("closure", "end", licence.closure_id, "--by", "operator:O1", "--json")
    listed = await typed("closure", "list", "--seller", licence.seller_id)

    assert announced.json["end"] == "2031-08-15"
    assert (unknown.code, unknown.err) == (1, "unknown_seller: seller_id: there is no seller nobody\n")
    assert opened.acknowledge_by == ACKNOWLEDGE_BY_AFTER_CLOSURE
    assert ended.json["requests"] == {"told": [opened.request_id], "not_told": []}
    assert "called off by the notice of" in listed.out


async def test_payments_are_stopped_and_resumed(market: Marketplace, typed: Typed) -> None:
    licence = await market.licence()

    stopped = await typed("payments", "stop", "--seller", licence.seller_id, "--by", "operator:O1")
    listed = await typed("payments", "list")
    refused = await typed("payments", "resume", "--seller", licence.seller_id, "--by", "customer:C1")
    resumed = await typed("payments", "resume", "--seller", licence.seller_id)

    assert f"{licence.seller_id}: stopped since" in stopped.out
    assert f"{licence.seller_id}: stopped since" in listed.out
    assert (refused.code, refused.err.partition(":")[0]) == (1, "role_not_allowed")
    assert f"{licence.seller_id}: running since" in resumed.out


async def test_the_doctor_finds_everything_in_order(typed: Typed) -> None:
    await typed("schedules")

    ended = await typed("doctor", "--json")

    assert {finding["check"]: finding["verdict"] for finding in ended.json} == {
        "settings": "ok",
        "temporal": "ok",
        "schedules": "ok",
        "clock": "ok",
        "retention": "ok",
        "search_attributes": "ok",
        "worker": "ok",
        "records": "ok",
        "durability": "ok",
        "encryption_keys": "ok",
        "calendars": "ok",
        "payments": "ok",
        "mail": "ok",
    }
    assert ended.code == 0


async def test_a_request_is_told_from_the_records_while_its_server_does_not_answer(
    market: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    licence = await market.licence()
    opened = await market.gateway().open_request(market.opening(licence.id))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    shown = await typed("show", opened.request_id, "--json")
    journal = await typed("journal", opened.request_id)

    assert (shown.code, shown.json["state"]) == (0, "awaiting_acknowledgement")
    assert "This is what the records hold; they may be a step behind." in shown.err
    assert "opened" in journal.out


async def test_the_program_itself_ends_with_the_answer_and_its_code(
    market: Marketplace, environment: dict[str, str], tmp_path: Path
) -> None:
    licence = await market.licence()
    opened = await market.gateway().open_request(market.opening(licence.id))

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "starter", "withdraw", opened.request_id, "--json"),
        *("--by", f"customer:{licence.customer.id}", "--reason", "Found it", "--command-id", "c1"),
        cwd=tmp_path,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["outcome"] == "withdrawn"
