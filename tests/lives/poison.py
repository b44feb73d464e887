"""Messages that no request can read, as careless or hostile senders send them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """One argument with exactly these bytes."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def message(**said: object) -> RawValue:
    """A message that is almost right."""
    body = {"command_id": "almost-1", "by": {"role": "agent", "id": "A1", "seller_id": "S1"}, **said}
    return raw(json.dumps(body).encode())


NO_JSON = raw(b'{"command_id": ')
TOO_LONG = message(reference="x" * 65 * 1024)

POISONS: Sequence[Any] = [
    pytest.param([], id="no argument"),
    pytest.param(["a", "b"], id="two arguments"),
    pytest.param([NO_JSON, TOO_LONG], id="two unreadable arguments"),
    pytest.param([None], id="null"),
    pytest.param(["a text"], id="a text"),
    pytest.param([42], id="a number"),
    pytest.param([[{}]], id="an array"),
    pytest.param([{}], id="an empty object"),
    pytest.param([raw(b"\xff\x00", b"binary/plain")], id="bytes"),
    pytest.param([raw(b"\x08\x01", b"binary/protobuf")], id="a protobuf"),
    pytest.param([raw(b"...---...", b"morse")], id="an unknown encoding"),
    pytest.param([RawValue(Payload(data=b"{}"))], id="no encoding"),
    pytest.param([RawValue(Payload())], id="an empty payload"),
    pytest.param([NO_JSON], id="broken JSON"),
    pytest.param([raw(b"")], id="empty JSON"),
    pytest.param([raw(b'{"command_id": "\xff"}')], id="no UTF-8"),
    pytest.param([raw(b'{"command_id": "\\ud800"}')], id="half a character"),
    pytest.param([raw(b'{"command_id": "a", "command_id": "b"}')], id="a field given twice"),
    pytest.param([raw(b'{"amount": NaN}')], id="NaN"),
    pytest.param([raw(b'{"amount": -Infinity}')], id="infinity"),
    pytest.param([raw(b'{"amount": 1' + b"0" * 5000 + b"}")], id="a number of 5000 digits"),
    pytest.param([raw(b'{"amount": 1e400}')], id="a number beyond all bounds"),
    pytest.param([raw(b"[" * 30_000)], id="30000 open brackets"),
    pytest.param([raw(b'{"a":' * 9_000 + b"1" + b"}" * 9_000)], id="9000 nested objects"),
    pytest.param([TOO_LONG], id="65 KB"),
    pytest.param([message(reference=5)], id="a wrong field type"),
    pytest.param([message(reference="v2", surprise=1)], id="an unknown field"),
    pytest.param([message(reference="v\x002")], id="the character NUL"),
    pytest.param([message(reference="v2", by="A1")], id="no actor"),
    pytest.param([message(reference="v2", by={"role": "ghost", "id": "G"})], id="an unknown role"),
    pytest.param([message(reference="v2", occurred_at=1_930_000_000)], id="an instant as a number"),
    pytest.param([message(reference="v2", occurred_at="2031-03-03T10:00:00")], id="an instant without zone"),
    pytest.param([message(reference="v2", occurred_at="0001-01-01T00:00:00+14:00")], id="before the year 1"),
    pytest.param([message(reference="v2", occurred_at="9999-12-31T23:59:59Z")], id="after the year 9000"),
    pytest.param([message(reference="v2", command_id="")], id="an empty id"),
    pytest.param([message(reference="v2", command_id="two words")], id="an id of two words"),
    pytest.param([message(reference="v2", command_id="x" * 129)], id="a long id"),
]
