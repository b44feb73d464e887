"""The simulation keeps the rules that Stripe documents, whatever client asks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import stripe

from tests.adapters.stripe_server.errors import Json
from tests.adapters.stripe_server.events import signature_header
from tests.adapters.stripe_server.faults import Fault
from tests.adapters.stripe_server.server import API_KEY, StripeServer
from tests.adapters.stripe_world import paid

REFUND = {"payment_intent": "pi_L1", "amount": "5000", "metadata[licence_id]": "L1"}


class Client:
    """HTTP as anybody may speak it: the answer's status, headers and body."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def post(self, fields: dict[str, str], key: str = "k1") -> tuple[int, dict[str, str], Json]:
        headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key}
        async with self._session.post(f"{self._url}/v1/refunds", data=fields, headers=headers) as answer:
            return answer.status, dict(answer.headers), await answer.json()

    async def get(self, path: str, api_key: str = API_KEY) -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {api_key}"}
        async with self._session.get(f"{self._url}/v1/{path}", headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def client(stripe_server: StripeServer) -> AsyncIterator[Client]:
    paid(stripe_server)
    async with aiohttp.ClientSession() as session:
        yield Client(session, stripe_server.url)


def error_of(body: Json) -> dict[str, str]:
    error = body["error"]
    assert isinstance(error, dict)
    return error


async def test_a_refund_has_the_currency_of_its_payment_and_the_metadata_in_brackets(client: Client) -> None:
    status, _, refund = await client.post(REFUND)

    assert status == 200
    assert (refund["amount"], refund["currency"], refund["status"]) == (5_000, "eur", "succeeded")
    assert refund["metadata"] == {"licence_id": "L1"}
    assert await client.get(f"refunds/{refund['id']}") == (200, refund)


async def test_the_same_key_and_body_get_the_same_answer_and_a_mark(client: Client) -> None:
    _, first_headers, first = await client.post(REFUND)

    status, headers, again = await client.post(REFUND)

    assert (status, again) == (200, first)
    assert "Idempotent-Replayed" not in first_headers
    assert headers["Idempotent-Replayed"] == "true"


async def test_the_same_key_with_another_body_is_an_error_of_its_own(client: Client) -> None:
    await client.post(REFUND)

    status, _, body = await client.post(REFUND | {"metadata[licence_id]": "L2"})

    assert (status, error_of(body)["type"]) == (400, "idempotency_error")


async def test_a_key_in_use_is_a_conflict(client: Client) -> None:
    answers = await asyncio.gather(*(client.post(REFUND) for _ in range(3)))

    assert sorted(status for status, *_ in answers) == [200, 409, 409]


@pytest.mark.parametrize(
    ("hours", "refunds"), [(23, 1), (24, 2)], ids=["within a day", "after a day it pays again"]
)
async def test_a_key_is_forgotten_after_a_day(
    client: Client, stripe_server: StripeServer, hours: int, refunds: int
) -> None:
    await client.post(REFUND)

    stripe_server.pass_time(timedelta(hours=hours))
    await client.post(REFUND)

    assert len(stripe_server.book.refunds) == refunds


@pytest.mark.parametrize(
    ("fault", "first", "second"),
    [
        pytest.param(Fault.ERROR_BEFORE, 500, 500, id="what broke in the endpoint is stored"),
        pytest.param(Fault.ERROR_AFTER, 500, 500, id="the same after the effect"),
        pytest.param(Fault.BALANCE_INSUFFICIENT, 400, 400, id="what the endpoint refused is stored"),
        pytest.param(Fault.RATE_LIMITED, 429, 200, id="what came too fast never began"),
        pytest.param(Fault.LOCK_TIMEOUT, 429, 200, id="nor what was locked"),
        pytest.param(Fault.OUT_OF_ORDER, 503, 200, id="nor what broke before"),
    ],
)
async def test_which_failures_come_again_under_the_same_key(
    client: Client, stripe_server: StripeServer, fault: Fault, first: int, second: int
) -> None:
    stripe_server.fail_next(fault)

    answers = [await client.post(REFUND) for _ in range(2)]

    assert [status for status, *_ in answers] == [first, second]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": "5000"}, "parameter_missing"),
        (REFUND | {"charge": "ch_1"}, "parameter_missing"),
        (REFUND | {"amount": "0"}, "parameter_invalid_integer"),
        (REFUND | {"amount": "1.5"}, "parameter_invalid_integer"),
        (REFUND | {"note": "hello"}, "parameter_unknown"),
    ],
)
async def test_parameters_that_are_not_valid_are_refused_and_leave_the_key_free(
    client: Client, fields: dict[str, str], code: str
) -> None:
    status, _, body = await client.post(fields)

    assert (status, error_of(body)["code"]) == (400, code)
    assert (await client.post(REFUND))[0] == 200


