"""The receiver of webhooks: only what Stripe signed, and an answer when it has been delivered (R42, R44)."""

import gzip
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from adapters.logs import logging_to
from adapters.payments.news import News, UnreadableNews, told_to
from adapters.payments.stripe_webhooks import news_in
from adapters.settings import LogFormat
from adapters.webhook_receiver import LARGEST_BODY, PortNotFree, WebhookReceiver, receiving
from business_care.errors import RuleViolation, TemporarilyUnavailable
from business_care.provider_news import ChargebackNews, RefundNews
from tests.adapters.stripe_server.errors import Json
from tests.adapters.stripe_server.events import signature_header
from tests.adapters.stripe_server.server import StripeServer
from tests.adapters.stripe_world import WEBHOOK_SECRET as SECRET
from tests.adapters.stripe_world import a_refund, read, signed

LOOPBACK = "127.0.0.1"
EVENT: Json = {"id": "evt_1", "object": "event", "type": "ping"}


@dataclass(frozen=True)
class Told:
    """What the gateway answers to the news of a chargeback."""

    left_to_operator: tuple[str, ...]


class Gateway:
    """Hears news as the gateway of requests does, or fails as it may."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.heard: list[News] = []
        self.failure = failure
        self.undecided: tuple[str, ...] = ()

    async def hear_of_refund(self, news: RefundNews) -> None:
        self._hear(news)

    async def hear_of_chargeback(self, news: ChargebackNews) -> Told:
        self._hear(news)
        return Told(self.undecided)

    def _hear(self, news: News) -> None:
        if self.failure is not None:
            raise self.failure
        self.heard.append(news)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def address(gateway: Gateway, stripe_server: StripeServer) -> AsyncIterator[str]:
    """A receiver of the gateway's, which the simulation tells its events to."""
    receiver = WebhookReceiver(partial(news_in, secret=SECRET), told_to(gateway))
    async with receiving(receiver, LOOPBACK, 0) as port:
        stripe_server.events.url = f"http://{LOOPBACK}:{port}/stripe"
        yield stripe_server.events.url


async def post(address: str, body: bytes, signature: str | None, method: str = "POST") -> int:
    headers = {"Stripe-Signature": signature} if signature is not None else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, address, data=body, headers=headers) as answer,
    ):
        return answer.status


def test_while_the_secret_is_replaced_one_of_two_signatures_will_do() -> None:
    body, signature = signed(EVENT, "whsec_old", SECRET)

    assert signature.count("v1=") == 2
    assert news_in(body, signature, SECRET) == ()
    assert news_in(body, signature, "whsec_old") == ()


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(lambda _: None, id="none"),
        pytest.param(lambda _: "", id="an empty one"),
        pytest.param(lambda _: "nonsense", id="one that is no signature"),
        pytest.param(lambda body: signature_header(body, "whsec_of_another"), id="by another secret"),
        pytest.param(lambda body: signature_header(body + b" ", SECRET), id="of another body"),
        pytest.param(lambda body: signature_header(body, SECRET).replace("v1", "v0"), id="of another scheme"),
        pytest.param(
            lambda body: signature_header(body, SECRET, at=int(time.time()) - 600), id="ten minutes old"
        ),
        pytest.param(
            lambda body: signature_header(body, SECRET, at=int(time.time()) - 600).replace(
                "t=", f"t={int(time.time())},x="
            ),
            id="old, with another instant written before it",
        ),
    ],
)
async def test_what_stripe_did_not_sign_just_now_is_refused(
    sign: Callable[[bytes], str | None], address: str, gateway: Gateway
) -> None:
    body = json.dumps(EVENT).encode()

    with pytest.raises(UnreadableNews, match="signature_not_accepted"):
        news_in(body, sign(body), SECRET)

    assert await post(address, body, sign(body)) == 400
    assert gateway.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"object": "event"}',
        b'{"object": "v2.core.event", "type": "ping"}',
        b'{"object": "event", "type": "refund.updated", "id": "evt_1", "created": 1}',
        b'{"object": "event", "type": "refund.updated", "id": "evt_1", "created": 1, "data": {"object": 1}}',
        pytest.param(b"[" * 100_000, id="an array too deep"),
        pytest.param(b'{"a":' * 50_000, id="an object too deep"),
        pytest.param(
            b'{"object": "event", "type": ' + b"[" * 900 + b"]" * 900 + b"}", id="an event almost too deep"
        ),
    ],
)
async def test_what_is_signed_and_cannot_be_read_is_refused(
    body: bytes, address: str, gateway: Gateway
) -> None:
    assert await post(address, body, signature_header(body, SECRET)) == 400
    assert gateway.heard == []


@pytest.mark.parametrize("created", [10**12, 10**18, 10**30, -(10**12), -1, 1.5, None])
@pytest.mark.parametrize("type_", ["refund.updated", "charge.dispute.closed"])
async def test_an_instant_that_no_calendar_has_is_not_understood(
    stripe_server: StripeServer, address: str, gateway: Gateway, type_: str, created: object
) -> None:
    await a_refund(stripe_server)
    [settled, *_] = await stripe_server.settle("re_0001", "succeeded")
    lost = stripe_server.dispute("pi_L1", "charge.dispute.closed", "lost")
    [event] = [event for event in (settled, lost) if event["type"] == type_]
    event |= {"created": created}

    with pytest.raises(UnreadableNews, match="event_not_understood"):
        read(event)

    assert await stripe_server.events.tell(event) == 400
    assert gateway.heard == []


