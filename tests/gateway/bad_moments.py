"""Commands to what can't take them: a refund paid by hand, a request that has ended, a product off sale."""

from tests.gateway.bad_inputs import (
    ANOTHER_SELLER,
    CUSTOMER,
    OPERATOR,
    SELLER,
    Bad,
)

AN_ID = "String should match pattern '^[!-~]{1,128}$'"
ROLES = "Input should be 'agent', 'seller', 'customer', 'operator' or 'system'"
NO_NUL = "the character NUL is not allowed"
AN_INSTANT = "an instant is written as 2031-03-01T10:00:00+01:00"
IN_REACH = "the instant lies outside the years 1900 to 9000"
MEMBER = {"role": "agent", "id": "A1"}
A_REASON = {"reason": "It was a mistake"}
REFUSAL = {"explanation": "The source was changed", "evidence": ["diff-1"]}
A_DUE = {"clock": "resolution", **A_REASON}

AMOUNTS = (
    Bad(
        "another currency",
        "currency: USD was given; the price was paid in EUR",
        "currency_mismatch",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "currency": "USD"},
        typed=True,
    ),
    Bad(
        "a currency that does not exist",
        "currency: XXX was given; the price was paid in EUR",
        "currency_mismatch",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "currency": "XXX"},
        typed=True,
    ),
    Bad(
        "nothing paid",
        "amount: 0 was given; allowed from 1 to 12900",
        "amount_out_of_range",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "amount": 0},
        typed=True,
    ),
    Bad(
        "a cent too much",
        "amount: 12901 was given; allowed from 1 to 12900",
        "amount_out_of_range",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "amount": 12901},
        typed=True,
    ),
    Bad(
        "the largest amount",
        "amount: 1000000000000 was given; allowed from 1 to 12900",
        "amount_out_of_range",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "amount": 10**12},
        typed=True,
    ),
    Bad(
        "a payment of tomorrow",
        "paid_at: 2999-01-01T00:00:00+00:00 was given; allowed from ",
        "paid_at_out_of_range",
        "record_refund",
        OPERATOR,
        {"reference": "wire-1", "paid_at": "2999-01-01T00:00:00Z"},
        typed=True,
    ),
    Bad(
        "a payment without a trace",
        "reference: a text is required, and it is missing or blank",
        "reference_required",
        "record_refund",
        OPERATOR,
        typed=True,
    ),
    Bad(
        "a fix that comes too late",
        "fix comes too late: the refund is manual; possible now: record_refund, ",
        "refund_under_way",
        said={"reference": "v2"},
        typed=True,
    ),
    Bad(
        "a hold that comes too late",
        "hold comes too late: the refund is manual",
        "refund_under_way",
        "hold",
        OPERATOR,
        A_REASON,
        typed=True,
    ),
)
"""To a request whose refund waits for the operator."""

LATE = (
    Bad(
        "a fix after the end",
        "the request is closed with the outcome withdrawn",
        "request_closed",
        said={"reference": "v2"},
        typed=True,
    ),
    Bad(
        "an unreadable fix after the end",
        "reference: String should have at most 500 characters",
        said={"reference": "x" * 501},
        typed=True,
    ),
    Bad(
        "a stranger after the end",
        "does not act for the seller of this request",
        "not_your_request",
        by=ANOTHER_SELLER,
        said={"reference": "v2"},
        typed=True,
    ),
    Bad(
        "the wrong role after the end",
        "by.role: operator may not send fix; allowed: agent, seller",
        "role_not_allowed",
        by=OPERATOR,
        said={"reference": "v2"},
        typed=True,
    ),
    Bad(
        "another body under the id of the last word",
        "command_id: first was used before, for another ask_customer",
        "command_id_reused",
        "ask_customer",
        said={"command_id": "first", "question": "Which shop?"},
        typed=True,
    ),
    Bad(
        "a second withdrawal",
        "the request is closed with the outcome withdrawn",
        "request_closed",
        "withdraw",
        CUSTOMER,
        A_REASON,
        typed=True,
    ),
)
"""To a request that its customer has withdrawn."""

OF_PRODUCTS = (
    Bad(
        "another order meanwhile",
        "has deactivation ",
        "already_deactivated",
        "deactivate",
        SELLER,
        {"product_id": "{id}", "kind": "temporary"},
        typed=True,
    ),
    Bad(
        "an order for another product",
        "this is the deactivation of product ",
        message="deactivate",
        by=SELLER,
        said={"product_id": "P-other", "kind": "temporary"},
    ),
    Bad("another seller's product", "", "not_your_product", "reactivate", ANOTHER_SELLER, typed=True),
    Bad(
        "a customer who switches on",
        "by.role: customer may not send reactivate; allowed: ",
        "role_not_allowed",
        "reactivate",
        CUSTOMER,
        typed=True,
    ),
    Bad(
        "a seller who imposes",
        "by.role: seller may not send impose; allowed: operator",
        "role_not_allowed",
        "impose",
        SELLER,
        {"kind": "temporary", **A_REASON},
        typed=True,
    ),
    Bad(
        "nothing to revoke",
        "revoke is possible before a deactivation takes effect; ",
        "nothing_to_revoke",
        "revoke",
        SELLER,
        typed=True,
    ),
    Bad(
        "a retry of nothing",
        "retry_failed is not possible while the deactivation is offline; possible now: ",
        "wrong_state",
        "retry_failed",
        OPERATOR,
        typed=True,
    ),
    Bad(
        "imposed without a reason",
        "reason: a text is required, and it is missing or blank",
        "reason_required",
        "impose",
        OPERATOR,
        {"kind": "temporary"},
        typed=True,
    ),
    Bad(
        "an unknown kind",
        "kind: Input should be 'temporary' or 'permanent'",
        message="impose",
        by=OPERATOR,
        said={"kind": "forever"},
        typed=True,
        usage="'forever' is not one of 'temporary', 'permanent'",
    ),
    Bad(
        "an end without a zone",
        "until: Input should have timezone info",
        message="deactivate",
        by=SELLER,
        said={"product_id": "{id}", "kind": "temporary", "until": "2031-03-03T10:00:00"},
        typed=True,
        usage="has no offset from UTC",
    ),
    Bad(
        "an unknown field of an order",
        "(not shown): unknown field; allowed: ",
        message="reactivate",
        by=SELLER,
        said={"why": "Done"},
        typed=True,
        usage="No such option: --why",
    ),
    Bad(
        "an act before the order",
        "occurred_at: 2020-01-01T00:00:00+00:00 was given; allowed from ",
        "occurred_at_out_of_range",
        "make_permanent",
        SELLER,
        {"occurred_at": "2020-01-01T00:00:00Z"},
        typed=True,
    ),
    Bad(
        "the id of the order for another act",
        " was used before, for another deactivate",
        "command_id_reused",
        "reactivate",
        SELLER,
        {"command_id": "{order}"},
        typed=True,
    ),
)
"""To a product that its seller has switched off for a while."""
