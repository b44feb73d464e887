"""Events, signed and told to a webhook endpoint."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from tests.adapters.stripe_server.errors import Json


def signature(body: bytes, secret: str, at: int) -> str:
    """One `v1`: the HMAC of the instant, a full stop and the body, with SHA-256, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signature_header(body: bytes, *secrets: str, at: int | None = None) -> str:
    """The header `Stripe-Signature`; while a secret is being replaced there is a `v1` for each."""
    instant = int(time.time()) if at is None else at
    return ",".join([f"t={instant}", *(f"v1={signature(body, secret, instant)}" for secret in secrets)])


@dataclass
class Events:
    """The events of the account, and the endpoint that is told about them."""

    secrets: tuple[str, ...] = ("whsec_of_the_endpoint",)
    url: str | None = None
    happened: list[Json] = field(default_factory=list)

    def happen(self, type_: str, about: Json, now: datetime) -> Json:
        """Keep an event with a snapshot of the object that it is about."""
        event: Json = {
            "id": f"evt_{len(self.happened) + 1:04}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(now.timestamp()),
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": type_,
        }
        self.happened.append(event)
        return event

    async def tell(self, event: Json) -> int:
        """Send an event to the endpoint and return its answer: without a 2xx, Stripe tells it again."""
        if self.url is None:
            raise AssertionError("no endpoint is known")
        body = json.dumps(event, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(body, *self.secrets),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as answer,
        ):
            return answer.status
