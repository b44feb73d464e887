"""What Stripe's errors mean: try again later, or no for good. Its own texts are never repeated (R62)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

import aiohttp
import stripe

from adapters.payments.payments_held import PaymentRefusal
from business_care.errors import TemporarilyUnavailable


class StripeRefusal(StrEnum):
    """Why a refund is refused, beside the reasons that all providers share and Stripe's own codes."""

    PAYMENT_REF_MISSING = "payment_ref_missing"
    PAYMENT_REF_NOT_OF_STRIPE = "payment_ref_not_of_stripe"
    AMOUNT_NOT_REPRESENTABLE = "amount_not_representable"
    KEY_REUSED = "idempotency_key_reused"
    """The key is known with another body, and no refund under it is to be found: people must look."""
    WITHOUT_CODE = "refused_without_code"


class RefusedByStripe(Exception):
    """No, for good: the same question gets the same answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_CORRECTED_BY_PEOPLE: Final = frozenset(
    {
        "api_key_expired",
        "balance_insufficient",
        "insufficient_funds",
        "livemode_mismatch",
        "platform_api_key_expired",
        "secret_key_required",
        "testmode_charges_only",
        "tls_version_unsupported",
    }
)
"""Said about our account and not about the refund: somebody corrects it, and no promise is lost meanwhile."""
_PASSES: Final = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})
_TOO_MUCH: Final = frozenset({"amount_too_large"})
_IN_THE_OTHER_MODE: Final = "a similar object exists in"
"""Only the text says that a payment is unknown because the key is of test mode, or of live mode."""
_CODE: Final = re.compile(r"[a-z0-9_]{1,64}")


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the library raises into `TemporarilyUnavailable` or `RefusedByStripe`, with codes only.

    Whatever is not understood may not be taken for a refusal: a refusal asks a person to pay.
    """
    try:
        yield
    except stripe.StripeError as error:
        raise _meaning(error) from None
    except (aiohttp.ClientError, OSError) as error:  # OSError: time-outs too
        raise _no_answer(type(error).__name__) from None


def _meaning(error: stripe.StripeError) -> Exception:
    code = _code(error)
    match error:
        case stripe.IdempotencyError():
            return RefusedByStripe(StripeRefusal.KEY_REUSED)
        case stripe.InvalidRequestError() | stripe.CardError() if code in _CORRECTED_BY_PEOPLE | _PASSES:
            return _unavailable(error, code)
        case stripe.InvalidRequestError(code="resource_missing"):
            return _missing(error)
        case stripe.InvalidRequestError() if code in _TOO_MUCH or (code is None and error.param == "amount"):
            return RefusedByStripe(PaymentRefusal.ABOVE_PAYMENT)
        case stripe.InvalidRequestError() | stripe.CardError():
            return RefusedByStripe(code or StripeRefusal.WITHOUT_CODE)
        case stripe.APIConnectionError():
            return _no_answer(type(error).__name__)
        case _:  # the key was refused, too many calls, a key in use, something broke at Stripe
            return _unavailable(error, code)


def _missing(error: stripe.StripeError) -> Exception:
    if _IN_THE_OTHER_MODE in (error.user_message or ""):
        return _unavailable(error, "key_of_other_mode")
    return RefusedByStripe(PaymentRefusal.UNKNOWN_PAYMENT)


def _unavailable(error: stripe.StripeError, code: str | None) -> TemporarilyUnavailable:
    said = [str(error.http_status or "no status"), code or type(error).__name__]
    request_id = error.request_id
    if request_id is not None and _CODE.fullmatch(request_id.lower()):
        said.append(request_id)
    return TemporarilyUnavailable(f"Stripe can't do it now ({', '.join(said)})")


def _no_answer(kind: str) -> TemporarilyUnavailable:
    return TemporarilyUnavailable(f"Stripe gave no answer ({kind})")


def _code(error: stripe.StripeError) -> str | None:
    """The code in the error's body; for some kinds of errors the library drops it."""
    body = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
