"""The kinds of life that the actors lead: each a few lines of business, with chance in its details."""

import random
from collections.abc import Callable
from typing import Any

Step = dict[str, Any]

_LOST_ANSWERS = ((), (), ("error",), ("timeout_before",), ("timeout_after_effect",))
"""How the provider behaves where a life does not care: most often it just pays."""

_HOW = ("once", "twice", "together", "again_at_the_end", "other_body")
_OF_THE_STEP = frozenset({"after", "by_signal", "due_in", "at_due", "occurred_before_due"})


class LifeBuilder:
    """Builds one life: who takes part, and what they do one after the other."""

    def __init__(self, number: int, name: str, chance: random.Random, *, starts_in: float) -> None:
        self.chance = chance
        self._name, self._starts_in = name, starts_in
        self._number = f"{number:04}"
        self.seller, self.customer, self.product = f"S{number:04}", f"C{number:04}", f"P{number:04}"
        self._licences: list[Step] = []
        self._requests: list[Step] = []
        self._closures: list[Step] = []
        self._steps: list[Step] = []

    def told(self) -> Step:
        """The life as plain JSON."""
        return {
            "id": f"V{self._number}",
            "tells": self._name,
            "starts_in": round(self._starts_in, 3),
            "seller": self.seller,
            "product": self.product,
            "licences": self._licences,
            "requests": self._requests,
            "closures": self._closures,
            "steps": self._steps,
        }

    def licence(
        self,
        *behave: str,
        amount: int | None = None,
        customer: str | None = None,
        auto_renew: bool = True,
        price_given_back: bool = False,
    ) -> str:
        """A licence at some price, of which a part may have been given back before."""
        licence_id = f"L{self._number}-{len(self._licences)}"
        price = self.chance.randint(1_000, 30_000) if amount is None else amount
        before = price if price_given_back else self.chance.choice((0, 0, min(500, price)))
        self._licences.append(
            {
                "id": licence_id,
                "customer": customer or self.customer,
                "amount": price,
                "currency": self.chance.choice(("EUR", "USD")),
                "refunded_before": before,
                "behave": list(behave),
                "auto_renew": auto_renew,
            }
        )
        return licence_id

    def opened(
        self, *behave: str, licence: str | None = None, kind: str = "anomaly", price_given_back: bool = False
    ) -> str:
        """A request, opened at once."""
        request_id = self.named(*behave, licence=licence, kind=kind, price_given_back=price_given_back)
        self.does("open", request=request_id)
        return request_id

    def named(
        self, *behave: str, licence: str | None = None, kind: str = "anomaly", price_given_back: bool = False
    ) -> str:
        """A request that something else opens."""
        request_id = f"R{self._number}-{len(self._requests)}"
        on = licence or self.licence(*behave, price_given_back=price_given_back)
        self._requests.append({"id": request_id, "licence": on, "kind": kind, "age": 90})
        return request_id

    def closure(self) -> str:
        """A closure of the seller that began some days ago and goes on."""
        closure_id = f"K{self._number}"
        self._closures.append({"id": closure_id, "from_day": -2, "to_day": 20, "notified_day": -9})
        return closure_id

    def does(self, do: str, **details: Any) -> None:
        """One step, a moment after the one before."""
        after = details.pop("after", round(self.chance.uniform(0.0, 0.4), 3))
        self._steps.append({"do": do, "after": after, **details})

    def sends(self, role: str, request: str, command: str, **details: Any) -> None:
        """A command; by chance sent twice, by two at once, much later again, or with another body."""
        how = self.chance.choices(_HOW, (70, 9, 7, 7, 7))[0]
        if details.get("by_signal"):
            how = "once"
        fields = {name: details.pop(name) for name in list(details) if name not in _OF_THE_STEP}
        details["how"] = how
        self.does("send", request=request, command=command, role=role, fields=fields, **details)

    def agent(self, request: str, command: str, **details: Any) -> None:
        """An agent of the seller acts."""
        self.sends("agent", request, command, **details)

    def customer_does(self, request: str, command: str, **details: Any) -> None:
        """The customer acts."""
        self.sends("customer", request, command, **details)

    def operator(self, request: str, command: str, **details: Any) -> None:
        """The marketplace's operator acts."""
        self.sends("operator", request, command, **details)

    def deadline_comes(self, request: str, *, clock: str = "resolution", due_in: float | None = None) -> None:
        """The operator moves a deadline into the next seconds."""
        seconds = self.chance.uniform(2, 6) if due_in is None else due_in
        self.operator(
            request, "correct_deadline", clock=clock, reason="agreed by telephone", due_in=round(seconds, 3)
        )

    def deadline_passes(self, request: str, plus: float = 0.3) -> None:
        """Wait until a moment after the deadline that was moved last."""
        self.does("wait_for_due", request=request, plus=plus, after=0)

    def waits_for(self, request: str, *states: str) -> None:
        """Wait until the records show one of these states, or the request is closed."""
        self.does("wait_for_state", request=request, states=list(states), after=0)


