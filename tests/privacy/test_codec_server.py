"""The codec server, asked as the Temporal UI and its command line ask."""

import asyncio
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload, Payloads

from adapters.embedded_server import dev_server
from adapters.encryption.codec import EncryptionCodec
from adapters.encryption.codec_server import (
    LOOPBACK,
    MAX_BODY_BYTES,
    CodecService,
    PortTaken,
    serving_codec,
)
from adapters.encryption.converter import data_converter
from adapters.temporal_program import free_port
from console.encryption_commands import origins_of
from tests.privacy.locked import K1, keyring

UI = "http://127.0.0.1:8233"
CODEC = EncryptionCodec(keyring(K1))
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"Menu empty on mobile"')
PATIENCE_SECONDS = 40
TOKEN = "a-token-of-many-signs"


@asynccontextmanager
async def asking(token: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    service = CodecService(CODEC, frozenset(origins_of(8233)), token)
    async with serving_codec(service, free_port()) as address, aiohttp.ClientSession(address) as session:
        yield session


def body(*payloads: Payload) -> dict[str, object]:
    asked: dict[str, object] = MessageToDict(Payloads(payloads=payloads))
    return asked


async def test_it_unlocks_what_was_locked_and_leaves_the_rest() -> None:
    unknown = Payload(metadata={"encoding": b"binary/encrypted"}, data=b"nonsense")
    headers = {"X-Namespace": "default", "Origin": UI}
    async with (
        asking() as session,
        session.post("/decode", json=body(CODEC.lock(CLEAR), unknown), headers=headers) as answered,
    ):
        payloads = ParseDict(await answered.json(), Payloads()).payloads

    assert list(payloads) == [CLEAR, unknown]
    assert answered.headers["Access-Control-Allow-Origin"] == UI


async def test_it_locks_what_people_send_from_the_interface() -> None:
    async with asking() as session, session.post("/encode", json=body(CLEAR)) as answered:
        [locked] = ParseDict(await answered.json(), Payloads()).payloads

    assert CODEC.unlock(locked) == CLEAR
    assert locked.metadata["encoding"] == b"binary/encrypted"


@pytest.mark.parametrize("origin", origins_of(8233))
async def test_a_browser_may_ask_from_the_interface(origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    async with asking() as session, session.options("/decode", headers=headers) as answered:
        assert answered.status == 204
        assert answered.headers["Access-Control-Allow-Origin"] == origin
        assert "X-Namespace" in answered.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:8234", "null", ""])
async def test_a_page_of_another_origin_gets_nothing(origin: str) -> None:
    async with asking() as session:
        async with session.options("/decode", headers={"Origin": origin}) as preflight:
            pass
        async with session.post("/decode", json=body(CLEAR), headers={"Origin": origin}) as answered:
            said = await answered.text()

    assert (preflight.status, answered.status) == (403, 403)
    assert "Access-Control-Allow-Origin" not in {**answered.headers, **preflight.headers}
    assert "Menu" not in said


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b'"x"', id="a text"),
        pytest.param(b'{"payloads": 5}', id="no list"),
        pytest.param(b'{"payloads": [{"data": "\xff"}]}', id="no text"),
        pytest.param(b'{"payloads": [{"data": NaN}]}', id="no number"),
        pytest.param(b'{"payloads": [{"data": ' + b"1" * 5000 + b"}]}", id="an endless number"),
        pytest.param(b'{"\\ud800": 1}', id="half a character"),
        pytest.param('{"payloads": []}'.encode("utf-16"), id="another encoding"),
        pytest.param(b"[" * 100_000, id="an array too deep"),
        pytest.param(b'{"a":' * 100_000, id="an object too deep"),
    ],
)
async def test_what_can_not_be_read_is_answered_with_400(sent: bytes) -> None:
    async with asking() as session, session.post("/decode", data=sent) as answered:
        assert answered.status == 400
        assert (await answered.text()).startswith("the body is not readable")


@pytest.mark.parametrize("charset", ["bogus", "hex", '"a b"', "utf-16", ""])
async def test_a_body_is_read_as_utf_8_whatever_its_charset_is_called(charset: str) -> None:
    sent = json.dumps(body(CODEC.lock(CLEAR)))
    headers = {"Content-Type": f"application/json; charset={charset}"}
    async with asking() as session, session.post("/decode", data=sent, headers=headers) as answered:
        assert ParseDict(await answered.json(), Payloads()).payloads == [CLEAR]


