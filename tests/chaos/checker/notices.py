"""Everybody is told once: one notice for each cause and reader, and each of them delivered.

A mail that is delivered a second time under the same key, after a death between its delivery and its mark,
is no violation: its reader's mail program knows the Message-ID. It is counted, and shown.
"""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence, Row
from tests.chaos.checker.life_model import LifeModel
from tests.chaos.checker.violation import Violation

TAKEN_BACK = "taken-back-"
"""How the key of a notice begins that was read, and whose task was done again otherwise."""
TELLS_THE_CUSTOMER = {
    "acknowledge": "acknowledged",
    "fix": "fix_delivered",
    "refuse": "refused",
    "ask_customer": "question_asked",
    "offer_update": "update_offered",
    "decide_dispute": "dispute_decided",
}


def check(evidence: Evidence, models: dict[str, LifeModel]) -> Iterator[Violation]:
    """Everything about notices."""
    alike = Counter(
        (row["about"], row["subject_id"], row["kind"], row["to_role"], row["to_id"], row["at"], row["data"])
        for row in _standing(evidence)
    )
    for what, times in alike.items():
        if times > 1:
            yield Violation("notice", what[1], f"{what[2]} to {what[3]} {what[4]} stands there {times} times")
    yield from _not_again(evidence)
    yield from _delivered(evidence)
    for request_id, model in models.items():
        yield from _told(evidence, request_id, model)


def repeated_mails(evidence: Evidence) -> int:
    """How many mails went out again under the key that they had before."""
    return sum(times - 1 for times in Counter(mail["call"] for mail in evidence.mails).values())


def taken_back(evidence: Evidence) -> int:
    """How many readers were told of what a task had done that died before the server knew of it.

    Mails that are out can't be called back: the product keeps them apart, and this program counts them.
    """
    return len(evidence.rows["notices"]) - len(_standing(evidence))


def _standing(evidence: Evidence) -> list[Row]:
    return [row for row in evidence.rows["notices"] if not row["key"].startswith(TAKEN_BACK)]


def _not_again(evidence: Evidence) -> Iterator[Violation]:
    """What a reader was told by a task that died is not told once more when the task is done again."""
    names = ("about", "subject_id", "kind", "to_role", "to_id", "data")
    standing = {tuple(row[name] for name in names) for row in _standing(evidence)}
    for row in evidence.rows["notices"]:
        if row["key"].startswith(TAKEN_BACK) and tuple(row[name] for name in names) in standing:
            words = f"{row['kind']} to {row['to_role']} {row['to_id']} was told again after a death"
            yield Violation("notice", row["subject_id"], words)


def _delivered(evidence: Evidence) -> Iterator[Violation]:
    sent = {mail["call"] for mail in evidence.mails}
    # One that was read when its task died, and was told anew, went out under its earlier key.
    used = {_key(row) for row in _standing(evidence)}
    earlier = Counter((key.split("/")[0], key.rpartition("-")[2]) for key in sent - used)
    for row in _standing(evidence):
        spare = (row["subject_id"], row["kind"])
        if _key(row) not in sent and row["delivered_at"] and earlier[spare]:
            earlier[spare] -= 1
        elif _key(row) not in sent:
            error = f" ({row['last_error']})" if row["last_error"] else ""
            yield Violation("notice", row["subject_id"], f"{row['kind']} was never delivered{error}")
        elif row["delivered_at"] is None:
            yield Violation("notice", row["subject_id"], f"{row['kind']} was delivered and is not marked")


def _key(row: Row) -> str:
    """Under which key the mail of a notice goes out."""
    about = "" if row["about"] == "request" else f"{row['about']}/"
    return f"{about}{row['subject_id']}/{row['key']}"


def _told(evidence: Evidence, request_id: str, model: LifeModel) -> Iterator[Violation]:
    told = Counter(
        (row["kind"], row["to_role"])
        for row in _standing(evidence)
        if row["about"] == "request" and row["subject_id"] == request_id
    )
    events = Counter(row["name"] for row in evidence.events_of.get(request_id, []))
    wanted = {(kind, "customer"): events[command] for command, kind in TELLS_THE_CUSTOMER.items()}
    paid = int(model.outcome == "refunded" and model.refund != "nothing_to_pay")
    wanted |= {("refund_paid", "customer"): paid, ("refund_paid", "seller"): paid}
    for what, times in wanted.items():
        if told[what] != times:
            kind, role = what
            yield Violation(
                "notice", request_id, f"{kind} went to the {role} {told[what]} times, not {times}"
            )
