"""What one turn leaves behind: events for the journal, and notices, numbered on from the last turn."""

from datetime import datetime

from business_care.commands import Command
from business_care.events import Event
from business_care.notices import Notice, NoticeKind
from business_care.people import Actor, Recipient


class Minutes:
    """The minutes of one turn: at one instant, by one actor or by itself."""

    def __init__(self, seq: int, now: datetime, command: Command | None = None) -> None:
        self.now = now
        self.command = command
        self.seq = seq
        """The number of events so far, those of earlier turns included."""
        self.events: list[Event] = []
        self.notices: list[Notice] = []

    @property
    def by(self) -> Actor | None:
        """Who acts, or None when a deadline acts."""
        return self.command.by if self.command else None

    @property
    def occurred(self) -> datetime:
        """When the act took place; what happens by itself takes place now (R12)."""
        return self.command.occurred(self.now) if self.command else self.now

    def note(self, name: str, rule: str, **detail: object) -> None:
        """Add an event to the journal."""
        self.seq += 1
        self.events.append(
            Event(
                seq=self.seq,
                at=self.now,
                name=name,
                rule=rule,
                by=self.by,
                command_id=self.command.command_id if self.command else None,
                occurred_at=self.occurred if self.command else None,
                detail=_as_texts(detail),
            )
        )

    def tell(self, notice: NoticeKind, to: Recipient, /, **data: object) -> None:
        """Tell one reader, once."""
        key = f"{self.seq}-{len(self.notices)}-{notice}"
        self.notices.append(Notice(key=key, kind=notice, to=to, at=self.now, data=_as_texts(data)))


def _as_texts(data: dict[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in data.items() if value is not None}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
