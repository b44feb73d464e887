"""The columns that every workflow's journal has in common; `journal_rows.py` fills them."""

from typing import Any

from sqlalchemy import Column, Integer

from adapters.records.columns import CODE, TEXT, Document, identifier, instant
from business_care.applied import AcceptedAnswer
from business_care.events import Event
from business_care.people import Actor


def event_columns() -> tuple[Column[Any], ...]:
    """An entry of a journal."""
    return (
        Column("seq", Integer, nullable=False),
        Column("name", CODE, nullable=False),
        Column("rule", CODE, nullable=False),
        instant("at"),
        Column("event", Document(Event), nullable=False),
    )


def rejection_columns() -> tuple[Column[Any], ...]:
    """A message that changed nothing (R61)."""
    return (
        instant("at"),
        Column("message", TEXT, nullable=False),
        Column("code", CODE, nullable=False),
        Column("sha256", CODE, nullable=False),
        # Tells apart what is alike in everything else: the same message twice in one step.
        Column("occurrence", Integer, nullable=False),
        identifier("command_id", nullable=True),
    )


def applied_columns(answer: type[AcceptedAnswer]) -> tuple[Column[Any], ...]:
    """A command that was accepted, with its answer (R60)."""
    return (
        identifier("command_id"),
        Column("command", CODE, nullable=False),
        Column("sha256", CODE, nullable=False),
        Column("by", Document(Actor), nullable=False),
        Column("answer", Document(answer), nullable=False),
        Column("body", Document(dict[str, object])),
    )
