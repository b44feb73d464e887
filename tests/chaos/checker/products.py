"""A retired product: each automatic renewal cancelled, no other, each customer told once (R51, R55)."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence, Row
from tests.chaos.checker.violation import Violation


def check(evidence: Evidence) -> Iterator[Violation]:
    """Everything about products that were retired."""
    for call in evidence.calls:
        if call.meant["do"] != "deactivate" or call.outcome != "ok":
            continue
        (life,) = [one for one in evidence.lives if one["id"] == call.meant["life"]]
        for words in _of(evidence, life, call.meant["command_id"]):
            yield Violation("product", call.meant["product"], words)


def _of(evidence: Evidence, life: Row, deactivation_id: str) -> Iterator[str]:
    standing = [row for row in evidence.rows["deactivations"] if row["product_id"] == life["product"]]
    if [(row["deactivation_id"], row["outcome"]) for row in standing] != [(deactivation_id, "retired")]:
        yield f"its deactivations are {[(row['deactivation_id'], row['outcome']) for row in standing]}"
    product = next(row for row in evidence.rows["products"] if row["id"] == life["product"])
    if product["state"] != "retired":
        yield f"it is {product['state']}, and was ordered off for good"
    care = {row["licence_id"]: row for row in evidence.rows["care_subscriptions"]}
    for licence in life["licences"]:
        cancelled = care[licence["id"]]["renewal_cancelled_on"] is not None
        if cancelled != licence["auto_renew"]:
            yield f"licence {licence['id']}: automatic {licence['auto_renew']}, cancelled {cancelled}"
    told = Counter(
        row["to_id"]
        for row in evidence.rows["notices"]
        if row["about"] == "renewals" and row["subject_id"] == deactivation_id
    )
    wanted = {licence["customer"]: 1 for licence in life["licences"] if licence["auto_renew"]}
    if told != wanted:
        yield f"its customers were told {dict(told)}, and should have been told {wanted}"
