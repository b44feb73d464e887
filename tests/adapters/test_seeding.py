"""A records file is read strictly, and loading it twice changes nothing."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest
import yaml
from sqlalchemy import select

from adapters.records.catalogue_tables import (
    BUNDLE_MEMBERS,
    BUNDLES,
    CARE_SUBSCRIPTIONS,
    PRODUCT_SHEETS,
    SIMULATED_BEHAVIOURS,
)
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import RecordsFileRefused, read_policy, read_records
from adapters.records.tables import ALL_TABLES
from business_care.calendar import CalendarProfile
from business_care.policy import OnMissedAcknowledgement, Policy
from tests.adapters.care_world import OPENED_AT, an_opening

EVERYTHING = """
sellers:
  - id: S1
    name: Studio Uno
    email: agents@studio-uno.example
    language: en
    calendar: {country: ES, subdivision: CT, timezone: Europe/Madrid}
  - {id: S2, name: Studio Dos, email: agents@studio-dos.example}
products:
  - id: P1
    seller_id: S1
    name: Mega menu
    sheets:
      - {from: 2026-01-01, compatible_versions: ["1.7.0 - 1.7.8", 8]}
      - {from: 2031-01-01, compatible_versions: ["8.x", "9.x"]}
  - {id: P2, seller_id: S1, name: Slider, sheets: []}
bundles:
  - {id: B1, name: Theme kit, product_ids: [P1, P2], on_sale: true}
