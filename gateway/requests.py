"""Which request or product is meant: what its id may be, and the answers where there is none that runs."""

from pydantic import TypeAdapter, ValidationError

from business_care.errors import ErrorCode, RuleViolation
from business_care.values import Identifier
from gateway.failures import NotRunning

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


def demand_request_id(request_id: str) -> None:
    """Raise `invalid_message` for what no request can be called."""
    _demand_id("request_id", request_id)


def demand_product_id(product_id: str) -> None:
    """Raise `invalid_message` for what no product can be called."""
    _demand_id("product_id", product_id)


def _demand_id(field: str, given: str) -> None:
    try:
        _IDENTIFIER.validate_python(given)
    except ValidationError:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            f"{field}: 1 to 128 printable ASCII characters without spaces are allowed",
        ) from None


def unknown_request(request_id: str) -> RuleViolation:
    """Nobody opened a request under this id."""
    return RuleViolation(ErrorCode.UNKNOWN_REQUEST, f"request_id: there is no request {request_id}")


def not_running(request_id: str) -> NotRunning:
    """The records call the request open, but it has no run: it was terminated, or its server lost it."""
    return NotRunning(
        f"request {request_id} is open in the records, but nothing runs for it; open it again to go on"
    )
