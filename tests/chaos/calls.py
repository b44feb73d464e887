"""Makes the calls of a script through the gateway, as a careful integration would."""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from business_care.commands import COMMANDS, Close, Command
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.words import DeactivationKind
from business_care.people import Actor, Role
from business_care.request import CareRequestOpening, RequestKind
from business_care.values import Value
from business_care.views import CommandAnswer
from gateway.client import CareGateway
from gateway.failures import RunIsOver, asking
from gateway.products import ProductGateway
from gateway.raw_command import RawCommand
from workflows.names import CARE_REQUEST, TASK_QUEUE, care_request_id

PATIENCE = timedelta(seconds=6)

Step = Mapping[str, Any]
OPERATOR = Actor(role=Role.OPERATOR, id="O1")


def meant_by(life: Step, step: Step, number: int, due: datetime | None) -> dict[str, Any]:
    """What a step means from now on: the ids and instants that every attempt repeats."""
    now = datetime.now(UTC)
    meant: dict[str, Any] = {"do": step["do"], "life": life["id"], "request": step.get("request")}
    match step["do"]:
        case "open":
            meant["opening"] = _opening(life, step, now)
        case "send" | "close_with_start":
            command = step.get("command", "close")
            fields = dict(step["fields"])
            if "due_in" in step:
                fields["due"] = (now + timedelta(seconds=step["due_in"])).isoformat()
            if "occurred_before_due" in step and due is not None:
                occurred = due - timedelta(seconds=step["occurred_before_due"])
                fields["occurred_at"] = occurred.isoformat()
            by = _actor(life, step.get("role", "operator"))
            body = {"command_id": f"{life['id']}.{number}", "by": by, **fields}
            meant |= {"command": command, "body": body, "by_signal": step.get("by_signal", False)}
            if step["do"] == "close_with_start":
                meant["opening"] = _opening(life, step, now)
        case "end_closure":
            meant |= {"closure": step["closure"], "notified_at": now.isoformat(), "seller": life["seller"]}
        case "deactivate":
            meant |= {"product": life["product"], "command_id": f"{life['id']}.{number}"}
        case _:
            meant["seller"] = life["seller"]
    return meant


def with_another_body(meant: Step) -> dict[str, Any]:
    """The same command id, saying something else."""
    earlier = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    return {**meant, "body": {**meant["body"], "occurred_at": earlier}, "is_another_body": True}


@dataclass(frozen=True)
class Caller:
    """Everything that actors call."""

    care: CareGateway
    products: ProductGateway
    client: Client

    async def call(self, meant: Step) -> dict[str, Any] | None:
        """Do what is meant, and tell the answer. Raises what the gateway raises."""
        calls: dict[str, Callable[[Step], Awaitable[Value | None]]] = {
            "open": self._open,
            "send": self._send,
            "close_with_start": self._close_with_start,
            "stop_payments": lambda of: self.care.stop_payments(of["seller"], OPERATOR),
            "resume_payments": lambda of: self.care.resume_payments(of["seller"], OPERATOR),
            "end_closure": self._end_closure,
            "deactivate": self._deactivate,
        }
        answer = await calls[meant["do"]](meant)
        return None if answer is None else answer.model_dump(mode="json")

    async def _open(self, meant: Step) -> Value:
        return await self.care.open_request(_read_opening(meant))

    async def _send(self, meant: Step) -> Value | None:
        command = COMMANDS[meant["command"]].model_validate_json(json.dumps(meant["body"]))
        if meant["by_signal"]:
            return await self.care.send_as_signal(meant["request"], command)
        return await self.care.send(meant["request"], command)

    async def _close_with_start(self, meant: Step) -> Value:
        """Another sender than the gateway: one call starts the request and closes it."""
        command: Command = Close.model_validate_json(json.dumps(meant["body"]))
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            CARE_REQUEST,
            _read_opening(meant),
            id=care_request_id(meant["request"]),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
        try:
            async with asking(meant["request"], PATIENCE):
                answer: CommandAnswer = await self.client.execute_update_with_start_workflow(
                    command.NAME,
                    RawCommand.of(command).payload,
                    start_workflow_operation=operation,
                    id=str(uuid4()),
                    result_type=CommandAnswer,
                )
        except RunIsOver:
            return await self.care.send(meant["request"], command)
        return answer

    async def _end_closure(self, meant: Step) -> Value:
        by = Actor(role=Role.SELLER, id=meant["seller"])
        return await self.care.end_closure(meant["closure"], datetime.fromisoformat(meant["notified_at"]), by)

    async def _deactivate(self, meant: Step) -> Value:
        order = Deactivate(
            command_id=meant["command_id"],
            by=OPERATOR,
            product_id=meant["product"],
            kind=DeactivationKind.PERMANENT,
        )
        return await self.products.deactivate(order)


def money_has_been_asked_for(records: Path, licence_id: str) -> bool:
    """Whether the provider holds a refund of the licence, as the provider itself knows before it tells."""
    query = "SELECT count(*) FROM simulated_refunds WHERE licence_id = ?"
    with closing(sqlite3.connect(records, timeout=30)) as connection:
        return bool(connection.execute(query, (licence_id,)).fetchone()[0])


def _opening(life: Step, step: Step, now: datetime) -> dict[str, Any]:
    request = next(one for one in life["requests"] if one["id"] == step["request"])
    return {
        "request_id": request["id"],
        "licence_id": request["licence"],
        "kind": request["kind"],
        "opened_at": (now - timedelta(seconds=request["age"])).isoformat(),
    }


def _read_opening(meant: Step) -> CareRequestOpening:
    told = meant["opening"]
    return CareRequestOpening(
        request_id=told["request_id"],
        licence_id=told["licence_id"],
        kind=RequestKind(told["kind"]),
        opened_at=datetime.fromisoformat(told["opened_at"]),
    )


def _actor(life: Step, role: str) -> dict[str, str]:
    match role:
        case "agent":
            return {"role": role, "id": "A1", "seller_id": life["seller"]}
        case "customer":
            return {"role": role, "id": life["licences"][0]["customer"]}
        case "system":
            return {"role": role, "id": "provider"}
        case _:
            return {"role": role, "id": "O1"}
