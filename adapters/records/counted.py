"""What of a request is counted over all requests: plain columns beside its view."""

from datetime import datetime

from adapters.records.upsert import Row
from business_care.views import RequestView


def counted(view: RequestView) -> Row:
    """The columns of the table of requests that figures and reports are made from."""
    refund = view.refund
    return {
        "acknowledgement": view.acknowledgement.status,
        "acknowledged_after": _seconds(view.opened_at, view.acknowledgement.acted_at),
        "resolution_missed": view.resolution.missed_at is not None,
        "closed_after": _seconds(view.opened_at, view.closed_at),
        "ground": view.resolution.ground,
        "refund_status": None if refund is None else refund.status,
        "refund_due_at": None if refund is None else refund.due_at,
    }


def _seconds(since: datetime, until: datetime | None) -> int | None:
    return None if until is None else round((until - since).total_seconds())
