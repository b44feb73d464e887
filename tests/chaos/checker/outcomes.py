"""Each request has one outcome, the one that its commands and deadlines call for; none is left open."""

import json
from collections.abc import Iterator
from typing import Any

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.histories import instant
from tests.chaos.checker.life_model import LifeModel
from tests.chaos.checker.violation import Violation


def check(evidence: Evidence, models: dict[str, LifeModel]) -> Iterator[Violation]:
    """Everything about how requests ended."""
    opened = {
        call.meant["request"]
        for call in evidence.calls
        if call.meant["do"] == "open" and call.outcome == "ok"
    }
    for request_id in opened - set(evidence.recorded):
        yield Violation("outcome", request_id, "its opening was acknowledged, and the records do not know it")
    for request_id, model in models.items():
        for words in model.objections:
            yield Violation("outcome", request_id, words)
        if evidence.ended_at is not None:
            for words in model.missing_at(evidence.ended_at):
                yield Violation("outcome", request_id, words)
        yield from _told_alike(evidence, request_id, model)


def models_of(evidence: Evidence) -> dict[str, LifeModel]:
    """Every request that the records know, followed through its journal."""
    return {
        request_id: _followed(evidence, request_id)
        for request_id in evidence.recorded
        if request_id in evidence.requests
    }


def _followed(evidence: Evidence, request_id: str) -> LifeModel:
    request = evidence.requests[request_id]
    first = [
        plan
        for plan in evidence.rows["deadline_plans"]
        if plan["request_id"] == request_id and plan["clock"] == "resolution" and plan["revision"] == 0
    ]
    licence = request["of"]
    due = instant(first[0]["due"]) if first else instant(evidence.recorded[request_id]["opened_at"])
    model = LifeModel(request["kind"], max(0, licence["amount"] - licence["refunded_before"]), due)
    bodies = {
        (row["command"], row["command_id"]): json.loads(row["body"])
        for row in evidence.applied_to.get(request_id, [])
    }
    for row in evidence.events_of.get(request_id, []):
        event: dict[str, Any] = json.loads(row["event"])
        body = bodies.get((event["name"], event["command_id"]))
        model.follow(event["name"], instant(event["at"]), event["detail"], body)
    return model


def _told_alike(evidence: Evidence, request_id: str, model: LifeModel) -> Iterator[Violation]:
    recorded = evidence.recorded[request_id]["outcome"]
    runs = evidence.history_of.get(f"care-request-{request_id}", [])
    results = [history.result["outcome"] for history in runs if history.result]
    if recorded is not None and (len(results) != 1 or results[0] != recorded or model.outcome != recorded):
        words = f"the records say {recorded}, its runs {results}, its journal {model.outcome}"
        yield Violation("outcome", request_id, words)
    view = json.loads(evidence.recorded[request_id]["view"])
    if recorded is not None and view["outcome"] != recorded:
        yield Violation("outcome", request_id, f"its view says {view['outcome']}, its row {recorded}")
