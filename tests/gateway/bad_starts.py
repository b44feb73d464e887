"""Openings and orders that can't be read, or that a rule refuses."""

from tests.gateway.bad_fields import AN_ID, AN_INSTANT, IN_REACH, NO_NUL
from tests.gateway.bad_inputs import Bad

OPENINGS = (
    Bad("no licence", "licence_id: Input should be a valid string", said={"licence_id": None}),
    Bad("an id of two words", f"request_id: {AN_ID}", said={"request_id": "R 1"}),
    Bad("an empty id", f"request_id: {AN_ID}", said={"request_id": ""}),
    Bad("an id with an escape", f"request_id: {AN_ID}", said={"request_id": "R\x1b[2J"}),
    Bad("an id from right to left", f"request_id: {AN_ID}", said={"request_id": "\u202eR"}),
    Bad(
        "a number for an id", "request_id: Input should be a valid string (given: 5)", said={"request_id": 5}
    ),
    Bad("an instant as digits", f"opened_at: {AN_INSTANT}", said={"opened_at": "1930000000"}),
    Bad(
        "an instant as a number",
        "opened_at: Input should be a valid datetime",
        said={"opened_at": 1_930_000_000},
    ),
    Bad("no zone", "opened_at: Input should have timezone info", said={"opened_at": "2031-03-03T10:00:00"}),
    Bad("the year 1", f"opened_at: {IN_REACH}", said={"opened_at": "0001-01-01T00:00:00Z"}),
    Bad("an unknown kind", "kind: Input should be 'anomaly' or 'question'", said={"kind": "complaint"}),
    Bad(
        "an unknown field",
        "(not shown): unknown field; allowed: request_id, licence_id",
        said={"priority": 1},
    ),
    Bad("a state of its own", "(not shown): unknown field; allowed: ", said={"carried": {}}),
    Bad("a list for a text", "subject: Input should be a valid string", said={"subject": ["Menu"]}),
    Bad("20001 characters", "subject: String should have at most 20000", said={"subject": "x" * 20_001}),
    Bad("NUL in a text", f"shop_url: {NO_NUL}", said={"shop_url": "https://shop\x00.example"}),
)
"""How a request can't be opened: fields of an opening."""

REFUSED_OPENINGS = (
    Bad(
        "an unknown licence",
        "there is no licence L-unknown",
        "unknown_licence",
        said={"licence_id": "L-unknown", "request_id": "R-of-nobody"},
    ),
    Bad(
        "a request of the future",
        "opened_at: 2999-01-01T00:00:00+00:00 was given; allowed until ",
        "opened_at_out_of_range",
        said={"opened_at": "2999-01-01T00:00:00Z"},
    ),
    Bad(
        "another request under a known id",
        " was opened before with another subject",
        "request_id_reused",
        said={"request_id": "{known}"},
    ),
)
"""What the gateway refuses before anything is started."""

ORDERS = (
    Bad("no product", "product_id: Input should be a valid string", said={"product_id": None}),
    Bad(
        "another product",
        "product_id: P-other was given; its deactivation has",
        said={"product_id": "P-other"},
    ),
    Bad("an unknown kind", "kind: Input should be 'temporary' or 'permanent'", said={"kind": "forever"}),
    Bad(
        "an end without a zone", "until: Input should have timezone info", said={"until": "2031-03-03T10:00"}
    ),
    Bad("an unknown field", "(not shown): unknown field; allowed: command_id, by,", said={"priority": 1}),
    Bad(
        "an unknown role",
        "by.role: Input should be 'agent', 'seller', ",
        said={"by": {"role": "king", "id": "K"}},
    ),
    Bad("a reason with NUL", f"reason: {NO_NUL}", said={"reason": "a\x00b"}),
)
"""How a product can't be switched off: fields of an order."""

LONG_AGO, IN_AGES = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"

REFUSED_ORDERS = (
    Bad("an unknown product", "there is no product P-none", "unknown_product", said={"product_id": "P-none"}),
    Bad(
        "another seller's product",
        "by: seller S-elsewhere does not act for the seller of product ",
        "not_your_product",
        by="seller:S-elsewhere",
    ),
    Bad(
        "an end before the start", "was given; allowed after ", "until_out_of_range", said={"until": LONG_AGO}
    ),
    Bad(
        "an end of what is for good",
        "until: a planned end is allowed for a temporary deactivation only",
        "until_out_of_range",
        said={"kind": "permanent", "until": IN_AGES},
    ),
    Bad("a customer's order", "by.role: customer may not send", "role_not_allowed", by="customer:C1"),
    Bad(
        "an order of long ago",
        "was given; allowed from ",
        "occurred_at_out_of_range",
        said={"occurred_at": LONG_AGO},
    ),
)
"""What is refused before a product is switched off."""