@pytest.mark.parametrize("sent", [b"junk", gzip.compress(b"{}" * 500)[:-9]], ids=["no gzip", "cut off"])
async def test_a_body_that_can_not_be_unpacked_is_answered_with_400(sent: bytes) -> None:
    headers = {"Content-Encoding": "gzip"}
    async with asking() as session, session.post("/decode", data=sent, headers=headers) as answered:
        assert answered.status == 400
        assert (await answered.text()).count("\n") <= 1


async def test_a_body_without_end_is_cut_short() -> None:
    sent = io.BytesIO(b" " * (MAX_BODY_BYTES + 1))
    async with asking() as session, session.post("/decode", data=sent) as answered:
        assert answered.status == 413


async def test_with_a_token_only_those_that_send_it_are_answered() -> None:
    async with asking(TOKEN) as session:
        answers = []
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}"}):
            async with session.post("/decode", json=body(CLEAR), headers=header) as answered:
                answers.append(answered.status)

    assert answers == [401, 401, 200]


@pytest.mark.parametrize("sent", [b"\xff\xfe", "é".encode(), TOKEN.encode() + b"\xff"])
async def test_a_token_that_is_no_text_is_a_wrong_token(sent: bytes) -> None:
    service, port = CodecService(CODEC, frozenset(), TOKEN), free_port()
    async with serving_codec(service, port):
        # By hand: clients that know HTTP refuse to send such a header.
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        asked = b"POST /decode HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nAuthorization: Bearer %s\r\n\r\n{}"
        writer.write(asked % sent)
        first_line = await reader.readline()
        writer.close()

    assert first_line == b"HTTP/1.1 401 Unauthorized\r\n"


async def test_a_port_that_is_taken_is_named() -> None:
    service, port = CodecService(CODEC, frozenset()), free_port()
    async with serving_codec(service, port):
        with pytest.raises(PortTaken, match=f"can't listen on 127.0.0.1:{port}"):
            async with serving_codec(service, port):
                pass


async def test_the_web_interface_shows_clear_text(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium on this machine: what the web interface shows can't be looked at")
    ui_port = free_port()
    service = CodecService(CODEC, frozenset(origins_of(ui_port)))
    converter = data_converter(keyring(K1))
    async with (
        serving_codec(service, free_port()) as codec,
        dev_server(ui_port=ui_port, data_converter=converter, codec_endpoint=codec) as server,
    ):
        handle = await server.client.start_workflow(
            "CareRequest", {"subject": "Menu empty on mobile"}, id="care-request-R1", task_queue="nobody"
        )
        page = f"{server.ui_url}/namespaces/default/workflows/{handle.id}/{handle.result_run_id}/history"
        shown = await _looked_at(browser, page, "Menu empty on mobile", tmp_path)
        stored = [event async for event in handle.fetch_history_events()]

    assert "Menu empty on mobile" in shown
    assert b"Menu empty" not in b"".join(event.SerializeToString() for event in stored)


async def _looked_at(browser: str, page: str, wanted: str, folder: Path) -> str:
    """What stands on a page as soon as it shows what is wanted, or after a while."""
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    words += [f"--user-data-dir={folder}", "--remote-debugging-port=0", "--window-size=1400,2000", page]
    process = await asyncio.create_subprocess_exec(
        browser, *words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        port = await _debugging_port(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            return await _text_of(session, wanted)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _debugging_port(told: Path) -> str:
    port = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not port:
            await asyncio.sleep(0.1)
            port = await asyncio.to_thread(lambda: told.read_text() if told.is_file() else "")
    return port.partition("\n")[0]


async def _text_of(session: aiohttp.ClientSession, wanted: str) -> str:
    async with session.get("/json") as answered:
        tabs = await answered.json()
    [address] = [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]
    shown = ""
    async with session.ws_connect(address, max_msg_size=0) as debugger:
        for number in range(PATIENCE_SECONDS * 2):
            asked = {"expression": "document.body.innerText"}
            await debugger.send_json({"id": number, "method": "Runtime.evaluate", "params": asked})
            answer = await debugger.receive_json()
            shown = str(answer.get("result", {}).get("result", {}).get("value"))
            if wanted in shown:
                break
            await asyncio.sleep(0.5)
    return shown
