"""How a failure of the outside world looks to Temporal: type, retryable or not, benign or not."""

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.failures import translated
from business_care.calendar import CalendarErrorCode, CalendarRefused
from business_care.errors import ErrorCode, RecordMissing, RuleViolation, TemporarilyUnavailable

FAILURES = [
    pytest.param(
        TemporarilyUnavailable("no answer for L1"),
        "temporarily_unavailable",
        ApplicationErrorCategory.BENIGN,
        id="an outage is expected and nobody is alarmed",
    ),
    pytest.param(
        RecordMissing("no licence L1"),
        "record_missing",
        ApplicationErrorCategory.UNSPECIFIED,
        id="a missing record is a fault of the records",
    ),
    pytest.param(
        CalendarRefused(CalendarErrorCode.UNKNOWN_COUNTRY, "country XX is unknown"),
        "unknown_country",
        ApplicationErrorCategory.UNSPECIFIED,
        id="a refused calendar has to be mended by somebody",
    ),
    pytest.param(
        RuleViolation(ErrorCode.UNKNOWN_LICENCE, "licence_id: L1 is unknown"),
        "unknown_licence",
        ApplicationErrorCategory.UNSPECIFIED,
        id="a rule's code is the type",
    ),
]


def failing_with(failure: Exception) -> ApplicationError:
    with pytest.raises(ApplicationError) as raised, translated():
        raise failure
    return raised.value


@pytest.mark.parametrize(("failure", "kind", "category"), FAILURES)
def test_each_failure_has_a_type_and_a_category(
    failure: Exception, kind: str, category: ApplicationErrorCategory
) -> None:
    told = failing_with(failure)

    assert (told.type, told.category) == (kind, category)


@pytest.mark.parametrize(("failure", "kind", "category"), FAILURES)
def test_every_failure_is_tried_again_because_a_promise_depends_on_it(
    failure: Exception, kind: str, category: ApplicationErrorCategory
) -> None:
    assert failing_with(failure).non_retryable is False


@pytest.mark.parametrize(("failure", "kind", "category"), FAILURES)
def test_the_message_says_what_was_wrong_and_keeps_the_cause(
    failure: Exception, kind: str, category: ApplicationErrorCategory
) -> None:
    told = failing_with(failure)

    assert told.message == str(failure)
    assert told.__cause__ is failure


def test_a_fault_of_the_program_is_not_disguised() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("a bug")
