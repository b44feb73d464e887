"""Histories as the server tells them over HTTP, kept as files and read back without any of our code."""

import base64
import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Event = dict[str, Any]
NAMESPACE = "/api/v1/namespaces/default/workflows"


def fetch_all(server: str, folder: Path) -> None:
    """Write the history of every run of every workflow, and how the server says that it stands."""
    folder.mkdir(exist_ok=True)
    for execution in _pages(f"{server}{NAMESPACE}?pageSize=200", "executions"):
        ids = execution["execution"]
        path = f"{NAMESPACE}/{urllib.parse.quote(ids['workflowId'], safe='')}/history"
        query = urllib.parse.urlencode({"execution.runId": ids["runId"], "maximumPageSize": 1000})
        events = list(_pages(f"{server}{path}?{query}", "history", "events"))
        kept = {"workflowId": ids["workflowId"], "status": execution["status"], "events": events}
        (folder / f"{ids['workflowId']}.{ids['runId']}.json").write_text(json.dumps(kept), encoding="utf-8")


def _pages(url: str, *keys: str) -> Iterator[Any]:
    token = ""
    while True:
        page = _get(url + (f"&nextPageToken={urllib.parse.quote(token)}" if token else ""))
        token = page.get("nextPageToken", "")
        found: Any = page
        for key in keys:
            found = found.get(key, {})
        yield from found or []
        if not token:
            return


def _get(url: str) -> dict[str, Any]:
    asked = urllib.request.Request(url, headers={"Accept": "application/json+no-payload-shorthand"})  # noqa: S310 -- our own server
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 -- the same
        told: dict[str, Any] = json.load(answer)
        return told


@dataclass(frozen=True)
class Message:
    """A command as a history has it: an update that was accepted, or a signal."""

    name: str
    body: dict[str, Any]
    is_update: bool
    answer: dict[str, Any] | None = None
    """What an update that succeeded was answered with."""

    @property
    def succeeded(self) -> bool:
        """Whether it was acknowledged."""
        return self.answer is not None


@dataclass(frozen=True)
class Payment:
    """One scheduled step that asked for a refund: when it was scheduled, and when and how it completed."""

    scheduled_at: datetime
    completed_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True)
class History:
    """One run."""

    workflow_id: str
    status: str
    events: list[Event]

    @property
    def result(self) -> dict[str, Any] | None:
        """What the run ended with."""
        last = self.events[-1].get("workflowExecutionCompletedEventAttributes")
        return None if last is None else _decoded(last["result"])

    @property
    def last_task(self) -> str | None:
        """How the last workflow task went."""
        tasks = [
            e["eventType"] for e in self.events if e["eventType"].startswith("EVENT_TYPE_WORKFLOW_TASK_")
        ]
        ended = [
            kind
            for kind in tasks
            if kind.rpartition("_")[2] in {"COMPLETED", "FAILED"} or kind.endswith("OUT")
        ]
        return ended[-1].removeprefix("EVENT_TYPE_WORKFLOW_TASK_") if ended else None

    @property
    def failed_tasks(self) -> list[str]:
        """Why workflow tasks failed that ought not to.

        One that timed out with a killed worker has not failed. That something new came while a run was about
        to end is the server's way to have the task done again; and a task that gets no processor for two
        seconds, on a machine with too much to do, is done again as well.
        """
        failures = [told for event in self.events if (told := event.get("workflowTaskFailedEventAttributes"))]
        causes = [
            told["cause"].removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
            for told in failures
            if not _is_late(told)
        ]
        return [cause for cause in causes if cause != "UNHANDLED_COMMAND"]

    @property
    def found_itself_closed(self) -> bool:
        """Whether the run learnt from the records that its request had ended, and did nothing (R63).

        A step that closes a request is in the records before the server has the run's task. When the worker
        dies in between, and nobody sends the command again, the run finds its own end there.
        """
        for event in self.events:
            told = event.get("markerRecordedEventAttributes", {}).get("details", {})
            if "result" in told and _decoded(told["data"]).get("activity_type") == "look_up":
                return _decoded(told["result"]).get("finished") is not None
        return False

    def messages(self) -> list[Message]:
        """Every signal, and every update with whether it succeeded."""
        answers = {
            told["meta"]["updateId"]: _decoded(told["outcome"]["success"])
            for event in self.events
            if (told := event.get("workflowExecutionUpdateCompletedEventAttributes"))
            and "success" in told["outcome"]
        }
        return list(self._messages(answers))

    def _messages(self, answers: dict[str, dict[str, Any]]) -> Iterator[Message]:
        for event in self.events:
            if told := event.get("workflowExecutionUpdateAcceptedEventAttributes"):
                asked = told["acceptedRequest"]
                body = _decoded(asked["input"].get("args", {}))
                yield Message(asked["input"]["name"], body, True, answers.get(asked["meta"]["updateId"]))
            elif told := event.get("workflowExecutionSignaledEventAttributes"):
                yield Message(told["signalName"], _decoded(told.get("input", {})), False)

    def payments(self) -> list[Payment]:
        """Every step that asked for the refund."""
        found: dict[str, Payment] = {}
        for event in self.events:
            at = instant(event["eventTime"])
            scheduled = event.get("activityTaskScheduledEventAttributes")
            if scheduled and scheduled["activityType"]["name"] == "pay_back":
                found[event["eventId"]] = Payment(at)
            completed = event.get("activityTaskCompletedEventAttributes")
            if completed and (asked := found.get(completed["scheduledEventId"])):
                answer = _decoded(completed["result"])["kind"]
                found[completed["scheduledEventId"]] = Payment(asked.scheduled_at, at, answer)
        return list(found.values())


def _is_late(failure: dict[str, Any]) -> bool:
    told = failure.get("failure", {}).get("applicationFailureInfo", {})
    return bool(told.get("type") == "_DeadlockError")


def read_all(folder: Path) -> list[History]:
    """The histories that were kept."""
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return [History(one["workflowId"], one["status"], one["events"]) for one in kept]


def instant(text: str) -> datetime:
    """An instant as the server or our records write it; more digits than microseconds are cut off."""
    whole, dot, rest = text.replace("Z", "+00:00").partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        whole += f".{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    told = datetime.fromisoformat(whole)
    return told if told.tzinfo else datetime.fromisoformat(f"{whole}+00:00")


def _decoded(payloads: dict[str, Any]) -> Any:
    found = payloads.get("payloads") or []
    if not found or "data" not in found[0]:
        return {}
    return json.loads(base64.b64decode(found[0]["data"]))
