"""The lives that the demo plays: what each tells, and how it must end."""

from dataclasses import dataclass
from pathlib import Path

from business_care.state import Outcome
from console.simulation_outcome import PlayOutcome

FILE = Path(__file__).with_name("demo_lives.yaml")


@dataclass(frozen=True)
class Story:
    """A life in one sentence, and its end."""

    tells: str
    ends: Outcome


STORIES = {
    "101": Story("A fix that works", Outcome.RESOLVED),
    "102": Story("Nobody answers; the provider fails twice, and pays once", Outcome.REFUNDED),
    "103": Story("A fix at the last moment, which the customer rejects", Outcome.REFUNDED),
    "104": Story("A refusal that the operator overturns, then silence after a fix", Outcome.RESOLVED),
    "105": Story("Acknowledged late; a paid update that the customer accepts", Outcome.SETTLED),
    "106": Story("A question that nobody answers goes to the operator", Outcome.CLOSED_BY_OPERATOR),
    "107": Story("A seller on holiday who comes back early; the customer withdraws", Outcome.WITHDRAWN),
    "108": Story("Care that has lapsed", Outcome.NOT_ENTITLED),
}


def surprises(outcome: PlayOutcome) -> list[str]:
    """A sentence for each life that did not end as it must."""
    return [
        f"request {request_id} ended {outcome.requests[request_id].outcome}; expected was {story.ends}"
        for request_id, story in STORIES.items()
        if outcome.requests[request_id].outcome != story.ends
    ]
