"""Commands that are JSON objects, and of which one field can not be read."""

from tests.gateway.bad_inputs import OPERATOR, Bad

AN_ID = "String should match pattern '^[!-~]{1,128}$'"
ROLES = "Input should be 'agent', 'seller', 'customer', 'operator' or 'system'"
NO_NUL = "the character NUL is not allowed"
AN_INSTANT = "an instant is written as 2031-03-01T10:00:00+01:00"
IN_REACH = "the instant lies outside the years 1900 to 9000"
MEMBER = {"role": "agent", "id": "A1"}
A_REASON = {"reason": "It was a mistake"}
REFUSAL = {"explanation": "The source was changed", "evidence": ["diff-1"]}
A_DUE = {"clock": "resolution", **A_REASON}

FIELDS = (
    Bad("a number for a text", "reference: Input should be a valid string (given: 5)", said={"reference": 5}),
    Bad("a list for a text", "reference: Input should be a valid string", said={"reference": ["v2"]}),
    Bad("a text for yes or no", "automated: Input should be a valid boolean", said={"automated": "yes"}),
    Bad("one for yes", "automated: Input should be a valid boolean (given: 1)", said={"automated": 1}),
    Bad("a text for who acts", "by: Input should be an object", by="A1"),
    Bad("nobody who acts", "by: Input should be an object", by=None),
    Bad(
        "a text for a list",
        "evidence: Input should be a valid array",
        message="refuse",
        said={"ground": "modified_source", **REFUSAL, "evidence": "diff-1"},
    ),
    Bad(
        "a number in a list",
        "evidence.1: Input should be a valid string (given: 7)",
        message="refuse",
        said={"ground": "modified_source", **REFUSAL, "evidence": ["diff-1", 7]},
    ),
    Bad(
        "51 pieces of evidence",
        "evidence: Tuple should have at most 50 items",
        message="refuse",
        said={"ground": "modified_source", **REFUSAL, "evidence": ["diff"] * 51},
        typed=True,
    ),
    Bad(
        "an unknown field",
        "(not shown): unknown field; allowed: command_id, by, occurred_at, automated, reference, notes",
        said={"reference": "v2", "priority": "high"},
        typed=True,
        usage="No such option: --priority",
    ),
    Bad(
        "an unknown field with a hostile name",
        "(not shown): unknown field; allowed: ",
        said={"reference": "v2", "\x1b[2J\u202e<script>": 1},
    ),
    Bad(
        "an unknown field of who acts",
        "by.(not shown): unknown field; allowed: role, id, seller_id",
        by={**MEMBER, "mail": "a"},
    ),
    Bad("a field of another command", "ground: unknown field; allowed: ", said={"ground": "modified_source"}),
    Bad(
        "no ground",
        "ground: Field required",
        message="refuse",
        said=REFUSAL,
        typed=True,
        usage="Missing option '--ground'",
    ),
    Bad("no role", "by.role: Field required", by={"id": "A1"}),
    Bad("no id", "command_id: Input should be a valid string", said={"command_id": None}),
    Bad("an empty id", f"command_id: {AN_ID}", said={"command_id": ""}, typed=True),
    Bad("an id of two words", f"command_id: {AN_ID}", said={"command_id": "a b"}, typed=True),
    Bad("an id with a line break", f"command_id: {AN_ID}", said={"command_id": "a\n"}, typed=True),
    Bad("an id with NUL", f"command_id: {AN_ID}", said={"command_id": "a\x00b"}),
    Bad("an id with an escape", f"command_id: {AN_ID}", said={"command_id": "a\x1b[2J"}, typed=True),
    Bad("an id from right to left", f"command_id: {AN_ID}", said={"command_id": "\u202ea"}, typed=True),
    Bad("an id of Cyrillic letters", f"command_id: {AN_ID}", said={"command_id": "\u0430bc"}, typed=True),
    Bad("an id of 129 characters", f"command_id: {AN_ID}", said={"command_id": "x" * 129}, typed=True),
    Bad(
        "an unknown role",
        f"by.role: {ROLES}",
        by={"role": "king", "id": "A1"},
        typed="king:A1",
        usage="the role king was given; allowed are agent, seller",
    ),
    Bad(
        "a role in capitals",
        f"by.role: {ROLES}",
        by={"role": "AGENT", "id": "A1"},
        typed="AGENT:A1",
        usage="the role AGENT was given; allowed are agent, seller",
    ),
    Bad(
        "an actor without an id",
        f"by.id: {AN_ID}",
        by={"role": "agent", "id": ""},
        typed="agent:",
        usage="agent: was given; ids are 1 to 128 printable",
    ),
    Bad(
        "an unknown ground",
        "ground: Input should be 'not_advertised_feature', ",
        message="refuse",
        said={"ground": "bored", **REFUSAL},
        typed=True,
        usage="'bored' is not one of 'not_advertised_feature'",
    ),
    Bad(
        "an instant as a number",
        "occurred_at: Input should be a valid datetime",
        said={"occurred_at": 1930000000},
    ),
    Bad(
        "an instant as digits",
        f"occurred_at: {AN_INSTANT}",
        said={"occurred_at": "1930000000"},
        typed=True,
        usage="allowed is an instant as in 2031-03-03T09:00:00+01:00",
    ),
    Bad(
        "a day for an instant",
        f"occurred_at: {AN_INSTANT}",
        said={"occurred_at": "2031-03-03"},
        typed=True,
        usage="2031-03-03 has no offset from UTC",
    ),
    Bad(
        "the 30th of February",
        f"occurred_at: {AN_INSTANT}",
        said={"occurred_at": "2031-02-30T10:00:00+01:00"},
        typed=True,
        usage="allowed is an instant as in",
    ),
    Bad(
        "an instant without a zone",
        "occurred_at: Input should have timezone info",
        said={"occurred_at": "2031-03-03T10:00:00"},
        typed=True,
        usage="has no offset from UTC",
    ),
    Bad(
        "the year 1",
        f"occurred_at: {IN_REACH}",
        said={"occurred_at": "0001-01-01T00:00:00+14:00"},
        typed=True,
        usage="lies outside the years 1900 to 9000",
    ),
    Bad(
        "the last second of all",
        f"occurred_at: {IN_REACH}",
        said={"occurred_at": "9999-12-31T23:59:59-12:00"},
        typed=True,
        usage="lies outside the years 1900 to 9000",
    ),
    Bad(
        "a text of 20001 characters",
        "notes: String should have at most 20000 characters",
        said={"reference": "v2", "notes": "x" * 20001},
        typed=True,
    ),
    Bad(
        "a reference of 501 characters",
        "reference: String should have at most 500 characters",
        said={"reference": "x" * 501},
        typed=True,
    ),
    Bad("NUL in a text", f"reference: {NO_NUL}", said={"reference": "v\x002"}),
    Bad(
        "a broken amount",
        "amount: Input should be a valid integer (given: 12.5)",
        message="record_refund",
        by=OPERATOR,
        said={"amount": 12.5},
        typed=True,
        usage="'--amount': Input should be a valid integer",
    ),
    Bad(
        "an amount as a text",
        "amount: Input should be a valid integer",
        message="record_refund",
        by=OPERATOR,
        said={"amount": "100"},
    ),
    Bad(
        "true for an amount",
        "amount: Input should be a valid integer (given: true)",
        message="record_refund",
        by=OPERATOR,
        said={"amount": True},
    ),
    Bad(
        "a negative amount",
        "amount: Input should be greater than or equal to 0 (given: -1)",
        message="record_refund",
        by=OPERATOR,
        said={"amount": -1},
        typed=True,
    ),
    Bad(
        "a huge amount",
        "amount: Input should be less than or equal to 1000000000000",
        message="record_refund",
        by=OPERATOR,
        said={"amount": 10**30},
        typed=True,
    ),
    Bad(
        "a currency in small letters",
        "currency: String should match pattern '^[A-Z]{3}$'",
        message="record_refund",
        by=OPERATOR,
        said={"currency": "eur"},
        typed=True,
    ),
    Bad(
        "a currency as a sign",
        "currency: String should match pattern '^[A-Z]{3}$'",
        message="record_refund",
        by=OPERATOR,
        said={"currency": "€"},
        typed=True,
    ),
)
"""What is told apart without knowing the request: its fields."""
