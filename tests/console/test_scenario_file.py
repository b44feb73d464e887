"""What scenario files may say, and what a person is told whose file is wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from business_care.listing import PaymentState
from console.scenario import CommandEntry, DeactivationCommandEntry, PaymentsEntry, Scenario
from console.scenario_file import read_scenario, read_seed
from console.scenario_yaml import ScenarioRefused

NOW = datetime(2030, 12, 24, 12, 0, tzinfo=UTC)

RECORDS = """\
records:
  sellers:
    - {id: S1, name: Studio Uno, email: a@studio.example, calendar: {country: FR, timezone: Europe/Paris}}
  products:
    - {id: P1, seller_id: S1, name: Menu}
  licences:
    - id: L1
      product_id: P1
      customer_id: C1
      customer_email: c@shop.example
      purchased_at: 2030-06-15T12:00:00+02:00
      price: {amount: 100, currency: EUR}
"""
REQUEST = "requests: [{request_id: R1, licence_id: L1, opened_at: 2031-03-03T10:00:00+01:00}]\n"
TWO_REQUESTS = """\
requests:
  - {request_id: R1, licence_id: L1, opened_at: 2031-03-03T10:00:00+01:00}
  - {request_id: R2, licence_id: L1, opened_at: 2031-03-03T10:00:00+01:00}
