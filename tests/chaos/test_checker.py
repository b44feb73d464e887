"""The judgement of the checker on evidence made by hand: nothing where all is right, else each fault."""

import ast
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.checker import outcomes, products
from tests.chaos.checker.__main__ import violations
from tests.chaos.checker.evidence import Evidence, Row, calls_of
from tests.chaos.remains import DUE, NOON, Remains, encoded, event, intent, notice, outcome

CHECKER = Path(__file__).parent / "checker"


def found(remains: Remains) -> list[str]:
    evidence = remains.evidence()
    return [one.words for one in violations(evidence, outcomes.models_of(evidence))]


def test_the_checker_shares_no_code_with_the_application() -> None:
    strangers = set()
    for file in CHECKER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            else:
                continue
            strangers |= {
                (file.name, module)
                for module in modules
                if module.partition(".")[0] not in sys.stdlib_module_names
                and not module.startswith("tests.chaos.checker")
            }

    assert strangers == set()


def test_a_request_that_went_as_it_should_shows_nothing() -> None:
    assert found(Remains()) == []


def paid_twice(of: Remains) -> None:
    of.again("simulated_refunds", key="refund-purchase_price-L1-again")


def paid_too_much(of: Remains) -> None:
    of.rows["simulated_refunds"][0]["amount"] = 1000


def paid_without_an_intent(of: Remains) -> None:
    of.rows["refund_intents"][0]["attempts"] = 0


def paid_by_hand_as_well(of: Remains) -> None:
    of.rows["refund_intents"][0]["by_hand"] = "paid"


def closed_and_nothing_paid(of: Remains) -> None:
    of.rows["simulated_refunds"] = []


def closed_before_it_settled(of: Remains) -> None:
    of.rows["simulated_refunds"][0]["settles_at"] = (NOON + timedelta(days=1)).isoformat()


def paid_before_the_deadline(of: Remains) -> None:
    of.history[4]["eventTime"] = (DUE - timedelta(seconds=1)).isoformat()


def due_before_the_deadline(of: Remains) -> None:
    of.rows["request_events"][3] = event(4, "refund_due", NOON, amount="900", currency="EUR")


def refund_missing(of: Remains) -> None:
    of.rows["request_events"] = of.rows["request_events"][:2]
    of.rows["requests"][0] |= {"outcome": None, "seq": 2}


def paid_while_held(of: Remains) -> None:
    body = {"command_id": "c2", "by": {"role": "operator", "id": "O1"}, "reason": "wait"}
    of.again("applied_commands", command_id="c2", command="hold", body=json.dumps(body))
    of.diary += [intent("V1.2", do="send", request="R1", command="hold", body=body), outcome("V1.2", "ok")]
    of.rows["request_events"].insert(2, event(2, "hold", NOON, "c2"))


def paid_while_payments_were_stopped(of: Remains) -> None:
    resumed_at = NOON + timedelta(seconds=30)
    of.diary += [
        intent("V1.8", do="stop_payments", seller="S1"),
        outcome("V1.8", "ok"),
        intent("V1.9", at=resumed_at, do="resume_payments", seller="S1"),
    ]


def care_goes_on(of: Remains) -> None:
    of.rows["care_subscriptions"][0]["ended_on"] = None


def command_lost_in_the_history(of: Remains) -> None:
    del of.history[2]


def command_lost_in_the_records(of: Remains) -> None:
    of.rows["applied_commands"] = []


def command_without_effect(of: Remains) -> None:
    del of.rows["request_events"][1]


def answer_recorded_otherwise(of: Remains) -> None:
    of.rows["applied_commands"][0]["answer"] = json.dumps({"duplicate": False, "decided_at": "later"})


def duplicate_refused(of: Remains) -> None:
    meant = of.diary[2]["meant"]
    of.diary += [intent("V1.1+again", **meant), outcome("V1.1+again", "refused", code="wrong_state")]


def refused_although_an_earlier_attempt_was_done(of: Remains) -> None:
    meant = of.diary[2]["meant"]
    of.diary[3:] = [intent("V1.1", 2, **meant), outcome("V1.1", "refused", attempt=2, code="wrong_state")]


def another_body_accepted(of: Remains) -> None:
    meant = {**of.diary[2]["meant"], "is_another_body": True}
    of.diary += [intent("V1.1+other", **meant), outcome("V1.1+other", "ok")]


def command_that_nobody_sent(of: Remains) -> None:
    of.again("applied_commands", command_id="c7", command="withdraw")


def fix_after_the_deadline(of: Remains) -> None:
    body = {"command_id": "c2", "by": {"role": "agent", "id": "A1"}, "occurred_at": DUE.isoformat()}
    of.again("applied_commands", command_id="c2", command="fix", body=json.dumps(body))
    of.diary += [intent("V1.2", do="send", request="R1", command="fix", body=body), outcome("V1.2", "ok")]
    of.rows["request_events"].insert(2, event(3, "fix", DUE, "c2"))


def two_outcomes(of: Remains) -> None:
    of.history[-1]["workflowExecutionCompletedEventAttributes"]["result"] = encoded({"outcome": "resolved"})


def told_twice(of: Remains) -> None:
    of.again("notices", key="8-2")


def told_again_after_a_death(of: Remains) -> None:
    of.again("notices", key="taken-back-7")


def never_told(of: Remains) -> None:
    of.rows["notices"].pop()


