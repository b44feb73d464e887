"""Puts a notice into words: the reader's language, local dates, amounts, what people wrote as quotations."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from adapters.mail.phrases import days_phrase, deadline_phrase, inline, moment_phrase, money_phrase, quoted
from adapters.mail.texts_of import Texts, texts_in
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE, CalendarRefused
from business_care.notices import NoticeAbout, NoticeKind
from business_care.ports import Mail, QueuedNotice

DEADLINES: Final = frozenset({"due", "acknowledge_by", "resolve_by"})
MOMENTS: Final = frozenset({"since", "until"})
CODES: Final = frozenset(
    {
        "request_kind",
        "clock",
        "ground",
        "outcome",
        "decision",
        "update",
        "cause",
        "status",
        "task",
        "kind",
    }
)

_SUBJECTS: Final = {
    NoticeAbout.REQUEST: "request_id",
    NoticeAbout.RECOVERY: "recovery_id",
    NoticeAbout.LICENCE: "licence_id",
}
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_QUOTATION: Final = re.compile(r"> \{(\w+)\}")


def worded(queued: QueuedNotice, sender: str, address: str) -> Mail:
    """The mail that tells a notice to its reader. Raises `NoticeUnworded` where there is no text for it.

    The texts cope with missing data: a paragraph that needs them is left out.
    """
    texts = texts_in(queued.language)
    text = texts.notice(queued.notice.kind, queued.notice.to.role, queued.about)
    values = _values(queued, texts)
    greeting = texts.greeting if "reader" in values else texts.greeting_nobody
    paragraphs = [greeting, *text.body.split("\n\n"), texts.closing]
    told = [_paragraph(one.rstrip(), values) for one in paragraphs if not _misses_something(one, values)]
    return Mail(
        key=_key(queued),
        sender=sender,
        to=address,
        subject=_filled(text.subject, lambda name: inline(values.get(name, "…"))),
        body="\n\n".join(told) + "\n",
    )


def _key(queued: QueuedNotice) -> str:
    """A name for the mail: what it is about, and the notice's key within that."""
    key = f"{queued.subject_id}/{queued.notice.key}"
    # As it was when there were requests only: a mail that is delivered again keeps its name.
    return key if queued.about is NoticeAbout.REQUEST else f"{queued.about}/{key}"


def _misses_something(paragraph: str, values: Mapping[str, str]) -> bool:
    return any(name not in values for name in _PLACEHOLDER.findall(paragraph))


def _paragraph(paragraph: str, values: Mapping[str, str]) -> str:
    return "\n".join(_line(line, values) for line in paragraph.split("\n"))


def _line(line: str, values: Mapping[str, str]) -> str:
    if quotation := _QUOTATION.fullmatch(line):
        return quoted(values[quotation[1]])
    return _filled(line, lambda name: inline(values[name]))


def _filled(pattern: str, value_of: Callable[[str], str]) -> str:
    """One pass: braces within a value are somebody's words, and stay as they are."""
    return _PLACEHOLDER.sub(lambda found: value_of(found[1]), pattern)


def _values(queued: QueuedNotice, texts: Texts) -> dict[str, str]:
    """What fills the placeholders: the notice's data, codes, dates and amounts among them put into words."""
    data = {name: value for name, value in queued.notice.data.items() if value.strip()}
    values = {"seller_id": queued.notice.to.id, **data}
    if queued.about in _SUBJECTS:
        values[_SUBJECTS[queued.about]] = queued.subject_id
    values.update(_in_words(data, _zone(queued.timezone), texts))
    if queued.reader_name and queued.reader_name.strip():
        values["reader"] = queued.reader_name
    if _reason_is_code(queued) and "reason" in data:
        values["code"] = data["reason"]
    return values


def _reason_is_code(queued: QueuedNotice) -> bool:
    """Whether the reason is what a payment provider answered, and not what somebody wrote."""
    return queued.about is NoticeAbout.RECOVERY or queued.notice.kind is NoticeKind.REFUND_MANUAL


def _in_words(data: Mapping[str, str], zone: ZoneInfo, texts: Texts) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if name in CODES:
            yield name, texts.word(name, value)
        elif name == "business_days":
            yield name, days_phrase(value, texts)
        elif name == "amount" and "currency" in data:
            yield "money", money_phrase(value, data["currency"], texts)
        elif (name in DEADLINES or name in MOMENTS) and (instant := _instant(value)):
            phrase = deadline_phrase if name in DEADLINES else moment_phrase
            yield name, phrase(instant, zone, texts)


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except CalendarRefused:
        return zone_named(MARKETPLACE_PLACE.timezone)