licences:
  - id: L1
    product_id: P1
    customer_id: C1
    customer_email: shop@customer.example
    customer_language: fr
    purchased_at: 2030-06-15T12:00:00+02:00
    price: {amount: 12900, currency: EUR}
    payment_ref: pay_0001
    shop_url: https://shop.customer.example
    test_shop_urls: [https://staging.customer.example]
    care: {starts_on: 2030-06-15, ends_on: 2031-06-14, auto_renew: true}
    refunded_before: 0
closures:
  - {id: K1, seller_id: S1, start: 2031-03-08, end: 2031-03-12, notified_at: 2031-02-20T09:00:00+01:00}
payment_provider:
  - {licence_id: L1, behave: [timeout_after_effect, pending]}
billing_provider:
  - {licence_id: L1, behave: [ok, charge_in_flight_paid]}
"""


def section() -> dict[str, object]:
    parsed = yaml.safe_load(EVERYTHING)
    assert isinstance(parsed, dict)
    return parsed


async def contents(records: Records) -> dict[str, list[tuple[object, ...]]]:
    async with records.database.reading() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in ALL_TABLES
        }


async def test_a_whole_file_is_loaded(records: Records) -> None:
    await load(records.database, read_records(section()))

    facts = await records.care.licence_facts(an_opening())
    assert facts.purchased_at == datetime(2030, 6, 15, 10, tzinfo=UTC)
    assert facts.advertised_versions == ("1.7.0 - 1.7.8", "8")
    assert facts.care_active
    assert [closure.id for closure in facts.closures] == ["K1"]
    assert await records.report.products() == {"P1": "on_sale", "P2": "on_sale"}
    assert await records.report.bundles() == {"B1": "on_sale"}


async def test_the_knobs_of_both_simulated_providers_are_kept(records: Records) -> None:
    await load(records.database, read_records(section()))

    async with records.database.reading() as connection:
        rows = await connection.execute(
            select(SIMULATED_BEHAVIOURS).order_by(SIMULATED_BEHAVIOURS.c.provider)
        )
        assert [tuple(row) for row in rows] == [
            ("billing", "L1", ("ok", "charge_in_flight_paid")),
            ("payment", "L1", ("timeout_after_effect", "pending")),
        ]


async def test_the_same_file_twice_changes_nothing(records: Records) -> None:
    file = read_records(section())
    await load(records.database, file, policy=Policy(resolve_business_days=20))
    before = await contents(records)

    await load(records.database, file)

    assert await contents(records) == before


async def test_a_changed_file_brings_the_records_up_to_date(records: Records) -> None:
    await load(records.database, read_records(section()))
    changed = yaml.safe_load(
        EVERYTHING.replace("Mega menu", "Giga menu")
        .replace("product_ids: [P1, P2], on_sale: true", "product_ids: [P2], on_sale: false")
        .replace('      - {from: 2031-01-01, compatible_versions: ["8.x", "9.x"]}\n', "")
    )

    await load(records.database, read_records(changed))

    async with records.database.reading() as connection:
        sheets = await connection.scalars(select(PRODUCT_SHEETS.c.from_date))
        members = await connection.scalars(select(BUNDLE_MEMBERS.c.product_id))
        assert list(sheets) == [date(2026, 1, 1)]
        assert list(members) == ["P2"]
        assert await connection.scalar(select(BUNDLES.c.on_sale)) is False


async def test_what_was_decided_meanwhile_survives_a_second_loading(records: Records) -> None:
    file = read_records(section())
    await load(records.database, file)
    await records.care.end_care("L1", OPENED_AT)
    await records.care.cancel_renewal("L1", OPENED_AT)
    reopened = await records.closures.end("K1", datetime(2031, 3, 9, 12, tzinfo=UTC))

    await load(records.database, file)

    async with records.database.reading() as connection:
        care = (await connection.execute(select(CARE_SUBSCRIPTIONS))).one()
    assert (care.ended_on, care.renewal_cancelled_on) == (date(2031, 3, 3), date(2031, 3, 3))
    assert await records.closures.of_seller("S1") == [reopened]


def changed(path: list[str | int], value: object) -> Mapping[str, object]:
    whole = deepcopy(section())
    place: object = whole
    for step in path[:-1]:
        assert isinstance(place, dict | list)
        place = place[step]  # type: ignore[index]  # a path through dicts and lists alike
    assert isinstance(place, dict | list)
    place[path[-1]] = value  # type: ignore[index]
    return whole


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        pytest.param(["shops"], [], "records.shops: this key is unknown", id="unknown section"),
        pytest.param(
            ["sellers", 1, "phone"], "1", r"records.sellers\[1\].phone: this key is unknown", id="unknown key"
        ),
        pytest.param(
            ["products", 0, "seller_id"],
            "S9",
            r"records.products\[0\].seller_id: S9 is not a seller of this file",
            id="unknown seller",
        ),
        pytest.param(
            ["licences", 0, "product_id"],
            "P9",
            r"records.licences\[0\].product_id: P9 is not a product of this file",
            id="unknown product",
        ),
        pytest.param(
            ["bundles", 0, "product_ids"],
            ["P1", "P9"],
            r"records.bundles\[0\].product_ids: P9 is not a product of this file",
            id="unknown member",
        ),
        pytest.param(
            ["closures", 0, "seller_id"],
            "S9",
            r"records.closures\[0\].seller_id: S9 is not a seller of this file",
            id="closure of an unknown seller",
        ),
        pytest.param(
            ["payment_provider", 0, "licence_id"],
            "L9",
            r"records.payment_provider\[0\].licence_id: L9 is not a licence of this file",
            id="knob of an unknown licence",
        ),
        pytest.param(
            ["sellers", 1, "id"], "S1", r"records.sellers\[1\]: S1 stands there twice", id="the same id twice"
        ),
        pytest.param(
            ["payment_provider", 0, "behave"],
            ["sometimes"],
            r"records.payment_provider\[0\].behave\[0\]: Input should be 'ok', 'error'",
            id="unknown word",
        ),
        pytest.param(
            ["closures", 0, "end"],
            date(2031, 3, 7),
            r"records.closures\[0\]: .*end 2031-03-07 lies before start 2031-03-08",
            id="closure that ends before it starts",
        ),
        pytest.param(
            ["licences", 0, "purchased_at"],
            datetime(2030, 6, 15, 12),  # noqa: DTZ001 - an instant without an offset is the case
            r"records.licences\[0\].purchased_at: Input should have timezone info",
            id="instant without an offset",
        ),
        pytest.param(
            ["licences", 0, "price", "amount"],
            129.5,
            r"records.licences\[0\].price.amount: .* \(given: 129.5\)",
            id="amount that is no whole number",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_the_name_of_the_key(
    path: list[str | int], value: object, sentence: str
) -> None:
    with pytest.raises(RecordsFileRefused, match=sentence):
        read_records(changed(path, value))


class Spelled(float):
    """A number of a YAML file that knows how it was written."""

    def __str__(self) -> str:
        return "8.10"


def test_a_version_that_looks_like_a_number_keeps_its_spelling() -> None:
    file = read_records(changed(["products", 0, "sheets", 0, "compatible_versions"], [Spelled(8.1), 9]))

    assert file.products[0].sheets[0].compatible_versions == ("8.10", "9")


def test_a_policy_has_defaults_for_what_is_left_out() -> None:
    policy = read_policy(
        {
            "profile": "weekdays_only",
            "reminders_business_days": [7, 2],
            "on_missed_acknowledgement": "refund",
        }
    )

    assert policy == Policy(
        profile=CalendarProfile.WEEKDAYS_ONLY,
        reminders_business_days=(7, 2),
        on_missed_acknowledgement=OnMissedAcknowledgement.REFUND,
    )


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        pytest.param(
            {"acknowledge_days": 1}, "policy.acknowledge_days: this key is unknown", id="unknown key"
        ),
        pytest.param(
            {"resolve_business_days": 0}, r"policy.resolve_business_days: .* \(given: 0\)", id="out of range"
        ),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused(policy: Mapping[str, object], sentence: str) -> None:
    with pytest.raises(RecordsFileRefused, match=sentence):
        read_policy(policy)
