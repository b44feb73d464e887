"""The rules of a care request a second time, written from the contract and not from the code.

One flat record of plain words and whole seconds; nothing of `business_care` is used. What the contract says
about a command stands in one method named after it, in the order in which the contract judges.
"""

from tests.rules.model_calendar import end_of_count
from tests.rules.model_marketplace import Marketplace
from tests.rules.model_record import Message, Refused, blank, refuse_if

SELLER_COMMANDS = {"acknowledge", "fix", "offer_update", "refuse", "withdraw_refusal", "ask_customer"}
CUSTOMER_COMMANDS = {"confirm_fix", "reject_fix", "accept_update", "withdraw", "dispute_refusal"}
OPERATOR_COMMANDS = {
    "decide_dispute",
    "hold",
    "release",
    "order_refund",
    "record_refund",
    "correct_deadline",
    "close",
}
BOTH = {
    "customer_replied": {"customer", "system"},
    "reclassify": {"customer", "operator"},
    "closure_ended": {"agent", "seller", "operator", "system"},
    "refund_settled": {"system"},
    "chargeback": {"operator", "system"},
    "payments_resumed": {"system"},
}
WHILE_DUE = {
    "accept_update",
    "withdraw",
    "hold",
    "release",
    "order_refund",
    "chargeback",
    "payments_resumed",
}
MONEY_MAY_HAVE_MOVED = {"refund_settled", "chargeback", "payments_resumed"}
ONLY_IN = {
    "confirm_fix": {"verifying"},
    "reject_fix": {"verifying"},
    "dispute_refusal": {"refused"},
    "decide_dispute": {"disputed"},
    "withdraw_refusal": {"refused", "disputed"},
    "refuse": {"in_progress", "question_overdue"},
    "record_refund": set[str](),
    "refund_settled": set[str](),
}


