"""What can go wrong between the gateway and a running workflow; the client library's errors end here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from business_care.errors import RuleViolation, StepFailed, TemporarilyUnavailable

_LOCKED_ANSWER = "Unknown payload encoding binary/encrypted"
_RUN_ENDED_BEFORE_ANSWERING = "AcceptedUpdateCompletedWorkflow"


class NoAnswer(TemporarilyUnavailable):
    """It did not answer in time; whether it took the message is not known."""

    code: ClassVar[str] = "no_answer"


class NotTaken(NoAnswer):
    """The server dropped the message while the workflow was busy; sent again at once, it may be taken."""


class ServerNotReached(TemporarilyUnavailable):
    """The Temporal server could not be reached, or has too much to do."""

    code: ClassVar[str] = "server_not_reached"


class ServerRefused(StepFailed):
    """The Temporal server refused the call: permissions, search attributes, a limit of the namespace."""

    code: ClassVar[str] = "server_refused"


class AnswerLocked(StepFailed):
    """It did what was asked, and its answer is locked with an encryption key that is not here."""

    code: ClassVar[str] = "answer_locked"


class NotRunning(StepFailed):
    """The records call it open, but no workflow runs for it; opening or ordering it again starts it anew."""

    code: ClassVar[str] = "not_running"


class RunIsOver(Exception):
    """No run can take the message: it has ended, or never began. The records know which."""


@asynccontextmanager
async def asking(whom: str, patience: timedelta) -> AsyncIterator[None]:
    """Ask a running workflow something, for as long as `patience` allows; `whom` names it to people.

    Raises:
        RuleViolation: it refused, with its own code and sentence.
        RunIsOver: there is no open run.
        NoAnswer, ServerNotReached, ServerRefused, AnswerLocked: the question or its answer was lost.
    """
    limit = asyncio.timeout(patience.total_seconds())
    try:
        async with limit:
            yield
    except (TimeoutError, RPCTimeoutOrCancelledError) as error:
        if not limit.expired() and _is_cancelled():
            # The client turns the cancellation of our own caller into an error of its own.
            raise asyncio.CancelledError from error
        raise _late(whom, patience) from error
    except WorkflowUpdateFailedError as error:
        raise _refusal(error.cause, whom) from error
    except (WorkflowQueryRejectedError, WorkflowAlreadyStartedError) as error:
        raise RunIsOver from error
    except WorkflowQueryFailedError as error:
        raise NoAnswer(f"{whom} can't be asked at the moment: {error.message}") from error
    except RPCError as error:
        raise _failed_call(error, whom, patience) from error
    except (KeyError, RuntimeError) as error:
        known = _fault_of_the_client(error, whom)
        if known is None:
            raise
        raise known from error


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _late(whom: str, patience: timedelta) -> NoAnswer:
    return NoAnswer(
        f"{whom} did not answer within {patience.total_seconds():g} s; "
        "look whether a worker is running (`business-care doctor`)"
    )


def _refusal(cause: BaseException, whom: str) -> Exception:
    if not isinstance(cause, ApplicationError) or not cause.type:
        return ServerRefused(f"{whom} could not answer: {type(cause).__name__}")
    if cause.type == _RUN_ENDED_BEFORE_ANSWERING:
        return RunIsOver()
    return RuleViolation(cause.type, cause.message)


def _failed_call(error: RPCError, whom: str, patience: timedelta) -> Exception:
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return RunIsOver()
        case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
            return _late(whom, patience)
        case RPCStatusCode.FAILED_PRECONDITION:
            # Nobody has polled for a while, or the first task of the run is still to come.
            return NotTaken(f"{whom} can't answer at the moment: {_first_line(error.message)}")
        case RPCStatusCode.UNAVAILABLE | RPCStatusCode.RESOURCE_EXHAUSTED | RPCStatusCode.ABORTED:
            return ServerNotReached(
                f"the Temporal server does not take the call: {_first_line(error.message)}"
            )
        case status:
            return ServerRefused(
                f"the Temporal server refused the call ({status.name.lower()}): {_first_line(error.message)}"
            )


def _fault_of_the_client(error: KeyError | RuntimeError, whom: str) -> StepFailed | None:
    """What the client library has only words for, and we a failure."""
    if str(error).startswith("Failed client connect"):  # of a client that connects with its first call
        return ServerNotReached("the Temporal server can't be reached")
    if _LOCKED_ANSWER in str(error):
        return AnswerLocked(
            f"{whom} was asked, but the answer is locked with an encryption key that is not here; "
            "set the keys of its worker (BUSINESS_CARE_ENCRYPTION_KEYS)"
        )
    return None


def _first_line(message: str) -> str:
    return message.partition("\n")[0]
