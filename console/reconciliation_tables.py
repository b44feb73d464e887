"""What comparing the books came to, as people read it."""

from rich.console import Console
from rich.table import Table

from business_care.reconciliation import CurrencySums, Difference, Reconciliation
from business_care.refund import Money
from console.harmless import cell


def print_reconciliation(found: Reconciliation) -> None:
    """The sums of each currency, then every difference."""
    console = Console()
    if found.currencies:
        console.print(_sums(found.currencies))
    if found.differences:
        console.print(_differences(found.differences))
    verdict = "Equal." if found.is_equal else "They differ: people must look at it, nothing was changed."
    console.print(f"Refunds compared: {found.refunds}. {verdict}")


def _sums(currencies: tuple[CurrencySums, ...]) -> Table:
    """In minor units, so that no sum is rounded."""
    table = _table("Minor units of", "Paid by the provider: here", "there", "All debits", "All credits")
    for sums in currencies:
        amounts = (sums.here, sums.there, sums.debits, sums.credits)
        table.add_row(sums.currency, *map(str, amounts), style="" if sums.is_equal else "red")
    return table


def _differences(differences: tuple[Difference, ...]) -> Table:
    table = _table("Licence", "Difference", "Purpose", "Here", "There", "Reference")
    for one in differences:
        here, there = _standing(one.kind, one.here), _standing(one.status, one.there)
        named = (one.licence_id, one.code, one.purpose, here, there, one.reference or "-")
        table.add_row(*(cell(word) for word in named))
    return table


def _standing(word: str | None, money: Money | None) -> str:
    return "-" if money is None else f"{word} {money.amount} {money.currency}"


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
