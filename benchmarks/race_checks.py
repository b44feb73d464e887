"""What must hold after a race, looked up in the provider's list, the records and the history.

Nothing here asks the product: the tables are read as they lie in the file.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.open_requests import CURRENCY
from benchmarks.raced_fixes import Answer, Race, Verdict

_TOO_LATE = frozenset({"deadline_passed", "refund_under_way", "request_closed"})


@dataclass(frozen=True)
class Paid:
    """A refund in the provider's list."""

    amount: int
    currency: str
    purpose: str
    requested_at: datetime


@dataclass(frozen=True)
class Remains:
    """What stands in the provider's list and in the records when everything is over."""

    paid: dict[str, list[Paid]]
    """By licence."""
    intents: dict[str, int]
    """How many intents there are to pay a licence back, for whatever purpose."""
    outcomes: dict[str, str | None]
    journals: dict[str, list[str]]
    """The events of each request, in order."""
    taken: dict[str, frozenset[str]]
    """The ids of the commands that each request took."""

    @classmethod
    def read(cls, records: Path) -> "Remains":
        """Everything, from the records' file."""
        remains = cls({}, {}, {}, {}, {})
        taken: dict[str, set[str]] = {}
        with closing(sqlite3.connect(f"file:{records}?mode=ro", uri=True)) as connection:
            rows = connection.execute
            for licence, amount, currency, purpose, at in rows(
                "SELECT licence_id, amount, currency, purpose, requested_at FROM simulated_refunds"
            ):
                requested_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
                remains.paid.setdefault(licence, []).append(Paid(amount, currency, purpose, requested_at))
            remains.intents.update(rows("SELECT licence_id, count(*) FROM refund_intents GROUP BY 1"))
            remains.outcomes.update(rows("SELECT request_id, outcome FROM requests"))
            for request, name in rows("SELECT request_id, name FROM request_events ORDER BY request_id, seq"):
                remains.journals.setdefault(request, []).append(name)
            for request, command in rows("SELECT request_id, command_id FROM applied_commands"):
                taken.setdefault(request, set()).add(command)
        remains.taken.update({request: frozenset(commands) for request, commands in taken.items()})
        return remains


@dataclass(frozen=True)
class Violation:
    """What must not be: of which request, and in words."""

    request_id: str
    words: str


def violations(races: Sequence[Race], remains: Remains) -> list[Violation]:
    """Every promise that a race has broken."""
    return [
        Violation(race.opened.request_id, words) for race in races for words in sorted(_broken(race, remains))
    ]


def _broken(race: Race, remains: Remains) -> Iterator[str]:
    request, paid = race.opened.request_id, remains.paid.get(race.opened.licence_id, [])
    yield from _of_the_answers(race, remains.taken.get(request, frozenset()))
    journal = remains.journals.get(request, [])
    if race.fix_won or (race.is_open_question and "fix" in journal):
        yield from _of_a_fix(race, remains, paid, journal)
    else:
        yield from _of_a_refund(race, remains, paid, journal)
    if race.history is not None:
        yield from (f"a workflow task failed: {cause}" for cause in race.history.failed_tasks)
        if race.history.outcome != remains.outcomes.get(request):
            yield f"the run ended {race.history.outcome}, the records say {remains.outcomes.get(request)}"


def _of_the_answers(race: Race, taken: frozenset[str]) -> Iterator[str]:
    verdicts: dict[str, set[Verdict]] = {}
    for answer in race.answers:
        verdicts.setdefault(answer.command_id, set()).add(answer.verdict)
        acknowledged = answer.verdict is Verdict.ACKNOWLEDGED
        if acknowledged and answer.command_id not in taken:
            yield f"{answer.command_id} was acknowledged, and the records do not have it"
        if acknowledged and race.history and answer.command_id not in race.history.acknowledged:
            yield f"{answer.command_id} was acknowledged, and the history does not have it"
        if answer.verdict is Verdict.REFUSED and answer.command_id in taken:
            yield f"{answer.command_id} was refused, and taken all the same"
    for fix in race.fixes:
        yield from _of_the_clock(race, fix)
    for command, said in verdicts.items():
        if {Verdict.ACKNOWLEDGED, Verdict.REFUSED} <= said:
            yield f"{command} was acknowledged to one sender and refused to the other"


def _of_the_clock(race: Race, fix: Answer) -> Iterator[str]:
    """All that takes part has the clock of one machine: sent, judged, answered, in this order."""
    if fix.verdict is Verdict.REFUSED:
        if fix.code not in _TOO_LATE:
            yield f"{fix.command_id} was refused as {fix.code}"
        if fix.answered_at < race.due:
            yield f"{fix.command_id} was refused before the deadline"
    if fix.verdict is Verdict.ACKNOWLEDGED and not race.plan.is_dated and fix.sent_at >= race.due:
        late = (fix.sent_at - race.due) / timedelta(milliseconds=1)
        yield f"{fix.command_id} was sent {late:.3f} ms after the deadline and acknowledged"


def _of_a_fix(race: Race, remains: Remains, paid: Sequence[Paid], journal: Sequence[str]) -> Iterator[str]:
    outcome = remains.outcomes.get(race.opened.request_id)
    if paid:
        yield "both: a fix was acknowledged, and the price was paid back"
    if race.opened.licence_id in remains.intents or (race.history and race.history.payments_asked):
        yield "a fix was acknowledged, and a refund was begun"
    if outcome != "resolved":
        yield f"a fix was acknowledged and the request ended {outcome}"
    if "fix" not in journal:
        yield "a fix was acknowledged, and the journal does not have it"
    if race.confirmation:
        yield f"an acknowledged fix could not be confirmed: {race.confirmation}"


def _of_a_refund(race: Race, remains: Remains, paid: Sequence[Paid], journal: Sequence[str]) -> Iterator[str]:
    outcome = remains.outcomes.get(race.opened.request_id)
    yield from _of_the_money(race, paid)
    if remains.intents.get(race.opened.licence_id, 0) != 1:
        yield "no intent, or more than one, is kept for the refund"
    if outcome != "refunded":
        yield f"no fix was acknowledged and the request ended {outcome}"
    if "fix" in journal:
        yield "no fix was acknowledged, and the journal has one"
    if not {"care_ended", "renewal_cancelled"} <= set(journal):
        yield "the price was paid back, and the care goes on"


def _of_the_money(race: Race, paid: Sequence[Paid]) -> Iterator[str]:
    if not paid:
        yield "neither: no fix was acknowledged, and nothing was paid back"
    if len(paid) > 1:
        yield f"the price was paid back {len(paid)} times"
    for refund in paid:
        if refund.purpose != "purchase_price":
            yield f"the price was paid back as {refund.purpose}"
        if (refund.amount, refund.currency) != (race.opened.price, CURRENCY):
            yield f"{refund.amount} {refund.currency} was paid back, {race.opened.price} {CURRENCY} is owed"
        if refund.requested_at < race.due:
            yield "the price was paid back before the deadline"
