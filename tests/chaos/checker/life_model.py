"""The life of a request as this program understands the contract: a few lines for each rule, its own words.

It follows the journal entry by entry and objects to what must not be. It shares nothing with the product.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos.checker.histories import instant

Row = dict[str, Any]

_WHILE_DUE = {
    "accept_update",
    "withdraw",
    "hold",
    "release",
    "order_refund",
    "chargeback",
    "payments_resumed",
}
_WHILE_PENDING = {"refund_settled", "chargeback", "payments_resumed"}
_ONLY_IN = {
    "confirm_fix": {"verifying"},
    "reject_fix": {"verifying"},
    "refuse": {"in_progress", "question_overdue"},
    "dispute_refusal": {"refused"},
    "decide_dispute": {"disputed"},
    "withdraw_refusal": {"refused", "disputed"},
}
_BEFORE_THE_DEADLINE = {"fix", "refuse"}
_PHASE_AFTER = {"fix": "verifying", "refuse": "refused", "dispute_refusal": "disputed"}
_ENDS_AS = {
    "confirm_fix": "resolved",
    "accept_update": "settled",
    "withdraw": "withdrawn",
    "close": "closed_by_operator",
}
MONEY_HAS_MOVED = {"succeeded", "charged_back"}


@dataclass
class LifeModel:
    """Where a request stands after the entries that were followed so far."""

    kind: str
    owed: int
    due: datetime
    phase: str = "in_progress"
    refund: str | None = None
    requested_at: datetime | None = None
    is_held: bool = False
    passes_hold: bool = False
    chargeback: str | None = None
    care_ended: bool = False
    renewal_cancelled: bool = False
    outcome: str | None = None
    ends_as: str | None = None
    """The outcome that the entries so far call for."""
    is_due_at_once: bool = False
    objections: list[str] = field(default_factory=list)

    def follow(self, name: str, at: datetime, detail: Row, body: Row | None) -> None:
        """Take one entry of the journal; `body` is what was said, where it was a command."""
        if body is not None:
            occurred = instant(body["occurred_at"]) if body.get("occurred_at") else at
            self._demand_possible(name, occurred)
            self._command(name, body, occurred)
            return
        by_itself: dict[str, Callable[[datetime, Row], None]] = {
            "resolution_missed": self._missed,
            "question_overdue": self._overdue,
            "refund_due": self._due,
            "refund_requested": self._requested,
            "refund_settled": self._settled,
            "refund_manual": self._manual,
            "care_ended": self._end_of_care,
            "renewal_cancelled": self._end_of_renewal,
            "closed": self._closed,
        }
        if name in by_itself:
            by_itself[name](at, detail)

    def missing_at(self, ended_at: datetime) -> Iterator[str]:
        """What should have happened by the end of the run, and has not."""
        if self.outcome is not None:
            return
        passed = self.phase == "in_progress" and self.kind == "anomaly" and self.due < ended_at
        if self.refund is not None or passed:
            yield f"the refund is missing: it stands at {self.refund}, and the deadline was {self.due}"
        else:
            yield f"the request never ended: it stands at {self.phase}, and should end as {self.ends_as}"

    def _object(self, words: str) -> None:
        self.objections.append(words)

    def _demand_possible(self, name: str, occurred: datetime) -> None:
        possible = True
        if self.outcome is not None or self.ends_as is not None:
            possible = False
        elif self.refund == "due":
            possible = name in _WHILE_DUE
        elif self.refund == "pending":
            possible = name in _WHILE_PENDING
        elif self.refund == "manual":
            possible = name in _WHILE_PENDING | {"record_refund"}
        elif self.refund is not None:
            possible = name == "payments_resumed"
        elif name in _ONLY_IN:
            possible = self.phase in _ONLY_IN[name]
        elif name in {"record_refund", "refund_settled"}:
            possible = False
        if not possible:
            self._object(f"{name} was accepted although the request stood at {self.refund or self.phase}")
        if name in _BEFORE_THE_DEADLINE and occurred >= self.due:
            self._object(f"{name} of {occurred} was accepted after the deadline {self.due}")

    def _command(self, name: str, body: Row, occurred: datetime) -> None:
        self.phase = _PHASE_AFTER.get(name, self.phase)
        self.ends_as = _ENDS_AS.get(name, self.ends_as)
        match name:
            case "reject_fix" | "withdraw_refusal":
                self._back_in_progress(occurred)
            case "decide_dispute" if body["decision"] == "overturn":
                self._back_in_progress(occurred)
            case "decide_dispute":
                self.ends_as = "refused"
            case "reclassify":
                self.kind = body["kind"]
                self._back_in_progress(occurred)
            case "correct_deadline" if body["clock"] == "resolution":
                self.due = instant(body["due"])
            case _:
                self._command_about_money(name, body)

    def _command_about_money(self, name: str, body: Row) -> None:
        match name:
            case "hold":
                self.is_held, self.passes_hold = True, False
            case "release":
                self.is_held = False
            case "order_refund":
                self.passes_hold = True
                self.is_due_at_once = True
            case "chargeback":
                self.chargeback = body["status"]
                if body["status"] == "lost":
                    self.refund = "charged_back"
            case "record_refund":
                self.refund = "succeeded"
            case "refund_settled" if body["status"] == "succeeded":
                self.refund = "succeeded"
            case _:
                pass

    def _back_in_progress(self, occurred: datetime) -> None:
        self.phase = "in_progress"
        self.is_due_at_once = occurred >= self.due and self.kind == "anomaly"

    def _missed(self, at: datetime, _: Row) -> None:
        if self.phase != "in_progress" or self.kind != "anomaly":
            self._object(f"the deadline counted as missed although a {self.kind} stood at {self.phase}")
        if at < self.due:
            self._object(f"the deadline counted as missed at {at}, before {self.due}")
        if self.owed == 0:
            self.refund, self.ends_as = "nothing_to_pay", "refunded"

    def _overdue(self, at: datetime, _: Row) -> None:
        if self.kind != "question" or at < self.due:
            self._object(f"a {self.kind} due {self.due} went to the operator as a late question at {at}")
        self.phase = "question_overdue"

    def _due(self, at: datetime, detail: Row) -> None:
        if int(detail["amount"]) != self.owed:
            self._object(f"the refund due is {detail['amount']}, and {self.owed} is owed")
        if self.refund is not None:
            self._object(f"a refund became due while one stood at {self.refund}")
        if not self.is_due_at_once and at < self.due:
            self._object(f"a refund became due at {at}, before the deadline {self.due}")
        if not self.is_due_at_once and self.phase != "in_progress":
            self._object(f"a refund became due while the request stood at {self.phase}")
        self.refund, self.phase = "due", "in_progress"

    def _requested(self, at: datetime, _: Row) -> None:
        if self.refund != "due":
            self._object(f"money was asked for while the refund stood at {self.refund}")
        if (self.is_held and not self.passes_hold) or self.chargeback == "opened":
            self._object("money was asked for while the request was held")
        if self.ends_as is not None or self.outcome is not None:
            self._object(f"money was asked for although the request had ended as {self.ends_as}")
        self.refund, self.requested_at = "pending", at

    def _settled(self, _: datetime, detail: Row) -> None:
        if self.refund == "pending" and detail["status"] == "succeeded":
            self.refund = "succeeded"

    def _manual(self, _: datetime, __: Row) -> None:
        if self.refund not in {"pending", "manual"}:
            self._object(f"the refund was left to the operator while it stood at {self.refund}")
        self.refund = "manual"

    def _end_of_care(self, _: datetime, __: Row) -> None:
        if self.refund not in MONEY_HAS_MOVED:
            self._object(f"the care ended while the refund stood at {self.refund}")
        self.care_ended = True

    def _end_of_renewal(self, _: datetime, __: Row) -> None:
        if not self.care_ended:
            self._object("the renewal was cancelled before the care ended")
        self.renewal_cancelled = True
        self.ends_as = "refunded"

    def _closed(self, _: datetime, detail: Row) -> None:
        if detail["outcome"] != self.ends_as:
            self._object(f"it closed as {detail['outcome']}, and should have ended as {self.ends_as}")
        if self.outcome is not None:
            self._object(f"it closed a second time, as {detail['outcome']} after {self.outcome}")
        self.outcome = detail["outcome"]