async def test_more_than_is_left_is_refused_with_a_parameter_and_without_a_code(client: Client) -> None:
    await client.post(REFUND)

    status, _, body = await client.post(REFUND | {"amount": "7901"}, "k2")

    error = error_of(body)
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", "amount")
    assert "code" not in error


async def test_a_payment_that_was_given_back_whole_is_refused_with_a_code(client: Client) -> None:
    await client.post(REFUND | {"amount": "12900"})

    _, _, body = await client.post(REFUND | {"amount": "1"}, "k2")

    assert error_of(body)["code"] == "charge_already_refunded"


async def test_the_amount_of_a_refund_that_failed_is_free_again(
    client: Client, stripe_server: StripeServer
) -> None:
    await client.post(REFUND | {"amount": "12900"})
    await stripe_server.settle("re_0001", "failed", "declined")

    assert (await client.post(REFUND | {"amount": "12900"}, "k2"))[0] == 200


async def test_an_inquiry_can_be_refunded_and_a_dispute_can_not(
    client: Client, stripe_server: StripeServer
) -> None:
    stripe_server.dispute("pi_L1", "charge.dispute.created", "warning_needs_response")
    inquiry, *_ = await client.post(REFUND)
    stripe_server.dispute("pi_L1", "charge.dispute.created", "needs_response")
    dispute, _, body = await client.post(REFUND, "k2")

    assert (inquiry, dispute) == (200, 400)
    assert error_of(body)["code"] == "charge_disputed"


async def test_lists_give_ten_a_page_the_newest_first_and_a_hundred_at_most(client: Client) -> None:
    for number in range(12):
        await client.post(REFUND | {"amount": "1"}, f"k{number}")

    _, first = await client.get("refunds?payment_intent=pi_L1")
    _, second = await client.get("refunds?payment_intent=pi_L1&starting_after=re_0003")
    _, of_charge = await client.get("refunds?charge=ch_of_pi_L1&limit=100")

    assert isinstance(first["data"], list)
    assert [refund["id"] for refund in first["data"]] == [f"re_{number:04}" for number in range(12, 2, -1)]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert isinstance(second["data"], list)
    assert [refund["id"] for refund in second["data"]] == ["re_0002", "re_0001"]
    assert isinstance(of_charge["data"], list)
    assert len(of_charge["data"]) == 12
    assert (await client.get("refunds?limit=101"))[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "refunds/re_1",
        "payment_intents/pi_1",
        "charges/ch_1",
        "refunds?charge=ch_1",
        "refunds?payment_intent=pi_1",
    ],
)
async def test_what_does_not_exist_is_missing(client: Client, path: str) -> None:
    status, body = await client.get(path)

    assert (status, error_of(body)["code"]) == (404, "resource_missing")


async def test_without_the_key_of_the_account_nothing_is_told(client: Client) -> None:
    assert (await client.get("refunds", api_key="sk_test_wrong"))[0] == 401
    assert (await client.get("refunds"))[0] == 200


async def test_both_objects_of_a_payment_tell_what_was_received(client: Client) -> None:
    await client.post(REFUND)

    _, intent = await client.get("payment_intents/pi_L1")
    _, charge = await client.get("charges/ch_of_pi_L1")

    assert (intent["amount_received"], intent["currency"]) == (12_900, "eur")
    assert (charge["amount_captured"], charge["amount_refunded"], charge["refunded"]) == (
        12_900,
        5_000,
        False,
    )


async def test_events_are_signed_as_the_official_library_verifies_it(stripe_server: StripeServer) -> None:
    paid(stripe_server)
    body = json.dumps(stripe_server.dispute("pi_L1", "charge.dispute.created", "needs_response")).encode()

    header = signature_header(body, "whsec_old", "whsec_new")

    for secret in ("whsec_old", "whsec_new"):
        assert stripe.WebhookSignature.verify_header(body, header, secret, tolerance=300)
