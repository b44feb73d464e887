"""What replayed code asks of the server, in words.

A replay does not notice another timer's length, another input of a step or another result: it compares kinds
of commands only. So the commands are listened to, and compared with what was written down beside the history.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import SerializationContext
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info

from adapters.workflow_runners import IN_PLACE
from workflows.care_request import CareRequest
from workflows.names import (
    CARE_REQUEST,
    OPERATOR_DIGEST,
    PRODUCT_DEACTIVATION,
    RECORDS_CHECK,
    REFUND_RECOVERY,
)
from workflows.operator_digest import OperatorDigest
from workflows.product_deactivation import ProductDeactivation
from workflows.records_check import RecordsCheck
from workflows.refund_recovery import RefundRecovery

if TYPE_CHECKING:  # the SDK does not export the types of two methods that every runner must hand on
    from temporalio.converter import StorageDriverStoreContext
    from temporalio.worker._command_aware_visitor import CommandInfo
    from temporalio.workflow import _Definition

WORKFLOWS: Mapping[str, type] = {
    CARE_REQUEST: CareRequest,
    PRODUCT_DEACTIVATION: ProductDeactivation,
    REFUND_RECOVERY: RefundRecovery,
    RECORDS_CHECK: RecordsCheck,
    OPERATOR_DIGEST: OperatorDigest,
}
"""What a history may be of."""


async def replayed(history: WorkflowHistory, runner: WorkflowRunner) -> list[str]:
    """Replay a history and tell what the code asked for. Raises when the code asks for other things."""
    listener = ListeningRunner(runner)
    replayer = Replayer(
        # Its own workflow alone: the strict runner imports everything anew for each one that is named here.
        workflows=[WORKFLOWS[begun_as(history)]],
        workflow_runner=listener,
        data_converter=pydantic_data_converter,
        debug_mode=IN_PLACE,
    )
    await replayer.replay_workflow(history)
    return listener.heard


def begun_as(history: WorkflowHistory) -> str:
    """The name of the workflow that a history is of."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


@dataclass
class ListeningRunner(WorkflowRunner):
    """Hands everything on to another runner and writes down what its workflows ask for."""

    inner: WorkflowRunner
    heard: list[str] = field(default_factory=list)

    def prepare_workflow(self, defn: "_Definition") -> None:
        self.inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _ListeningInstance(self.inner.create_instance(det), self.heard)

    def set_worker_level_failure_exception_types(self, types: "Any") -> None:
        self.inner.set_worker_level_failure_exception_types(types)


class _ListeningInstance(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance, heard: list[str]) -> None:
        self._inner = inner
        self._heard = heard

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._inner.activate(act)
        for command in completion.successful.commands:
            self._heard.extend(in_words(act, command))
        return completion

    def get_serialization_context(self, command_info: "CommandInfo | None") -> SerializationContext | None:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: "CommandInfo | None") -> "StorageDriverStoreContext":
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


def in_words(act: WorkflowActivation, command: WorkflowCommand) -> Iterator[str]:
    """One command as a line that a person can read, where it has a meaning for the business."""
    match command.WhichOneof("variant"):
        case "start_timer":
            length = command.start_timer.start_to_fire_timeout.ToTimedelta()
            rings_at = act.timestamp.ToDatetime(UTC) + length
            summary = command.user_metadata.summary.data.decode()
            yield f"timer at {_to_the_second(rings_at)} {summary}"
        case "schedule_local_activity":
            step = command.schedule_local_activity
            yield f"local step {step.activity_type} {_said(step.activity_type, step.arguments[0].data)}"
        case "schedule_activity":
            activity = command.schedule_activity
            within = activity.schedule_to_close_timeout.ToTimedelta()
            limit = f" within {within}" if within else ""
            said = _said(activity.activity_type, activity.arguments[0].data)
            yield f"step {activity.activity_type}{limit} {said}"
        case "complete_workflow_execution":
            yield f"ends {_ending(json.loads(command.complete_workflow_execution.result.data))}"
        case "continue_as_new_workflow_execution":
            yield "goes on in a new run"
        case "fail_workflow_execution":
            yield "fails"
        case _:
            return


