"""Bodies that no message can be read from, whatever message it should have been."""

from temporalio.api.common.v1 import Payload

from tests.gateway.bad_inputs import Bad, padded, payload

NOT_JSON = "the message is not valid JSON; one JSON object is expected"
NOT_TEXT = "the message is not UTF-8 text; one JSON object is expected"
NOT_FINITE = "the message holds NaN or Infinity; numbers are finite"
TOO_LONG = "at most 65536 are allowed"
TOO_DEEP = "the message is nested too deep; at most 32 levels are allowed"
ONE_OBJECT = "one JSON object is expected"

BODIES = (
    Bad("null", f"the message is a JSON null; {ONE_OBJECT}", body=b"null"),
    Bad("a text", f"the message is a JSON string; {ONE_OBJECT}", body=b'"fix it"'),
    Bad("a number", f"the message is a JSON number; {ONE_OBJECT}", body=b"42"),
    Bad("true", f"the message is a JSON boolean; {ONE_OBJECT}", body=b"true"),
    Bad("an array", f"the message is a JSON array; {ONE_OBJECT}", body=b"[{}]"),
    Bad("an empty object", "Field required", body=b"{}"),
    Bad("nothing but spaces", NOT_JSON, body=b"  \n"),
    Bad("broken JSON", NOT_JSON, body=b'{"command_id": '),
    Bad("JSON with more behind it", NOT_JSON, body=b"{} {}"),
    Bad("JSON with a comment", NOT_JSON, body=b'{"command_id": "c1" /* mine */}'),
    Bad("single quotes", NOT_JSON, body=b"{'command_id': 'c1'}"),
    Bad("a bare line break in a text", NOT_JSON, body=b'{"command_id": "a\nb"}'),
    Bad("a byte order mark", NOT_JSON, body=b'\xef\xbb\xbf{"command_id": "c1"}'),
    Bad("UTF-16", NOT_TEXT, body='{"command_id": "c1"}'.encode("utf-16")),
    Bad("no UTF-8", NOT_TEXT, body=b'{"command_id": "\xff"}'),
    Bad("a surrogate as bytes", NOT_TEXT, body=b'{"command_id": "\xed\xa0\x80"}'),
    Bad("half a character", NOT_JSON, body=b'{"command_id": "\\ud800"}'),
    Bad("a NUL among the bytes", NOT_JSON, body=b'{"command_id": "a"}\x00'),
    Bad(
        "a field given twice", "command_id: given twice; each", body=b'{"command_id": "a", "command_id": "b"}'
    ),
    Bad("a field given twice inside", "id: given twice; each", body=b'{"by": {"id": "A1", "id": "A2"}}'),
    Bad("NaN", NOT_FINITE, body=b'{"amount": NaN}'),
    Bad("infinity", NOT_FINITE, body=b'{"amount": Infinity}'),
    Bad("minus infinity", NOT_FINITE, body=b'{"amount": -Infinity}'),
    Bad("a number beyond all bounds", "a number that is too large to be read", body=b'{"amount": 1e400}'),
    Bad(
        "a number of 5000 digits",
        "a number of 5001 characters; at most 40 are allowed",
        body=b'{"amount": 1' + b"0" * 5000 + b"}",
    ),
    Bad("40 nested arrays", TOO_DEEP, body=b'{"evidence": ' + b"[" * 40 + b"]" * 40 + b"}"),
    Bad("900 nested objects", TOO_DEEP, body=b'{"a":' * 900 + b"1" + b"}" * 900),
    Bad("9000 nested objects", NOT_JSON, body=b'{"a":' * 9_000 + b"1" + b"}" * 9_000),
    Bad("30000 open brackets", NOT_JSON, body=b"[" * 30_000),
    Bad("one byte over 64 KB", TOO_LONG, body=padded(65_537)),
    Bad("440 KB", TOO_LONG, body=padded(440 * 1024)),
    Bad("524000 bytes", TOO_LONG, body=padded(524_000)),
    Bad("600 KB", TOO_LONG, body=padded(600_000)),
    Bad("3 MB", TOO_LONG, body=padded(3_000_000)),
)
"""What may come through any door that takes JSON."""

SOME_BODIES = BODIES[::5]
"""Every fifth, for doors behind which the same function reads what it has read at another one."""

GOOD = payload(b'{"command_id": "c1", "by": {"role": "operator", "id": "O1"}}')
NO_JSON = f"the payload is not JSON; {ONE_OBJECT}"
MISCOUNTED = f" arguments were sent; {ONE_OBJECT}"

ARGUMENTS = (
    Bad("no argument", "0" + MISCOUNTED, arguments=()),
    Bad("two arguments", "2" + MISCOUNTED, arguments=(GOOD, GOOD)),
    Bad("a hundred arguments", "100" + MISCOUNTED, arguments=(GOOD,) * 100),
    Bad("two unreadable arguments", "2" + MISCOUNTED, arguments=(payload(b"{"), payload(padded(65_537)))),
    Bad("the null of the client", "the message is a JSON null; ", arguments=(payload(b"", b"binary/null"),)),
    Bad("bytes", NO_JSON, arguments=(payload(b"\xff\x00", b"binary/plain"),)),
    Bad("a protobuf", NO_JSON, arguments=(payload(b"\x08\x01", b"binary/protobuf"),)),
    Bad("an unknown encoding", NO_JSON, arguments=(payload(b"...---...", b"morse"),)),
    Bad("what somebody encrypted", NO_JSON, arguments=(payload(b"\x00" * 64, b"binary/encrypted"),)),
    Bad("JSON that calls itself zipped", NO_JSON, arguments=(payload(b"{}", b"binary/zlib"),)),
    Bad("no encoding", NO_JSON, arguments=(Payload(data=b"{}"),)),
    Bad("an empty payload", NO_JSON, arguments=(Payload(),)),
    Bad("JSON without a byte", NOT_JSON, arguments=(payload(b""),)),
)
"""What only a program without our gateway can send."""
