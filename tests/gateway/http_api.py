"""A program that knows nothing but Temporal's HTTP API."""

import asyncio
import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Document = dict[str, Any]
EXACT = "application/json+no-payload-shorthand"


@dataclass(frozen=True)
class HttpApi:
    """Posts to the workflows of one server; `url` is where its HTTP API answers."""

    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    async def call(
        self, path: str, body: object | None, method: str = "POST", **headers: str
    ) -> tuple[int, Document]:
        """The HTTP status and the answer of one call below `/workflows`."""
        request = urllib.request.Request(  # noqa: S310 -- our own loopback address
            f"{self.url}/api/v1/namespaces/default/workflows/{path}",
            None if body is None else json.dumps(body).encode(),
            {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
            method=method,
        )
        return await asyncio.to_thread(_answered, request)

    async def start(self, request_id: str, opening: object) -> tuple[int, Document]:
        """Start a request; `opening` is in the form that the headers name."""
        return await self.call(
            f"care-request-{request_id}",
            {
                "workflowType": {"name": "CareRequest"},
                "taskQueue": {"name": "business-care"},
                "workflowIdConflictPolicy": "WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING",
                "workflowIdReusePolicy": "WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY",
                "input": opening,
            },
        )

    async def update(self, request_id: str, name: str, arguments: object) -> tuple[int, Document]:
        """Send an update and wait for its answer."""
        request = {"meta": {"updateId": str(uuid4())}, "input": {"args": arguments}}
        return await self.call(f"care-request-{request_id}/update/{name}", {"request": request})


def packed(message: object) -> Document:
    """A message in the exact form of payloads."""
    data = base64.b64encode(json.dumps(message).encode()).decode()
    return {"payloads": [{"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": data}]}


def unpacked(payloads: Document) -> Any:
    """What stands in the first payload of the exact form."""
    return json.loads(base64.b64decode(payloads["payloads"][0]["data"]))


def _answered(request: urllib.request.Request) -> tuple[int, Document]:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- our own loopback address
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
