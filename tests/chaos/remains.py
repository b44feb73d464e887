"""Hand-made evidence: what a run leaves behind of one request whose deadline was missed, all of it right."""

import base64
import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.checker.evidence import TABLES, Evidence, calls_of
from tests.chaos.checker.histories import History

Row = dict[str, Any]

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
DUE = NOON + timedelta(seconds=5)
PAID = NOON + timedelta(seconds=6)
ENDED = NOON + timedelta(seconds=60)
CORRECTION = {
    "command_id": "c1",
    "by": {"role": "operator", "id": "O1"},
    "clock": "resolution",
    "due": DUE.isoformat(),
    "reason": "agreed",
}
ANSWER = {
    "command": "correct_deadline",
    "command_id": "c1",
    "duplicate": False,
    "decided_at": NOON.isoformat(),
}


class Remains:
    """Everything of one run, to be changed by a test before it becomes evidence."""

    def __init__(self) -> None:
        self.life: Row = {
            "id": "V1",
            "tells": "deadline_missed",
            "seller": "S1",
            "product": "P1",
            "licences": [
                {
                    "id": "L1",
                    "customer": "C1",
                    "amount": 1000,
                    "currency": "EUR",
                    "refunded_before": 100,
                    "auto_renew": True,
                }
            ],
            "requests": [{"id": "R1", "licence": "L1", "kind": "anomaly"}],
        }
        self.diary: list[Row] = [
            intent("V1.0", do="open", request="R1"),
            outcome("V1.0", "ok"),
            intent("V1.1", do="send", request="R1", command="correct_deadline", body=CORRECTION),
            outcome("V1.1", "ok", answer=ANSWER),
        ]
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self.rows |= _records()
        self.mails = [{"call": f"R1/{row['key']}"} for row in self.rows["notices"]]
        self.history = _history()
        self.status = "WORKFLOW_EXECUTION_STATUS_COMPLETED"

    def evidence(self) -> Evidence:
        """What the checker looks at."""
        histories = [History("care-request-R1", self.status, self.history)]
        return Evidence([self.life], calls_of(self.diary), self.rows, histories, self.mails, ENDED)

    def again(self, table: str, **changes: object) -> None:
        """Add a row that differs from the last one in this alone."""
        self.rows[table].append({**copy.deepcopy(self.rows[table][-1]), **changes})


def intent(call: str, attempt: int = 1, at: datetime = NOON, **meant: object) -> Row:
    return {"is": "intent", "call": call, "attempt": attempt, "at": at.isoformat(), "meant": meant}


def outcome(call: str, what: str, attempt: int = 1, at: datetime = NOON, **told: object) -> Row:
    return {"is": "outcome", "call": call, "attempt": attempt, "at": at.isoformat(), "outcome": what, **told}


def event(seq: int, name: str, at: datetime = PAID, command_id: str | None = None, **detail: object) -> Row:
    told = {"name": name, "at": at.isoformat(), "command_id": command_id, "detail": detail}
    return {"request_id": "R1", "seq": seq, "name": name, "event": json.dumps(told)}


def notice(key: str, kind: str, role: str) -> Row:
    return {
        "about": "request",
        "subject_id": "R1",
        "key": key,
        "kind": kind,
        "to_role": role,
        "to_id": role,
        "at": PAID.isoformat(),
        "data": "{}",
        "delivered_at": PAID.isoformat(),
        "last_error": None,
    }


def _records() -> dict[str, list[Row]]:
    paid_at = PAID.isoformat()
    return {
        "requests": [
            {
                "request_id": "R1",
                "outcome": "refunded",
                "opened_at": NOON.isoformat(),
                "seq": 9,
                "view": json.dumps({"outcome": "refunded"}),
            }
        ],
        "request_events": [
            event(1, "opened", NOON),
            event(2, "correct_deadline", NOON, "c1"),
            event(3, "resolution_missed"),
            event(4, "refund_due", amount="900", currency="EUR"),
            event(5, "refund_requested", amount="900", currency="EUR"),
            event(6, "refund_settled", status="succeeded"),
            event(7, "care_ended"),
            event(8, "renewal_cancelled"),
            event(9, "closed", outcome="refunded"),
        ],
        "applied_commands": [
            {
                "request_id": "R1",
                "command_id": "c1",
                "command": "correct_deadline",
                "body": json.dumps(CORRECTION),
                "answer": json.dumps(ANSWER),
            }
        ],
        "deadline_plans": [
            {
                "request_id": "R1",
                "clock": "resolution",
                "revision": 0,
                "due": (NOON + timedelta(days=42)).isoformat(),
            }
        ],
        "notices": [notice("8-0", "refund_paid", "customer"), notice("8-1", "refund_paid", "seller")],
        "refund_intents": [
            {"licence_id": "L1", "attempts": 1, "amount": 900, "currency": "EUR", "by_hand": None}
        ],
        "simulated_refunds": [
            {
                "key": "refund-purchase_price-L1",
                "licence_id": "L1",
                "amount": 900,
                "currency": "EUR",
                "requested_at": paid_at,
                "settles_as": "succeeded",
                "settles_at": paid_at,
            }
        ],
        "care_subscriptions": [
            {"licence_id": "L1", "ended_on": "2031-03-03", "renewal_cancelled_on": "2031-03-03"}
        ],
    }


def _history() -> list[Row]:
    update = {"input": {"name": "correct_deadline", "args": encoded(CORRECTION)}, "meta": {"updateId": "u1"}}
    completed = {"meta": {"updateId": "u1"}, "outcome": {"success": encoded(ANSWER)}}
    scheduled = {"activityType": {"name": "pay_back"}}
    settled = {"scheduledEventId": "5", "result": encoded({"kind": "succeeded"})}
    return [
        _event(1, "WORKFLOW_EXECUTION_STARTED", NOON),
        _event(2, "WORKFLOW_TASK_COMPLETED", NOON),
        _event(3, "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", NOON, acceptedRequest=update),
        _event(4, "WORKFLOW_EXECUTION_UPDATE_COMPLETED", NOON, **completed),
        _event(5, "ACTIVITY_TASK_SCHEDULED", PAID, **scheduled),
        _event(6, "ACTIVITY_TASK_COMPLETED", PAID, **settled),
        _event(7, "WORKFLOW_TASK_COMPLETED", PAID),
        _event(8, "WORKFLOW_EXECUTION_COMPLETED", PAID, result=encoded({"outcome": "refunded"})),
    ]


def _event(number: int, kind: str, at: datetime, **attributes: object) -> Row:
    first, *rest = kind.lower().split("_")
    name = first + "".join(word.title() for word in rest) + "EventAttributes"
    return {
        "eventId": str(number),
        "eventType": f"EVENT_TYPE_{kind}",
        "eventTime": at.isoformat(),
        name: attributes,
    }


def encoded(value: object) -> Row:
    return {"payloads": [{"data": base64.b64encode(json.dumps(value).encode()).decode()}]}
