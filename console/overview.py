"""Which commands there are: a sentence on each for the help, and where each is found when called.

The sentences stand here a second time, beside the commands' own (a test compares them), so that the list is
printed, and one command run, without importing all others: they bring pydantic and every message.
"""

from typing import Final, NamedTuple

SENTENCES: Final = {
    "Requests": {
        "open": (
            "Open a request, and tell both its deadlines. The same request again answers as it "
            "stands by then."
        ),
        "show": "Show how a request stands: both promises, the refund, and what waits for the operator.",
        "explain": "Explain the deadlines of a request, day by day: what counted, what was left out and why.",
        "journal": "Tell everything that happened to a request, messages that were refused included.",
        "commands": (
            "List every command that was sent to a request through a gateway, with its answer or "
            "why it was refused."
        ),
        "list": "List requests, the next deadline first. The records are read, no server is needed.",
    },
    "What agents and sellers say": {
        "acknowledge": "A person takes the request in hand and tells the customer so.",
        "fix": "A corrective version or patch is delivered; its reference is compulsory.",
        "offer-update": "A functional update is offered; a free one that resolves the anomaly is a fix.",
        "refuse": "A refusal on one of the six grounds, with an explanation and evidence.",
        "withdraw-refusal": "The seller takes a refusal back, disputed or not.",
        "ask-customer": "A question to the customer; the resolution clock runs on.",
    },
    "What customers say": {
        "confirm-fix": "The customer confirms that the fix works.",
        "reject-fix": "The customer says why the fix does not work.",
        "accept-update": "The customer accepts an update that was offered, which settles the request.",
        "withdraw": "The customer takes the request back.",
        "dispute-refusal": "The customer disputes a refusal; the operator decides.",
    },
    "What several or programs say": {
        "customer-replied": "The customer answered the seller's question.",
        "reclassify": "An anomaly becomes a question or the reverse.",
        "closure-ended": "The seller reopened early; the acknowledgement deadline is counted again.",
        "refund-settled": "The payment provider told how a pending refund ended.",
        "chargeback": "A chargeback opened, won by the seller, or lost by the seller.",
        "payments-resumed": "The kill switch was lifted: a refund that waits looks again at once.",
    },
    "What the operator says": {
        "decide-dispute": "The operator upholds or overturns a disputed refusal.",
        "hold": "No refund of this request until it is released; deadlines run on.",
        "release": "A hold ends.",
        "order-refund": "The operator orders the refund; it passes a hold, not the kill switch.",
        "record-refund": (
            "How a manual refund was paid; by default the whole amount due, at the instant of the act."
        ),
        "correct-deadline": "The operator moves a deadline for a reason; the revision is kept.",
        "close": "The operator ends the request.",
    },
    "Products": {
        "deactivate": (
            "The order to take a product off the market; its `command_id` is the id of the deactivation."
        ),
        "reactivate": "A temporary deactivation ends, and the product is on sale again.",
        "make-permanent": "A temporary deactivation becomes permanent, from now on.",
        "revoke": "A deactivation that was planned for later is called off before it takes effect.",
        "impose": "The operator takes over what the seller ordered, at once and in the kind named here.",
        "retry-failed": "The renewals that could not be cancelled are tried once more, on their own.",
        "deactivation": "Show how the deactivation of a product stands, and what can be done about it.",
    },
    "The marketplace": {
        "renewals": (
            "List refunded licences whose renewal, or a charge of it, is still open at the billing service."
        ),
        "report": (
            "Tell how the two promises were kept, by month and seller. The records are read, no "
            "server is needed."
        ),
        "links": (
            "Count what is due today, overdue, breached or waiting for you, with links into the Temporal UI."
        ),
        "closure": "Sellers' temporary closures: announce, end early, list.",
        "calendars": "Calendars that have changed since deadlines were told.",
        "payments": "Automatic payments: stop, resume, list, reconcile.",
        "recovery": (
            "Refunds that failed after their request had closed: list, show, record how they were paid."
        ),
    },
    "Without a server": {
        "deadline": "Count business days from a request to its deadline, in a seller's calendar.",
        "simulate": "Play a life: real workflows, real records, an embedded server whose time is skipped.",
        "demo": (
            "Play eight requests and two products through thirty business days, in skipped time, "
            "on real workflows."
        ),
    },
    "Running it": {
        "dev": (
            "Run everything in this terminal, for real use on one machine: Ctrl-C ends it, the "
            "data stay in .data/."
        ),
        "check": "Compare what is open in the records with what runs. Exit code 1 if anything differs.",
        "schedules": "See to it that the Temporal server starts the check and the digest every morning.",
        "replay": (
            "Replay the open runs of the server with the code that is here. Exit code 1 if one can't go on."
        ),
        "doctor": "Look at server, worker, records, calendars and mail. Exit code 1 if something is wrong.",
        "metrics": "Answer Prometheus with the service in figures: GET /metrics. Ctrl-C ends it.",
        "webhooks": (
            "Hear how refunds ended and what banks dispute, from Stripe: POST /stripe. Ctrl-C ends it."
        ),
        "codec-server": "Unlock payloads for the Temporal UI and its command line, until Ctrl-C.",
        "schemas": (
            "Write the JSON Schema of every message and every answer into a folder, and what is said to whom."
        ),
        "db": "The database of the records: upgrade, seed.",
        "encryption": "The keys that lock messages: make one, see which are needed, forget a lost one.",
    },
}
"""By the heading under which the help lists them. What is not in `FOUND` is a message."""


class Found(NamedTuple):
    """Where a command or a group of commands is, in this package."""

    place: str
    """`module:function` of a command, `module:app` of a group."""
    example: str | None = None
    """What may be typed after `business-care`; the commands of a group bring their own."""


FOUND: Final = {
    "open": Found("opening_command:open_request", "open request.json --json"),
    "show": Found("reading_commands:show", "show R1"),
    "explain": Found("reading_commands:explain", "explain R1"),
    "journal": Found("reading_commands:journal", "journal R1 --json"),
    "commands": Found("reading_commands:commands", "commands R1 --json"),
    "list": Found("reading_commands:list_requests", "list --open --seller S1"),
    "deactivation": Found("deactivation_reading:deactivation", "deactivation P1 --follow"),
    "renewals": Found("refunded_renewals:renewals", "renewals --retry"),
    "report": Found("promises_report:report", "report --month 2031-03 --csv"),
    "deadline": Found(
        "deadline:deadline", "deadline --start 2031-03-03T09:00:00+01:00 --business-days 30 --explain"
    ),
    "simulate": Found("simulate:simulate", "simulate examples/nobody-answers.yaml"),
    "demo": Found("demo:demo", "demo"),
    "dev": Found("dev:dev", "dev"),
    "links": Found("links:links", "links --seller S1"),
    "check": Found("check_commands:check", "check --json"),
    "schedules": Found("check_commands:schedules", "schedules"),
    "replay": Found("replaying:replay", "replay --json"),
    "doctor": Found("doctor:doctor", "doctor --json"),
    "metrics": Found("metrics_command:metrics", "metrics --port 9464"),
    "webhooks": Found("webhooks_command:webhooks", "webhooks --port 8420"),
    "codec-server": Found("encryption_commands:codec_server", "codec-server --port 8234"),
    "schemas": Found("schemas:schemas", "schemas schemas"),
    "closure": Found("closure_commands:app"),
    "calendars": Found("calendars_commands:app"),
    "payments": Found("payments_commands:app"),
    "recovery": Found("recovery_commands:app"),
    "db": Found("database_commands:app"),
    "encryption": Found("encryption_commands:app"),
}
