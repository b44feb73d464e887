"""What the rules ask of the outside world, and the values that travel there."""

import inspect
import sys
from datetime import datetime
from typing import Protocol, get_type_hints

import pytest
from pydantic import ValidationError

from business_care import ports
from business_care.commands import SettlementStatus
from business_care.listing import MAX_LOGGED_CHARACTERS, CommandLogEntry, RequestFilter
from business_care.provider_news import RefundNews
from business_care.recovery import ports as recovery_ports
from business_care.values import Instant, Value
from tests.rules.builders import OPENED, local

PORTS = [
    port
    for module in (ports, recovery_ports)
    for _, port in inspect.getmembers(module, inspect.isclass)
    if issubclass(port, Protocol) and port.__module__ == module.__name__
]
VERBS = [(port, name) for port in PORTS for name, verb in vars(port).items() if inspect.isfunction(verb)]


class Dated(Value):
    at: Instant


@pytest.mark.parametrize(
    ("port", "name"),
    [(port, name) for port, name in VERBS if not name.startswith("_")],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_a_port_takes_and_gives_values_whose_types_are_all_named(port: type, name: str) -> None:
    verb = vars(port)[name]

    hints = get_type_hints(verb, vars(sys.modules[port.__module__]))

    assert set(hints) == set(inspect.signature(verb).parameters) - {"self"} | {"return"}
    assert inspect.getdoc(verb)


def test_news_of_a_refund_names_it_and_says_when() -> None:
    told: dict[str, object] = {
        "news_id": "evt_1",
        "licence_id": "L1",
        "purpose": "purchase_price",
        "reference": "re_1",
        "status": SettlementStatus.FAILED,
        "occurred_at": OPENED,
    }

    assert RefundNews.model_validate(told).occurred_at == OPENED
    for missing in told:
        with pytest.raises(ValidationError):
            RefundNews.model_validate({name: value for name, value in told.items() if name != missing})


def test_a_list_shows_everything_unless_it_is_narrowed() -> None:
    everything = RequestFilter()

    given = everything.model_dump(exclude={"limit"})
    assert not any(given.values())
    assert everything.limit == 50


def test_a_logged_command_is_never_longer_than_a_message_may_be() -> None:
    longest = "x" * MAX_LOGGED_CHARACTERS

    kept = CommandLogEntry(request_id="R1", command="fix", at=OPENED, body=longest)

    assert kept.body == longest
    with pytest.raises(ValidationError):
        CommandLogEntry(request_id="R1", command="fix", at=OPENED, body=longest + "x")


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param({}, id="about nothing"),
        pytest.param({"request_id": "R1", "product_id": "P1"}, id="about two things"),
    ],
)
def test_a_logged_command_is_about_a_request_or_about_a_product(subject: dict[str, str]) -> None:
    logged = {"command": "fix", "at": OPENED, "body": "{}"}

    about_a_product = CommandLogEntry.model_validate({**logged, "product_id": "P1"})

    assert about_a_product.request_id is None
    with pytest.raises(ValidationError):
        CommandLogEntry.model_validate({**logged, **subject})


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"request_id": "R1", "product_id": "P1"}, id="two things"),
    ],
)
def test_a_logged_command_is_about_one_thing(about: dict[str, str]) -> None:
    kept = CommandLogEntry(product_id="P1", command="revoke", at=OPENED, body="{}")

    assert (kept.request_id, kept.product_id) == (None, "P1")
    with pytest.raises(ValidationError, match="one of request_id, product_id and recovery_id"):
        CommandLogEntry.model_validate({"command": "fix", "at": OPENED, "body": "{}", **about})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("2031-03-03T10:00:00+01:00", OPENED, id="with an offset"),
        pytest.param("2031-03-03T09:00:00Z", OPENED, id="in UTC"),
        pytest.param("2031-07-01T00:30:00+02:00", local("07-01 00:30"), id="in summer"),
    ],
)
def test_an_instant_is_kept_in_utc(given: str, kept: datetime) -> None:
    read = Dated.model_validate_json(f'{{"at": "{given}"}}')

    assert read.at == kept
    assert read.at.utcoffset() == kept.utcoffset()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("0001-01-01T00:00:00+14:00", id="before the year 1"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after the year 9999"),
        pytest.param("2031-03-03T10:00:00", id="without an offset"),
        pytest.param("2031-02-29T10:00:00Z", id="no such day"),
        pytest.param("1929517200", id="a number in quotes"),
    ],
)
def test_what_is_no_instant_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        Dated.model_validate_json(f'{{"at": "{given}"}}')
