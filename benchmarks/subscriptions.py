"""A product with as many subscriptions as wished, written into the records by the quickest way there is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from business_care.deactivation.commands import Deactivate
from business_care.deactivation.words import DeactivationKind
from business_care.people import Actor, Role

PRODUCT, SELLER = "P1", "S1"
ONE_IN_TEN = 10
"""Every tenth customer had opted out."""

OFF_FOR_GOOD = Deactivate(
    command_id="D1",
    by=Actor(role=Role.SELLER, id=SELLER),
    product_id=PRODUCT,
    kind=DeactivationKind.PERMANENT,
)
"""The order with which each measurement begins."""


def fill(database: Path, licences: int) -> int:
    """Write a seller, a product and its licences. How many renewals are still automatic."""
    # Closed before the file is copied: what its log holds is in the file then.
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "INSERT INTO sellers (id, name, email, country, timezone)"
            " VALUES (?, 'Studio Uno', 'agents@studio-uno.example', 'FR', 'Europe/Paris')",
            (SELLER,),
        )
        product = "INSERT INTO products (id, seller_id, name) VALUES (?, ?, 'Menu')"
        connection.execute(product, (PRODUCT, SELLER))
        connection.executemany(
            "INSERT INTO licences (id, product_id, customer_id, customer_email, purchased_at, price_amount,"
            " price_currency, test_shop_urls)"
            " VALUES (?, ?, ?, 'shop@customer.example', '2026-01-01 12:00:00.000000', 12900, 'EUR', '[]')",
            ((licence_id, PRODUCT, customer_id) for licence_id, customer_id in _parties(licences)),
        )
        connection.executemany(
            "INSERT INTO care_subscriptions (licence_id, starts_on, ends_on, auto_renew)"
            " VALUES (?, '2026-01-01', '2026-12-31', ?)",
            ((f"L{number:08d}", number % ONE_IN_TEN != 0) for number in range(licences)),
        )
        connection.commit()
        count = "SELECT count(*) FROM care_subscriptions WHERE auto_renew"
        (automatic,) = connection.execute(count).fetchone()
        return int(automatic)


def _parties(licences: int) -> Iterator[tuple[str, str]]:
    """Licences in order, with customers whose ids are in none."""
    for number in range(licences):
        yield f"L{number:08d}", f"C{sha256(str(number).encode()).hexdigest()[:12]}"