"""
UNTIL = "until: 2031-06-01T00:00:00+02:00\n"
WHOLE = RECORDS + REQUEST + UNTIL

Writes = Callable[[str], Path]


@pytest.fixture
def writes(tmp_path: Path) -> Writes:
    def write(text: str) -> Path:
        file = tmp_path / "scenario.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


def do(*entries: str) -> str:
    return WHOLE + "do:\n" + "".join(f"  - {entry}\n" for entry in entries)


def off(*more: str) -> str:
    """A deactivation of P1 for each of the texts, which say more about it; one without any text."""
    deactivation = (
        "product_id: P1, kind: permanent, at: 2031-04-01T09:00:00+02:00, by: {role: seller, id: S1}"
    )
    entries = [f"  - {{{', '.join([deactivation, said])}}}\n" for said in more]
    return "deactivations:\n" + ("".join(entries) or f"  - {{{deactivation}}}\n")


def test_a_whole_file_is_read(writes: Writes) -> None:
    scenario = read(writes, WHOLE + "title: A life\npolicy: {dispute_business_days: 3}\ndo: []\n")

    assert (scenario.title, scenario.policy.dispute_business_days) == ("A life", 3)
    assert [request.request_id for request in scenario.requests] == ["R1"]
    assert scenario.until == datetime(2031, 5, 31, 22, 0, tzinfo=UTC)


def test_a_command_is_kept_as_it_stands_whatever_it_holds(writes: Writes) -> None:
    entry = "{at: 2031-03-04T09:00:00+01:00, fix: {by: [nobody], reference: 2.40, colour: red, as: signal}}"

    scenario = read(writes, do(entry))

    said = {"by": ["nobody"], "reference": 2.4, "colour": "red"}
    at = datetime(2031, 3, 4, 8, 0, tzinfo=UTC)
    assert scenario.do == (CommandEntry(0, at, "R1", "fix", said, as_signal=True),)


def test_the_operator_may_stop_the_payments_of_one_seller(writes: Writes) -> None:
    scenario = read(writes, do("{at: 2031-03-04T09:00:00+01:00, payments: stop, seller: S1}"))

    at = datetime(2031, 3, 4, 8, 0, tzinfo=UTC)
    assert scenario.do == (PaymentsEntry(0, at, PaymentState.STOPPED, "S1"),)


def test_a_deactivation_is_called_after_its_product_and_ordered_when_the_scenario_begins(
    writes: Writes,
) -> None:
    text = WHOLE + off("reason: First", "id: D2", "ordered_at: 2031-03-05T09:00:00+01:00")

    scenario = read(writes, text)

    begins = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
    assert [(order.deactivation_id, order.at) for order in scenario.orders] == [
        ("P1-1", begins),
        ("D2", begins),
        ("P1-3", datetime(2031, 3, 5, 8, 0, tzinfo=UTC)),
    ]


def test_a_scenario_begins_with_the_first_instant_that_stands_in_it(writes: Writes) -> None:
    scenario = read(writes, RECORDS + UNTIL + off("reason: A", "ordered_at: 2031-02-01T09:00:00+01:00"))

    assert [order.at for order in scenario.orders] == [datetime(2031, 2, 1, 8, 0, tzinfo=UTC)] * 2


def test_a_deactivation_may_be_planned_for_after_the_end_of_the_play(writes: Writes) -> None:
    scenario = read(writes, WHOLE + off().replace("at: 2031-04-01", "at: 2033-04-01"))

    assert [order.at for order in scenario.orders] == [datetime(2031, 3, 3, 9, 0, tzinfo=UTC)]


def test_an_order_that_is_delivered_once_more_may_come_when_it_has_taken_effect(writes: Writes) -> None:
    scenario = read(writes, WHOLE + off("id: D1", "id: D1, ordered_at: 2031-05-01T09:00:00+02:00"))

    assert [order.repeats for order in scenario.orders] == [False, True]


def test_a_command_may_be_sent_to_a_product_that_nobody_orders_off(writes: Writes) -> None:
    scenario = read(writes, do("{at: 2031-03-04T09:00:00+01:00, product: P1, revoke: {as: signal}}"))

    at = datetime(2031, 3, 4, 8, 0, tzinfo=UTC)
    assert scenario.do == (DeactivationCommandEntry(0, at, "P1", "revoke", {}, as_signal=True),)


def test_numbers_are_ids_and_versions_where_texts_are_wanted(writes: Writes) -> None:
    text = WHOLE.replace("L1", "007").replace("id: R1,", "id: 1, shop_version: 8.10,")

    scenario = read(writes, text)

    opening = scenario.requests[0]
    assert (opening.request_id, opening.licence_id, opening.shop_version) == ("1", "007", "8.10")
    assert scenario.records.licences[0].id == "007"


def test_norway_is_a_country_and_no_refusal(writes: Writes) -> None:
    text = WHOLE.replace("country: FR, timezone: Europe/Paris", "country: NO, timezone: Europe/Oslo")

    scenario = read(writes, text)

    calendar = scenario.records.sellers[0].calendar
    assert calendar is not None
    assert calendar.country == "NO"


FAULTS = {
    "an empty file": ("", "the file is empty"),
    "a comment alone": ("# nothing", "the file is empty"),
    "a list": ("- 1\n", "a mapping is expected (records: …, requests: …), not a list"),
    "no YAML": ("records: [", "line 1, column 11: "),
    "a tab": ("records:\n\t- x", "line 2, column 1: "),
    "two documents": (WHOLE + "---\n" + WHOLE, "but found another document"),
    "a key given twice": (WHOLE + UNTIL, "the key until stands there twice"),
    "a key given twice far inside": (
        WHOLE.replace("amount: 100", "amount: 1, amount: 2"),
        "the key amount stands",
    ),
    "a key that is no text": (WHOLE + "1: x\n", "a key is not a text"),
    "a tag": (WHOLE + "title: !!python/name:os.system x\n", "a tag is used; plain values only are allowed"),
    "an unknown key": (
        WHOLE + "untli: 1\n",
        "untli: this key is unknown (did you mean until?); allowed are title, policy",
    ),
    "no end": (RECORDS + REQUEST, "until: this key is missing"),
    "an end without an offset": (
        RECORDS + REQUEST + "until: 2031-06-01T00:00:00\n",
        "until: 2031-06-01T00:00:00 was ",
    ),
    "a title that is no text": (WHOLE + "title: [x]\n", "title: a text is allowed"),
    "requests that are no list": (
        RECORDS + UNTIL + "requests: {}\n",
        "requests: a mapping was given; a list is",
    ),
    "an unknown key of a request": (
        WHOLE.replace("request_id: R1,", "request_id: R1, shop: x,"),
        "requests[0].shop: this key is unknown (did you mean shop_url?); allowed are request_id, ",
    ),
    "an unknown kind": (
        WHOLE.replace("request_id: R1,", "request_id: R1, kind: wish,"),
        "requests[0].kind: wish was given; input should be 'anomaly' or 'question'",
    ),
    "a request without its opening": (
        WHOLE.replace(", opened_at: 2031-03-03T10:00:00+01:00", ""),
        "requests[0].opened_at: this key is missing",
    ),
    "an unknown licence": (
        WHOLE.replace("licence_id: L1", "licence_id: L9"),
        "requests[0].licence_id: L9 is not a licence of this file; there are: L1",
    ),
    "two requests under one id": (
        RECORDS + TWO_REQUESTS.replace("R2", "R1") + UNTIL,
        "requests: the request_id R1 stands there 2 times",
    ),
    "an unknown key of the records": (
        WHOLE.replace("name: Menu", "nom: Menu"),
        "records.products[0].nom: this key is",
    ),
    "an unknown policy": (WHOLE + "policy: {grace: 1}\n", "policy.grace: this key is unknown"),
    "a price with a fraction": (WHOLE.replace("amount: 100", "amount: 1.5"), "(given: 1.5)"),
    "a calendar without its region": (
        WHOLE.replace("country: FR", "country: DE"),
        "records.sellers[0].calendar: subdivision_required: ",
    ),
    "an opening in the past": (
        WHOLE.replace("opened_at: 2031-03-03", "opened_at: 2030-03-03"),
        "requests[0].opened_at: 2030-03-03T09:00:00+00:00 lies in the past; ",
    ),
    "an opening after the end": (
        WHOLE.replace("opened_at: 2031-03-03", "opened_at: 2031-07-03"),
        "requests[0].opened_at: 2031-07-03T09:00:00+00:00 lies after until 2031-05-31T22:00:00+00:00",
    ),
    "nothing done": (
        do("{at: 2031-03-04T09:00:00+01:00}"),
        "do[0]: one command an entry is allowed; none was given",
    ),
    "two commands in one entry": (
        do("{at: 2031-03-04T09:00:00+01:00, hold: {}, release: {}}"),
        "do[0]: one command an entry is allowed; 2 were given (hold, release)",
    ),
    "an unknown command": (
        do("{at: 2031-03-04T09:00:00+01:00, acknowlege: {}}"),
        "do[0].acknowlege: this key is unknown (did you mean acknowledge?); allowed are at, request, ",
    ),
    "no instant": (do("{hold: {}}"), "do[0].at: this key is missing"),
    "a date for an instant": (
        do("{at: 2031-03-04, hold: {}}"),
        "do[0].at: 2031-03-04 was given; an instant with",
    ),
    "an unknown request": (
        do("{at: 2031-03-04T09:00:00+01:00, request: R9, hold: {}}"),
        "do[0].request: R9 is not a request of this file; there are: R1",
    ),
    "no request where there are two": (
        RECORDS + TWO_REQUESTS + UNTIL + "do: [{at: 2031-03-04T09:00:00+01:00, hold: {}}]\n",
        "do[0].request: this key is missing; it may be left out where there is one request",
    ),
    "acts out of order": (
        do("{at: 2031-03-05T09:00:00+01:00, hold: {}}", "{at: 2031-03-04T09:00:00+01:00, release: {}}"),
        "do[1].at: 2031-03-04T08:00:00+00:00 lies before do[0].at 2031-03-05T08:00:00+00:00; ",
    ),
    "an act before its request": (
        do("{at: 2031-03-03T09:59:59+01:00, hold: {}}"),
        "do[0].at: 2031-03-03T08:59:59+00:00 lies before the request R1 is opened at 2031-03-03T",
    ),
    "an act after the end": (do("{at: 2032-03-04T09:00:00+01:00, hold: {}}"), "lies after until"),
    "another way to send": (
        do("{at: 2031-03-04T09:00:00+01:00, hold: {as: letter}}"),
        "do[0].hold.as: letter was given; allowed are update, signal",
    ),
    "another state of payments": (
        do("{at: 2031-03-04T09:00:00+01:00, payments: pause}"),
        "do[0].payments: pause was given; allowed are stop, resume",
    ),
    "the payments of an unknown seller": (
        do("{at: 2031-03-04T09:00:00+01:00, payments: stop, seller: S9}"),
        "do[0].seller: S9 is not a seller of this file; there are: S1",
    ),
    "a request beside payments": (
        do("{at: 2031-03-04T09:00:00+01:00, payments: stop, request: R1}"),
        "do[0].request: this key does not go with payments",
    ),
    "a product beside a request's command": (
        do("{at: 2031-03-04T09:00:00+01:00, hold: {}, product: P1}"),
        "do[0].product: this key does not go with hold",
    ),
    "an unknown product": (
        do("{at: 2031-03-04T09:00:00+01:00, product: P9, revoke: {}}"),
        "do[0].product: P9 is not a product of this file; there are: P1",
    ),
    "a command about no product": (
        do("{at: 2031-03-04T09:00:00+01:00, revoke: {}}"),
        "do[0].product: this key is missing",
    ),
    "a request beside a product's command": (
        do("{at: 2031-03-04T09:00:00+01:00, product: P1, request: R1, revoke: {}}"),
        "do[0].request: this key does not go with revoke",
    ),
    "a command before the product is ordered off": (
        do("{at: 2031-03-04T09:00:00+01:00, product: P1, revoke: {}}")
        + off("ordered_at: 2031-03-04T09:00:01+01:00", "ordered_at: 2031-03-05T09:00:00+01:00"),
        "do[0].at: 2031-03-04T08:00:00+00:00 lies before the product P1 is ordered off at "
        "2031-03-04T08:00:01+00:00",
    ),
    "deactivations that are no list": (WHOLE + "deactivations: {}\n", "deactivations: a mapping was given"),
    "an unknown key of a deactivation": (
        WHOLE + off("from: 2031-03-04T09:00:00+01:00"),
        "deactivations[0].from: this key is unknown; allowed are id, product_id, ",
    ),
    "a deactivation of an unknown kind": (
        WHOLE + off().replace("permanent", "soft"),
        "deactivations[0].kind: soft was given; input should be 'temporary' or 'permanent'",
    ),
    "a deactivation without its instant": (
        WHOLE + off().replace("at: 2031-04-01T09:00:00+02:00, ", ""),
        "deactivations[0].at: this key is missing",
    ),
    "a deactivation by nobody": (
        WHOLE + off().replace(", by: {role: seller, id: S1}", ""),
        "deactivations[0].by: this key is missing",
    ),
    "a deactivation of an unknown product": (
        WHOLE + off().replace("P1", "P9"),
        "deactivations[0].product_id: P9 is not a product of this file; there are: P1",
    ),
    "a deactivation that is ordered after it takes effect": (
        WHOLE + off("ordered_at: 2031-04-01T09:00:01+02:00"),
        "deactivations[0].ordered_at: 2031-04-01T07:00:01+00:00 lies after deactivations[0].at "
        "2031-04-01T07:00:00+00:00, when it takes effect",
    ),
    "a deactivation that is ordered after the end": (
        WHOLE + off("ordered_at: 2032-04-01T09:00:00+02:00").replace("at: 2031", "at: 2033"),
        "deactivations[0].ordered_at: 2032-04-01T07:00:00+00:00 lies after until",
    ),
    "a deactivation in the past": (
        WHOLE + off("ordered_at: 2030-12-01T09:00:00+01:00"),
        "deactivations[0].ordered_at: 2030-12-01T08:00:00+00:00 lies in the past; ",
    ),
    "an id that is too long for another one to be made of it": (
        (WHOLE + off()).replace("P1", "P" * 128),
        "deactivations[0].id: this key is missing; the product_id is too long to make one of it",
    ),
    "a deactivation whose local days nobody can tell": (
        RECORDS.replace("Europe/Paris", "Europe/Atlantis") + UNTIL + off(),
        "records.sellers[0].calendar: unknown_timezone: ",
    ),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_file_is_refused_in_a_sentence_that_names_the_key(
    writes: Writes, text: str, told: str
) -> None:
    with pytest.raises(ScenarioRefused) as refused:
        read(writes, text)

    assert told in str(refused.value)


def test_every_fault_is_told_at_once(writes: Writes) -> None:
    text = (
        WHOLE.replace("licence_id: L1", "licence_id: 1, tone: loud").replace("amount: 100", "amount: x")
        + "x: 1\n"
    )

    with pytest.raises(ScenarioRefused) as refused:
        read(writes, text)

    assert [fault.partition(":")[0] for fault in refused.value.faults] == [
        "x",
        "requests[0].tone",
        "records.licences[0].price.amount",
    ]


def test_a_value_that_holds_itself_is_refused(writes: Writes) -> None:
    with pytest.raises(ScenarioRefused, match="nested deeper than 32 levels"):
        read(writes, WHOLE + "title: &a [*a]\n")


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioRefused, match=r"nowhere\.yaml: the file can't be read: No such file or directory"
    ):
        read_scenario(tmp_path / "nowhere.yaml", NOW)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.yaml"
    file.write_bytes(b"\x89PNG\r\n\xff\xfe")

    with pytest.raises(ScenarioRefused, match="is not UTF-8 text"):
        read_scenario(file, NOW)


def test_a_seed_leaves_the_policy_alone_that_it_does_not_name(writes: Writes) -> None:
    seed = read_seed(writes(RECORDS))

    assert (len(seed.records.licences), seed.policy) == (1, None)


def read(writes: Writes, text: str) -> Scenario:
    return read_scenario(writes(text), NOW)
