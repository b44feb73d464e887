"""How promises were kept, as people read it and as spreadsheets do."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from business_care.commands import RefusalGround
from business_care.promises import PromisesKept, Spread
from console.harmless import cell

_LEGEND = "Taken up: in time/late/never. Resolved: in time/missed. Hours, days: median/p95."


def print_promises(lines: Sequence[PromisesKept]) -> None:
    """A line each month and seller; the grounds of refusals below, where there are any."""
    console = Console()
    if not lines:
        console.print("No request was opened.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("Month", no_wrap=True)
    table.add_column("Seller", overflow="fold", min_width=6)
    for name in ("Opened", "Taken\nup", "Hours", "Re-\nsolved", "Days", "Re-\nfused", "Re-\nfunded", "Open"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Paid\nback", justify="right", min_width=9)
    for line in lines:
        table.add_row(line.month, cell(line.seller_id or "-"), *_numbers(line))
    console.print(table)
    console.print(_LEGEND)
    for line in lines:
        if line.refused:
            grounds = ", ".join(f"{ground} {count}" for ground, count in line.refused.items())
            console.print(cell(f"{line.month} {line.seller_id or '-'} refused: {grounds}"))


def _numbers(line: PromisesKept) -> list[str]:
    acknowledged = (line.acknowledged_in_time, line.acknowledged_late, line.acknowledgement_missed)
    return [
        str(line.opened),
        "/".join(map(str, acknowledged)),
        _spread(line.hours_to_acknowledge),
        f"{line.resolved_in_time}/{line.resolution_missed}",
        _spread(line.days_to_resolve),
        str(sum(line.refused.values())),
        str(line.refunded),
        str(line.still_open),
        _money(line.paid_back),
    ]


def _spread(spread: Spread) -> str:
    return f"{_shown(spread.median)}/{_shown(spread.p95)}"


def _shown(time: float | None) -> str:
    return "-" if time is None else f"{time:.1f}"


def _money(amounts: Mapping[str, int]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in amounts.items()) or "-"


def promises_csv(lines: Sequence[PromisesKept]) -> str:
    """A row each month and seller, under the names of the JSON; a column for each ground and currency."""
    currencies = sorted({currency for line in lines for currency in line.paid_back})
    plain = [name for name in PromisesKept.model_fields if name not in _SPREAD_OUT]
    columns = [
        *plain,
        *(f"refused_{ground}" for ground in RefusalGround),
        *(f"paid_back_{currency}" for currency in currencies),
        *(
            f"{name}_{part}"
            for name in ("hours_to_acknowledge", "days_to_resolve")
            for part in ("median", "p95")
        ),
    ]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        hours, days = line.hours_to_acknowledge, line.days_to_resolve
        writer.writerow(
            [
                *(getattr(line, name) for name in plain),
                *(line.refused.get(ground, 0) for ground in RefusalGround),
                *(line.paid_back.get(currency, 0) for currency in currencies),
                *(hours.median, hours.p95, days.median, days.p95),
            ]
        )
    return text.getvalue()


_SPREAD_OUT = frozenset({"refused", "paid_back", "hours_to_acknowledge", "days_to_resolve"})
