"""What an operator reads every morning: how much there is of what somebody must look at."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import Recipient, Role
from business_care.values import Identifier, Value

ABOUT = NoticeAbout.MARKETPLACE
SUBJECT_ID = "digest"
MARKETPLACE_OPERATOR = Recipient(role=Role.OPERATOR, id="operator")
SELLERS_NAMED = 20
"""Those with the most breaches; `business-care report` has all of them."""

Count = Annotated[int, Field(ge=0)]


class SellerBreaches(Value):
    """How many open requests of a seller have a broken promise."""

    seller_id: Identifier
    breached: Count


class Digest(Value):
    """Open requests, deactivations and recoveries by what they wait for, on one local day."""

    on: date
    due_today: Count
    overdue: Count
    breached: Count
    waiting_for_operator: Count
    refunds_not_settled: Count
    differences: Count | None = None
    """Between the records and what runs; null where they could not be compared."""
    by_seller: tuple[SellerBreaches, ...] = ()
    """The sellers with the most breaches first."""


def notice_of(digest: Digest, at: datetime) -> Notice:
    """The digest as a notice to the operator: one a day, however often it is written."""
    counts = {
        "due_today": digest.due_today,
        "overdue": digest.overdue,
        "breached": digest.breached,
        "waiting": digest.waiting_for_operator,
        "refunds": digest.refunds_not_settled,
        "differences": digest.differences,
    }
    data = {name: str(count) for name, count in counts.items() if count is not None}
    if digest.by_seller:
        named = digest.by_seller[:SELLERS_NAMED]
        data["by_seller"] = ", ".join(f"{one.seller_id}: {one.breached}" for one in named)
    return Notice(
        key=f"digest-{digest.on}",
        kind=NoticeKind.OPERATOR_DIGEST,
        to=MARKETPLACE_OPERATOR,
        at=at,
        data=data,
    )
