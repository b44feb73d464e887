"""What is looked at when something does not work: the server, its namespace, and who works there."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest

from gateway.inspection import Verdict, inspect, judge_clock, judge_version, retention
from tests.gateway.callers import an_open_request
from tests.gateway.marketplace import Marketplace


async def test_a_server_that_can_carry_requests_is_in_order(market: Marketplace) -> None:
    await an_open_request(market.gateway(), market, await market.licence())

    findings = await inspect(market.server.client)

    assert {finding.check: finding.verdict for finding in findings} == {
        "temporal": Verdict.OK,
        "search_attributes": Verdict.OK,
        "worker": Verdict.OK,
        "clock": Verdict.OK,
    }


async def test_a_namespace_that_was_not_prepared_says_what_it_lacks(market: Marketplace) -> None:
    findings = {finding.check: finding for finding in await inspect(market.forgetful)}

    assert findings["search_attributes"].verdict is Verdict.WRONG
    assert "CareDueAt (DATETIME)" in findings["search_attributes"].detail
    assert findings["worker"].verdict is Verdict.WRONG
    assert "python -m worker" in findings["worker"].detail


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(1, Verdict.WRONG), (29, Verdict.WRONG), (30, Verdict.WARNING), (89, Verdict.WARNING), (90, Verdict.OK)],
)
async def test_closed_requests_must_stay_for_30_days_and_should_for_90(
    market: Marketplace, days: int, verdict: Verdict
) -> None:
    kept = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=days * 86_400))
    await market.forgetful.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace="forgetful", config=kept)
    )

    found = await retention(market.forgetful)

    assert found.verdict is verdict
    assert found.detail.startswith(f"the namespace forgetful keeps closed requests for {days} days")
    command = "temporal operator namespace update --namespace forgetful --retention 90d"
    assert (command in found.detail) is (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.28.9", Verdict.WRONG),
        ("1.29.0", Verdict.WARNING),
        ("1.31.2", Verdict.WARNING),
        ("1.32.0", Verdict.OK),
        ("v1.32.1-rc.0", Verdict.OK),
        ("1.100.0", Verdict.OK),
        ("2.0.0", Verdict.OK),
        ("", Verdict.WARNING),
        ("unknown", Verdict.WARNING),
    ],
)
def test_a_server_should_not_be_older_than_what_was_tested(version: str, verdict: Verdict) -> None:
    found, advice = judge_version(version)

    assert found is verdict
    assert (advice == "") is (verdict is Verdict.OK)


@pytest.mark.parametrize(
    ("ahead", "verdict", "told"),
    [
        pytest.param(timedelta(0), Verdict.OK, "agrees", id="together"),
        pytest.param(timedelta(seconds=89), Verdict.OK, "agrees", id="asked a while ago"),
        pytest.param(timedelta(hours=1), Verdict.WARNING, "3600 s ahead of the server's", id="ahead"),
        pytest.param(timedelta(seconds=-31), Verdict.WARNING, "31 s behind the server's", id="behind"),
    ],
)
def test_a_clock_that_is_wrong_is_seen_by_the_last_sign_of_a_worker(
    ahead: timedelta, verdict: Verdict, told: str
) -> None:
    heard = datetime(2031, 3, 3, 9, tzinfo=UTC)

    found = judge_clock(heard + ahead, heard)

    assert found.verdict is verdict
    assert told in found.detail