class Model(Marketplace):
    """A request that listens to messages."""

    # --- the judgement ------------------------------------------------------------------------------------

    def hears(self, said: Message, now: int) -> str:
        """`accepted`, `duplicate`, or the code of the first rule that the message breaks (R60)."""
        self.now = now
        try:
            if self._judge(said):
                return "duplicate"
        except Refused as refused:
            return str(refused.args[0])
        self.seen[str(said["id"])] = said
        return "accepted"

    def _judge(self, said: Message) -> bool:
        name, role = str(said["name"]), said["role"]
        refuse_if(role not in _roles(name), "role_not_allowed")
        wrong_seller = role == "agent" and said["seller"] != "S1"
        wrong_seller |= role == "seller" and said["actor"] != "S1"
        refuse_if(wrong_seller or (role == "customer" and said["actor"] != "C1"), "not_your_request")
        if said["id"] in self.seen:
            refuse_if(self.seen[str(said["id"])] != said, "command_id_reused")
            return True
        occurred = said["at"]
        if isinstance(occurred, int):
            too_old = role not in {"operator", "system"} and occurred < self.now - self.terms.backdating
            out_of_range = occurred < self.opened or occurred > self.now + 120
            refuse_if(too_old or out_of_range, "occurred_at_out_of_range")
        self._state_allows(name)
        getattr(self, name)(said, occurred if isinstance(occurred, int) else self.now)
        return False

    def _state_allows(self, name: str) -> None:
        refuse_if(self.outcome is not None, "request_closed")
        if self.refund is None:
            refuse_if(self.phase not in ONLY_IN.get(name, {self.phase}), "wrong_state")
            return
        possible = {"payments_resumed"}
        if self.refund in {"due", "held"}:
            possible = WHILE_DUE
        elif self.refund == "pending":
            possible = MONEY_MAY_HAVE_MOVED
        elif self.refund == "manual":
            possible = MONEY_MAY_HAVE_MOVED | {"record_refund"}
        if name not in possible:
            refuse_if(name in {"record_refund", "refund_settled"}, "wrong_state")
            raise Refused("refund_under_way")

    # --- the seller's side --------------------------------------------------------------------------------

    def acknowledge(self, said: Message, at: int) -> None:
        """R10-R12."""
        earlier_act_in_time = self.ack == "met_late" and at < self.ack_due
        refuse_if(self.ack not in {"pending", "breached"} and not earlier_act_in_time, "wrong_state")
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(said["kind"] != "reply", "not_a_reply")
        refuse_if(blank(said["message"]), "empty_message")
        self._acted(at)

    def fix(self, said: Message, at: int) -> None:
        """R21."""
        refuse_if(at >= self.due, "deadline_passed")
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(blank(said["reference"]), "reference_required")
        self._delivered(at)

    def offer_update(self, said: Message, at: int) -> None:
        """R21, R23."""
        contains_correction = said["kind"] == "free" and said["resolves"]
        refuse_if(contains_correction and at >= self.due, "deadline_passed")
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(blank(said["reference"]), "reference_required")
        self.offered.add(str(said["reference"]).strip())
        self._acted(at)
        if contains_correction:
            self._delivered(at)

    def refuse(self, said: Message, at: int) -> None:
        """R30-R32."""
        refuse_if(at >= self.due, "deadline_passed")
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(blank(said["explanation"]), "explanation_required")
        given = said["evidence"] if isinstance(said["evidence"], tuple) else ()
        evidence = frozenset(item.strip() for item in given if item.strip())
        refuse_if(not evidence, "evidence_required")
        ground = str(said["ground"])
        fallen = [used for earlier, used in self.overturned if earlier == ground]
        refuse_if(bool(fallen) and evidence <= frozenset().union(*fallen), "new_evidence_required")
        fact = {"different_site": self.terms.shop, "incompatible_version": self.terms.version}.get(ground)
        refuse_if(fact == "unknown", "ground_unusable")
        refuse_if(fact in {"same", "listed"}, "ground_contradicted")
        self._acted(at)
        self.phase, self.refusal = "refused", (ground, evidence)
        self.waits.discard("question_overdue")
        self.window = end_of_count(at, self.terms.dispute)

    def withdraw_refusal(self, said: Message, at: int) -> None:
        """R32."""
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(blank(said["reason"]), "reason_required")
        self._work_goes_on(at, "refusal_withdrawn")

    def ask_customer(self, said: Message, at: int) -> None:
        """R13, R20."""
        refuse_if(said["automated"], "automatic_reply")
        refuse_if(blank(said["question"]), "empty_message")
        self._acted(at)
        self.asked = True

    def _delivered(self, at: int) -> None:
        self._acted(at)
        self.phase, self.refusal = "verifying", None
        self.waits -= {"dispute", "question_overdue"}
        self.window = end_of_count(at, self.terms.verification)

    # --- the customer's side ------------------------------------------------------------------------------

    def confirm_fix(self, _said: Message, _at: int) -> None:
        """R21."""
        self._end("resolved")

    def reject_fix(self, said: Message, at: int) -> None:
        """R21, R22."""
        refuse_if(self.window is not None and at >= self.window, "deadline_passed")
        refuse_if(blank(said["reason"]), "reason_required")
        self._work_goes_on(at, "fix_rejected")

    def accept_update(self, said: Message, _at: int) -> None:
        """R23."""
        refuse_if(not self.offered, "wrong_state")
        refuse_if(blank(said["reference"]), "reference_required")
        refuse_if(str(said["reference"]).strip() not in self.offered, "update_not_offered")
        self._end("settled")

    def withdraw(self, said: Message, _at: int) -> None:
        """R25."""
        refuse_if(blank(said["reason"]), "reason_required")
        self._end("withdrawn")

    def dispute_refusal(self, said: Message, at: int) -> None:
        """R32."""
        refuse_if(self.window is not None and at >= self.window, "deadline_passed")
        refuse_if(blank(said["reason"]), "reason_required")
        self.phase, self.window = "disputed", None
        self.waits.add("dispute")

    def customer_replied(self, _said: Message, _at: int) -> None:
        """R20."""
        refuse_if(not self.asked, "wrong_state")
        self.asked = False


def _roles(name: str) -> set[str]:
    if name in SELLER_COMMANDS:
        return {"agent", "seller"}
    if name in CUSTOMER_COMMANDS:
        return {"customer"}
    return {"operator"} if name in OPERATOR_COMMANDS else BOTH[name]
