"""Figures: what was measured several times in one run, how much it swung, and what it must reach."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Limit:
    """What the median must reach; one of the two is given."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value is within it."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True)
class Figure:
    """One quantity, measured once or several times in the same run, in its unit."""

    name: str
    unit: str
    values: tuple[float, ...]
    limit: Limit | None = None

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def swing(self) -> float:
        """How far the values lie apart, as a part of the median: the noise of this run."""
        return (max(self.values) - min(self.values)) / self.middle if self.middle else 0.0

    @property
    def is_met(self) -> bool:
        """Whether it reaches what it must."""
        return self.limit is None or self.limit.holds(self.middle)


def ratio(name: str, of: Figure, to: Figure, limit: Limit | None = None) -> Figure:
    """How many times the other figure one is, round by round, so that what slows both cancels out."""
    pairs = zip(of.values, to.values, strict=True)
    return Figure(name, "×", tuple(one / other for one, other in pairs), limit)


def table(topic: str, figures: Sequence[Figure]) -> str:
    """One topic's figures as Markdown."""
    rows = [
        f"| {topic} | median | min | max | noise | must be |",
        "|---|---:|---:|---:|---:|---|",
        *(_row(figure) for figure in figures),
    ]
    return "\n".join(rows)


def as_json(figure: Figure) -> dict[str, object]:
    """The same for programs: every single value too."""
    return asdict(figure) | {"median": figure.middle, "met": figure.is_met}


def _row(figure: Figure) -> str:
    lowest, highest = (_rounded(edge(figure.values)) for edge in (min, max))
    several = len(figure.values) > 1
    noise = f"{figure.swing:.0%}" if several else ""
    must_be = "" if figure.limit is None else f"{figure.limit} {'✓' if figure.is_met else '✗ MISSED'}"
    return (
        f"| {figure.name} | {_rounded(figure.middle)} {figure.unit} | {lowest if several else ''} "
        f"| {highest if several else ''} | {noise} | {must_be} |"
    )


def _rounded(value: float) -> str:
    """Three figures that count, without an exponent."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"
