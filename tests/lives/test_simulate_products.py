"""`business-care simulate` with products that are ordered off the market."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from console.simulation_outcome import PlayOutcome
from tests.lives.playing import played

Plays = Callable[..., Awaitable[PlayOutcome]]

CATALOGUE = """\
records:
  sellers:
    - {id: S1, name: Atelier Deux, email: a@studio.example, calendar: {country: FR, timezone: Europe/Paris}}
    - id: S2
      name: Studio Dos
      email: b@studio.example
      calendar: {country: ES, subdivision: CN, timezone: Atlantic/Canary}
  products:
    - {id: P1, seller_id: S1, name: Checkout}
    - {id: P2, seller_id: S2, name: Slider}
  licences:
    - id: L1
      product_id: P1
      customer_id: C1
      customer_email: c@shop.example
      purchased_at: 2030-06-15T12:00:00+02:00
      price: {amount: 100, currency: EUR}
      care: {starts_on: 2030-06-15, ends_on: 2031-06-14}
"""
UNTIL = "until: 2031-06-01T00:00:00+02:00\n"
SELLER = "by: {role: seller, id: S1}"
OPERATOR = "by: {role: operator, id: O1}"
TEMPORARY = f"product_id: P1, kind: temporary, at: 2031-03-10T09:00:00+01:00, {SELLER}"
PERMANENT = TEMPORARY.replace("temporary", "permanent")
EFFECT = "2031-03-10T09:00:00+01:00"


@pytest.fixture
def plays(tmp_path: Path) -> Plays:
    """Play a scenario in this process."""

    async def play(text: str, until: str = UNTIL) -> PlayOutcome:
        file = tmp_path / "scenario.yaml"
        file.write_text(CATALOGUE + text + until, "utf-8")
        return await played(file, tmp_path)

    return play


def off(*entries: str) -> str:
    return "deactivations:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def do(*entries: str) -> str:
    return "do:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def at(instant: str, said: str) -> str:
    return f"at: {instant}, product: P1, {said}"


def events(outcome: PlayOutcome) -> list[tuple[str, str, str]]:
    return [(it.at, it.subject, it.event) for it in outcome.timeline]


def billing(word: str) -> str:
    return f"  billing_provider: [{{licence_id: L1, behave: [{word}]}}]\n"


def paying(word: str) -> str:
    return f"  payment_provider: [{{licence_id: L1, behave: [{word}]}}]\n"


def errors(outcome: PlayOutcome) -> list[str | None]:
    return [shown.error for shown in outcome.commands]


REFUSED = {
    "by another seller": TEMPORARY.replace("id: S1", "id: S2"),
    "by an agent of another seller": TEMPORARY.replace(
        "role: seller, id: S1", "role: agent, id: A1, seller_id: S2"
    ),
    "by a customer": TEMPORARY.replace("role: seller, id: S1", "role: customer, id: C1"),
    "with an end that is none": f"{TEMPORARY}, until: {EFFECT}",
    "for good, and with an end": f"{PERMANENT}, until: 2031-04-10T09:00:00+02:00",
}


@pytest.mark.parametrize("order", REFUSED.values(), ids=REFUSED)
async def test_an_order_that_breaks_a_rule_is_played_and_changes_nothing(plays: Plays, order: str) -> None:
    outcome = await plays(off(order))

    assert events(outcome) == [(EFFECT, "P1", "rejected")]
    assert (outcome.products["P1"], outcome.renewals, outcome.notices) == ("on_sale", {"L1": "automatic"}, ())
    assert outcome.cascades["P1"].cancelled == 0


async def test_an_order_that_was_refused_is_judged_anew_under_the_same_id(plays: Plays) -> None:
    wrong = f"id: D1, {TEMPORARY}, until: {EFFECT}"
    right = f"id: D1, {TEMPORARY}, ordered_at: 2031-03-12T09:00:00+01:00".replace(
        "at: 2031-03-10", "at: 2031-03-12"
    )

    outcome = await plays(off(wrong, right))

    assert events(outcome) == [
        (EFFECT, "P1", "rejected"),
        ("2031-03-12T09:00:00+01:00", "P1", "offline"),
    ]


async def test_an_order_that_is_delivered_again_changes_nothing_even_after_the_end(plays: Plays) -> None:
    order = f"id: D1, {TEMPORARY}, until: 2031-03-12T00:00:00+01:00"
    later = f"{order}, ordered_at: 2031-03-14T09:00:00+01:00"

    outcome = await plays(off(order, order, later))

    assert events(outcome) == [
        (EFFECT, "P1", "offline"),
        ("2031-03-12T00:00:00+01:00", "P1", "on_sale"),
        ("2031-03-12T00:00:00+01:00", "P1", "ended"),
    ]


OTHERS = {
    "of another kind": f"id: D1, {TEMPORARY}".replace("temporary", "permanent"),
    "about another product": f"id: D1, {TEMPORARY}".replace("P1", "P2").replace("S1", "S2"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_another_order_under_the_same_id_is_refused(plays: Plays, other: str) -> None:
    outcome = await plays(off(f"id: D1, {TEMPORARY}", other))

    assert [event for _, _, event in events(outcome)] == ["offline", "rejected"]
    assert outcome.products == {"P1": "offline", "P2": "on_sale"}


async def test_each_product_is_shown_by_the_local_time_of_its_seller(plays: Plays) -> None:
    canary = TEMPORARY.replace("P1", "P2").replace("S1", "S2")

    outcome = await plays(off(TEMPORARY, canary))

    assert events(outcome) == [(EFFECT, "P1", "offline"), ("2031-03-10T08:00:00+00:00", "P2", "offline")]


@pytest.mark.parametrize(
    "act",
    [f"make_permanent: {{{SELLER}}}", f"impose: {{{OPERATOR}, kind: permanent, reason: It is unsafe}}"],
    ids=["make_permanent", "impose"],
)
async def test_people_who_act_at_the_planned_end_come_too_late_though_they_are_heard_first(
    plays: Plays, act: str
) -> None:
    order = f"{TEMPORARY}, until: 2031-04-01T00:00:00+02:00"

    outcome = await plays(off(order) + do(at("2031-04-01T00:00:00+02:00", act)))

    assert errors(outcome) == ["wrong_state"]
    assert [event for _, _, event in events(outcome)] == ["offline", "rejected", "on_sale", "ended"]
    assert (outcome.products["P1"], outcome.renewals["L1"]) == ("on_sale", "automatic")


async def test_people_who_act_a_second_before_the_planned_end_act_in_time(plays: Plays) -> None:
    order = f"{TEMPORARY}, until: 2031-04-01T00:00:00+02:00"
    just_before = "2031-03-31T23:59:59+02:00"

    outcome = await plays(off(order) + do(at(just_before, f"make_permanent: {{{SELLER}}}")))

    assert errors(outcome) == [None]
    assert events(outcome)[1:] == [
        (just_before, "P1", "make_permanent"),
        (just_before, "P1", "retired"),
        (just_before, "P1", "renewals_cancelled"),
        (just_before, "P1", "ended"),
    ]


async def test_orders_come_before_what_people_do_at_the_same_instant(plays: Plays) -> None:
    planned = f"{TEMPORARY}, ordered_at: 2031-03-03T09:00:00+01:00"
    act = at("2031-03-03T09:00:00+01:00", f"revoke: {{{SELLER}}}")

    outcome = await plays(off(planned) + do(act))

    assert errors(outcome) == [None]
    assert [event for _, _, event in events(outcome)] == ["revoke", "ended"]


async def test_the_journal_tells_what_came_of_a_signal(plays: Plays) -> None:
    planned = f"{TEMPORARY}, ordered_at: 2031-03-03T09:00:00+01:00"
    acts = (
        at("2031-03-04T09:00:00+01:00", f"reactivate: {{{SELLER}, as: signal}}"),
        at("2031-03-04T09:00:00+01:00", "revoke: {by: nobody, as: signal}"),
        at("2031-03-05T09:00:00+01:00", f"revoke: {{command_id: r1, {SELLER}, as: signal}}"),
        at("2031-03-06T09:00:00+01:00", f"revoke: {{command_id: r1, {SELLER}, as: signal}}"),
        at("2031-03-07T09:00:00+01:00", f"revoke: {{command_id: r2, {SELLER}, as: signal}}"),
    )

    outcome = await plays(off(planned) + do(*acts))

    assert errors(outcome) == [
        "wrong_state",
        "invalid_message",
        None,
        "duplicate_command",
        "deactivation_ended",
    ]
    assert [shown.product for shown in outcome.commands] == ["P1"] * 5


async def test_a_command_to_a_product_that_was_never_off_is_judged_and_finds_nothing(plays: Plays) -> None:
    acts = (
        at(EFFECT, f"reactivate: {{{SELLER}}}"),
        at(EFFECT, f"impose: {{{OPERATOR}, kind: temporary, reason: It is unsafe, as: signal}}"),
        at(EFFECT, "revoke: [1]"),
        at(EFFECT, "revoke: {by: {role: customer, id: C1}}"),
        at(EFFECT, "revoke: {by: {role: seller, id: S2}}"),
    )

    outcome = await plays(do(*acts))

    assert errors(outcome) == [
        "unknown_deactivation",
        "unknown_deactivation",
        "invalid_message",
        "role_not_allowed",
        "not_your_product",
    ]
    assert outcome.cascades == {}


async def test_what_a_first_deactivation_came_to_is_not_told_again(plays: Plays) -> None:
    again = f"{TEMPORARY}, ordered_at: 2031-03-22T09:00:00+01:00".replace("at: 2031-03-10", "at: 2031-03-22")

    outcome = await plays(off(PERMANENT, again))

    assert [event for _, _, event in events(outcome)] == [
        "retired",
        "renewals_cancelled",
        "ended",
        "rejected",
    ]
    assert (outcome.cascades["P1"].cancelled, outcome.products["P1"]) == (1, "retired")


async def test_a_deactivation_that_is_planned_for_later_than_the_end_stays_planned(plays: Plays) -> None:
    order = TEMPORARY.replace("at: 2031-03-10", "at: 2032-03-10") + ", ordered_at: 2031-03-03T09:00:00+01:00"

    outcome = await plays(off(order))

    assert (events(outcome), outcome.products["P1"]) == ([], "on_sale")


async def test_a_request_of_the_same_name_as_a_product_keeps_its_own_history(plays: Plays) -> None:
    request = "requests: [{request_id: P1, licence_id: L1, opened_at: 2031-03-10T09:00:00+01:00}]\n"
    withdrawal = (
        "at: 2031-03-11T09:00:00+01:00, request: P1, withdraw: {by: {role: customer, id: C1}, reason: x}"
    )

    outcome = await plays(request + off(TEMPORARY) + do(withdrawal))

    assert outcome.requests["P1"].outcome == "withdrawn"
    assert [event for _, _, event in events(outcome)] == ["opened", "offline", "withdraw", "closed"]


async def test_a_renewal_is_not_called_cancelled_while_a_charge_is_in_flight(plays: Plays) -> None:
    outcome = await plays(
        billing("charge_in_flight_paid") + off(PERMANENT), "until: 2031-03-10T09:59:59+01:00\n"
    )

    assert [event for _, _, event in events(outcome)] == ["retired"]
    assert (outcome.renewals["L1"], outcome.cascades["P1"].cancelled) == ("automatic", 0)


LATE_IN_THE_OLD_PERIOD = "2031-06-14T23:30:00+02:00"
AUTUMN = "until: 2031-10-01T00:00:00+02:00\n"


@pytest.mark.parametrize(
    ("words", "care"),
    [
        pytest.param("ok", "lapsed", id="cancelled in the old period"),
        pytest.param("error", "active", id="cancelled in the new one"),
        pytest.param("charge_in_flight_paid", "lapsed", id="paid and given back"),
        pytest.param("charge_in_flight_failed", "lapsed", id="never paid"),
        pytest.param("error, charge_in_flight_paid", "active", id="the one after is given back"),
    ],
)
async def test_care_that_renews_around_the_deactivation_lasts_as_long_as_it_is_paid_for(
    plays: Plays, words: str, care: str
) -> None:
    order = PERMANENT.replace(EFFECT, LATE_IN_THE_OLD_PERIOD)
    retry = at("2031-06-16T09:00:00+02:00", f"retry_failed: {{{OPERATOR}}}")

    outcome = await plays(billing(words) + off(order) + do(retry), AUTUMN)

    assert (outcome.renewals["L1"], outcome.cascades["P1"].cancelled) == ("cancelled", 1)
    assert outcome.care["L1"] == care


async def test_what_failed_is_tried_again_while_another_charge_is_in_flight(plays: Plays) -> None:
    another = "    - id: L2" + CATALOGUE.partition("    - id: L1")[2].replace("C1", "C2")
    in_flight = "{licence_id: L2, behave: [charge_in_flight_paid]}"
    behaving = f"  billing_provider: [{{licence_id: L1, behave: [error]}}, {in_flight}]\n"
    soon = "2031-03-10T09:20:00+01:00"

    outcome = await plays(another + behaving + off(PERMANENT) + do(at(soon, f"retry_failed: {{{OPERATOR}}}")))

    told = [(notice.to, notice.kind) for notice in outcome.notices if notice.kind == "renewal_cancelled"]
    assert errors(outcome) == [None]
    assert outcome.renewals == {"L1": "cancelled", "L2": "cancelled"}
    assert [to for to, _ in told] == ["C1", "C2"]
    assert (events(outcome)[1], events(outcome)[-1][2]) == ((soon, "P1", "retry_failed"), "ended")


async def test_a_charge_that_is_owed_back_waits_for_payments_to_run_again(plays: Plays) -> None:
    acts = (
        "at: 2031-03-10T08:00:00+01:00, payments: stop, seller: S1",
        "at: 2031-03-10T18:30:00+01:00, payments: resume, seller: S1",
    )

    outcome = await plays(
        billing("charge_in_flight_paid") + off(f"{PERMANENT}, ordered_at: {EFFECT}") + do(*acts)
    )

    [told] = [notice for notice in outcome.notices if notice.kind == "renewal_cancelled"]
    assert told.to == "C1"
    assert events(outcome) == [
        (EFFECT, "P1", "retired"),
        ("2031-03-10T18:30:00+01:00", "P1", "payments_resumed"),
        ("2031-03-10T18:30:00+01:00", "P1", "renewals_cancelled"),
        ("2031-03-10T18:30:00+01:00", "P1", "ended"),
    ]
    assert [(sent.licence_id, sent.amount, sent.status) for sent in outcome.refunds] == [
        ("L1", 100, "succeeded")
    ]


async def test_renewals_that_failed_are_listed_and_wait_for_the_operator(plays: Plays) -> None:
    outcome = await plays(billing("error") + off(PERMANENT))

    cascade = outcome.cascades["P1"]
    assert (cascade.cancelled, cascade.failed, outcome.renewals["L1"]) == (0, ("L1",), "automatic")
    assert [event for _, _, event in events(outcome)] == ["retired"]


async def test_a_renewal_whose_charge_is_left_to_the_operator_is_cancelled_all_the_same(plays: Plays) -> None:
    outcome = await plays(billing("charge_in_flight_paid") + paying("refused") + off(PERMANENT))

    cascade = outcome.cascades["P1"]
    assert (cascade.cancelled, cascade.failed, outcome.renewals["L1"]) == (1, (), "cancelled")
    assert [sent.status for sent in outcome.refunds] == ["refused"]
