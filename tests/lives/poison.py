"""Messages that no request can read, as careless or hostile senders send them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from tests.gateway.bad_bodies import ARGUMENTS, BODIES


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """One argument with exactly these bytes."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def message(**said: object) -> RawValue:
    """A message that is almost right."""
    body = {"command_id": "almost-1", "by": {"role": "agent", "id": "A1", "seller_id": "S1"}, **said}
    return raw(json.dumps(body).encode())


LARGEST_PAYLOAD = 512 * 1024
NO_JSON = raw(b'{"command_id": ')
TOO_LONG = message(reference="x" * 65 * 1024)


POISONS: Sequence[Any] = [
    pytest.param([RawValue(argument) for argument in bad.sent], id=bad.name)
    for bad in (*ARGUMENTS, *BODIES)
    if bad.size <= LARGEST_PAYLOAD
]
"""Every argument of a message that no run can read, and that the server lets through."""
