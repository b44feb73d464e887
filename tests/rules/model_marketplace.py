"""What the operator and the marketplace's programs say, for the model."""

from tests.rules.model_calendar import day_of, end_of_count
from tests.rules.model_record import Message, Record, blank, refuse_if

TEN_YEARS = 3_653 * 86_400


class Marketplace(Record):
    """A request that listens to the marketplace."""

    # --- the operator ------------------------------------------------------------------------------

    def decide_dispute(self, said: Message, at: int) -> None:
        """R32."""
        refuse_if(blank(said["reason"]), "reason_required")
        if said["decision"] == "uphold":
            self._end("refused")
        else:
            if self.refusal is not None:
                self.overturned.append(self.refusal)
            self._work_goes_on(at, "refusal_overturned")

    def reclassify(self, said: Message, at: int) -> None:
        """R26."""
        refuse_if(said["kind"] == self.kind, "wrong_state")
        late = at >= self.due
        refuse_if(late and said["role"] == "customer", "deadline_passed")
        refuse_if(blank(said["reason"]), "reason_required")
        self.kind = str(said["kind"])
        if self.phase == "question_overdue":
            self.phase = "in_progress"
            self.waits.discard("question_overdue")
        if late and self.kind == "anomaly" and self.phase == "in_progress":
            self._fail("reclassified")

    def hold(self, said: Message, _at: int) -> None:
        """R44."""
        refuse_if(self.held, "wrong_state")
        refuse_if(blank(said["reason"]), "reason_required")
        self.held, self.ordered = True, False
        self.waits.add("hold")
        self._look_at_holds()

    def release(self, said: Message, _at: int) -> None:
        """R44."""
        refuse_if(not self.held, "wrong_state")
        refuse_if(blank(said["reason"]), "reason_required")
        self.held = False
        self.waits.discard("hold")
        self._look_at_holds()

    def order_refund(self, said: Message, _at: int) -> None:
        """R44."""
        refuse_if(blank(said["reason"]), "reason_required")
        self.ordered = True
        if self.refund is None:
            self._owe("operator_order")
        else:
            self._look_at_holds()

    def record_refund(self, said: Message, at: int) -> None:
        """R42."""
        refuse_if(blank(said["reference"]), "reference_required")
        refuse_if(said["currency"] not in {None, "EUR"}, "currency_mismatch")
        amount = said["amount"]
        refuse_if(isinstance(amount, int) and not 1 <= amount <= self.terms.owed, "amount_out_of_range")
        paid_at = said["paid_at"] if isinstance(said["paid_at"], int) else at
        refuse_if(not self.opened <= paid_at <= self.now + 120, "paid_at_out_of_range")
        self._money_moved("succeeded")

    def correct_deadline(self, said: Message, _at: int) -> None:
        """R8."""
        refuse_if(blank(said["reason"]), "reason_required")
        due = int(str(said["due"]))
        refuse_if(not self.opened < due <= self.opened + TEN_YEARS, "due_out_of_range")
        if said["clock"] == "resolution":
            self.revisions += due != self.due
            self.due = due
            if self.phase == "question_overdue" and self.now < due:
                self.phase = "in_progress"
                self.waits.discard("question_overdue")
            return
        self.revisions += due != self.ack_due
        self.ack_due = due
        if self.acted is not None:
            self._acted(self.acted)
        elif self.now < due:
            self.ack, self.breach, self.drawn = "pending", False, False

    def close(self, said: Message, _at: int) -> None:
        """R26."""
        refuse_if(blank(said["reason"]), "reason_required")
        self._end("closed_by_operator")

    # --- what programs report -----------------------------------------------------------------------------

    def closure_ended(self, said: Message, _at: int) -> None:
        """R7: earlier or as it was, never before the end of the first business day after the notice."""
        closure_id = str(said["closure_id"])
        refuse_if(closure_id not in {known for known, _, _ in self.terms.closed_days}, "unknown_closure")
        if self.ack != "pending":
            return
        notice = int(str(said["notified_at"]))
        self.reopened[closure_id] = min(day_of(notice), self.reopened.get(closure_id, 10**6))
        counted = end_of_count(self.opened, self.terms.acknowledge, self.closed())
        if counted < self.ack_counted:
            self.ack_counted = max(counted, end_of_count(notice, 1))
            if self.ack_counted < self.ack_due:
                self.ack_due = self.ack_counted
                self.revisions += 1

    def refund_settled(self, said: Message, _at: int) -> None:
        """R42: what was told as failed waits for the operator's record, whatever is told later."""
        if said["status"] == "succeeded":
            refuse_if(self.told_as_failed, "wrong_state")
            self._money_moved("succeeded")
        else:
            self.told_as_failed = self.told_as_failed or self.refund != "manual"
            self._by_hand()

    def chargeback(self, said: Message, _at: int) -> None:
        """R44."""
        status = str(said["status"])
        refuse_if(status == "opened" and self.bank == "opened", "wrong_state")
        refuse_if(status == "won" and self.bank != "opened", "wrong_state")
        self.bank = status
        if status == "lost":
            self.cause = self.cause or "chargeback_lost"
            self.phase, self.window = "in_progress", None
            self._money_moved("charged_back")
        else:
            self._look_at_holds()

    def payments_resumed(self, _said: Message, _at: int) -> None:
        """R44: a refund that waits looks again; nothing changes in the request."""
