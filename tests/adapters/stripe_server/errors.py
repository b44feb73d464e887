"""How Stripe says no: an HTTP status and an error object. A text that a program must not repeat is in it."""

from dataclasses import dataclass, field

Json = dict[str, object]

PRIVATE = "shop@flowers.example"
"""Stripe's texts may hold what people wrote; here all of them do."""


@dataclass(eq=False)
class Refused(Exception):
    """An error answer. `kept` says whether it is stored under the idempotency key.

    Documented: the result is stored, whatever it is, once the endpoint has begun; a request whose parameters
    are not valid, that came too fast, or whose key is in use has not begun.
    """

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None
    kept: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Json:
        """The error object, without the fields that are empty."""
        given = {"code": self.code, "param": self.param}
        said: Json = {"type": self.type, "message": f"{self.message} ({PRIVATE})"}
        return {"error": said | {name: value for name, value in given.items() if value is not None}}


def invalid(message: str, code: str | None = None, param: str | None = None, *, status: int = 400) -> Refused:
    """Refused by the endpoint itself: stored."""
    return Refused(status, "invalid_request_error", message, code, param)


def invalid_parameter(message: str, code: str, param: str) -> Refused:
    """A parameter that is not valid: the endpoint does not begin, so that nothing is stored."""
    return Refused(400, "invalid_request_error", message, code, param, kept=False)


def missing(kind: str, object_id: str, param: str, *, in_other_mode: bool = False) -> Refused:
    """No such object; documented: the text says so when the key of the other mode would find it."""
    other = "; a similar object exists in live mode, but a test mode key was used to make this request."
    text = f"No such {kind}: '{object_id}'" + (other if in_other_mode else "")
    return invalid(text, "resource_missing", param, status=404)
