"""The form of a bad input: what is sent, and how it is refused."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from temporalio.api.common.v1 import Payload

AGENT, SELLER, CUSTOMER, OPERATOR, SYSTEM = "agent", "seller", "customer", "operator", "system"
ANOTHER_SELLERS_AGENT, ANOTHER_SELLER, ANOTHER_CUSTOMER = "agent elsewhere", "seller elsewhere", "stranger"
"""Who may be named in a table: parties of whatever the input is sent to, or of something else."""


@dataclass(frozen=True)
class Bad:
    """One bad input: what is sent, the code it is refused with, and what the sentence has to say.

    `says` names where it is wrong, or what is allowed.
    """

    name: str
    says: str
    code: str = "invalid_message"
    message: str = "fix"
    by: object = AGENT
    said: Mapping[str, object] = field(default_factory=dict)
    body: bytes | None = None
    """The whole body, instead of what is `said`."""
    arguments: Sequence[Payload] | None = None
    """All arguments of the message, which only a program without our gateway can choose."""
    typed: bool | str = False
    """Whether it can be said at the command line too; a text is who acts, as it is typed."""
    usage: str = ""
    """What the command line says about it, where that sees first that it is wrong."""

    @property
    def size(self) -> int:
        """How many bytes the input has, as far as a limit could look at it."""
        return len(self.body or b"")

    @property
    def sent(self) -> Sequence[Payload]:
        """The arguments of a message, where they are the same to whomever it is sent."""
        return (payload(self.body or b""),) if self.arguments is None else self.arguments

    def for_product(self) -> Self:
        """The same input to a product, which has other commands than a request."""
        return replace(self, message="make_permanent") if self.message == "fix" else self


def payload(data: bytes, encoding: bytes = b"json/plain") -> Payload:
    """One argument with exactly these bytes."""
    return Payload(metadata={"encoding": encoding}, data=data)


def padded(size: int) -> bytes:
    """A message of exactly so many bytes, most of them in one text."""
    frame = json.dumps({"command_id": "large", "notes": ""}).encode()
    return frame[:-2] + b"x" * (size - len(frame)) + b'"}'
