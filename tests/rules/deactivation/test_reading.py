"""Messages to a deactivation as they arrive: a fault is told, and nothing that people wrote (R60, R62)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.commands import Command
from business_care.deactivation.commands import DEACTIVATION_COMMANDS, Deactivate, Impose, Reactivate
from business_care.errors import RuleViolation
from business_care.reading import read_message
from tests.rules.builders import local
from tests.rules.messages import refusal

SELLER = {"role": "seller", "id": "S1"}
WHOLE = {"command_id": "D1", "by": SELLER, "product_id": "P1", "kind": "temporary"}
SECRET = "hunter2-secret"


def body(**changes: object) -> bytes:
    return json.dumps({**WHOLE, **changes}).encode()


def test_a_whole_order_is_read() -> None:
    order = read_message(Deactivate, body(takes_effect_at="2031-03-10T10:00:00+01:00", reason="Rework."))

    assert (order.product_id, order.kind, order.reason) == ("P1", "temporary", "Rework.")
    assert order.takes_effect_at == local("03-10 10:00")
    assert (order.until, order.occurred_at) == (None, None)


@pytest.mark.parametrize("model", DEACTIVATION_COMMANDS.values(), ids=DEACTIVATION_COMMANDS.keys())
def test_every_command_says_which_fields_an_empty_one_lacks(model: type[Command]) -> None:
    said = refusal(model, b"{}")

    assert said.startswith("command_id: Field required; by: Field required")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"kind": "for_good"}, "kind: Input should be 'temporary' or 'permanent'", id="kind"),
        pytest.param({"kind": None}, "kind: Input should be 'temporary' or 'permanent'", id="no kind"),
        pytest.param(
            {"product_id": 7},
            "product_id: Input should be a valid string (given: 7)",
            id="a number for an id",
        ),
        pytest.param(
            {"product_id": "P 1"}, "product_id: String should match pattern", id="an id with a space"
        ),
        pytest.param({"until": "2031-04-01"}, "until: an instant is written as", id="a day for an instant"),
        pytest.param({"until": "2031-04-01T00:00:00"}, "until: Input should have timezone info", id="naive"),
        pytest.param(
            {"takes_effect_at": 1_930_000_000},
            "takes_effect_at: Input should be a valid datetime",
            id="epoch",
        ),
        pytest.param(
            {"until": "9999-12-31T23:00:00+00:00"},
            "until: the instant lies outside the years 1900 to 9000",
            id="the end of the calendar",
        ),
        pytest.param({"reason": "a\x00b"}, "reason: the character NUL is not allowed", id="NUL"),
        pytest.param(
            {"permanent": True},
            "(not shown): unknown field; allowed: command_id, by, occurred_at, product_id, kind, "
            "takes_effect_at, until, reason",
            id="a field of nobody's",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_field_and_what_is_allowed(
    changes: dict[str, object], said: str
) -> None:
    assert refusal(Deactivate, body(**changes)).startswith(said)


@pytest.mark.parametrize(
    ("model", "allowed"),
    [
        (Reactivate, "command_id, by, occurred_at"),
        (Impose, "command_id, by, occurred_at, kind, reason"),
    ],
    ids=["reactivate", "impose"],
)
def test_a_field_of_another_command_is_told_with_what_is_allowed_here(
    model: type[Command], allowed: str
) -> None:
    raw = json.dumps({"command_id": "c1", "by": SELLER, "until": "2031-04-01T00:00:00+02:00"}).encode()

    assert f"unknown field; allowed: {allowed}" in refusal(model, raw)


@pytest.mark.parametrize("field", [*WHOLE, "until", "takes_effect_at", "reason", SECRET])
@given(value=st.sampled_from([SECRET, [SECRET], {SECRET: SECRET}, f"{SECRET}\x00", SECRET * 3_000]))
def test_what_people_wrote_is_never_repeated(field: str, value: object) -> None:
    told = ""

    try:
        read_message(Deactivate, body(**{field: value}))
    except RuleViolation as refused:
        told = refused.message

    assert SECRET not in told
