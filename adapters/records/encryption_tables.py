"""Tables of the keys that lock payloads: which there are and what they have locked, never a key itself."""

from sqlalchemy import Column, ForeignKey, Index, Table

from adapters.records.columns import CODE, METADATA, TEXT

ENCRYPTION_KEYS = Table(
    "encryption_keys",
    METADATA,
    Column("key_id", CODE, primary_key=True),
    # A known text that this key has locked: whoever comes with another key under the same id is found out.
    Column("canary", TEXT, nullable=False),
)

ENCRYPTION_KEY_USES = Table(
    "encryption_key_uses",
    METADATA,
    Column("key_id", CODE, ForeignKey("encryption_keys.key_id"), primary_key=True),
    # No foreign key: what opens a request passes before the records know of it. Of any length: a sender of
    # its own may have chosen it.
    Column("workflow_id", TEXT, primary_key=True),
    Index("ix_encryption_key_uses_workflow_id", "workflow_id"),
)
