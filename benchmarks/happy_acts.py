"""What an agent and a customer send in a happy life."""

from benchmarks.open_requests import Opened
from business_care.commands import Acknowledge, ConfirmFix, Fix
from business_care.people import Actor, Role

AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")


def acknowledged(_: Opened) -> Acknowledge:
    """The agent takes the request in hand."""
    return Acknowledge(command_id="a", by=AGENT, message="Thank you, we are looking at it.")


def fixed(_: Opened) -> Fix:
    """The agent delivers a fix."""
    return Fix(command_id="f", by=AGENT, reference="v2.4.1")


def confirmed(request: Opened) -> ConfirmFix:
    """The customer confirms that it works."""
    return ConfirmFix(command_id="c", by=Actor(role=Role.CUSTOMER, id=request.customer_id))
