"""The account at Stripe that paid refunds are taken from, as the settings name it. Needs no library."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

_API_KEY: Final = re.compile(r"(sk|rk)_[A-Za-z0-9_]+")
_WEBHOOK_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]+")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class StripeAccount:
    """A secret or restricted key, and where the API answers when it is not at Stripe's own address."""

    api_key: str = field(repr=False)
    api_base: str | None = None


def is_api_key(key: str) -> bool:
    """Whether this is written like a key of a server; a publishable one (`pk_`) may pay nothing back."""
    return _API_KEY.fullmatch(key) is not None


def is_webhook_secret(secret: str) -> bool:
    """Whether this is written like the signing secret of a webhook endpoint."""
    return _WEBHOOK_SECRET.fullmatch(secret) is not None


def is_api_base(url: str) -> bool:
    """Whether a key may be sent there: encrypted, or without leaving the machine; the origin alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        return False
    return host is not None and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
