"""The command line against a real server: products that are switched off and on, as people do it."""

import pytest

from business_care.deactivation.words import DeactivationOutcome
from tests.gateway.marketplace import Marketplace
from tests.gateway.product_callers import (
    a_product_back_on_sale,
    a_product_off_sale,
    a_product_that_owes_a_charge,
    settled,
)
from tests.gateway.terminal import Typed


async def test_a_product_is_switched_off_shown_and_switched_on_again(
    market: Marketplace, typed: Typed
) -> None:
    product = await market.product()
    by = ("--by", f"seller:{product.seller.id}")
    order = ("deactivate", product.id, "--temporary", *by, "--until", "2031-04-01T00:00:00+02:00")

    ordered = await typed(*order, "--command-id", product.order_id, "--reason", "Rework")
    again = await typed(*order, "--command-id", product.order_id, "--reason", "Rework", "--json")
    await settled(market.products(), product)
    shown = await typed("deactivation", product.id)
    second = await typed("deactivate", product.id, "--permanent", *by)
    as_json = await typed("deactivation", product.id, "--json")
    reactivated = await typed("reactivate", product.id, *by, "--json")
    await market.deactivation(product.id).result()
    ended = await typed("deactivation", product.id)

    assert ordered.out.splitlines() == [
        f"deactivate accepted; deactivation of {product.id} is offline",
        f"command id          {product.order_id}",
        f"deactivation        {product.order_id} (temporary)",
        "planned end         Mon 2031-03-31 22:00 UTC",
    ]
    assert (again.json["duplicate"], again.json["deactivation_id"]) == (True, product.order_id)
    assert f"{product.id} of {product.seller.id}, offline" in shown.out
    assert "reactivate (seller, operator); make-permanent (seller, operator); impose (operator)" in shown.out
    assert second.code == 1
    assert second.err.splitlines()[-1].startswith("already_deactivated: ")
    assert (as_json.json["state"], as_json.json["renewals"]) == ("offline", None)
    assert reactivated.json["state"] == "reactivating"
    assert "reactivated, " in ended.out
    assert "possible now" not in ended.out


async def test_a_permanent_order_is_followed_until_its_renewals_are_cancelled(
    market: Marketplace, typed: Typed
) -> None:
    product = await market.product(customers=4)
    by = ("--by", f"seller:{product.seller.id}")

    ordered = await typed("deactivate", product.id, "--permanent", *by, "--follow")
    shown = await typed("deactivation", product.id, "--follow", "--json")
    failed = await typed("deactivation", product.id, "--failed")

    assert ordered.code == 0
    assert f"{product.id} retired: 4 of 4 renewals" in ordered.err
    assert (shown.json["outcome"], shown.json["renewals"]["done"]) == ("retired", 4)
    assert failed.out == "No renewal failed.\n"


async def test_what_was_planned_is_revoked(market: Marketplace, typed: Typed) -> None:
    product = await market.product()
    by = ("--by", f"seller:{product.seller.id}")
    later = ("--takes-effect-at", "2031-03-03T09:00:00+01:00")

    planned = await typed("deactivate", product.id, "--permanent", *by, *later)
    shown = await typed("deactivation", product.id, "--follow")
    revoked = await typed("revoke", product.id, *by)

    assert "takes effect        Mon 2031-03-03 08:00 UTC" in planned.out
    assert (shown.code, "takes effect" in shown.out) == (0, True)
    assert f"deactivation of {product.id} has ended: revoked" in revoked.out


async def test_what_an_operator_imposed_says_so(market: Marketplace, typed: Typed) -> None:
    product = await a_product_off_sale(market.products(), market)
    kind = ("--kind", "temporary", "--reason", "Unsafe")

    imposed = await typed("impose", product.id, "--by", "operator:O1", *kind)
    shown = await typed("deactivation", product.id)
    refused = await typed("make_permanent", product.id, "--by", f"seller:{product.seller.id}")

    assert f"{product.order_id} (temporary, imposed)" in imposed.out
    assert "only an operator reactivates it" in shown.out
    assert "reactivate (operator); make-permanent (operator)" in shown.out
    assert (refused.code, refused.err.splitlines()[-1].partition(":")[0]) == (1, "imposed_by_operator")


