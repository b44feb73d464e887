"""Every morning the operator reads how much there is to look at."""

from datetime import date

from business_care.digest import SELLERS_NAMED, Digest, SellerBreaches, notice_of
from tests.rules.builders import OPENED


def a_digest(**fields: object) -> Digest:
    nothing = dict.fromkeys(
        ("due_today", "overdue", "breached", "waiting_for_operator", "refunds_not_settled"), 0
    )
    return Digest.model_validate({"on": date(2031, 3, 3), **nothing, **fields})


def test_a_day_has_one_digest_that_counts_what_is_to_be_looked_at() -> None:
    told = notice_of(a_digest(due_today=3, waiting_for_operator=1, differences=0), OPENED)

    assert (told.key, told.to.role) == ("digest-2031-03-03", "operator")
    assert told.data == {
        "due_today": "3",
        "overdue": "0",
        "breached": "0",
        "waiting": "1",
        "refunds": "0",
        "differences": "0",
    }


def test_what_could_not_be_compared_is_left_out() -> None:
    assert "differences" not in notice_of(a_digest(), OPENED).data


def test_the_sellers_with_the_most_breaches_are_named() -> None:
    sellers = tuple(
        SellerBreaches(seller_id=f"S{number}", breached=100 - number) for number in range(SELLERS_NAMED + 5)
    )

    named = notice_of(a_digest(breached=500, by_seller=sellers), OPENED).data["by_seller"]

    assert named.startswith("S0: 100, S1: 99, ")
    assert named.count(":") == SELLERS_NAMED
