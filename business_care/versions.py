"""Versions of the shop software against those that a product sheet advertised (R31)."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from business_care.values import Value

MAX_ENTRY_CHARACTERS = 500
TWO_BOUNDS = 2

Number = tuple[int, ...]

_DASH = "[-\u2010\u2011\u2012\u2013\u2014\u2212]"
_SUFFIX = r"(?:[-_+][a-z]+|alpha|beta|rc|dev|[abp])[0-9]{0,9}(?:\.[0-9]{1,9}){0,3}|\+[0-9]{1,20}"
_VERSION = re.compile(
    rf"(?:v\.?\s?)?(?P<number>[0-9]{{1,9}}(?:\.[0-9]{{1,9}}){{0,7}})(?:(?:\.[x*]){{1,4}}|{_SUFFIX})?",
    re.ASCII | re.IGNORECASE,
)
_BOUND = re.compile(r"(?P<sign>>=|<=|==|=|>|<|≥|≤)\s?(?P<end>.+)")
_OPEN = re.compile(r"(?P<end>.+?)\s?\+")
_RANGE = re.compile(rf"(?P<first>.+?)\s?{_DASH}\s?(?P<last>[vV]?\.?\s?[0-9].*)")
_BETWEEN_ITEMS = re.compile(r"\s*,\s*|\s+(?=[<>≥≤])")


class Coverage(StrEnum):
    """Whether a version is among the advertised ones, as far as it can be told."""

    ADVERTISED = "advertised"
    NOT_ADVERTISED = "not_advertised"
    UNCLEAR = "unclear"


class Span(Value):
    """All versions from `low` on and before `high`; no `high` is open.

    The ends have no trailing zeros, so that comparing the tuples is comparing the versions: 8 is 8.0.0.
    """

    low: Number
    high: Number | None


class ShopVersion(Value):
    """The version of a shop's software: its number, as many parts as were given."""

    number: Number

    @property
    def span(self) -> Span:
        """Every version that the number may stand for: a shop that runs "8.1" may run 8.1.0 or 8.1.7."""
        return Span(low=_without_zeros(self.number), high=_next(self.number))

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.number)


def read_version(written: str) -> ShopVersion | None:
    """The version that a request names, or None when it cannot be read; raises nothing (R31).

    Versions compare by number, so what follows the number is left out: a pre-release of 9.0.0
    (`9.0.0-rc.1`, `9.0.0beta2`), a build of it (`9.0.0+15`) or an edition counts as 9.0.0. A leading `v` is
    left out too, and `8.x` is the number 8.
    """
    if len(written) > MAX_ENTRY_CHARACTERS:
        return None
    found = _VERSION.fullmatch(" ".join(written.split()))
    return ShopVersion(number=tuple(int(part) for part in found["number"].split("."))) if found else None


def coverage(version: ShopVersion, advertised: Iterable[str]) -> Coverage:
    """Whether the sheet's entries cover the version; each entry allows what it says, commas separate entries.

    `8`, `8.x` and `8.*` mean every 8; an end of a range, and of `<=`, `>` and `=`, covers all below it, so
    that `1.7.0 - 1.7.8` has 1.7.8.11 and `> 1.7.8` has not. `>= 8.0` and `8.0+` are open. Two bounds in one
    entry that face each other (`>= 8.0, < 9.0`) hold together.

    Unclear, so that nobody judges on doubt: the version lies outside all that can be read while some entry
    cannot be read; nothing is advertised; or the number has too few parts to tell ("8" against `>= 8.1`).
    """
    spans = [span for entry in advertised for span in _spans(entry)]
    readable = [span for span in spans if span is not None]
    if _covered(version.span, readable):
        return Coverage.ADVERTISED
    if not spans or len(readable) < len(spans) or any(_meet(version.span, span) for span in readable):
        return Coverage.UNCLEAR
    return Coverage.NOT_ADVERTISED


def _spans(entry: str) -> Sequence[Span | None]:
    """What an entry allows, item by item; None stands for what cannot be read."""
    if len(entry) > MAX_ENTRY_CHARACTERS:
        return [None]
    items = [item for item in _BETWEEN_ITEMS.split(" ".join(entry.split())) if item]
    spans = [_span(item) for item in items]
    from_on = [span for span in spans if span is not None and span.high is None]
    up_to = [span for span in spans if span is not None and not span.low]
    facing = [(low.low, high.high) for low in from_on for high in up_to if _meet(low, high)]
    if not facing:
        return spans
    # Taken one by one, bounds that face each other would allow everything, which nobody writes down.
    return [Span(low=facing[0][0], high=facing[0][1])] if len(spans) == TWO_BOUNDS else [None]


def _span(item: str) -> Span | None:
    """What one version, bound or range allows."""
    if bound := _BOUND.fullmatch(item):
        return _bounded(bound["sign"], bound["end"])
    if at_least := _OPEN.fullmatch(item):
        return _bounded(">=", at_least["end"])
    if ends := _RANGE.fullmatch(item):
        first, last = read_version(ends["first"]), read_version(ends["last"])
        return _between(first, last) if first and last else None
    version = read_version(item)
    return version.span if version else None


def _bounded(sign: str, end: str) -> Span | None:
    version = read_version(end)
    if version is None:
        return None
    match sign:
        case ">=" | "≥":
            return Span(low=version.span.low, high=None)
        case ">":
            return Span(low=_next(version.number), high=None)
        case "<=" | "≤":
            return Span(low=(), high=_next(version.number))
        case "<":
            return Span(low=(), high=version.span.low) if version.span.low else None
        case _:
            return version.span


def _between(first: ShopVersion, last: ShopVersion) -> Span | None:
    span = Span(low=first.span.low, high=last.span.high)
    return span if first.span.low <= last.span.low else None


def _covered(wanted: Span, spans: Iterable[Span]) -> bool:
    """Whether the spans together hold all of `wanted`, which has an end."""
    reached = wanted.low
    for span in sorted(spans, key=lambda each: each.low):
        if span.low <= reached and span.high is None:
            return True
        if span.low <= reached and span.high is not None:
            reached = max(reached, span.high)
    return wanted.high is not None and reached >= wanted.high


def _meet(one: Span, other: Span) -> bool:
    return (other.high is None or one.low < other.high) and (one.high is None or other.low < one.high)


def _next(number: Number) -> Number:
    """The first version after all that begin with this number."""
    return (*number[:-1], number[-1] + 1)


def _without_zeros(number: Number) -> Number:
    kept = len(number)
    while kept and number[kept - 1] == 0:
        kept -= 1
    return number[:kept]
