"""Messages such as a careless or an ill-meaning sender might think of, for the model and for the rules."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from business_care.commands import (
    COMMANDS,
    ChargebackStatus,
    ClockName,
    Command,
    DisputeDecision,
    RefusalGround,
    ReplyKind,
    SettlementStatus,
    UpdateKind,
)
from business_care.people import Actor, Role
from business_care.request import RequestKind
from tests.rules.model import Model
from tests.rules.model_marketplace import TEN_YEARS
from tests.rules.model_record import Message

NAMES = tuple(COMMANDS)
LIKELY = {
    "in_progress": (
        *("acknowledge", "fix", "fix", "offer_update", "refuse", "refuse", "ask_customer"),
        *("customer_replied", "hold", "correct_deadline", "chargeback", "closure_ended", "reclassify"),
    ),
    "verifying": ("fix", "reject_fix", "reject_fix", "reject_fix", "confirm_fix", "acknowledge"),
    "refused": ("dispute_refusal", "dispute_refusal", "dispute_refusal", "withdraw_refusal", "fix"),
    "disputed": ("decide_dispute", "decide_dispute", "decide_dispute", "withdraw_refusal", "fix"),
    "question_overdue": ("reclassify", "reclassify", "fix", "refuse", "correct_deadline", "close"),
    "due": ("hold", "withdraw", "accept_update", "order_refund", "chargeback", "fix", "close"),
    "held": ("release", "release", "order_refund", "chargeback", "withdraw", "fix", "confirm_fix"),
    "pending": ("refund_settled", "refund_settled", "chargeback", "record_refund", "withdraw"),
    "manual": ("record_refund", "record_refund", "record_refund", "refund_settled", "chargeback"),
}
ENDINGS = {"withdraw", "close", "confirm_fix", "accept_update", "order_refund"}
"""Drawn again now and then, so that lives last long enough to become interesting."""

_SENDERS: dict[str, tuple[str, str, str | None]] = {
    "agent": ("agent", "A1", "S1"),
    "seller": ("seller", "S1", None),
    "customer": ("customer", "C1", None),
    "operator": ("operator", "O1", None),
    "system": ("system", "billing", None),
}
_STRANGERS = (("agent", "A1", "S2"), ("agent", "A1", None), ("seller", "S2", None), ("customer", "C2", None))
_ROLES = {name: tuple(sorted(command.ROLES)) for name, command in COMMANDS.items()}
_TEXTS = ("words",) * 12 + (None, "", " \n")
_REFERENCES = ("v1", "v2", " v1 ", "v1", "v2", "v3") * 2 + (None, "", "\t")
_EVIDENCE = ("e1", "e1", " e1", "e2", "")
_GROUNDS = (*RefusalGround, *("different_site", "incompatible_version", "modified_source") * 2)
_WORDS: dict[object, object] = {
    str(member): member
    for words in (ReplyKind, UpdateKind, RequestKind, RefusalGround, DisputeDecision)
    for member in words
} | {str(member): member for words in (ClockName, SettlementStatus, ChargebackStatus) for member in words}
_NAMED = frozenset({"kind", "ground", "decision", "status", "clock"})
_INSTANTS = frozenset({"due", "notified_at", "paid_at"})
_ACTORS: dict[object, Actor] = {
    sender: Actor(role=Role(sender[0]), id=sender[1], seller_id=sender[2])
    for sender in (*_SENDERS.values(), *_STRANGERS)
}


def in_utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def a_message(rng: Random, model: Model, earlier: list[Message]) -> Message:
    """Something that somebody says now; one in twelve says again, or nearly again, what was said before."""
    if earlier and rng.random() < 0.08:
        return _said_before(rng, model, earlier)
    name = _a_name(rng, model)
    role, actor, seller = _a_sender(rng, name)
    return {
        "name": name,
        "id": f"m{rng.randrange(10_000_000)}",
        "role": role,
        "actor": actor,
        "seller": seller,
        "at": an_instant(rng, model) if rng.random() < 0.45 else None,
        **_FIELDS.get(name, _nothing)(rng, model),
    }


def as_command(said: Message) -> Command:
    """The same message as the rules read it."""
    fields: dict[str, object] = {}
    for key, value in said.items():
        if key in _NAMED:
            fields[key] = _WORDS[value]
        elif key in _INSTANTS and isinstance(value, int):
            fields[key] = in_utc(value)
        elif key not in {"name", "id", "role", "actor", "seller", "at"}:
            fields[key] = value
    occurred = said["at"]
    fields["command_id"] = said["id"]
    fields["by"] = _ACTORS[said["role"], said["actor"], said["seller"]]
    fields["occurred_at"] = in_utc(occurred) if isinstance(occurred, int) else None
    return COMMANDS[str(said["name"])].model_validate(fields)


def marks(model: Model) -> list[int]:
    """The instants around which mistakes are made."""
    grace = model.terms.grace
    ahead = [model.ack_due, model.ack_due + grace, model.due, model.due + grace]
    return ahead if model.window is None else [*ahead, model.window, model.window + grace]


def an_instant(rng: Random, model: Model) -> int:
    """When an act may have taken place, or may be said to have."""
    now, draw = model.now, rng.random()
    if draw < 0.35:
        return rng.choice(marks(model)) + rng.choice((-60, -1, 0, 1))
    if draw < 0.5:
        oldest = now - model.terms.backdating
        return rng.choice((oldest, oldest - 1, now + 120, now + 121, model.opened, model.opened - 1))
    return now - rng.randrange(8 * 3_600) if draw < 0.85 else now


def _said_before(rng: Random, model: Model, earlier: list[Message]) -> Message:
    said = rng.choice(earlier)
    draw = rng.random()
    if draw < 0.6:
        return said
    if draw < 0.8:
        return {**said, "at": an_instant(rng, model)}
    other = a_message(rng, model, [])
    return {**other, "id": said["id"]}


def _a_name(rng: Random, model: Model) -> str:
    likely, draw = LIKELY.get(model.refund or model.phase), rng.random()
    if model.overturned and draw < 0.6:
        return "refuse"
    if model.offered and draw > 0.9:
        return "accept_update"
    if model.terms.closed_days and model.ack == "pending" and draw > 0.6:
        return "closure_ended"
    name = rng.choice(likely) if likely and rng.random() < 0.7 else rng.choice(NAMES)
    return rng.choice(NAMES) if name in ENDINGS and rng.random() < 0.5 else name


def _a_sender(rng: Random, name: str) -> tuple[str, str, str | None]:
    draw = rng.random()
    if draw < 0.94:
        return _SENDERS[rng.choice(_ROLES[name])]
    return rng.choice(_STRANGERS) if draw < 0.97 else rng.choice(tuple(_SENDERS.values()))


def _automated(rng: Random) -> bool:
    return rng.random() < 0.06


def _nothing(_rng: Random, _model: Model) -> Message:
    return {}


def _reason(rng: Random, _model: Model) -> Message:
    return {"reason": rng.choice(_TEXTS)}


def _acknowledge(rng: Random, _model: Model) -> Message:
    kind = rng.choice(("reply",) * 8 + ("draft", "internal_note"))
    return {"kind": kind, "message": rng.choice(_TEXTS), "automated": _automated(rng)}


def _fix(rng: Random, _model: Model) -> Message:
    return {"reference": rng.choice(_REFERENCES), "automated": _automated(rng)}


def _offer_update(rng: Random, _model: Model) -> Message:
    return {
        "kind": rng.choice(("free", "paid")),
        "resolves": rng.random() < 0.5,
        "reference": rng.choice(_REFERENCES),
        "automated": _automated(rng),
    }


def _refuse(rng: Random, model: Model) -> Message:
    ground = str(rng.choice(_GROUNDS))
    evidence = tuple(rng.choice(_EVIDENCE) for _ in range(rng.randrange(4)))
    if model.overturned and rng.random() < 0.6:
        ground, used = model.overturned[-1]
        evidence = (*sorted(used), *evidence[:1])
    return {
        "ground": ground,
        "explanation": rng.choice(_TEXTS),
        "evidence": evidence if rng.random() < 0.95 else None,
        "automated": _automated(rng),
    }


def _withdraw_refusal(rng: Random, _model: Model) -> Message:
    return {"reason": rng.choice(_TEXTS), "automated": _automated(rng)}


def _ask_customer(rng: Random, _model: Model) -> Message:
    return {"question": rng.choice(_TEXTS), "automated": _automated(rng)}


def _accept_update(rng: Random, _model: Model) -> Message:
    return {"reference": rng.choice(_REFERENCES)}


def _decide_dispute(rng: Random, _model: Model) -> Message:
    return {"decision": rng.choice(("uphold", "overturn", "overturn")), "reason": rng.choice(_TEXTS)}


def _reclassify(rng: Random, _model: Model) -> Message:
    return {"kind": rng.choice(("anomaly", "question")), "reason": rng.choice(_TEXTS)}


def _record_refund(rng: Random, model: Model) -> Message:
    owed, now, opened = model.terms.owed, model.now, model.opened
    return {
        "reference": rng.choice(_REFERENCES),
        "amount": rng.choice((None, None, owed, owed, 1, 0, owed + 1)),
        "currency": rng.choice((None, "EUR", "EUR", "USD")),
        "paid_at": rng.choice((None, None, now, now + 120, now + 121, opened, opened - 1)),
        "reason": rng.choice(_TEXTS),
    }


def _correct_deadline(rng: Random, model: Model) -> Message:
    now, opened = model.now, model.opened
    soon = now + rng.randrange(-5 * 86_400, 40 * 86_400)
    edge = rng.choice((now, now + 1, opened, opened + 1, opened + TEN_YEARS + 1, *marks(model)))
    return {
        "clock": rng.choice(("acknowledgement", "resolution")),
        "due": soon if rng.random() < 0.6 else edge,
        "reason": rng.choice(_TEXTS),
    }


def _closure_ended(rng: Random, model: Model) -> Message:
    return {
        "closure_id": rng.choice(("K1", "K1", "K2", "K9")),
        "notified_at": model.now - rng.randrange(-86_400, 6 * 86_400),
    }


def _refund_settled(rng: Random, _model: Model) -> Message:
    return {"status": rng.choice(("succeeded", "failed"))}


def _chargeback(rng: Random, _model: Model) -> Message:
    return {"status": rng.choice(("opened", "opened", "won", "won", "lost"))}


_FIELDS: dict[str, Callable[[Random, Model], Message]] = {
    "acknowledge": _acknowledge,
    "fix": _fix,
    "offer_update": _offer_update,
    "refuse": _refuse,
    "withdraw_refusal": _withdraw_refusal,
    "ask_customer": _ask_customer,
    "reject_fix": _reason,
    "accept_update": _accept_update,
    "withdraw": _reason,
    "dispute_refusal": _reason,
    "decide_dispute": _decide_dispute,
    "reclassify": _reclassify,
    "hold": _reason,
    "release": _reason,
    "order_refund": _reason,
    "record_refund": _record_refund,
    "correct_deadline": _correct_deadline,
    "close": _reason,
    "closure_ended": _closure_ended,
    "refund_settled": _refund_settled,
    "chargeback": _chargeback,
}