def notice_not_delivered(of: Remains) -> None:
    of.mails.pop()


def task_failing(of: Remains) -> None:
    cause = {"cause": "WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE"}
    of.history.insert(6, {**of.history[6], "workflowTaskFailedEventAttributes": cause})


def still_running(of: Remains) -> None:
    of.status = "WORKFLOW_EXECUTION_STATUS_RUNNING"


def opened_and_unknown(of: Remains) -> None:
    of.diary += [intent("V1.5", do="open", request="R9"), outcome("V1.5", "ok")]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (paid_twice, "the provider refunded it 2 times"),
        (paid_too_much, "1000 EUR was refunded, and 900 EUR was owed"),
        (paid_without_an_intent, "without an intent that counts the attempt"),
        (paid_by_hand_as_well, "paid by hand as well"),
        (closed_and_nothing_paid, "no money has moved"),
        (closed_before_it_settled, "no money has moved"),
        (paid_before_the_deadline, "before the deadline"),
        (due_before_the_deadline, "a refund became due at"),
        (refund_missing, "the refund is missing"),
        (paid_while_held, "while the request was held"),
        (paid_while_payments_were_stopped, "while payments were stopped"),
        (care_goes_on, "its care or its renewal goes on"),
        (command_lost_in_the_history, "no history has it as an update that succeeded"),
        (command_lost_in_the_records, "the records have no such applied command"),
        (command_without_effect, "had its effect 0 times"),
        (answer_recorded_otherwise, "and is recorded as"),
        (duplicate_refused, "repeats what was accepted, and was refused"),
        (refused_although_an_earlier_attempt_was_done, "refused (wrong_state), and applied all the same"),
        (another_body_accepted, "another body under a used id was accepted"),
        (command_that_nobody_sent, "nobody sent it"),
        (fix_after_the_deadline, "was accepted after the deadline"),
        (two_outcomes, "its runs ['resolved']"),
        (told_twice, "stands there 2 times"),
        (told_again_after_a_death, "was told again after a death"),
        (never_told, "refund_paid went to the seller 0 times, not 1"),
        (notice_not_delivered, "was never delivered"),
        (task_failing, "workflow tasks failed"),
        (still_running, "it stands at WORKFLOW_EXECUTION_STATUS_RUNNING"),
        (opened_and_unknown, "the records do not know it"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_fault_is_found(fault: Callable[[Remains], None], words: str) -> None:
    remains = Remains()

    fault(remains)

    assert any(words in one for one in found(remains))


def test_a_mail_sent_again_under_its_key_is_no_second_notice() -> None:
    remains = Remains()

    remains.mails.append(remains.mails[0])

    assert found(remains) == []


def test_a_notice_for_each_of_two_causes_is_no_repetition() -> None:
    remains = Remains()
    remains.rows["notices"].append(notice("4-0", "refund_due", "seller"))
    remains.mails.append({"call": "R1/4-0"})

    assert found(remains) == []


PRODUCT = {
    "id": "V2",
    "product": "P1",
    "licences": [
        {"id": "L5", "customer": "C5", "auto_renew": True},
        {"id": "L6", "customer": "C6", "auto_renew": False},
    ],
}


def of_a_retired_product() -> dict[str, list[Row]]:
    return {
        "deactivations": [{"deactivation_id": "D1", "product_id": "P1", "outcome": "retired"}],
        "products": [{"id": "P1", "state": "retired"}],
        "care_subscriptions": [
            {"licence_id": "L5", "renewal_cancelled_on": "2031-03-03"},
            {"licence_id": "L6", "renewal_cancelled_on": None},
        ],
        "notices": [{"about": "renewals", "subject_id": "D1", "to_id": "C5"}],
    }


def found_of_a_product(rows: dict[str, list[Row]]) -> list[str]:
    diary = [
        intent("V2.1", do="deactivate", life="V2", product="P1", command_id="D1"),
        outcome("V2.1", "ok"),
    ]
    return [one.words for one in products.check(Evidence([PRODUCT], calls_of(diary), rows, [], [], DUE))]


def test_a_product_that_was_retired_as_it_should_shows_nothing() -> None:
    assert found_of_a_product(of_a_retired_product()) == []


@pytest.mark.parametrize(
    ("table", "row", "change", "words"),
    [
        ("deactivations", 0, {"outcome": "revoked"}, "its deactivations are [('D1', 'revoked')]"),
        ("products", 0, {"state": "offline"}, "it is offline, and was ordered off for good"),
        (
            "care_subscriptions",
            0,
            {"renewal_cancelled_on": None},
            "licence L5: automatic True, cancelled False",
        ),
        ("care_subscriptions", 1, {"renewal_cancelled_on": "2031-03-03"}, "licence L6: automatic False"),
        ("notices", 0, {"to_id": "C6"}, "its customers were told {'C6': 1}"),
    ],
)
def test_each_fault_of_a_retired_product_is_found(
    table: str, row: int, change: dict[str, object], words: str
) -> None:
    rows = of_a_retired_product()
    rows[table][row] |= change

    assert [words in one for one in found_of_a_product(rows)] == [True]


def test_a_customer_who_was_told_twice_that_a_renewal_ended_is_found() -> None:
    rows = of_a_retired_product()
    rows["notices"] *= 2

    assert ["told {'C5': 2}" in one for one in found_of_a_product(rows)] == [True]