async def test_signals_are_handed_over_and_told_by_journal_and_commands(
    market: Marketplace, typed: Typed
) -> None:
    product = await market.product()
    by = ("--by", f"seller:{product.seller.id}")

    ordered = await typed("deactivate", product.id, "--temporary", *by, "--signal")
    await settled(market.products(), product)
    refused = await typed("retry-failed", product.id, "--by", "operator:O1", "--signal", "--json")
    journal = await typed("deactivation", product.id, "--journal", "--json")
    in_a_table = await typed("deactivation", product.id, "--journal")
    sent = await typed("deactivation", product.id, "--commands", "--json")
    sent_in_a_table = await typed("deactivation", product.id, "--commands")

    look = f"business-care deactivation {product.id} --journal"
    assert ordered.out == f"deactivate handed over; what came of it: {look}\n"
    assert refused.json["by"] == {"role": "operator", "id": "O1", "seller_id": None}
    assert [event["name"] for event in journal.json["events"]][:2] == ["ordered", "in_effect"]
    assert [rejection["code"] for rejection in journal.json["rejections"]] == ["wrong_state"]
    assert "bundle_offline" in in_a_table.out
    assert [(entry["command"], entry["product_id"]) for entry in sent.json] == [
        ("deactivate", product.id),
        ("retry_failed", product.id),
    ]
    assert "sent as a signal" in sent_in_a_table.out


async def test_nothing_is_retried_where_nothing_failed(market: Marketplace, typed: Typed) -> None:
    product = await a_product_off_sale(market.products(), market)

    ended = await typed("deactivation", product.id, "--retry-failed")

    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("wrong_state: retry_failed is not possible")


@pytest.mark.parametrize(
    "words", [(), ("--journal",), ("--failed",), ("--follow",)], ids=lambda words: words[:1]
)
async def test_a_product_that_was_never_switched_off_says_so(
    market: Marketplace, typed: Typed, words: tuple[str, ...]
) -> None:
    product = await market.product()

    ended = await typed("deactivation", product.id, *words)
    unknown = await typed("deactivation", "P-nobody-sells", *words)

    assert (ended.code, ended.err.partition(":")[0]) == (1, "unknown_deactivation")
    assert (unknown.code, unknown.err.partition(":")[0]) == (1, "unknown_product")


async def test_a_deactivation_is_told_from_the_records_while_its_server_does_not_answer(
    market: Marketplace, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await a_product_back_on_sale(market.products(), market)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    shown = await typed("deactivation", product.id, "--json")
    journal = await typed("deactivation", product.id, "--journal")
    without_a_server = [
        await typed("deactivation", product.id, *words)
        for words in (("--failed",), ("--commands",), ("--follow",))
    ]

    assert (shown.code, shown.json["outcome"]) == (0, "reactivated")
    assert "This is what the records hold; they may be a step behind." in shown.err
    assert "bundle_on_sale" in journal.out
    assert [(ended.code, "Temporal" in ended.err) for ended in without_a_server] == [(0, False)] * 3


async def test_renewals_that_failed_are_listed_and_tried_again_by_the_operator(
    market: Marketplace, typed: Typed
) -> None:
    product = await market.product(customers=3, bills=[["ok"], ["error", "error"], ["ok"]])
    by, follow = ("--by", f"seller:{product.seller.id}"), ("--follow",)

    ordered = await typed("deactivate", product.id, "--permanent", *by, *follow)
    listed = await typed("deactivation", product.id, "--failed", "--json")
    refused = await typed("retry-failed", product.id, *by)
    failed_again = await typed("deactivation", product.id, "--retry-failed", *follow)
    ended = await typed("retry-failed", product.id, "--by", "operator:O1", *follow)

    assert (ordered.code, failed_again.code) == (3, 3)
    assert f"{product.id} renewals failed: 3 of 3 renewals  1 failed" in ordered.err
    assert listed.json == [
        {"licence_id": product.licences[1], "code": "provider_error", "can_be_retried": True}
    ]
    assert (refused.code, refused.err.splitlines()[-1].partition(":")[0]) == (1, "role_not_allowed")
    assert "2 of 3 cancelled, 0 left" in failed_again.out
    assert (ended.code, ended.err.splitlines()[-1]) == (0, f"{product.id} retired: 3 of 3 renewals")


async def test_payments_are_resumed_for_products_whose_charges_wait(
    market: Marketplace, typed: Typed
) -> None:
    product = await a_product_that_owes_a_charge(market.products(), market)

    shown = await typed("deactivation", product.id)
    resumed = await typed("payments", "resume", "--seller", product.seller.id)
    ended = await market.deactivation(product.id).result()

    assert "1 of 1 cancelled, 0 left" in shown.out
    assert "1, cancelled, whose charge is still to be given back" in shown.out
    assert "in flight" not in shown.out
    assert "1 products whose charges wait were told" in resumed.out
    assert ended.outcome is DeactivationOutcome.RETIRED
