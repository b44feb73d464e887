"""Refunds: one a licence, the amount right, none too early or while stopped, none missing (R40-R44)."""

from collections.abc import Iterator
from datetime import datetime

from tests.chaos.checker.evidence import Evidence, Row
from tests.chaos.checker.histories import instant
from tests.chaos.checker.life_model import LifeModel
from tests.chaos.checker.violation import Violation

Models = dict[str, LifeModel]


def check(evidence: Evidence, models: Models) -> Iterator[Violation]:
    """Everything about money."""
    for licence_id, licence in evidence.licences.items():
        of_licence = {
            request_id: model
            for request_id, model in models.items()
            if evidence.requests[request_id]["licence"] == licence_id
        }
        paid = evidence.refunds_of.get(licence_id, [])
        intents = [row for row in evidence.rows["refund_intents"] if row["licence_id"] == licence_id]
        for words in (
            *_once_and_right(licence, paid),
            *_intended(paid, intents),
            *_called_for(paid, intents, of_licence),
            *_not_missing(evidence, licence_id, of_licence),
        ):
            yield Violation("refund", licence_id, words)
        yield from _care(evidence, licence_id, of_licence)
    yield from _not_while_stopped(evidence)
    for request_id, model in models.items():
        for words in _not_early(evidence, request_id, model):
            yield Violation("refund", request_id, words)


def _once_and_right(licence: Row, paid: list[Row]) -> Iterator[str]:
    owed = licence["amount"] - licence["refunded_before"]
    if len(paid) > 1:
        yield f"the provider refunded it {len(paid)} times, under {[row['key'] for row in paid]}"
    for row in paid:
        if (row["amount"], row["currency"]) != (owed, licence["currency"]):
            told = f"{row['amount']} {row['currency']}"
            yield f"{told} was refunded, and {owed} {licence['currency']} was owed"


def _intended(paid: list[Row], intents: list[Row]) -> Iterator[str]:
    if len(intents) > 1:
        yield f"it has {len(intents)} intents"
    for row in paid:
        before = [one for one in intents if one["attempts"] >= 1]
        if not before:
            yield "it was refunded without an intent that counts the attempt"
        elif (before[0]["amount"], before[0]["currency"]) != (row["amount"], row["currency"]):
            yield f"{row['amount']} was refunded, and {before[0]['amount']} was intended"


def _called_for(paid: list[Row], intents: list[Row], models: Models) -> Iterator[str]:
    asked = [model.requested_at for model in models.values() if model.requested_at is not None]
    for row in paid:
        if not asked or instant(row["requested_at"]) < min(asked):
            yield f"it was refunded at {row['requested_at']}, and no request had asked for it by then"
    moved = [row for row in paid if row["settles_as"] == "succeeded"]
    if moved and any(one["by_hand"] == "paid" for one in intents):
        yield "the provider refunded it, and it was paid by hand as well"


def _not_missing(evidence: Evidence, licence_id: str, models: Models) -> Iterator[str]:
    """Every request that closed as refunded has money behind it, of its own or of its licence."""
    moved = [row for row in evidence.refunds_of.get(licence_id, []) if _has_moved(evidence, row, models)]
    by_hand = _accepted(evidence, models, "record_refund")
    lost = any(model.chargeback == "lost" for model in models.values())
    for request_id, model in models.items():
        if model.outcome == "refunded" and model.owed and not (moved or by_hand or lost):
            yield f"request {request_id} closed as refunded, and no money has moved"
    if moved and by_hand:
        yield "the provider refunded it, and an operator recorded another payment"


def _has_moved(evidence: Evidence, row: Row, models: Models) -> bool:
    if row["settles_as"] != "succeeded":
        return False
    at_once = row["settles_at"] == row["requested_at"]
    return at_once or _accepted(evidence, models, "refund_settled")


def _accepted(evidence: Evidence, models: Models, command: str) -> bool:
    return any(
        row["command"] == command for request_id in models for row in evidence.applied_to.get(request_id, [])
    )


def _not_early(evidence: Evidence, request_id: str, model: LifeModel) -> Iterator[str]:
    """By the server's own clock: no step asks for money before the journal says that it was asked for."""
    for history in evidence.history_of.get(f"care-request-{request_id}", []):
        for payment in history.payments():
            if model.requested_at is None or payment.scheduled_at < model.requested_at:
                yield f"a payment was scheduled at {payment.scheduled_at}, before {model.requested_at}"
            on_time = model.due <= payment.scheduled_at
            at_once = model.passes_hold or _is_at_once(evidence, request_id)
            if not on_time and not at_once:
                yield f"a payment was scheduled at {payment.scheduled_at}, before the deadline {model.due}"


def _is_at_once(evidence: Evidence, request_id: str) -> bool:
    return any(row["command"] == "order_refund" for row in evidence.applied_to.get(request_id, []))


def _not_while_stopped(evidence: Evidence) -> Iterator[Violation]:
    """No payment begins and succeeds between the answer to `stop` and the intent to resume."""
    for seller, since, until in _stops(evidence):
        for request_id, request in evidence.requests.items():
            if request["life"]["seller"] != seller:
                continue
            for history in evidence.history_of.get(f"care-request-{request_id}", []):
                for payment in history.payments():
                    done = payment.completed_at
                    if done and payment.answer != "stopped" and since < payment.scheduled_at and done < until:
                        words = f"it was paid at {done}, while payments were stopped since {since}"
                        yield Violation("refund", request_id, words)


def _stops(evidence: Evidence) -> Iterator[tuple[str, datetime, datetime]]:
    for call in evidence.calls:
        if call.meant["do"] != "stop_payments" or call.told_at is None or evidence.ended_at is None:
            continue
        resumed = [
            other.first_intent_at
            for other in evidence.calls
            if other.meant["do"] == "resume_payments" and other.meant["seller"] == call.meant["seller"]
        ]
        yield call.meant["seller"], call.told_at, min(resumed, default=evidence.ended_at)


def _care(evidence: Evidence, licence_id: str, models: Models) -> Iterator[Violation]:
    """Refunded: care ended and renewal cancelled. Not refunded: neither, unless its product was retired."""
    (care,) = [row for row in evidence.rows["care_subscriptions"] if row["licence_id"] == licence_id]
    refunded = any(m.outcome == "refunded" and m.refund != "nothing_to_pay" for m in models.values())
    under_way = any(m.care_ended for m in models.values())
    if refunded and (care["ended_on"] is None or care["renewal_cancelled_on"] is None):
        yield Violation("refund", licence_id, "it was refunded, and its care or its renewal goes on")
    if not refunded and not under_way and care["ended_on"] is not None:
        yield Violation("refund", licence_id, "its care was ended, and it was not refunded")
    is_retired = any(
        life["tells"] == "product_retired" and any(one["id"] == licence_id for one in life["licences"])
        for life in evidence.lives
    )
    if not refunded and not under_way and not is_retired and care["renewal_cancelled_on"] is not None:
        yield Violation("refund", licence_id, "its renewal was cancelled, and it was not refunded")
