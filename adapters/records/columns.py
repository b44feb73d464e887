"""The types of column: instants in UTC, and documents that pydantic reads and writes."""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

ID = String(128)
"""As long as `values.Identifier` allows."""
WORKFLOW_ID = ID.with_variant(String(200), "postgresql")
"""As long as `values.WorkflowId` allows; SQLite looks at no length."""
CODE = String(64)
"""A word of one of our enums, or a code of a provider."""


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, in UTC on the way in and out; SQLite, which knows no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the records keep aware instants only")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A value of the rules as JSON; a row gives it back as what it was.

    Its text goes to the driver as pydantic wrote it (see `json_serializer` in database.py).
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self._adapter: TypeAdapter[Any] = TypeAdapter(model)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The JSON text of the value."""
        return None if value is None else self._adapter.dump_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value that the text stands for."""
        return None if value is None else self._adapter.validate_json(value)


class PlainText(TypeDecorator[str]):
    """Text of any length. PostgreSQL cannot hold the character NUL: it becomes the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without NUL."""
        return None if value is None else value.replace("\x00", "\ufffd")


INSTANT = UtcInstant()
TEXT = PlainText()


def identifier(
    name: str, *, primary_key: bool = False, nullable: bool = False, index: bool = False
) -> Column[str]:
    """A column that holds one of the marketplace's ids."""
    return Column(name, ID, primary_key=primary_key, nullable=nullable, index=index)


def row_number() -> Column[int]:
    """A primary key that the database counts up: the order in which rows came in."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def instant(name: str, *, nullable: bool = False, index: bool = False) -> Column[datetime]:
    """A column that holds an instant."""
    return Column(name, INSTANT, nullable=nullable, index=index)