@pytest.mark.parametrize("is_cut_off", [False, True], ids=["no gzip", "cut off"])
async def test_a_body_that_cannot_be_unpacked_is_refused(
    address: str, gateway: Gateway, *, is_cut_off: bool
) -> None:
    body, signature = signed(EVENT)
    sent = gzip.compress(body * 100)[:-9] if is_cut_off else body
    headers = {"Stripe-Signature": signature, "Content-Encoding": "gzip"}

    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=sent, headers=headers) as answer,
    ):
        assert answer.status == 400
        if not is_cut_off:  # which our HTTP server notices before it asks anyone
            assert await answer.text() == "body_not_readable"
    assert gateway.heard == []


async def test_ids_that_people_have_changed_into_no_ids_are_refused(
    stripe_server: StripeServer, address: str, gateway: Gateway
) -> None:
    await a_refund(stripe_server)
    stripe_server.book.refunds[0].metadata["licence_id"] = "no id at all"
    [event, *_] = await stripe_server.settle("re_0001", "succeeded")

    assert await stripe_server.events.tell(event) == 400
    assert gateway.heard == []


async def test_news_are_answered_when_they_have_been_delivered(
    stripe_server: StripeServer, address: str, gateway: Gateway
) -> None:
    await a_refund(stripe_server)
    [event, *_] = await stripe_server.settle("re_0001", "failed", "declined")
    lost = stripe_server.dispute("pi_L1", "charge.dispute.closed", "lost")

    assert await stripe_server.events.tell(event) == 200
    assert await stripe_server.events.tell(lost) == 200
    assert gateway.heard == [*read(event), *read(lost)]


async def test_news_that_are_told_again_are_delivered_as_the_same_news(
    stripe_server: StripeServer, address: str, gateway: Gateway
) -> None:
    await a_refund(stripe_server)
    [event, *_] = await stripe_server.settle("re_0001", "succeeded")

    for _ in range(3):
        assert await stripe_server.events.tell(event) == 200

    assert gateway.heard == [*read(event)] * 3


async def test_while_the_secret_is_replaced_news_go_on_to_be_heard(
    stripe_server: StripeServer, address: str, gateway: Gateway
) -> None:
    stripe_server.events.secrets = ("whsec_new", SECRET)
    await a_refund(stripe_server)
    [event, *_] = await stripe_server.settle("re_0001", "succeeded")

    assert await stripe_server.events.tell(event) == 200
    assert len(gateway.heard) == 1


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        pytest.param(RuleViolation("wrong_state", "no"), 200, id="refused for good: not to be told again"),
        pytest.param(TemporarilyUnavailable("no server"), 503, id="not delivered: to be told again"),
        pytest.param(ZeroDivisionError(), 500, id="a fault of ours: to be told again"),
    ],
)
async def test_whether_stripe_is_to_tell_it_again(
    stripe_server: StripeServer, address: str, gateway: Gateway, failure: Exception, answer: int
) -> None:
    await a_refund(stripe_server)
    [event, *_] = await stripe_server.settle("re_0001", "succeeded")
    gateway.failure = failure

    assert await stripe_server.events.tell(event) == answer

    gateway.failure = None
    assert await stripe_server.events.tell(event) == 200
    assert len(gateway.heard) == 1


async def test_a_body_that_is_too_large_is_not_read(address: str, gateway: Gateway) -> None:
    body = b" " * (LARGEST_BODY + 1)

    assert await post(address, body, signature_header(body, SECRET)) == 413
    assert gateway.heard == []


async def test_a_body_of_the_largest_size_is_read(address: str) -> None:
    text = json.dumps(EVENT).encode()
    body = text + b" " * (LARGEST_BODY - len(text))

    assert await post(address, body, signature_header(body, SECRET)) == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_nothing_but_posts_are_heard(address: str, method: str) -> None:
    assert await post(address, b"", None, method) == 405


async def test_another_path_is_not_found(address: str) -> None:
    assert await post(address + "/other", b"", None) == 404


async def test_an_address_that_is_taken_is_told_in_a_sentence(address: str) -> None:
    port = int(address.removesuffix("/stripe").rpartition(":")[2])
    receiver = WebhookReceiver(partial(news_in, secret=SECRET), told_to(Gateway()))

    with pytest.raises(PortNotFree, match=f"nothing can be heard at {LOOPBACK}:{port}"):
        async with receiving(receiver, LOOPBACK, port):
            pass


async def test_a_dispute_that_only_a_person_can_decide_is_told_in_the_log(
    address: str, gateway: Gateway, stripe_server: StripeServer, tmp_path: Path
) -> None:
    await a_refund(stripe_server)
    gateway.undecided = ("R1", "R2")
    log = tmp_path / "log"

    with logging_to(LogFormat.JSON, file=log):
        event = stripe_server.dispute("pi_L1", "charge.dispute.closed", "lost")
        assert await stripe_server.events.tell(event) == 200

    told = [json.loads(line) for line in log.read_text().splitlines() if "dispute_of_a_part" in line]
    # Once for the payment's intent, once for its charge.
    assert [line["request_id"] for line in told] == ["R1", "R2", "R1", "R2"]
