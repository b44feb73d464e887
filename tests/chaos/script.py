"""The script of a run: seeded lives as plain JSON, read by the actors and by the checker alike."""

import dataclasses
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.lives import LIVES, WEIGHTS, LifeBuilder

Life = Mapping[str, Any]


@dataclass(frozen=True)
class Script:
    """All lives of one run; the same seed and size give the same script."""

    seed: int
    lives: tuple[Life, ...]

    def write(self, file: Path) -> None:
        """Keep the script where actors and checker find it."""
        file.write_text(json.dumps(dataclasses.asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Script":
        """The script that was kept."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(kept["seed"], tuple(kept["lives"]))


def written(seed: int, lives: int, seconds: float, focus: Sequence[str] = ()) -> Script:
    """Lives that begin one after the other in the given time; `focus` names the only kinds that occur."""
    unknown = set(focus) - set(LIVES)
    if unknown:
        raise ValueError(
            f"there is no life called {', '.join(sorted(unknown))}; there are {', '.join(LIVES)}"
        )
    chance = random.Random(seed)  # noqa: S311 -- a script, no secret
    kinds = list(focus or LIVES)
    # Each kind once, in an order of chance, before any comes again: a short run has them all.
    names = chance.sample(kinds, len(kinds))
    names += chance.choices(kinds, [WEIGHTS.get(kind, 2) for kind in kinds], k=max(0, lives - len(names)))
    told = []
    for number, name in enumerate(names[:lives], start=1):
        builder = LifeBuilder(number, name, chance, starts_in=seconds * (number - 1) / max(1, lives))
        LIVES[name](builder)
        told.append(builder.told())
    return Script(seed, tuple(told))


def records_of(script: Script) -> dict[str, Any]:
    """The `records` section that the lives need, as a scenario file has it."""
    return {
        "sellers": [
            {
                "id": life["seller"],
                "name": f"Studio {life['seller']}",
                "email": f"{life['seller']}@studio.example",
                "calendar": {"country": "FR", "timezone": "Europe/Paris"},
            }
            for life in script.lives
        ],
        "products": [
            {"id": life["product"], "seller_id": life["seller"], "name": f"Module {life['product']}"}
            for life in script.lives
        ],
        "licences": [_licence(life, licence) for life in script.lives for licence in life["licences"]],
        "closures": [_closure(life, closure) for life in script.lives for closure in life["closures"]],
        "payment_provider": [
            {"licence_id": licence["id"], "behave": licence["behave"]}
            for life in script.lives
            for licence in life["licences"]
            if licence["behave"]
        ],
    }


def _closure(life: Life, closure: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": closure["id"],
        "seller_id": life["seller"],
        "start": (now + timedelta(days=closure["from_day"])).date(),
        "end": (now + timedelta(days=closure["to_day"])).date(),
        "notified_at": now + timedelta(days=closure["notified_day"]),
    }


def _licence(life: Life, licence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": licence["id"],
        "product_id": life["product"],
        "customer_id": licence["customer"],
        "customer_email": f"{licence['customer']}@shop.example",
        "purchased_at": datetime(2024, 6, 1, tzinfo=UTC),
        "price": {"amount": licence["amount"], "currency": licence["currency"]},
        "refunded_before": licence["refunded_before"],
        "payment_ref": f"pay-{licence['id']}",
        "care": {
            "starts_on": datetime(2024, 6, 1, tzinfo=UTC).date(),
            "ends_on": datetime(2040, 5, 31, tzinfo=UTC).date(),
            "auto_renew": licence["auto_renew"],
        },
    }
