"""The codec: what it locks only the same key unlocks, and whatever it is given, it never raises."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from adapters.encryption.canary import canary_of, is_same_key
from adapters.encryption.codec import ENCODING, KEY_ID, EncryptionCodec
from adapters.encryption.converter import DATA_CONVERTER, EncryptionNotInstalled, data_converter
from adapters.encryption.uses import KeyUse, KeyUses
from tests.privacy.locked import K1, K2, OTHER_K1, keyring

ROOT = Path(__file__).parents[2]
MESSAGE = Payload(metadata={"encoding": b"json/plain", "messageType": b"x"}, data=b'{"message": "secret"}')


def codec(keys: str) -> EncryptionCodec:
    return EncryptionCodec(keyring(keys))


async def test_a_payload_comes_back_as_it_was() -> None:
    [locked] = await codec(K1).encode([MESSAGE])

    assert b"secret" not in locked.SerializeToString()
    assert dict(locked.metadata) == {"encoding": ENCODING, KEY_ID: b"k1"}
    assert await codec(f"{K2},{K1}").decode([locked]) == [MESSAGE]


def test_the_same_payload_is_locked_differently_each_time() -> None:
    assert len({codec(K1).lock(MESSAGE).data for _ in range(50)}) == 50


LOCKED = codec(K1).lock(MESSAGE)


def changed(**said: bytes) -> Payload:
    payload = Payload()
    payload.CopyFrom(LOCKED)
    for name, value in said.items():
        if name == "data":
            payload.data = value
        else:
            payload.metadata[{"encoding": "encoding", "key": KEY_ID}[name]] = value
    return payload


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(codec(K2).lock(MESSAGE), id="an unknown key"),
        pytest.param(codec(OTHER_K1).lock(MESSAGE), id="another key under the id"),
        pytest.param(changed(data=LOCKED.data[:-1]), id="cut off"),
        pytest.param(changed(data=LOCKED.data[:11]), id="cut off in the nonce"),
        pytest.param(changed(data=b""), id="empty"),
        pytest.param(changed(data=LOCKED.data[:-1] + bytes([LOCKED.data[-1] ^ 1])), id="another last bit"),
        pytest.param(changed(key=b"\xff\xfe"), id="an id that is no text"),
        pytest.param(changed(encoding=b"json/plain"), id="not called locked"),
        pytest.param(Payload(metadata={"encoding": ENCODING}, data=LOCKED.data), id="no id"),
        pytest.param(Payload(), id="nothing at all"),
        pytest.param(MESSAGE, id="clear text"),
    ],
)
def test_what_can_not_be_unlocked_passes_unchanged(payload: Payload) -> None:
    before = payload.SerializeToString(deterministic=True)

    assert codec(K1).unlock(payload).SerializeToString(deterministic=True) == before


@given(
    data=st.binary(max_size=80), key=st.binary(max_size=8), encoding=st.sampled_from([ENCODING, b"x", b""])
)
def test_no_payload_makes_it_raise(data: bytes, key: bytes, encoding: bytes) -> None:
    payload = Payload(metadata={"encoding": encoding, KEY_ID: key or b"k1"}, data=data)

    assert codec(K1).unlock(payload) == payload


def test_the_id_of_the_key_is_bound_to_what_it_has_locked() -> None:
    same_key_under_two_ids = f"{K1},{K1.replace('k1:', 'k9:')}"
    relabelled = changed(key=b"k9")

    assert codec(same_key_under_two_ids).unlock(relabelled) == relabelled


def test_what_is_locked_is_not_locked_again() -> None:
    assert codec(K2).lock(LOCKED) == LOCKED


def test_it_notes_whose_payloads_it_locks_and_unlocks() -> None:
    uses = KeyUses()
    of_request = EncryptionCodec(keyring(f"{K2},{K1}"), uses).with_context(
        WorkflowSerializationContext("default", "care-request-R1")
    )

    of_request.lock(MESSAGE)
    of_request.unlock(LOCKED)
    of_request.unlock(MESSAGE)

    assert uses.take_new() == {KeyUse("k2", "care-request-R1"), KeyUse("k1", "care-request-R1")}


def test_a_key_is_recognised_by_its_canary_alone() -> None:
    [first], [other] = keyring(K1).by_id.values(), keyring(OTHER_K1).by_id.values()
    canary = canary_of(first)

    assert is_same_key(first, canary)
    assert not is_same_key(other, canary)
    assert not is_same_key(first, "no canary")


def test_without_keys_nothing_is_locked() -> None:
    assert data_converter(keyring("")) is DATA_CONVERTER


def test_without_keys_the_package_that_locks_is_not_even_imported() -> None:
    program = (
        "import sys, worker, console.app, console.serving, console.composition, console.dev_session\n"
        "from adapters.encryption.converter import data_converter\n"
        "from adapters.encryption.keys import Keyring\n"
        "data_converter(Keyring())\n"
        "print([name for name in ('cryptography', 'aiohttp') if name in sys.modules])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"


def test_keys_without_the_package_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "adapters.encryption.codec")
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)

    with pytest.raises(EncryptionNotInstalled, match=r"pip install '\.\[encryption\]'"):
        data_converter(keyring(K1))
