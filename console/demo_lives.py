"""The lives that the demo plays: what each tells, and how it must end."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from business_care.deactivation.words import SaleState
from business_care.state import Outcome
from console.simulation_outcome import CascadeShown, PlayOutcome

FILE = Path(__file__).with_name("demo_lives.yaml")


@dataclass(frozen=True)
class Story:
    """The life of a request in one sentence, and its end."""

    tells: str
    ends: Outcome


@dataclass(frozen=True)
class ProductStory:
    """What happens to a product in one sentence, how it stands at the end, and its customers' renewals."""

    tells: str
    ends: SaleState
    renewals: CascadeShown


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
PRODUCT_STORIES = {
    "mega-menu": ProductStory(
        "Off for a while: its bundle goes and comes back with it, open requests go on",
        SaleState.ON_SALE,
        CascadeShown(cancelled=0, opted_out=0),
    ),
    "size-guide": ProductStory(
        "Off for good: renewals are cancelled, a charge is given back, a failure tried again",
        SaleState.RETIRED,
        CascadeShown(cancelled=4, opted_out=1),
    ),
}


def surprises(outcome: PlayOutcome) -> list[str]:
    """A sentence for each life that did not end as it must."""
    return [*_of_requests(outcome), *_of_products(outcome)]


def _of_requests(outcome: PlayOutcome) -> Iterator[str]:
    for request_id, story in STORIES.items():
        ended = outcome.requests[request_id].outcome
        if ended != story.ends:
            yield f"request {request_id} ended {ended}; expected was {story.ends}"


def _of_products(outcome: PlayOutcome) -> Iterator[str]:
    for product_id, story in PRODUCT_STORIES.items():
        stands, renewals = outcome.products[product_id], outcome.cascades[product_id]
        if stands != story.ends:
            yield f"product {product_id} is {stands}; expected was {story.ends}"
        if renewals != story.renewals:
            yield (
                f"product {product_id}: renewals are {renewals.model_dump_json()}; "
                f"expected was {story.renewals.model_dump_json()}"
            )
