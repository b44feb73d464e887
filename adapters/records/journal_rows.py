"""What every workflow stores of its steps, as rows: events, rejections, accepted commands, notices.

`owner` is the column that says whose they are, with its value: `{"request_id": "R1"}`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import RowMapping

from adapters.records.upsert import Row
from business_care.applied import Applied
from business_care.events import Event, Rejection
from business_care.notices import Notice, NoticeAbout

Owner = Mapping[str, str]
AppliedT = TypeVar("AppliedT", bound=Applied[Any])


def event_rows(owner: Owner, events: Sequence[Event]) -> list[Row]:
    """The entries of a journal."""
    return [
        {
            **owner,
            "seq": event.seq,
            "name": event.name,
            "rule": event.rule,
            "at": event.at,
            "event": event,
        }
        for event in events
    ]


def rejection_rows(owner: Owner, rejections: Sequence[Rejection]) -> list[Row]:
    """The messages that changed nothing; those that are alike in everything else are told apart (R61)."""
    rows: list[Row] = []
    alike = Counter[tuple[datetime, str, str]]()
    for rejection in rejections:
        what = (rejection.at, rejection.code, rejection.sha256)
        rows.append(
            {
                **owner,
                "at": rejection.at,
                "message": rejection.message,
                "code": rejection.code,
                "sha256": rejection.sha256,
                "occurrence": alike[what],
                "command_id": rejection.command_id,
            }
        )
        alike[what] += 1
    return rows


def applied_rows(owner: Owner, applied: Sequence[Applied[Any]]) -> list[Row]:
    """The commands that were accepted, with their answers (R60)."""
    return [
        {
            **owner,
            "command_id": command.command_id,
            "command": command.command,
            "sha256": command.sha256,
            "by": command.by,
            "answer": command.answer,
            "body": command.body,
        }
        for command in applied
    ]


def applied_in(row: RowMapping, kind: type[AppliedT]) -> AppliedT:
    """A command that was accepted, from its row."""
    return kind(**{name: row[name] for name in kind.model_fields})


def notice_rows(
    about: NoticeAbout, subject_id: str, notices: Sequence[Notice], created_at: datetime
) -> list[Row]:
    """Notices that wait for their delivery from now on."""
    return [
        {
            "about": about,
            "subject_id": subject_id,
            "key": notice.key,
            "kind": notice.kind,
            "to_role": notice.to.role,
            "to_id": notice.to.id,
            "at": notice.at,
            "data": notice.data,
            "created_at": created_at,
            "next_try_at": created_at,
        }
        for notice in notices
    ]
