"""The one place that says how a failure of the outside world looks to Temporal: type, retryable or not,
benign or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from business_care.errors import RecordMissing, RuleViolation, TemporarilyUnavailable

TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
RECORD_MISSING = "record_missing"


@contextmanager
def translated() -> Iterator[None]:
    """Turn domain errors into `ApplicationError`. Messages hold ids and codes only (R62).

    A refused calendar is retried as an outage is: somebody has to correct the records, and no promise may be
    lost meanwhile (R15).
    """
    try:
        yield
    except TemporarilyUnavailable as error:
        raise ApplicationError(
            str(error), type=TEMPORARILY_UNAVAILABLE, category=ApplicationErrorCategory.BENIGN
        ) from error
    except RecordMissing as error:
        raise ApplicationError(str(error), type=RECORD_MISSING) from error
    except RuleViolation as error:
        raise ApplicationError(error.message, type=error.code) from error