def fixed_in_time(life: LifeBuilder) -> None:
    request = life.opened()
    life.agent(request, "acknowledge", message="We look into it.", by_signal=life.chance.random() < 0.3)
    life.agent(request, "fix", reference="patch-1.2", by_signal=life.chance.random() < 0.3)
    life.customer_does(request, "confirm_fix")


def deadline_missed(life: LifeBuilder) -> None:
    request = life.opened(*life.chance.choice(_LOST_ANSWERS))
    life.deadline_comes(request)


def answer_of_the_payment_lost(life: LifeBuilder) -> None:
    request = life.opened("timeout_after_effect")
    life.deadline_comes(request, due_in=1)


def fix_at_the_last_moment(life: LifeBuilder) -> None:
    """It occurs and arrives around the deadline, or it occurred before and arrives after it (R12)."""
    request = life.opened()
    life.deadline_comes(request)
    if life.chance.random() < 0.5:
        when = {"at_due": life.chance.uniform(-0.25, 0.1)}
    else:
        when = {"at_due": life.chance.uniform(0.05, 0.7), "occurred_before_due": 0.2}
    life.agent(request, "fix", reference="patch-2", after=0, **when)
    life.customer_does(request, "confirm_fix")


def acknowledged_late(life: LifeBuilder) -> None:
    request = life.opened()
    life.deadline_comes(request, clock="acknowledgement", due_in=1.5)
    life.deadline_passes(request)
    life.agent(request, "acknowledge", message="Sorry, we are late.")
    life.agent(request, "ask_customer", question="Which version?")
    life.customer_does(request, "customer_replied")
    life.agent(request, "fix", reference="patch-3")
    life.customer_does(request, "confirm_fix")


def refusal_upheld(life: LifeBuilder) -> None:
    request = life.opened()
    _refused_and_disputed(life, request)
    life.operator(request, "decide_dispute", decision="uphold", reason="The sheet says so.")


def refusal_overturned(life: LifeBuilder) -> None:
    request = life.opened()
    _refused_and_disputed(life, request)
    life.deadline_comes(request, due_in=2)
    life.deadline_passes(request)
    life.operator(request, "decide_dispute", decision="overturn", reason="The sheet says otherwise.")


def refusal_withdrawn_late(life: LifeBuilder) -> None:
    request = life.opened()
    _refuse(life, request)
    life.deadline_comes(request, due_in=2)
    life.deadline_passes(request)
    life.agent(request, "withdraw_refusal", reason="We were wrong.")


def fix_rejected_late(life: LifeBuilder) -> None:
    request = life.opened()
    life.agent(request, "fix", reference="patch-4")
    life.deadline_comes(request, due_in=2)
    life.deadline_passes(request)
    life.customer_does(request, "reject_fix", reason="The page is still white.")


def refund_ordered(life: LifeBuilder) -> None:
    request = life.opened()
    life.operator(request, "hold", reason="Wait for me.")
    life.operator(request, "order_refund", reason="As a courtesy.")


def held_and_released(life: LifeBuilder) -> None:
    request = life.opened()
    life.operator(request, "hold", reason="Under discussion.")
    life.deadline_comes(request, due_in=2)
    life.waits_for(request, "refund_held")
    life.operator(request, "release", reason="Discussed.")


def payments_stopped(life: LifeBuilder) -> None:
    life.does("stop_payments")
    request = life.opened()
    life.deadline_comes(request, due_in=2)
    life.waits_for(request, "refund_due")
    life.does("resume_payments", after=2)


def held_while_payments_are_stopped(life: LifeBuilder) -> None:
    life.does("stop_payments")
    request = life.opened()
    life.deadline_comes(request, due_in=1)
    life.waits_for(request, "refund_due")
    life.operator(request, "hold", reason="Another look.", after=1)
    life.does("resume_payments", after=0.5)
    life.operator(request, "release", reason="Looked.", after=3)


def withdrawn_while_payments_are_stopped(life: LifeBuilder) -> None:
    life.does("stop_payments")
    request = life.opened()
    life.deadline_comes(request, due_in=1)
    life.waits_for(request, "refund_due")
    life.customer_does(request, "withdraw", reason="We found it.", after=1)
    life.does("resume_payments")


def chargeback_won(life: LifeBuilder) -> None:
    request = life.opened()
    life.sends("system", request, "chargeback", status="opened")
    life.deadline_comes(request, due_in=2)
    life.waits_for(request, "refund_held")
    life.sends("system", request, "chargeback", status="won")


