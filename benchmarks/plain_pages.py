"""The same updates as plain SQL pages: what a cascade is measured beside.

No workflow, no cursor that survives, no count, nothing excluded: only the renewals and the notices of a page,
in one transaction with the same durability, with the driver of the standard library.
"""

import sqlite3
import time
from pathlib import Path

from adapters.billing.in_records import PAGE
from benchmarks.subscriptions import PRODUCT

_LAST_OF_PAGE = """
    SELECT max(id) FROM (SELECT l.id FROM licences l JOIN care_subscriptions c ON c.licence_id = l.id
    WHERE l.product_id = :product AND l.id > :after AND c.auto_renew AND c.renewal_cancelled_on IS NULL
    ORDER BY l.id LIMIT :page)
"""
_NOTICES = """
    INSERT INTO notices (about, subject_id, key, kind, to_role, to_id, at, data, created_at, next_try_at)
    SELECT 'renewals', 'D1', l.customer_id, 'renewal_cancelled', 'customer', l.customer_id, :at,
           '{"product_id":"P1"}', :at, :at
    FROM licences l JOIN care_subscriptions c ON c.licence_id = l.id
    WHERE l.product_id = :product AND l.id > :after AND l.id <= :upto AND c.auto_renew
    AND c.renewal_cancelled_on IS NULL ORDER BY l.customer_id
"""
_RENEWALS = """
    UPDATE care_subscriptions SET renewal_cancelled_on = '2026-06-01'
    WHERE licence_id > :after AND licence_id <= :upto AND auto_renew AND renewal_cancelled_on IS NULL
    AND licence_id IN (SELECT id FROM licences WHERE product_id = :product AND id > :after AND id <= :upto)
"""


def cancelled_in_pages(database: Path) -> float:
    """Cancel all renewals page by page. Seconds."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    began, after = time.perf_counter(), ""
    while True:
        page = {"product": PRODUCT, "after": after, "page": PAGE, "at": "2026-06-01 12:00:00.000000"}
        (upto,) = connection.execute(_LAST_OF_PAGE, page).fetchone()
        if upto is None:
            break
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_NOTICES, page | {"upto": upto})
        connection.execute(_RENEWALS, page | {"upto": upto})
        connection.execute("COMMIT")
        after = upto
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
