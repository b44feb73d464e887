"""The runners of workflow code, the worker's and a strict one: both guard against wrongly sent arguments."""

import json
from collections.abc import MutableSequence, Sequence
from typing import TYPE_CHECKING

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import (
    SerializationContext,
    StorageDriverStoreContext,
    WorkflowSerializationContext,
)
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

if TYPE_CHECKING:  # the SDK does not export the types of two methods that every runner must hand on
    from temporalio.worker._command_aware_visitor import CommandInfo
    from temporalio.workflow import _Definition

IN_PLACE = True
"""What workers and replayers get as the SDK's `debug_mode`: they run workflow code on their own event loop.

Otherwise each activation is handed to another thread and back, which costs more than the activation
(docs/decisions/0016). What the SDK gives up for it is to notice code that never comes to an end.
"""

MESSAGES_WITHOUT_ARGUMENT = frozenset({"opened"})
"""Messages that may be sent without an argument; they are handed on with an empty JSON object."""

MISCOUNTED = "arguments"
"""Where the payload that stands in for none or several arguments says how many there were."""

_NOTHING_IS_STORED_OUTSIDE = StorageDriverStoreContext()
"""No payload of ours is kept outside the server, so nobody asks for whom it would be."""

_CARRIES_ARGUMENTS = frozenset({"initialize_workflow", "signal_workflow", "do_update"})


def production_runner() -> WorkflowRunner:
    """The worker's runner: without a sandbox, as our code is policed before it is deployed (decision 18)."""
    return OneArgumentRunner(UnsandboxedWorkflowRunner())


def strict_runner() -> WorkflowRunner:
    """The SDK's default sandbox, which imports our modules anew and polices them: for recorded histories."""
    return OneArgumentRunner(SandboxedWorkflowRunner())


class OneArgumentRunner(WorkflowRunner):
    """Makes sure that a workflow's start and each of its messages arrive with exactly one argument.

    A message with none or two arguments calls its handler wrongly, which fails the workflow's task again and
    again: one careless sender would stop a request for good (R61). This runner rewrites such a start, signal
    or update, before the workflow sees it, into one JSON string that says what was sent; the handler, which
    takes one raw value and judges it, refuses it as unreadable. A single argument is handed on untouched,
    whatever it holds. The rewriting depends on the message alone, so that a replay sees the same.
    """

    def __init__(
        self, inner: WorkflowRunner, may_come_without: frozenset[str] = MESSAGES_WITHOUT_ARGUMENT
    ) -> None:
        self._inner = inner
        self._may_come_without = may_come_without

    def prepare_workflow(self, defn: "_Definition") -> None:
        """Let the inner runner check the definition."""
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance of the inner runner, behind the guard."""
        whose = WorkflowSerializationContext(namespace=det.info.namespace, workflow_id=det.info.workflow_id)
        return _OneArgumentInstance(self._inner.create_instance(det), self._may_come_without, whose)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Hand the worker's setting on."""
        self._inner.set_worker_level_failure_exception_types(types)


class _OneArgumentInstance(WorkflowInstance):
    def __init__(
        self,
        inner: WorkflowInstance,
        may_come_without: frozenset[str],
        whose: WorkflowSerializationContext,
    ) -> None:
        self._inner = inner
        self._may_come_without = may_come_without
        self._whose = whose

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._inner.activate(with_one_argument_each(act, self._may_come_without))

    def get_serialization_context(self, command_info: "CommandInfo | None") -> SerializationContext | None:
        # Whose payload it is, the codec notes; for which step of its it is, nobody of ours asks. The inner
        # instance would look it up and build another answer for each payload.
        return self._whose

    def get_external_store_context(self, command_info: "CommandInfo | None") -> StorageDriverStoreContext:
        return _NOTHING_IS_STORED_OUTSIDE

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


def with_one_argument_each(act: WorkflowActivation, may_come_without: frozenset[str]) -> WorkflowActivation:
    """The same activation where nothing is wrong, else a copy whose start and messages have one argument."""
    if not any(_is_wrongly_sent(job) for job in act.jobs):
        return act
    rewritten = WorkflowActivation()
    rewritten.CopyFrom(act)
    for job in filter(_is_wrongly_sent, rewritten.jobs):
        arguments = _arguments(job)
        says: object = f"{len(arguments)} arguments were sent; one JSON object is expected"
        miscounted = {MISCOUNTED: str(len(arguments)).encode()}
        if not arguments and _message_name(job) in may_come_without:
            says, miscounted = {}, {}
        del arguments[:]
        metadata = {"encoding": b"json/plain", **miscounted}
        arguments.append(Payload(metadata=metadata, data=json.dumps(says).encode()))
    return rewritten


def _is_wrongly_sent(job: WorkflowActivationJob) -> bool:
    return job.WhichOneof("variant") in _CARRIES_ARGUMENTS and len(_arguments(job)) != 1


def _arguments(job: WorkflowActivationJob) -> MutableSequence[Payload]:
    if job.HasField("initialize_workflow"):
        return job.initialize_workflow.arguments
    return job.signal_workflow.input if job.HasField("signal_workflow") else job.do_update.input


def _message_name(job: WorkflowActivationJob) -> str:
    return job.signal_workflow.signal_name or job.do_update.name
