"""Looks at what a run has left behind and says what must not be: `python -m tests.chaos.checker FOLDER`.

It needs the standard library alone and shares no code with the application: with `--server` it first fetches
every history from there, over HTTP.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chaos.checker import commands, money, notices, outcomes, products, workflows
from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.histories import fetch_all
from tests.chaos.checker.life_model import LifeModel
from tests.chaos.checker.violation import Violation


def main() -> int:
    """Write `verdict.json` into the folder; 1 where something must not be."""
    parser = argparse.ArgumentParser(prog="tests.chaos.checker", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--server", help="where the histories are fetched from, such as http://127.0.0.1:7243"
    )
    given = parser.parse_args()
    if given.server:
        fetch_all(given.server, given.folder / "histories")
    evidence = Evidence.read(given.folder)
    models = outcomes.models_of(evidence)
    found = violations(evidence, models)
    verdict = {**counted(evidence, models), "violations": [one._asdict() for one in found]}
    (given.folder / "verdict.json").write_text(json.dumps(verdict, indent=1), encoding="utf-8")
    return 1 if found else 0


def violations(evidence: Evidence, models: dict[str, LifeModel]) -> list[Violation]:
    """Everything that must not be."""
    return [
        *commands.check(evidence),
        *outcomes.check(evidence, models),
        *money.check(evidence, models),
        *notices.check(evidence, models),
        *workflows.check(evidence),
        *products.check(evidence),
    ]


def counted(evidence: Evidence, models: dict[str, LifeModel]) -> dict[str, Any]:
    """What a run consisted of."""
    calls = Counter(call.outcome for call in evidence.calls)
    attempts = [one for call in evidence.calls for one in call.outcomes]
    lost = sum(call.attempts - len(call.outcomes) for call in evidence.calls)
    return {
        "lives": len({call.meant.get("life") for call in evidence.calls}),
        "operations": {
            "acknowledged": calls["ok"],
            "refused": calls["refused"],
            "unknown": calls["unknown"],
            "attempts_without_an_answer": sum(one["outcome"] == "unknown" for one in attempts) + lost,
            "refused_as": dict(
                Counter(call.last["code"] for call in evidence.calls if call.outcome == "refused")
            ),
        },
        "requests": dict(Counter(str(model.outcome) for model in models.values())),
        "refunds": {
            "by_the_provider": len(evidence.rows["simulated_refunds"]),
            "by_hand": sum(row["command"] == "record_refund" for row in evidence.rows["applied_commands"]),
            "charged_back": sum(model.refund == "charged_back" for model in models.values()),
            "amount": sum(row["amount"] for row in evidence.rows["simulated_refunds"]),
        },
        "notices": len(evidence.rows["notices"]),
        "mails_repeated_under_their_key": notices.repeated_mails(evidence),
        "mails_of_what_never_happened": notices.taken_back(evidence),
        "products_retired": sum(row["outcome"] == "retired" for row in evidence.rows["deactivations"]),
        "histories": len(evidence.histories),
        "workflow_tasks_failed": sum(len(history.failed_tasks) for history in evidence.histories),
    }


if __name__ == "__main__":
    raise SystemExit(main())
