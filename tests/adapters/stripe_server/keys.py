"""Idempotency keys: the first answer is stored and comes again, until the key is forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.adapters.stripe_server.errors import Refused
from tests.adapters.stripe_server.forms import Fields

FORGOTTEN_AFTER: Final = timedelta(hours=24)
LONGEST: Final = 255


@dataclass
class Answer:
    """A status and a JSON body, as they were sent the first time."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass
class _Use:
    path: str
    fields: Fields
    at: datetime
    answer: Answer | None = None


class IdempotencyKeys:
    """What was answered under each key."""

    def __init__(self) -> None:
        self._uses: dict[str, _Use] = {}

    def begin(self, key: str, path: str, fields: Fields, now: datetime) -> Answer | None:
        """The stored answer, or None when the request is to be executed. Raises `Refused`.

        Documented: keys are removed when they are at least 24 hours old, and the same key is then a new
        request; a key that is being used answers 409; one that comes with other parameters, 400.
        """
        if len(key) > LONGEST:
            raise Refused(
                400, "invalid_request_error", "Idempotency keys have at most 255 characters", kept=False
            )
        use = self._uses.get(key)
        if use is None or now - use.at >= FORGOTTEN_AFTER:
            self._uses[key] = _Use(path, fields, now)
            return None
        if use.answer is None:
            raise Refused(
                409,
                "idempotency_error",
                f"There is currently another in-progress request using this Idempotent Key ({key}).",
                "idempotency_key_in_use",
                kept=False,
            )
        if (use.path, use.fields) != (path, fields):
            raise Refused(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                f"with. Try using a key other than '{key}' if you meant to execute a different request.",
                kept=False,
            )
        return Answer(
            use.answer.status, use.answer.body, use.answer.headers | {"Idempotent-Replayed": "true"}
        )

    def store(self, key: str, answer: Answer) -> None:
        """Keep the answer of a request that was executed."""
        self._uses[key].answer = answer

    def drop(self, key: str) -> None:
        """Forget a request that did not begin: it can be sent again."""
        del self._uses[key]
