"""Reads scenario files and checks their structure: keys, references, order of time.

What stands inside a command is not looked at: it is sent as it is, for the request to judge.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from adapters.records.seed_file import RecordsFile, RecordsFileRefused, read_policy, read_records
from business_care.policy import Policy
from business_care.request import CareRequestOpening
from console.scenario import Deactivation, Scenario
from console.scenario_check import faults
from console.scenario_complaints import (
    demand_list,
    demand_mapping,
    read_instant,
    read_model,
    unknown_keys,
)
from console.scenario_entries import read_entries
from console.scenario_spelling import spelled
from console.scenario_yaml import ScenarioRefused, read_yaml

_KEYS = ("title", "policy", "records", "requests", "deactivations", "do", "until")

Part = TypeVar("Part")


@dataclass(frozen=True)
class SeedFile:
    """What `db seed` loads; `policy` is None where the file says nothing of it: the one in force stays."""

    records: RecordsFile
    policy: Policy | None


def read_seed(path: Path) -> SeedFile:
    """The records and the policy of a file, whatever else stands in it. Raises `ScenarioRefused`."""
    document = read_yaml(path)
    wrong = list(unknown_keys(document, _KEYS, ""))
    if wrong:
        raise ScenarioRefused(*wrong)
    policy = _policy(document) if document.get("policy") is not None else None
    return SeedFile(_records(document), policy)


def read_scenario(path: Path, now: datetime) -> Scenario:
    """The scenario of a file; `now` is the real time, which the file must not begin before.

    Raises `ScenarioRefused` with every fault that was found.
    """
    document = read_yaml(path)
    found = list(unknown_keys(document, _KEYS, ""))

    def part(read: Callable[[Mapping[str, object]], Part], otherwise: Part) -> Part:
        try:
            return read(document)
        except ScenarioRefused as refused:
            found.extend(refused.faults)
            return otherwise

    no_requests: tuple[CareRequestOpening, ...] = ()
    requests = part(_requests, no_requests)
    scenario = Scenario(
        records=part(_records, RecordsFile()),
        policy=part(_policy, Policy()),
        requests=requests,
        do=part(lambda file: read_entries(file.get("do"), [request.request_id for request in requests]), ()),
        until=part(_until, now),
        deactivations=part(_deactivations, ()),
        title=part(_title, None),
    )
    if not found:
        found.extend(faults(scenario, now))
    if found:
        raise ScenarioRefused(*found)
    return scenario


def _title(document: Mapping[str, object]) -> str | None:
    title = document.get("title")
    if title is None or isinstance(title, str):
        return title
    raise ScenarioRefused("title: a text is allowed")


def _until(document: Mapping[str, object]) -> datetime:
    if "until" not in document:
        raise ScenarioRefused("until: this key is missing")
    return read_instant(document["until"], "until")


def _records(document: Mapping[str, object]) -> RecordsFile:
    section = demand_mapping(document.get("records"), "records")
    try:
        return read_records(spelled(section, RecordsFile))
    except RecordsFileRefused as refused:
        raise ScenarioRefused(*str(refused).split("; ")) from None


def _policy(document: Mapping[str, object]) -> Policy:
    section = demand_mapping(document.get("policy"), "policy")
    try:
        return read_policy(spelled(section, Policy))
    except RecordsFileRefused as refused:
        raise ScenarioRefused(*str(refused).split("; ")) from None


def _requests(document: Mapping[str, object]) -> tuple[CareRequestOpening, ...]:
    entries = demand_list(document.get("requests"), "requests")
    return tuple(read_model(CareRequestOpening, entry, f"requests[{i}]") for i, entry in enumerate(entries))


def _deactivations(document: Mapping[str, object]) -> tuple[Deactivation, ...]:
    entries = demand_list(document.get("deactivations"), "deactivations")
    return tuple(read_model(Deactivation, entry, f"deactivations[{i}]") for i, entry in enumerate(entries))
