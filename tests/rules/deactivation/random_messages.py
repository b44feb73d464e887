"""Orders and messages such as a careless or an ill-meaning sender might think of."""

from datetime import UTC, datetime
from random import Random

from business_care.commands import Command
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from business_care.deactivation.words import DeactivationKind
from business_care.people import Actor, Role
from tests.rules.deactivation.model import DAY, WHO_MAY, Model
from tests.rules.model_record import Message

NAMES = tuple(DEACTIVATION_COMMANDS)
LIKELY = {
    "planned": ("make_permanent", "revoke", "impose", "impose"),
    "offline": ("reactivate", "make_permanent", "make_permanent", "impose", "impose"),
    "renewals_failed": ("retry_failed",),
}
ENDINGS = {"revoke", "reactivate"}
"""Drawn again now and then, so that lives last long enough to become interesting."""

_SENDERS: dict[str, tuple[str, str, str | None]] = {
    "agent": ("agent", "A1", "S1"),
    "seller": ("seller", "S1", None),
    "customer": ("customer", "C1", None),
    "operator": ("operator", "O1", None),
    "system": ("system", "billing", None),
}
_STRANGERS = (("agent", "A1", "S2"), ("agent", "A1", None), ("seller", "S2", None))
_KINDS = ("temporary", "temporary", "permanent")
_REASONS = ("words",) * 8 + (None, "", " \n")
_INSTANTS = {"at": "occurred_at", "starts": "takes_effect_at", "ends": "until"}
_SECONDS_NEAR = (-3_600, -1, 0, 1, 60, 3_600)


def in_utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def an_order(rng: Random, now: int) -> Message:
    """The order with which a life begins; one in seven breaks a rule."""
    role, actor, seller = _SENDERS[rng.choice(("seller", "seller", "agent", "operator"))]
    if rng.random() < 0.06:
        role, actor, seller = rng.choice((*_STRANGERS, _SENDERS["customer"], _SENDERS["system"]))
    at = now - rng.randrange(26 * 3_600) if rng.random() < 0.15 else None
    starts = now + rng.randrange(-DAY, 6 * DAY) if rng.random() < 0.5 else None
    kind = rng.choice(_KINDS)
    ends = None
    if kind == "temporary" and rng.random() < 0.5:
        ends = max(now, starts or now) + rng.randrange(-3_600, 6 * DAY)
    elif rng.random() < 0.05:
        ends = now + 9 * DAY
    return {
        **_whole("deactivate", "D1", role, actor, seller),
        "at": rng.choice((now + 90, now + 121)) if rng.random() < 0.06 else at,
        "kind": kind,
        "product": "P1",
        "starts": starts,
        "ends": ends,
        "reason": rng.choice(_REASONS),
    }


def a_message(rng: Random, model: Model, earlier: list[Message]) -> Message:
    """Something that somebody says now; one in eight says again, or nearly again, what was said before."""
    if rng.random() < 0.12:
        return _said_before(rng, model, earlier)
    name = _a_name(rng, model)
    role, actor, seller = _a_sender(rng, name, model)
    said = _whole(name, f"m{rng.randrange(10_000_000)}", role, actor, seller)
    said["at"] = _when(rng, model)
    if name in {"deactivate", "impose"}:
        said |= {"kind": rng.choice(_KINDS), "reason": rng.choice(_REASONS)}
    if name == "deactivate":
        said |= {"product": "P1" if rng.random() < 0.8 else "P2", "starts": None, "ends": None}
    return said


def marks(model: Model) -> list[int]:
    """Instants at which something changes."""
    known = (model.ordered, model.starts, model.ends, model.now, model.now - DAY, model.now + 120)
    return [instant for instant in known if instant]


def as_command(said: Message) -> Command:
    """The same message as the rules read it."""
    given: dict[str, object] = {
        _INSTANTS.get(name, name): in_utc(value) if name in _INSTANTS and isinstance(value, int) else value
        for name, value in said.items()
        if name not in {"name", "id", "role", "actor", "seller", "product"}
    }
    if "kind" in said:
        given["kind"] = DeactivationKind(str(said["kind"]))
    if "product" in said:
        given["product_id"] = said["product"]
    by = Actor(role=Role(str(said["role"])), id=str(said["actor"]), seller_id=_seller(said))
    command = DEACTIVATION_COMMANDS[str(said["name"])]
    return command.model_validate({**given, "command_id": said["id"], "by": by})


def _seller(said: Message) -> str | None:
    return said["seller"] if isinstance(said["seller"], str) else None


def _whole(name: str, command_id: str, role: str, actor: str, seller: str | None) -> Message:
    return {"name": name, "id": command_id, "role": role, "actor": actor, "seller": seller, "at": None}


def _said_before(rng: Random, model: Model, earlier: list[Message]) -> Message:
    again = dict(rng.choice(earlier))
    draw = rng.random()
    if draw < 0.2 and "reason" in again:
        again["reason"] = "other words"
    elif draw < 0.3:
        again["at"] = model.now
    elif draw < 0.4 and "kind" in again:
        again["kind"] = rng.choice(_KINDS)
    elif draw < 0.5:
        again["id"] = str(rng.choice(earlier)["id"])
    return again


def _a_name(rng: Random, model: Model) -> str:
    likely = LIKELY.get(model.phase, NAMES)
    name = rng.choice(likely if rng.random() < 0.65 else NAMES)
    return rng.choice(likely) if name in ENDINGS and rng.random() < 0.4 else name


def _a_sender(rng: Random, name: str, model: Model) -> tuple[str, str, str | None]:
    draw = rng.random()
    if draw < 0.05:
        return rng.choice(_STRANGERS)
    if draw < 0.1:
        return _SENDERS[rng.choice(tuple(_SENDERS))]
    allowed = sorted(WHO_MAY[name])
    # What an operator switched off is mostly an operator's to change.
    if model.imposed and "operator" in allowed and rng.random() < 0.6:
        return _SENDERS["operator"]
    return _SENDERS[rng.choice(allowed)]


def _when(rng: Random, model: Model) -> int | None:
    draw = rng.random()
    if draw < 0.5:
        return None
    if draw < 0.75:
        return model.now - rng.randrange(20 * 3_600)
    return rng.choice(marks(model)) + rng.choice(_SECONDS_NEAR)
