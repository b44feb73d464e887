"""Tables of what was decided in every request: projection, journal, answers, deadlines, notices."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, false
from sqlalchemy import text as sql

from adapters.records.columns import (
    CODE,
    ID,
    METADATA,
    TEXT,
    WORKFLOW_ID,
    Document,
    identifier,
    instant,
    row_number,
)
from adapters.records.journal_columns import applied_columns, event_columns, rejection_columns
from business_care.deactivation.views import DeactivationAnswer
from business_care.kept_plans import KeptPlan
from business_care.notices import NoticeAbout
from business_care.people import Actor
from business_care.recovery.views import RecoveryAnswer
from business_care.request import CareRequestOpening
from business_care.views import CommandAnswer, RequestView

REQUESTS = Table(
    "requests",
    METADATA,
    identifier("request_id", primary_key=True),
    identifier("licence_id", index=True),
    identifier("seller_id", nullable=True, index=True),
    identifier("product_id", nullable=True, index=True),
    Column("workflow_id", WORKFLOW_ID, nullable=False),
    identifier("run_id"),
    Column("state", CODE, nullable=False),
    Column("outcome", CODE),
    Column("breached", Boolean, nullable=False, server_default=false()),
    instant("opened_at"),
    instant("next_due_at", nullable=True, index=True),
    # How many events the request had when the view was taken, all its runs together: none is kept with a
    # higher number (runs.py counts on it).
    Column("seq", Integer, nullable=False),
    Column("view", Document(RequestView), nullable=False),
    Column("opening", Document(CareRequestOpening)),
    Column("rejections_dropped", Document(dict[str, int]), nullable=False),
    # What is counted over all requests (figures.py): the view in words and whole seconds since the opening.
    Column("acknowledgement", CODE),
    Column("acknowledged_after", BigInteger),
    Column("resolution_missed", Boolean),
    Column("closed_after", BigInteger),
    Column("ground", CODE),
    Column("refund_status", CODE),
    instant("refund_due_at", nullable=True),
    # All that is counted lies in it, in the order in which it is grouped: the views need not be read for it.
    Index(
        "ix_requests_counted",
        "state",
        "outcome",
        "acknowledgement",
        "resolution_missed",
        "refund_status",
        "refund_due_at",
        "acknowledged_after",
        "closed_after",
        "opened_at",
        "seller_id",
        "ground",
    ),
)
"""The last view of every request as one row; columns repeat what lists filter and sort by, and counts."""


def _of_a_request(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "request_id", ID, ForeignKey("requests.request_id"), nullable=False, primary_key=primary_key
    )


REQUEST_RUNS = Table(
    "request_runs",
    METADATA,
    _of_a_request(primary_key=True),
    identifier("run_id", primary_key=True),
    # What is added to the run's own event numbers (runs.py).
    Column("seq_offset", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)

REQUEST_EVENTS = Table(
    "request_events",
    METADATA,
    row_number(),
    _of_a_request(),
    *event_columns(),
    UniqueConstraint("request_id", "seq"),
)

REJECTIONS = Table(
    "rejections",
    METADATA,
    row_number(),
    _of_a_request(),
    *rejection_columns(),
    UniqueConstraint("request_id", "at", "code", "sha256", "occurrence"),
)

APPLIED_COMMANDS = Table(
    "applied_commands",
    METADATA,
    row_number(),
    _of_a_request(),
    *applied_columns(CommandAnswer),
    UniqueConstraint("request_id", "command_id"),
)

DEADLINE_PLANS = Table(
    "deadline_plans",
    METADATA,
    row_number(),
    _of_a_request(),
    Column("clock", CODE, nullable=False),
    Column("revision", Integer, nullable=False),
    instant("due"),
    Column("cause", CODE, nullable=False),
    Column("plan", Document(KeptPlan), nullable=False),
    instant("told_at", nullable=True),
    Column("by", Document(Actor)),
    UniqueConstraint("request_id", "clock", "revision"),
)

COMMAND_LOG = Table(
    "command_log",
    METADATA,
    row_number(),
    # One of the three; no foreign key: a command to a request that nobody opened is kept too.
    identifier("request_id", nullable=True, index=True),
    identifier("product_id", nullable=True, index=True),
    Column("recovery_id", WORKFLOW_ID, index=True),
    Column("command", TEXT, nullable=False),
    identifier("command_id", nullable=True),
    Column("by", Document(Actor)),
    instant("at"),
    Column("body", TEXT, nullable=False),
    Column("answer", Document(CommandAnswer | DeactivationAnswer | RecoveryAnswer)),
    Column("error_code", CODE),
    Column("error_message", TEXT),
)

NOTICES = Table(
    "notices",
    METADATA,
    row_number(),
    # What it is about (NoticeAbout), and the id of that request, deactivation or recovery: no foreign key can
    # say so.
    Column("about", CODE, nullable=False, server_default=NoticeAbout.REQUEST),
    Column("subject_id", WORKFLOW_ID, nullable=False),
    identifier("key"),
    Column("kind", CODE, nullable=False),
    Column("to_role", CODE, nullable=False),
    identifier("to_id"),
    instant("at"),
    Column("data", Document(dict[str, str]), nullable=False),
    instant("created_at"),
    instant("delivered_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    Column("last_error", CODE),
    # Not before this instant; while a sender works on it, when another one may take it over.
    instant("next_try_at"),
    UniqueConstraint("about", "subject_id", "key"),
    Index("ix_notices_waiting", "delivered_at", "next_try_at"),
)
