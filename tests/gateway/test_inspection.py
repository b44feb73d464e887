"""What is looked at when something does not work: the server, its namespace, and who works there."""

from gateway.inspection import Verdict, inspect
from tests.gateway.callers import an_open_request
from tests.gateway.marketplace import Marketplace


async def test_a_server_that_can_carry_requests_is_in_order(market: Marketplace) -> None:
    await an_open_request(market.gateway(), market, await market.licence())

    findings = await inspect(market.server.client)

    assert {finding.check: finding.verdict for finding in findings} == {
        "temporal": Verdict.OK,
        "retention": Verdict.OK,
        "search_attributes": Verdict.OK,
        "worker": Verdict.OK,
    }


async def test_a_namespace_that_was_not_prepared_says_what_it_lacks(market: Marketplace) -> None:
    findings = {finding.check: finding for finding in await inspect(market.forgetful)}

    assert findings["retention"].verdict is Verdict.WARNING
    assert findings["retention"].detail == "closed requests stay for 1 days; 90 days are recommended"
    assert findings["search_attributes"].verdict is Verdict.WRONG
    assert "CareDueAt (DATETIME)" in findings["search_attributes"].detail
    assert findings["worker"].verdict is Verdict.WRONG
    assert "python -m worker" in findings["worker"].detail
