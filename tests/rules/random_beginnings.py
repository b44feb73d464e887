"""Requests that have just been opened, in many of the ways in which requests differ."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from business_care.calendar import Closure
from business_care.opening import deadlines_planned, facts_found
from business_care.policy import OnMissedAcknowledgement, Policy
from business_care.request import RequestKind
from business_care.state import CareState, opened_state
from tests.rules.builders import an_opening, the_facts
from tests.rules.model import Model
from tests.rules.model_calendar import MIDNIGHTS, day_of
from tests.rules.model_record import Terms
from tests.rules.planner import FIRST, counted
from tests.rules.random_messages import in_utc

SHOPS = {"same": "http://www.shop.customer.example/", "other": "https://other.example", "unknown": None}
VERSIONS = {"listed": "8.1.2", "unlisted": "1.7.8", "unknown": None}
HOUR = 3_600
TERMS = (
    Terms(),
    Terms(shop="other", version="unlisted"),
    Terms(refund_missed_acknowledgement=True, shop="unknown", version="unknown"),
    Terms(refund_missed_acknowledgement=True, acknowledge=2, resolve=4, grace=24 * HOUR),
    Terms(resolve=2, verification=1, dispute=1, owed=0),
    Terms(resolve=3, verification=2, dispute=2, backdating=720 * HOUR, shop="other"),
    Terms(resolve=5, verification=5, dispute=10, grace=0, backdating=0, version="unlisted"),
    Terms(resolve=1, verification=3, dispute=1, owed=1),
)
OPENING_DAYS = (59, 62, 65, 67, 78, 87, 88, 94, 99, 100, 103, 118)
"""All days of the week, before and after the clocks change, before holidays and on one."""
CLOSURES = (
    (("K1", 0, 3),),
    (("K1", 1, 1),),
    (("K1", -1, 6), ("K2", 5, 8)),
    (("K1", 1, 2), ("K2", 3, 5)),
)
"""By the days between the opening and their first and last day."""


def a_beginning(rng: Random) -> tuple[CareState, Model]:
    """The same request for the rules and for the model."""
    kind = rng.choice(("anomaly", "anomaly", "question"))
    opened = MIDNIGHTS[rng.choice(OPENING_DAYS)] + rng.choice((0, 9 * HOUR, 23 * HOUR - 1))
    terms = rng.choice(TERMS)
    if rng.random() < 0.2:
        today = day_of(opened)
        closed = tuple((name, today + first, today + last) for name, first, last in rng.choice(CLOSURES))
        terms = replace(terms, closed_days=closed)
    return _opened(terms, kind, opened), Model(terms, opened, kind)


@lru_cache(maxsize=4096)
def _opened(terms: Terms, kind: str, opened: int) -> CareState:
    now = in_utc(opened)
    policy = Policy(
        acknowledge_business_days=terms.acknowledge,
        resolve_business_days=terms.resolve,
        verification_business_days=terms.verification,
        dispute_business_days=terms.dispute,
        arrival_grace_minutes=terms.grace // 60,
        max_backdating_hours=terms.backdating // HOUR,
        on_missed_acknowledgement=OnMissedAcknowledgement.REFUND
        if terms.refund_missed_acknowledgement
        else OnMissedAcknowledgement.ESCALATE,
    )
    closures = tuple(
        Closure(
            id=closure_id,
            start=FIRST + timedelta(days=first),
            end=FIRST + timedelta(days=last),
            notified_at=now,
        )
        for closure_id, first, last in terms.closed_days
    )
    opening = an_opening(now, RequestKind(kind), SHOPS[terms.shop], VERSIONS[terms.version])
    facts = the_facts(policy, closures, price=5_000, refunded_before=5_000 - terms.owed)
    state = facts_found(opened_state(opening), facts, now).state
    first_plan = counted(now, terms.acknowledge, closures)
    second_plan = counted(now, terms.resolve, remind_before=policy.reminders_business_days)
    return deadlines_planned(state, first_plan, second_plan, now).state
