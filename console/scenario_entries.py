"""Reads the list `do`: who does what, and when. Exactly one thing is done in one entry."""

from collections.abc import Sequence
from datetime import datetime

from business_care.commands import COMMANDS
from business_care.listing import PaymentState
from console.scenario import CommandEntry, DeactivationCommandEntry, Entry, PaymentsEntry
from console.scenario_complaints import demand_list, demand_mapping, one_of, read_instant, unknown_keys
from console.scenario_yaml import ScenarioRefused, WrittenInt

DEACTIVATION_COMMANDS = ("reactivate", "make_permanent", "revoke", "impose", "retry_failed")

_PLACE = ("at", "request", "product")
_PAYMENTS = ("payments", "seller")
_WAYS = ("update", "signal")


def read_entries(section: object, request_ids: Sequence[str]) -> tuple[Entry, ...]:
    """Every entry, in the order of the file. Raises `ScenarioRefused` with the faults of all of them."""
    entries: list[Entry] = []
    found: list[str] = []
    for index, given in enumerate(demand_list(section, "do")):
        try:
            entries.append(_entry(index, given, request_ids))
        except ScenarioRefused as refused:
            found.extend(refused.faults)
    if found:
        raise ScenarioRefused(*found)
    return tuple(entries)


def _entry(index: int, given: object, request_ids: Sequence[str]) -> Entry:
    key = f"do[{index}]"
    entry = demand_mapping(given, key)
    deeds = [
        name for name in entry if name in COMMANDS or name in DEACTIVATION_COMMANDS or name == "payments"
    ]
    wrong = list(unknown_keys(entry, (*_PLACE, *_PAYMENTS, *COMMANDS, *DEACTIVATION_COMMANDS), f"{key}."))
    if wrong:
        raise ScenarioRefused(*wrong)
    if len(deeds) != 1:
        said = f"{len(deeds)} were given ({', '.join(deeds)})" if deeds else "none was given"
        raise ScenarioRefused(f"{key}: one command an entry is allowed; {said}")
    if "at" not in entry:
        raise ScenarioRefused(f"{key}.at: this key is missing")
    at = read_instant(entry["at"], f"{key}.at")
    deed = deeds[0]
    if deed == "payments":
        return _payments(index, at, entry)
    if deed in DEACTIVATION_COMMANDS:
        return _to_deactivation(index, at, deed, entry)
    return _to_request(index, at, deed, entry, request_ids)


def _payments(index: int, at: datetime, entry: dict[str, object]) -> PaymentsEntry:
    key = f"do[{index}]"
    _demand_only(entry, ("at", "payments", "seller"), key, "payments")
    state = PaymentState(one_of(entry["payments"], tuple(PaymentState), f"{key}.payments"))
    seller = entry.get("seller")
    return PaymentsEntry(index, at, state, None if seller is None else _id(seller, f"{key}.seller"))


def _to_deactivation(
    index: int, at: datetime, deed: str, entry: dict[str, object]
) -> DeactivationCommandEntry:
    key = f"do[{index}]"
    _demand_only(entry, ("at", "product", deed), key, deed)
    if entry.get("product") is None:
        raise ScenarioRefused(f"{key}.product: this key is missing")
    said, as_signal = _way(entry[deed], f"{key}.{deed}")
    return DeactivationCommandEntry(index, at, _id(entry["product"], f"{key}.product"), deed, said, as_signal)


def _to_request(
    index: int, at: datetime, deed: str, entry: dict[str, object], request_ids: Sequence[str]
) -> CommandEntry:
    key = f"do[{index}]"
    _demand_only(entry, ("at", "request", deed), key, deed)
    request = entry.get("request")
    if request is None and len(request_ids) != 1:
        raise ScenarioRefused(
            f"{key}.request: this key is missing; it may be left out where there is one request"
        )
    request_id = request_ids[0] if request is None else _id(request, f"{key}.request")
    said, as_signal = _way(entry[deed], f"{key}.{deed}")
    return CommandEntry(index, at, request_id, deed, said, as_signal)


def _demand_only(entry: dict[str, object], allowed: Sequence[str], key: str, deed: str) -> None:
    for name in entry:
        if name not in allowed:
            raise ScenarioRefused(f"{key}.{name}: this key does not go with {deed}")


def _way(said: object, key: str) -> tuple[object, bool]:
    """What is sent, and whether it is sent as a signal: the one key of a command that is the file's own."""
    if not isinstance(said, dict) or "as" not in said:
        return said, False
    way = one_of(said["as"], _WAYS, f"{key}.as")
    return {name: value for name, value in said.items() if name != "as"}, way == "signal"


def _id(given: object, key: str) -> str:
    if isinstance(given, WrittenInt):
        return given.written
    if isinstance(given, str):
        return given
    raise ScenarioRefused(f"{key}: an id is allowed")
