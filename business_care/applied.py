"""A command that was accepted, and how it was answered: what a repetition is answered with (R60)."""

from typing import Generic, Self, TypeVar

from business_care.commands import Command
from business_care.people import Actor
from business_care.reading import fingerprint
from business_care.values import Identifier, Instant, Value

MAX_APPLIED = 250
"""How many accepted commands a running workflow remembers. A journal full of the longest ids still fits into
the start of its next run; the records keep all."""


class AcceptedAnswer(Value):
    """What the answer to every accepted command says; a duplicate answers as the first time (R60)."""

    command: str
    command_id: Identifier
    duplicate: bool = False
    decided_at: Instant


Answer = TypeVar("Answer", bound=AcceptedAnswer)


class Applied(Value, Generic[Answer]):
    """A command that was accepted: what it said as a hash, and how it was answered (R60)."""

    command_id: Identifier
    command: str
    sha256: str
    by: Actor
    answer: Answer
    body: dict[str, object] | None = None
    """What was said, for the records alone; a carried workflow keeps the hash only."""

    @classmethod
    def of(cls, command: Command, answer: Answer) -> Self:
        """A command that was just accepted, with its answer."""
        return cls(
            command_id=command.command_id,
            command=command.NAME,
            sha256=fingerprint(command),
            by=command.by,
            answer=answer,
            body=command.model_dump(mode="json", exclude_none=True),
        )

    def answer_again(self) -> Answer:
        """The first answer, marked as that of a duplicate."""
        return self.answer.model_copy(update={"duplicate": True})
