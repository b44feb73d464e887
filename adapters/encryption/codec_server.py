"""Unlocks payloads for people who look at workflows: Temporal's protocol of remote codecs, over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from aiohttp import web
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic_core import from_json
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from business_care.errors import StepFailed

LOOPBACK: Final = "127.0.0.1"
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
"""More than one page of a history holds; its payloads are not larger than half a megabyte each."""

Transform = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


class PortTaken(StepFailed):
    """The codec server can't listen there."""


@dataclass(frozen=True)
class CodecService:
    """Who may ask: pages of these origins, and programs; with a token, only those that send it."""

    codec: PayloadCodec
    origins: Collection[str]
    token: str | None = field(default=None, repr=False)

    def application(self) -> web.Application:
        """`POST /encode` and `POST /decode`."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        for path, transform in (("/encode", self.codec.encode), ("/decode", self.codec.decode)):
            app.router.add_post(path, self._answering(transform))
            app.router.add_options(path, self._preflight)
        return app

    def _answering(self, transform: Transform) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            headers = self._cors(request)
            if headers is None:
                return web.Response(status=403, text="pages of this origin may not ask\n")
            if not self._is_let_in(request):
                return web.Response(status=401, text="the token is missing or wrong\n", headers=headers)
            try:
                asked = _payloads(await request.read())
            except web.HTTPRequestEntityTooLarge:
                text = f"at most {MAX_BODY_BYTES} bytes are allowed\n"
                return web.Response(status=413, text=text, headers=headers)
            except (ValueError, ParseError, web.RequestPayloadError):
                text = 'the body is not readable; {"payloads": [...]} is expected\n'
                return web.Response(status=400, text=text, headers=headers)
            payloads = Payloads(payloads=await transform(asked.payloads))
            return web.json_response(MessageToDict(payloads), headers=headers)

        return answer

    async def _preflight(self, request: web.Request) -> web.StreamResponse:
        headers = self._cors(request)
        return web.Response(status=403) if headers is None else web.Response(status=204, headers=headers)

    def _cors(self, request: web.Request) -> dict[str, str] | None:
        """What a browser has to be told; None for a page that may not ask.

        A browser names the origin with every POST, so a page of another origin gets nothing.
        """
        origin = request.headers.get("Origin")
        if origin is None:
            return {}
        if origin not in self.origins:
            return None
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type, X-Namespace, Authorization, Authorization-Extras",
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }

    def _is_let_in(self, request: web.Request) -> bool:
        if self.token is None:
            return True
        given = request.headers.get("Authorization", "")
        # Bytes that are no UTF-8 arrive as half characters: a wrong token like any other.
        return compare_digest(given.encode(errors="surrogateescape"), f"Bearer {self.token}".encode())


def _payloads(body: bytes) -> Payloads:
    """What was asked, in UTF-8 whatever the request calls it. Raises `ValueError`, `ParseError`."""
    asked = from_json(body, allow_inf_nan=False)  # half a character, or too deep, is a `ValueError`
    if not isinstance(asked, dict):
        raise ParseError("not an object")
    return ParseDict(asked, Payloads())


@asynccontextmanager
async def serving_codec(service: CodecService, port: int, host: str = LOOPBACK) -> AsyncIterator[str]:
    """The address of a codec server that answers until the block ends. Raises `PortTaken`."""
    # Nobody's log: its lines would tell who looked at what.
    runner = web.AppRunner(service.application(), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortTaken(f"the codec server can't listen on {host}:{port}: {error.strerror}") from error
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
