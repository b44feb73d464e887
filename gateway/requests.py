"""Which request is meant: what its id may be, and the answers where there is none, or none that runs."""

from pydantic import TypeAdapter, ValidationError

from business_care.errors import ErrorCode, RuleViolation
from business_care.values import Identifier
from gateway.failures import NotRunning

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


def demand_request_id(request_id: str) -> None:
    """Raise `invalid_message` for what no request can be called."""
    try:
        _IDENTIFIER.validate_python(request_id)
    except ValidationError:
        raise RuleViolation(
            ErrorCode.INVALID_MESSAGE,
            "request_id: 1 to 128 printable ASCII characters without spaces are allowed",
        ) from None


def unknown_request(request_id: str) -> RuleViolation:
    """Nobody opened a request under this id."""
    return RuleViolation(ErrorCode.UNKNOWN_REQUEST, f"request_id: there is no request {request_id}")


def not_running(request_id: str) -> NotRunning:
    """The records call the request open, but it has no run: it was terminated, or its server lost it."""
    return NotRunning(
        f"request {request_id} is open in the records, but nothing runs for it; open it again to go on"
    )
