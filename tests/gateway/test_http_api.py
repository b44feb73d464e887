"""What the page about integration says of Temporal's HTTP API, asked of a real server."""

import urllib.request
from typing import Any

import pytest
import yaml

from tests.gateway.callers import a_closed_request, acknowledgement, an_open_request
from tests.gateway.http_api import EXACT, HttpApi, unpacked
from tests.gateway.marketplace import OPENED_AT, Marketplace

OK, NOT_FOUND, CONFLICT, BAD_REQUEST, NOT_IMPLEMENTED = 200, 404, 409, 400, 501


@pytest.fixture
def http(market: Marketplace) -> HttpApi:
    assert market.server.http_url is not None
    return HttpApi(market.server.http_url)


async def test_an_empty_list_comes_as_null_in_the_short_form_and_as_a_list_in_the_exact_one(
    market: Marketplace, http: HttpApi
) -> None:
    request_id = await an_open_request(market.gateway(), market, await market.licence())
    query = f"care-request-{request_id}/query/status"

    _, short = await http.call(query, {})
    _, exact = await http.call(query, {}, Accept=EXACT)

    assert short["queryResult"][0]["waits_for_operator"] is None
    assert unpacked(exact["queryResult"])["waits_for_operator"] == []


async def test_an_empty_list_that_is_sent_in_the_short_form_arrives(
    market: Marketplace, http: HttpApi
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(market.gateway(), market, licence)
    by = licence.agent.model_dump(mode="json")
    refusal = {"command_id": "r", "by": by, "ground": "modified_source", "explanation": "x", "evidence": []}

    _, answer = await http.update(request_id, "refuse", [refusal])

    assert answer["outcome"]["failure"]["applicationFailureInfo"]["type"] == "evidence_required"


async def test_an_update_needs_an_id_of_its_own(market: Marketplace, http: HttpApi) -> None:
    request_id = await an_open_request(market.gateway(), market, await market.licence())

    status, answer = await http.call(f"care-request-{request_id}/update/opened", {})

    assert (status, answer["message"]) == (BAD_REQUEST, "Update meta is not set on request.")


async def test_the_same_update_id_is_answered_with_the_first_answer_whatever_the_message_says(
    market: Marketplace, http: HttpApi
) -> None:
    licence = await market.licence()
    request_id = await an_open_request(market.gateway(), market, licence)
    path = f"care-request-{request_id}/update"

    def request(message: object) -> dict[str, Any]:
        return {"request": {"meta": {"updateId": "the-same"}, "input": {"args": [message]}}}

    _, first = await http.call(
        f"{path}/acknowledge", request(acknowledgement(licence.agent).model_dump(mode="json"))
    )
    _, second = await http.call(f"{path}/withdraw", request({"nonsense": True}))

    assert second["outcome"] == first["outcome"]


async def test_a_request_that_is_not_there_is_404_and_a_start_of_a_closed_one_409(
    market: Marketplace, http: HttpApi
) -> None:
    licence = await market.licence()
    closed = await a_closed_request(market.gateway(), market, licence)
    opening = {"request_id": closed, "licence_id": licence.id, "opened_at": OPENED_AT.isoformat()}

    unknown, _ = await http.call("care-request-nobody/query/status", {})
    late, _ = await http.update(closed, "opened", [{}])
    again, _ = await http.start(closed, [opening])
    told, view = await http.call(f"care-request-{closed}/query/status", {})

    assert (unknown, late, again) == (NOT_FOUND, NOT_FOUND, CONFLICT)
    assert (told, view["queryResult"][0]["outcome"]) == (OK, "withdrawn")


async def test_what_begins_with_a_start_and_a_signal_is_one_call(market: Marketplace, http: HttpApi) -> None:
    licence = await market.licence()
    request_id = market.opening(licence.id).request_id
    said = acknowledgement(licence.agent).model_dump(mode="json")

    status, answer = await http.call(
        f"care-request-{request_id}/signal-with-start/acknowledge",
        {
            "workflowType": {"name": "CareRequest"},
            "taskQueue": {"name": "business-care"},
            "input": [
                {"request_id": request_id, "licence_id": licence.id, "opened_at": OPENED_AT.isoformat()}
            ],
            "signalInput": [said],
        },
    )
    opened_status, opened = await http.update(request_id, "opened", [{}])

    assert (status, answer["started"], opened_status) == (OK, True, OK)
    assert opened["outcome"]["success"][0]["state"] == "in_progress"


async def test_the_servers_own_description_of_the_http_api_offers_no_start_with_an_update(
    market: Marketplace,
) -> None:
    with urllib.request.urlopen(f"{market.server.http_url}/openapi.yaml", timeout=30) as page:  # noqa: ASYNC210, S310
        described = yaml.load(page.read(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506

    paths = [path for path in described["paths"] if "/workflows/" in path]
    assert [path for path in paths if "/signal-with-start/" in path]
    assert not [path for path in paths if "/update-with-start" in path]
    assert not [path for path in described["paths"] if "multi" in path.lower()]


async def test_a_page_of_any_origin_can_post_to_it(market: Marketplace, http: HttpApi) -> None:
    licence = await market.licence()
    request_id = await an_open_request(market.gateway(), market, licence)
    said = acknowledgement(licence.agent).model_dump(mode="json")
    foreign = {"Origin": "https://elsewhere.example", "Content-Type": "text/plain"}

    asked_first, _ = await http.call(
        f"care-request-{request_id}", None, "OPTIONS", Access_Control_Request_Method="POST", **foreign
    )
    status, _ = await http.call(f"care-request-{request_id}/signal/acknowledge", {"input": [said]}, **foreign)

    assert asked_first == NOT_IMPLEMENTED
    assert status == OK
    assert (await market.gateway().status(request_id)).acknowledgement.status == "met"
