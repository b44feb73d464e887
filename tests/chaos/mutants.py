"""Faults that the harness must find: each an exact change of the source, and the run that shows it.

None of them can be switched on in the product: a control runs from a changed copy of the source tree.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """One exact replacement; `old` stands in the file once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A fault, why it is one, and where it shows: kinds of life, points of death, kind of violation."""

    name: str
    why: str
    edits: tuple[Edit, ...]
    focus: tuple[str, ...]
    found_as: tuple[str, ...]
    points: tuple[str, ...] = ()
    lives: int = 6
    seconds: float = 6
    longest_end: float = 60
    """How long the end of the run may last; shorter where the fault leaves something open for ever."""

    def apply(self, tree: Path) -> None:
        """Change a copy of the source tree. Raises `ValueError` where the source has moved on."""
        for edit in self.edits:
            file = tree / edit.file
            text = file.read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(f"{self.name}: {edit.file} holds its text {text.count(edit.old)} times")
            file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


_KEY = '        return f"refund-{self.purpose}-{self.licence_id}"'
_FRESH_KEY = Edit(
    "business_care/refund.py",
    _KEY,
    '        from uuid import uuid4\n\n        return f"refund-{self.purpose}-{self.licence_id}-{uuid4()}"',
)

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "key_made_per_attempt",
        "a payment whose answer was lost is made again under another key (R41)",
        (_FRESH_KEY,),
        ("answer_of_the_payment_lost",),
        ("refund",),
        lives=3,
        longest_end=15,
    ),
    Mutant(
        "key_made_per_request",
        "two requests on one licence pay it back twice (R41)",
        (
            Edit("business_care/refund.py", _KEY, _KEY.replace("licence_id", "request_id")),
            Edit(
                "adapters/payments/once.py",
                "existing = await self._look_up(order, await self._intents.find(order), at)",
                "existing = await self._look_up(order, None, at)",
            ),
            Edit(
                "adapters/payments/once.py",
                "(answered := intent.answer_without_asking() or intent.answer_instead_of_paying(order))",
                "(answered := intent.answer_instead_of_paying(order))",
            ),
            Edit(
                "adapters/payments/once.py",
                "intended = intent.order_as_intended(order)",
                "intended = order",
            ),
        ),
        ("two_requests_one_licence",),
        ("refund",),
        lives=3,
    ),
    Mutant(
        "intent_dropped",
        "nothing says that money may have moved, when the process dies after the payment (R41)",
        (
            Edit(
                "adapters/payments/intents.py",
                '"updated_at": datetime.now(UTC)})\n        return intent',
                '"updated_at": datetime.now(UTC)})\n'
                "            gone = REFUND_INTENTS.delete().where(_IS_OF_ORDER)\n"
                "            await connection.execute(gone, _of(order))\n"
                "        return intent",
            ),
        ),
        ("deadline_missed",),
        ("refund",),
        lives=3,
    ),
    Mutant(
        "door_left_open_before_the_payment",
        "a hold that comes while the kill switch is looked at is acknowledged, and paid all the same (R44)",
        (
            Edit(
                "workflows/refunding.py",
                "        if self._status is not RefundStatus.DUE or self._life.rests:\n            return\n",
                "",
            ),
        ),
        ("held_while_payments_are_stopped",),
        ("outcome",),
        lives=3,
    ),
    Mutant(
        "door_left_open_at_the_deadline",
        "a fix that comes between the look at the state and its change is acknowledged and lost (R12)",
        (
            Edit(
                "workflows/clocks.py",
                "            life.take(tick(life.state, now()))",
                "            step = tick(life.state, now())\n"
                "            await workflow.sleep(1)\n"
                "            life.take(step)",
            ),
        ),
        ("fix_at_the_last_moment",),
        ("command", "outcome"),
    ),
    Mutant(
        "state_assigned_in_run",
        "what a message did before the first line of `run` is forgotten",
        (
            Edit(
                "workflows/care_request.py",
                "    async def _live(self) -> RequestView:\n",
                "    async def _live(self) -> RequestView:\n"
                "        self._life.state = opened_state(self._life.state.opening)\n",
            ),
            Edit(
                "workflows/care_request.py",
                "from business_care.presenting import deadlines_view\n",
                "from business_care.presenting import deadlines_view\n"
                "from business_care.state import opened_state\n",
            ),
        ),
        ("closed_with_its_start",),
        ("command", "outcome"),
        lives=3,
        longest_end=15,
    ),
    Mutant(
        "duplicate_guard_removed",
        "a command that is sent again is judged anew (R60)",
        (
            Edit(
                "business_care/judgement.py",
                "    if earlier is not None:\n        return same_command(earlier, command)\n    arrived_at",
                "    arrived_at",
            ),
        ),
        ("fixed_in_time", "acknowledged_late", "fix_rejected_late"),
        ("command",),
        lives=10,
    ),
    Mutant(
        "deadline_three_seconds_early",
        "money moves before the deadline (R24)",
        (
            Edit(
                "business_care/clocks.py",
                "        at = resolution.deadline.due + _grace(state.policy)",
                "        at = resolution.deadline.due + _grace(state.policy) - timedelta(seconds=3)",
            ),
        ),
        ("deadline_missed",),
        ("refund",),
    ),
    Mutant(
        "notices_told_again",
        "a step that is done again after a death tells those again who have read it (R63)",
        (
            Edit(
                "adapters/records/steps.py",
                "    notices = await not_read_already("
                "connection, step.view.request_id, step.notices, offset)\n",
                "    notices = step.notices\n",
            ),
        ),
        ("fixed_in_time", "withdrawn", "update_accepted"),
        ("notice",),
        points=("after_store",),
        lives=10,
        seconds=15,
    ),
    Mutant(
        "renewal_goes_on_after_a_refund",
        "the care of a refunded licence would be charged for again (R43)",
        (
            Edit(
                "workflows/refunding.py",
                "        await surely(RecordSteps.cancel_renewal, act, "
                'f"cancel the renewal of licence {licence_id}")\n',
                "",
            ),
        ),
        ("deadline_missed",),
        ("refund",),
    ),
    Mutant(
        "kill_switch_ignored",
        "money moves while payments are stopped (R44)",
        (
            Edit(
                "adapters/records/switches.py",
                'return await connection.scalar(_STOPPED, {"seller_id": seller_id}) is not None',
                'return await connection.scalar(_STOPPED, {"seller_id": seller_id}) is False',
            ),
        ),
        ("payments_stopped",),
        ("refund",),
        lives=3,
    ),
    Mutant(
        "applied_commands_not_stored",
        "a repetition of a command to a closed request is refused (R60, R63)",
        (
            Edit(
                "adapters/records/steps.py",
                "    await insert_missing(connection, APPLIED_COMMANDS, applied_rows(owner, step.applied))\n",
                "",
            ),
        ),
        ("fixed_in_time", "withdrawn"),
        ("command",),
    ),
    Mutant(
        "pending_counts_as_paid",
        "a request closes as refunded before the money has moved (R42)",
        (
            Edit(
                "business_care/settlement.py",
                "    if answer.kind is RefundAnswerKind.SUCCEEDED:",
                "    if answer.kind in (RefundAnswerKind.SUCCEEDED, RefundAnswerKind.PENDING):",
            ),
        ),
        ("payment_pending",),
        ("refund",),
        lives=3,
        longest_end=15,
    ),
    Mutant(
        "earlier_refunds_forgotten",
        "the whole price is due although a part was given back before (R40)",
        (
            Edit(
                "business_care/refund.py",
                "amount=max(0, price.amount - price.refunded_before)",
                "amount=price.amount",
            ),
        ),
        ("deadline_missed",),
        ("outcome",),
        longest_end=20,
    ),
    Mutant(
        "another_body_under_a_used_id",
        "what was said under a used id is lost, and its sender is told that it was done (R60)",
        (
            Edit(
                "business_care/judgement.py",
                "    if earlier.sha256 != fingerprint(command):",
                '    if earlier.sha256 != fingerprint(command) and earlier.sha256 == "":',
            ),
        ),
        ("fixed_in_time", "acknowledged_late", "refusal_upheld"),
        ("command",),
        lives=9,
    ),
    Mutant(
        "opted_out_customers_are_told",
        "customers who had opted out are told of a renewal that they do not have (R56)",
        (
            Edit(
                "adapters/billing/automatic.py",
                "    CARE_SUBSCRIPTIONS.c.auto_renew.is_(True),\n",
                "",
            ),
        ),
        ("product_retired",),
        ("product",),
        lives=1,
    ),
)