def _said(activity: str, argument: bytes) -> str:
    given = json.loads(argument)
    match activity:
        case "store":
            return f"{_minutes(given)}; {_view(given['view'])}"
        case "pay_back" | "look_up_refund":
            order = given["order"]
            return f"{order['licence_id']} {order['money']['amount']} {order['money']['currency']}"
        case "plan_window":
            return f"{given['of']} of {given['business_days']} business days from {given['start'][:19]}"
        case "plan_opening":
            days = f"{given['acknowledge_business_days']} and {given['resolve_business_days']} business days"
            return f"{days} from {given['opened_at']}"
        case "look_up":
            return f"{given['request_id']} on {given['licence_id']}"
        case "end_care" | "cancel_renewal":
            return str(given["licence_id"])
        case "find_recovery":
            return str(given)
        case "store_recovery":
            return f"{_minutes(given)}; {_recovery_state(given['state'])}"
        case _:
            return _said_otherwise(activity, given)


def _said_otherwise(activity: str, given: dict[str, Any]) -> str:
    match activity:
        case "write_digest":
            return f"as of {given['at'][:19]}, {given['differences']} differences"
        case "compare_with_records":
            return f"as of {given['at'][:19]}"
        case "find_product" | "claim_id":
            return f"{given['kind']} deactivation {given['command_id']} of {given['product_id']}"
        case "switch_product" | "switch_bundles":
            return f"{given['product_id']} to {given['to']}"
        case "store_deactivation":
            return f"{_minutes(given)}; {_deactivation(given['view'])}"
        case "survey_renewals" | "settle_renewals" | "free_failed_renewals":
            return f"of {given['product_id']} as of {given['effective_at'][:19]}"
        case "cancel_renewals":
            walk, part = given["walk"], given["range"]
            return (
                f"of {given['cascade']['product_id']}, round {walk['round']}, "
                f"behind {part['after']} up to {part['upto']}, until {given['until_seen']} were seen"
            )
        case _:
            return ""


def _minutes(given: dict[str, Any]) -> str:
    names = [event["name"] for event in given["events"]]
    names += [f"{rejection['code']} of {rejection['message']}" for rejection in given["rejections"]]
    told = [f"{notice['kind']} to {notice['to']['role']}" for notice in given["notices"]]
    return f"{names} telling {told}"


def _ending(result: dict[str, Any]) -> str:
    if "due_today" in result:
        return f"{result['waiting_for_operator']} waiting, {result['overdue']} overdue on {result['on']}"
    if "differences" in result:
        kinds = [one["kind"] for one in result["differences"]]
        return f"{result['open_in_records']} open in the records, {result['running']} running, {kinds}"
    if "recovery_id" in result:
        return f"{result['state']}, {result['amount']} {result['currency']}, {result['reference']}"
    return _deactivation(result) if "deactivation_id" in result else _view(result)


def _recovery_state(state: dict[str, Any]) -> str:
    reminder, paid = state["reminder"], state["paid"]
    until = f", reminder {reminder['due']}" if reminder else ""
    return f"paid {paid['money']['amount']}" if paid else f"waits{until}"


def _deactivation(view: dict[str, Any]) -> str:
    outcome = f" {view['outcome']}" if view["outcome"] else ""
    renewals = view["renewals"]
    counted = (
        f", {renewals['done']} of {renewals['total']} renewals cancelled, {renewals['failed']} failed, "
        f"{renewals['in_flight']} in flight"
        if renewals
        else ""
    )
    return f"{view['kind']} {view['state']}{outcome}, product {view['product']}{counted}"


def _view(view: dict[str, Any]) -> str:
    refund = view["refund"]
    money = f", refund {refund['status']} of {refund['amount']} {refund['currency']}" if refund else ""
    outcome = f" {view['outcome']}" if view["outcome"] else ""
    return f"{view['state']}{outcome}, acknowledgement {view['acknowledgement']['status']}{money}"


def _to_the_second(instant: Any) -> str:
    # A workflow's clock stands some milliseconds behind the instant it was started for.
    rounded = instant + timedelta(milliseconds=500)
    return str(rounded.strftime("%Y-%m-%d %H:%M:%S"))
