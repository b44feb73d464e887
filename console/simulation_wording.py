"""Says in a few plain words what happened in a play, from the codes of the journal."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Final

from business_care.deactivation.words import DeactivationKind
from business_care.events import EventName
from console.simulation_play import Happening
from gateway.raw_command import ALL_MESSAGES

NO_MINOR_UNITS: Final = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
THREE_DIGITS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})

_DONE_BY_PEOPLE: Final = frozenset(ALL_MESSAGES) | {EventName.ORDERED}

Detail = Mapping[str, str]


def worded(happening: Happening, zone: tzinfo) -> str:
    """The whole line behind the time: what, who, and the rule."""
    detail = {name: _local(value, zone) for name, value in happening.detail.items()}
    say = _SAID.get(happening.event)
    what = say(detail) if say else _plain(happening.event, detail)
    by = happening.by if happening.event in _DONE_BY_PEOPLE else None
    who = f", by {by.role} {by.id}" if by is not None else ""
    why = f"  [{happening.rule}]" if happening.rule is not None else ""
    return f"{what}{who}{why}"


def money(amount: int | str, currency: str) -> str:
    """An amount of minor units as people write it."""
    if not str(amount).isdigit():
        return f"{amount} {currency}"
    digits = 0 if currency in NO_MINOR_UNITS else 3 if currency in THREE_DIGITS else 2
    return f"{int(amount) / 10**digits:.{digits}f} {currency}"


def short(instant: datetime) -> str:
    """An instant as people say it."""
    return f"{instant:%a %d %b %Y %H:%M}"


def _local(value: str, zone: tzinfo) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if instant.tzinfo is None else short(instant.astimezone(zone))


def _plain(event: str, detail: Detail) -> str:
    said = ", ".join(f"{name.replace('_', ' ')} {_words(value)}" for name, value in detail.items())
    return _words(event) + (f": {said}" if said else "")


def _words(code: str) -> str:
    return code.replace("_", " ")


def _opened(detail: Detail) -> str:
    if "resolve_by" not in detail:
        return "opened"
    return f"opened: acknowledge before {detail['acknowledge_by']}, resolve before {detail['resolve_by']}"


def _reminder(detail: Detail) -> str:
    if "business_days" in detail:
        left = detail["business_days"]
        return f"reminder to the seller: {left} business day{'' if left == '1' else 's'} left to resolve"
    if "task" in detail:
        return f"reminder to the operator: {_words(detail['task'])}"
    if "window" in detail:
        return f"reminder to the customer: the {detail['window']} window ends soon"
    return "reminder to the seller: last day to acknowledge"


def _ordered(detail: Detail) -> str:
    return f"ordered off the market from {detail['takes_effect_at']}, {_how_long(detail)}"


def _how_long(detail: Detail) -> str:
    if detail.get("kind") == DeactivationKind.PERMANENT:
        return "for good"
    return f"until {detail['until']}" if "until" in detail else "for a while"


def _counted(detail: Detail) -> str:
    return f"renewals to cancel: {detail.get('automatic', '0')}; opted out: {detail.get('opted_out', '0')}"


def _failed(detail: Detail) -> str:
    return (
        f"renewals cancelled: {detail.get('cancelled', '0')}; failed: {detail.get('failed', '0')}, "
        "for the operator to look at"
    )


def _cancelled(detail: Detail) -> str:
    by_hand = f"; charges to give back by hand: {detail['by_hand']}" if "by_hand" in detail else ""
    return f"renewals cancelled: {detail.get('cancelled', '0')}{by_hand}"


def _bundle(detail: Detail) -> str:
    return f"bundle {detail.get('bundle_id', '')}"


def _sum(detail: Detail) -> str:
    return money(detail.get("amount", "?"), detail.get("currency", ""))


_SAID: Final[dict[str, Callable[[Detail], str]]] = {
    EventName.OPENED: _opened,
    EventName.REJECTED: lambda detail: f"rejected: {detail['command']} ({detail['code']})",
    EventName.ACKNOWLEDGEMENT_MISSED: lambda _: "nobody acknowledged in time: the first promise is broken",
    EventName.BREACH_WITHDRAWN: lambda _: "the breach is withdrawn: the act was in time",
    EventName.RESOLUTION_MISSED: lambda _: "the second promise is broken",
    EventName.REFUND_DUE: lambda detail: f"refund due: {_sum(detail)} ({_words(detail.get('cause', ''))})",
    EventName.REFUND_REQUESTED: lambda detail: f"refund asked of the payment provider: {_sum(detail)}",
    EventName.REFUND_SETTLED: lambda detail: f"refund {detail.get('status', 'settled')}",
    EventName.REFUND_MANUAL: lambda detail: (
        f"refund left to the operator ({_words(detail.get('reason', ''))})"
    ),
    EventName.CLOSED: lambda detail: f"closed: {_words(detail.get('outcome', ''))}",
    EventName.REMINDER: _reminder,
    EventName.ORDERED: _ordered,
    EventName.IN_EFFECT: lambda detail: f"takes effect, {_how_long(detail)}",
    EventName.PLANNED_END_REACHED: lambda _: "its planned end has come",
    EventName.OFFLINE: lambda _: "off the market for a while",
    EventName.ON_SALE: lambda _: "on sale again",
    EventName.RETIRED: lambda _: "off the market for good",
    EventName.BUNDLE_OFFLINE: lambda detail: f"{_bundle(detail)} goes offline with it",
    EventName.BUNDLE_ON_SALE: lambda detail: f"{_bundle(detail)} is on sale again",
    EventName.BUNDLE_RETIRED: lambda detail: f"{_bundle(detail)} is retired with it",
    EventName.RENEWALS_COUNTED: _counted,
    EventName.RENEWALS_FAILED: _failed,
    EventName.RENEWALS_CANCELLED: _cancelled,
    EventName.ENDED: lambda detail: f"ended: {_words(detail.get('outcome', ''))}",
}
