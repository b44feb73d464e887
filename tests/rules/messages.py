"""Messages as they arrive, and the words in which one was refused."""

import json

import pytest

from business_care.errors import ErrorCode, RuleViolation
from business_care.reading import read_message
from business_care.values import Value

AGENT = {"role": "agent", "id": "A1", "seller_id": "S1"}
WHOLE = {"command_id": "c1", "by": AGENT, "message": "We are on it."}


def body(**changes: object) -> bytes:
    return json.dumps({**WHOLE, **changes}).encode()


def with_raw(field: str, raw_value: str) -> bytes:
    """The whole message, with one more field whose value is JSON as it was typed."""
    return body()[:-1] + f', "{field}": {raw_value}}}'.encode()


def refusal(model: type[Value], raw: bytes) -> str:
    with pytest.raises(RuleViolation) as refused:
        read_message(model, raw)
    assert refused.value.code == ErrorCode.INVALID_MESSAGE
    return refused.value.message
