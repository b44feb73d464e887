"""A program in any language locks its messages by hand, or has the codec server do it."""

import base64
import os
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload

from adapters.encryption.codec import EncryptionCodec
from adapters.encryption.codec_server import CodecService, serving_codec
from adapters.temporal_program import free_port
from business_care.request import CareRequestOpening
from tests.gateway.http_api import EXACT, HttpApi, packed, unpacked
from tests.privacy.locked import K1, Locked, acknowledge, keyring

KEY_ID, SECRET = "k1", base64.b64decode(K1.split(":", 1)[1])


@pytest.fixture(scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Locked]:
    async with Locked.begun(tmp_path_factory.mktemp("locked")) as begun:
        yield begun


@pytest.fixture
def http(market: Locked) -> HttpApi:
    assert market.server.http_url is not None
    return HttpApi(market.server.http_url, {"Content-Type": EXACT, "Accept": EXACT})


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def locked_by_hand(message: bytes) -> dict[str, Any]:
    """The form that docs/encryption.md describes, made without any code of ours."""
    clear = Payload(metadata={"encoding": b"json/plain"}, data=message)
    nonce = os.urandom(12)
    data = nonce + AESGCM(SECRET).encrypt(nonce, clear.SerializeToString(), KEY_ID.encode())
    metadata = {"encoding": in_base64(b"binary/encrypted"), "encryption-key-id": in_base64(KEY_ID.encode())}
    return {"payloads": [{"metadata": metadata, "data": in_base64(data)}]}


def unlocked_by_hand(payloads: dict[str, Any]) -> bytes:
    data = base64.b64decode(payloads["payloads"][0]["data"])
    return Payload.FromString(AESGCM(SECRET).decrypt(data[:12], data[12:], KEY_ID.encode())).data


def json_of(opening: CareRequestOpening) -> bytes:
    return opening.model_dump_json().encode()


async def test_messages_locked_by_hand_are_understood_and_answers_can_be_unlocked(
    market: Locked, http: HttpApi
) -> None:
    opening = await market.opening(subject="Menu empty")
    said = acknowledge(opening).model_dump_json().encode()

    async with market.working(K1):
        await http.start(opening.request_id, locked_by_hand(json_of(opening)))
        _, answer = await http.update(opening.request_id, "acknowledge", locked_by_hand(said))

    told = unlocked_by_hand(answer["outcome"]["success"])
    assert b'"acknowledgement":"met"' in told


async def test_the_codec_server_locks_and_unlocks_what_the_http_api_takes_and_gives(
    market: Locked, http: HttpApi
) -> None:
    opening = await market.opening(subject="Menu empty")
    service = CodecService(EncryptionCodec(keyring(K1)), frozenset())

    async with (
        market.working(K1),
        serving_codec(service, free_port()) as address,
        aiohttp.ClientSession(address) as codec,
    ):

        async def passed_through(path: str, payloads: dict[str, Any]) -> dict[str, Any]:
            async with codec.post(path, json=payloads) as answered:
                passed: dict[str, Any] = await answered.json()
                return passed

        start = await passed_through("/encode", packed(opening.model_dump(mode="json")))
        await http.start(opening.request_id, start)
        _, answer = await http.update(
            opening.request_id, "opened", await passed_through("/encode", packed({}))
        )
        told = await passed_through("/decode", answer["outcome"]["success"])

    assert start["payloads"][0]["metadata"]["encoding"] == in_base64(b"binary/encrypted")
    assert unpacked(told)["request_id"] == opening.request_id


async def test_a_message_in_clear_text_is_understood_and_its_answer_is_locked(
    market: Locked, http: HttpApi
) -> None:
    opening = await market.opening(subject="Menu empty")

    async with market.working(K1):
        await http.start(opening.request_id, packed(opening.model_dump(mode="json")))
        _, answer = await http.update(opening.request_id, "opened", packed({}))

    payload = answer["outcome"]["success"]["payloads"][0]
    assert payload["metadata"]["encoding"] == in_base64(b"binary/encrypted")
    assert opening.request_id.encode() in unlocked_by_hand(answer["outcome"]["success"])


async def test_the_code_of_a_refusal_is_not_locked_and_its_sentence_is(market: Locked, http: HttpApi) -> None:
    opening = await market.opening(subject="Menu empty")
    said = {**acknowledge(opening).model_dump(mode="json"), "message": None}

    async with market.working(K1):
        await http.start(opening.request_id, locked_by_hand(json_of(opening)))
        _, answer = await http.update(opening.request_id, "acknowledge", packed(said))

    failure = answer["outcome"]["failure"]
    assert failure["applicationFailureInfo"]["type"] == "empty_message"
    assert failure["message"] == "Encoded failure"
    assert failure["encodedAttributes"]["metadata"]["encoding"] == in_base64(b"binary/encrypted")
