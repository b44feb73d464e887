"""A local server that speaks as Stripe's API does, as far as refunds go. No code of the adapter is in it."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web

from tests.adapters.stripe_server.errors import Json, Refused, invalid_parameter
from tests.adapters.stripe_server.events import Events
from tests.adapters.stripe_server.faults import AFTER, BEFORE, Fault
from tests.adapters.stripe_server.forms import Fields, below, fields_of, name_of
from tests.adapters.stripe_server.keys import Answer, IdempotencyKeys
from tests.adapters.stripe_server.payments import Book, Refund

API_KEY: Final = "sk_test_of_the_simulation"
SECONDS_OF_WORK: Final = 0.02
"""How long the endpoint works: long enough for requests to meet."""
A_LONG_TIME: Final = 30.0

_OF_A_REFUND: Final = frozenset({"amount", "charge", "expand", "metadata", "payment_intent", "reason"})
_LARGEST_PAGE: Final = 100


@dataclass
class StripeServer:
    """The account, its clock, and knobs for what goes wrong next."""

    now: datetime = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
    book: Book = field(default_factory=Book)
    keys: IdempotencyKeys = field(default_factory=IdempotencyKeys)
    events: Events = field(default_factory=Events)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of everything that was asked, in order."""
    bodies: list[str] = field(default_factory=list)
    """The bodies of what was posted, as they came."""
    url: str = ""
    meanwhile: Callable[[], None] | None = None
    """What another client does, an instant before the next request that is posted."""
    _faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _fault_at: dict[int, Fault] = field(default_factory=dict)

    def pass_time(self, by: timedelta) -> None:
        """Move the clock: keys are forgotten, and nothing else happens."""
        self.now += by

    def fail_next(self, *faults: Fault, method: str = "POST") -> None:
        """What happens to the next requests of a method, one word each."""
        self._faults[method].extend(faults)

    def fail_at(self, call: int, fault: Fault) -> None:
        """What happens to one request of those to come, counted from 0 over all methods."""
        self._fault_at[len(self.requests) + call] = fault

    async def settle(self, refund_id: str, status: str, reason: str | None = None) -> list[Json]:
        """Let a refund end late, and return the events about it.

        Documented: `refund.updated` for all refunds, `refund.failed` besides when it failed, and
        `charge.refund.updated` for some means of payment.
        """
        refund = self.book.refund(refund_id)
        refund.status, refund.failure_reason = status, reason
        types = [
            "refund.updated",
            *(["refund.failed"] if status == "failed" else []),
            "charge.refund.updated",
        ]
        return [self.events.happen(type_, refund.body(), self.now) for type_ in types]

    def dispute(self, payment_id: str, type_: str, status: str) -> Json:
        """Let the customer's bank dispute a payment, and return the event about it.

        Documented: an inquiry (`warning_…`) takes no money, and the payment can still be refunded.
        """
        payment = self.book.payment(payment_id, "charge")
        payment.disputed = not status.startswith("warning_") and status != "won"
        about: Json = {
            "id": f"dp_of_{payment_id}",
            "object": "dispute",
            "amount": payment.amount,
            "charge": payment.charge_id,
            "created": int(self.now.timestamp()),
            "currency": payment.currency,
            "evidence": {"customer_email_address": "shop@flowers.example"},
            "is_charge_refundable": status.startswith("warning_"),
            "payment_intent": payment.intent_id,
            "reason": "general",
            "status": status,
        }
        return self.events.happen(type_, about, self.now)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or let happen to it what was arranged."""
        at_this_call = self._fault_at.pop(len(self.requests), None)
        self.requests.append((request.method, request.path))
        if request.method == "POST" and self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        waiting = self._faults[request.method]
        fault = waiting.popleft() if waiting else at_this_call
        if fault is Fault.CUT_BEFORE:
            return _cut(request)
        if fault is Fault.SLOW_BEFORE:
            await asyncio.sleep(A_LONG_TIME)
            return _cut(request)
        answer = await self._answer(request, fault)
        return await _sent(request, answer, fault)

    async def _answer(self, request: web.Request, fault: Fault | None) -> Answer:
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        body = await request.text()
        fields = fields_of(body) if request.method == "POST" else dict(request.query)
        begun = False
        try:
            _check_key(request)
            if fault in BEFORE and not BEFORE[fault].kept:
                raise BEFORE[fault]
            if key is not None:
                self.bodies.append(body)
                if (stored := self.keys.begin(key, request.path, fields, self.now)) is not None:
                    return stored
                begun = True
                await asyncio.sleep(SECONDS_OF_WORK)
            answer = _answer(200, self._done(request, fields, fault))
        except Refused as refused:
            answer = _answer(refused.status, refused.body, refused.headers)
            if begun and key is not None and not refused.kept:
                self.keys.drop(key)
                return answer
        if begun and key is not None:
            self.keys.store(key, answer)
        return answer

    def _done(self, request: web.Request, fields: Fields, fault: Fault | None) -> Json:
        if fault in BEFORE:
            raise BEFORE[fault]
        done = self._endpoint(request, fields)
        if fault in AFTER:
            raise AFTER[fault]
        return done

    def _endpoint(self, request: web.Request, fields: Fields) -> Json:
        match request.method, request.path.split("/")[1:]:
            case "POST", ["v1", "refunds"]:
                return self._create(fields).body()
            case "GET", ["v1", "refunds"]:
                return self._list(fields)
            case "GET", ["v1", "refunds", refund_id]:
                return self.book.refund(refund_id).body()
            case "GET", ["v1", "payment_intents", payment_id]:
                return self.book.payment(payment_id, "intent").intent()
            case "GET", ["v1", "charges", payment_id]:
                return self.book.payment(payment_id, "id").charge()
            case _:
                raise Refused(404, "invalid_request_error", f"Unrecognized request URL ({request.path}).")

    def _create(self, fields: Fields) -> Refund:
        for key in fields:
            if name_of(key) not in _OF_A_REFUND:
                raise invalid_parameter(f"Received unknown parameter: {key}", "parameter_unknown", key)
        named = [name for name in ("payment_intent", "charge") if name in fields]
        if len(named) != 1:
            raise invalid_parameter("One of charge and payment_intent.", "parameter_missing", "charge")
        amount = fields.get("amount", "")
        if not amount.isdecimal() or int(amount) < 1:
            raise invalid_parameter(f"Invalid integer: {amount}", "parameter_invalid_integer", "amount")
        payment = self.book.payment(fields[named[0]], named[0])
        return self.book.give_back(payment, int(amount), below(fields, "metadata"), self.now)

    def _list(self, fields: Fields) -> Json:
        """Documented: the newest first, 10 a page when nothing is said and 100 at most."""
        found = list(reversed(self.book.refunds))
        for name in ("payment_intent", "charge"):
            if name in fields:
                payment = self.book.payment(fields[name], name)
                found = [refund for refund in found if refund.payment is payment]
        limit = int(fields.get("limit", "10"))
        if not 1 <= limit <= _LARGEST_PAGE:
            raise invalid_parameter("Between 1 and 100", "parameter_invalid_integer", "limit")
        if "starting_after" in fields:
            ids = [refund.id for refund in found]
            found = found[ids.index(fields["starting_after"]) + 1 :]
        page = [refund.body() for refund in found[:limit]]
        return {"object": "list", "data": page, "has_more": len(found) > limit, "url": "/v1/refunds"}


@asynccontextmanager
async def running_stripe() -> AsyncIterator[StripeServer]:
    """A server on a free port of this machine."""
    server = StripeServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


def _check_key(request: web.Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {API_KEY}":
        raise Refused(401, "invalid_request_error", "Invalid API Key provided: sk_test_****", kept=False)


def _answer(status: int, body: Json, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body), {"Request-Id": "req_Simulated1"} | (headers or {}))


async def _sent(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    if fault is Fault.CUT_AFTER:
        return _cut(request)
    if fault is Fault.SLOW_AFTER:
        await asyncio.sleep(A_LONG_TIME)
    if fault is Fault.CUT_IN_ANSWER:
        return await _half(request, answer)
    text = "<html>" if fault is Fault.UNREADABLE else answer.body
    return web.Response(
        status=answer.status, text=text, headers=answer.headers, content_type="application/json"
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: Answer) -> web.StreamResponse:
    whole = answer.body.encode()
    response = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    await asyncio.sleep(SECONDS_OF_WORK)
    if request.transport is not None:
        request.transport.abort()
    return response
