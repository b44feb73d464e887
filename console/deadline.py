"""`business-care deadline`: one question by options, or JSON Lines from standard input. Needs no server."""

import json
import sys
from typing import Annotated

import typer

from business_care.calendar import MARKETPLACE_PLACE, CalendarErrorCode, CalendarProfile, CalendarRefused
from business_care.counting import DeadlinePlan
from console.ending import complain

_REFUSED = 1
_NOT_UNDERSTOOD = 2


def deadline(
    *,
    start: Annotated[
        str | None, typer.Option(help="When the request was made: 2031-03-03T09:00:00+01:00.")
    ] = None,
    business_days: Annotated[int | None, typer.Option(help="How many business days to count.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 code; FR when left out.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="Region, where a country's regions differ.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone; needed with --country.")] = None,
    closure: Annotated[
        list[str] | None, typer.Option(help="START..END or START..END@NOTIFIED_AT; may be repeated.")
    ] = None,
    profile: Annotated[CalendarProfile | None, typer.Option(help="What counts as a business day.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show every day of the count.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count business days from a request to its deadline, in a seller's calendar.

    Without options it reads one question a line from standard input and prints one answer a line:
    {"id", "country", "subdivision", "timezone", "start", "business_days", "closures"} in,
    {"id", "last_day", "due"} or {"id", "error"} out.
    """
    options = (start, business_days, country, subdivision, timezone, closure or None, profile)
    if all(option is None for option in options):
        _answer_standard_input()
        return
    if start is None or business_days is None:
        raise typer.BadParameter("--start and --business-days are both needed")
    if country is None:
        country, timezone = MARKETPLACE_PLACE.country, timezone or MARKETPLACE_PLACE.timezone
    if timezone is None:
        raise typer.BadParameter("--timezone is needed with --country")
    question: dict[str, object] = {
        "id": "question",
        "country": country,
        "subdivision": subdivision,
        "timezone": timezone,
        "start": start,
        "business_days": business_days,
        "closures": [_closure(text) for text in closure or ()],
        "profile": profile or CalendarProfile.WORKING_DAYS,
    }
    _show(_plan(question), explain=explain, as_json=as_json)


def _answer_standard_input() -> None:
    from console.deadline_lines import answer_lines

    if sys.stdin.isatty():
        raise typer.BadParameter("give --start and --business-days, or questions on standard input")
    for answer in answer_lines(sys.stdin.buffer):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _plan(question: dict[str, object]) -> DeadlinePlan:
    from adapters.public_holidays import PublicHolidays
    from console.deadline_question import DeadlineQuestion

    try:
        return DeadlineQuestion.read(question).answer(PublicHolidays())
    except CalendarRefused as refused:
        complain(f"{refused.code}: {refused.message}")
        unreadable = refused.code is CalendarErrorCode.INVALID_MESSAGE
        raise typer.Exit(_NOT_UNDERSTOOD if unreadable else _REFUSED) from refused


def _show(plan: DeadlinePlan, *, explain: bool, as_json: bool) -> None:
    from rich.console import Console

    from console.calendar_view import calendar_of, summary_of
    from console.deadline_lines import local_due

    if as_json:
        answer = {
            "last_day": plan.last_day.isoformat(),
            "due": local_due(plan),
            "provisional": plan.provisional,
            **({"days": plan.model_dump(mode="json")["days"]} if explain else {}),
            "versions": plan.versions.model_dump(),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        return
    console = Console()
    if explain:
        console.print(calendar_of(plan))
    console.print(summary_of(plan, local_due(plan)))


def _closure(text: str) -> dict[str, str]:
    """Split START..END or START..END@NOTIFIED_AT; the question sees to it that the dates are dates."""
    days, _, notified_at = text.partition("@")
    start, dots, end = days.partition("..")
    if not dots:
        raise typer.BadParameter("a closure is written START..END or START..END@NOTIFIED_AT")
    return {"start": start, "end": end} | ({"notified_at": notified_at} if notified_at else {})