def chargeback_lost(life: LifeBuilder) -> None:
    request = life.opened()
    life.sends("system", request, "chargeback", status="opened")
    life.deadline_comes(request, due_in=3)
    life.sends("system", request, "chargeback", status="lost")


def payment_pending(life: LifeBuilder) -> None:
    request = life.opened("pending")
    life.deadline_comes(request, due_in=1)
    life.does("wait_for_payment", request=request)
    life.sends("system", request, "refund_settled", status="succeeded", after=1)


def payment_failed(life: LifeBuilder) -> None:
    request = life.opened("pending_then_failed")
    life.deadline_comes(request, due_in=1)
    life.does("wait_for_payment", request=request)
    life.sends("system", request, "refund_settled", status="failed", after=1)
    life.waits_for(request, "refund_manual")
    life.operator(request, "record_refund", reference="transfer-1")


def payment_refused(life: LifeBuilder) -> None:
    request = life.opened("refused")
    life.deadline_comes(request, due_in=1)
    life.waits_for(request, "refund_manual")
    life.operator(request, "record_refund", reference="transfer-2")


def two_requests_one_licence(life: LifeBuilder) -> None:
    licence = life.licence(*life.chance.choice(_LOST_ANSWERS))
    requests = [life.opened(licence=licence) for _ in range(2)]
    for request in requests:
        life.deadline_comes(request, due_in=3 if request is requests[0] else 2.5)


def nothing_to_pay(life: LifeBuilder) -> None:
    request = life.opened(price_given_back=True)
    life.deadline_comes(request, due_in=1)


def closure_ended_early(life: LifeBuilder) -> None:
    closure = life.closure()
    request = life.opened()
    life.does("end_closure", closure=closure)
    life.agent(request, "acknowledge", message="We are back.")
    life.agent(request, "fix", reference="patch-5")
    life.customer_does(request, "confirm_fix")


def withdrawn(life: LifeBuilder) -> None:
    request = life.opened()
    life.customer_does(request, "withdraw", reason="Never mind.", by_signal=life.chance.random() < 0.3)


def update_accepted(life: LifeBuilder) -> None:
    request = life.opened()
    life.agent(request, "offer_update", kind="paid", reference="module-2.0")
    life.customer_does(request, "accept_update", reference="module-2.0")


def closed_by_the_operator(life: LifeBuilder) -> None:
    request = life.opened(kind=life.chance.choice(("question", "anomaly")))
    life.operator(request, "close", reason="Sold to somebody else.")


def closed_with_its_start(life: LifeBuilder) -> None:
    request = life.named()
    life.does("close_with_start", request=request, fields={"reason": "Opened by mistake."})


def question_overdue(life: LifeBuilder) -> None:
    request = life.opened(kind="question")
    life.deadline_comes(request, due_in=1)
    life.waits_for(request, "question_overdue")
    life.operator(request, "reclassify", kind="anomaly", reason="It is broken.")


def product_retired(life: LifeBuilder) -> None:
    for number in range(12):
        life.licence(customer=f"{life.customer}-{number // 2}", auto_renew=number % 4 != 3)
    life.does("deactivate")
    life.does("wait_for_retirement")


def _refuse(life: LifeBuilder, request: str) -> None:
    life.agent(
        request,
        "refuse",
        ground="modified_source",
        explanation="The files were changed.",
        evidence=["diff-1"],
    )


def _refused_and_disputed(life: LifeBuilder, request: str) -> None:
    _refuse(life, request)
    life.customer_does(request, "dispute_refusal", reason="They were not.")


LIVES: dict[str, Callable[[LifeBuilder], None]] = {
    life.__name__: life
    for life in (
        deadline_missed,
        answer_of_the_payment_lost,
        fixed_in_time,
        fix_at_the_last_moment,
        acknowledged_late,
        refusal_upheld,
        refusal_overturned,
        refusal_withdrawn_late,
        fix_rejected_late,
        refund_ordered,
        held_and_released,
        payments_stopped,
        held_while_payments_are_stopped,
        withdrawn_while_payments_are_stopped,
        chargeback_won,
        chargeback_lost,
        payment_pending,
        payment_failed,
        payment_refused,
        two_requests_one_licence,
        nothing_to_pay,
        closure_ended_early,
        withdrawn,
        update_accepted,
        closed_by_the_operator,
        closed_with_its_start,
        question_overdue,
        product_retired,
    )
}

WEIGHTS = {
    "deadline_missed": 6,
    "fixed_in_time": 4,
    "fix_at_the_last_moment": 6,
    "two_requests_one_licence": 4,
    "product_retired": 1,
}
"""How often a kind occurs beside the others, of which each has 2."""
