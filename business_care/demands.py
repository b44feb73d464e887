"""What a command must contain, each demand with its own code (R60)."""

from datetime import timedelta

from business_care.commands import AgentCommand, Command
from business_care.errors import ErrorCode, RuleViolation
from business_care.turn import Turn
from business_care.values import is_blank

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far the sender's clock may be ahead of ours (R12)."""


def demand_text(text: str | None, code: ErrorCode, field: str) -> str:
    """The text of a compulsory field. Raises `RuleViolation` with its code when it is missing or blank."""
    if text is None or is_blank(text):
        raise RuleViolation(code, f"{field}: a text is required, and it is missing or blank")
    return text


def demand_reason(reason: str | None) -> str:
    """The compulsory reason. Raises `RuleViolation` with `reason_required`."""
    return demand_text(reason, ErrorCode.REASON_REQUIRED, "reason")


def demand_reference(reference: str | None) -> str:
    """The compulsory reference. Raises `RuleViolation` with `reference_required`."""
    return demand_text(reference, ErrorCode.REFERENCE_REQUIRED, "reference")


def demand_person(command: AgentCommand) -> None:
    """Only a person's act counts (R10). Raises `RuleViolation` with `automatic_reply`."""
    if command.automated:
        raise RuleViolation(
            ErrorCode.AUTOMATIC_REPLY, "automated: true was given; only what a person wrote counts"
        )


def demand_in_time(turn: Turn, command: type[Command]) -> None:
    """The act occurred before the resolution deadline (R21, R30). Raises `RuleViolation` with
    `deadline_passed`."""
    deadline = turn.state.resolution.deadline
    if deadline is not None and turn.occurred >= deadline.due:
        raise RuleViolation(
            ErrorCode.DEADLINE_PASSED,
            f"{command.NAME} occurred at {turn.occurred.isoformat()}; "
            f"it was possible before {deadline.due.isoformat()}",
        )


def demand_window_open(turn: Turn, command: type[Command]) -> None:
    """The act occurred before the customer's window ended (R21, R32). Raises `RuleViolation` with
    `deadline_passed`."""
    window = turn.state.resolution.window
    if window is not None and window.plan is not None and turn.occurred >= window.plan.due:
        raise RuleViolation(
            ErrorCode.DEADLINE_PASSED,
            f"{command.NAME} occurred at {turn.occurred.isoformat()}; "
            f"it was possible before {window.plan.due.isoformat()}",
        )
