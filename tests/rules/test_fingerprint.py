"""Equal bodies have one fingerprint, whatever their spelling; other bodies have another one (R60)."""

import pytest

from business_care.commands import Acknowledge, Command, CorrectDeadline, CustomerReplied, Withdraw
from business_care.reading import fingerprint, read_message


def spelled(raw: str, model: type[Command] = Acknowledge) -> str:
    return fingerprint(read_message(model, raw.encode()))


PLAIN = '{"command_id": "c1", "by": {"role": "agent", "id": "A1", "seller_id": "S1"}, "message": "é"}'


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(PLAIN.replace(" ", ""), id="white space"),
        pytest.param(PLAIN.replace("é", "\\u00e9"), id="escapes"),
        pytest.param(PLAIN.replace('"c1"', '"c2"'), id="another command id"),
        pytest.param(
            '{"message": "é", "by": {"seller_id": "S1", "id": "A1", "role": "agent"}, "command_id": "c1"}',
            id="order of the fields",
        ),
        pytest.param(PLAIN[:-1] + ', "automated": false, "kind": "reply"}', id="defaults written out"),
        pytest.param(PLAIN[:-1] + ', "occurred_at": null}', id="null for what is missing"),
    ],
)
def test_two_spellings_of_one_command_have_one_fingerprint(other: str) -> None:
    assert spelled(other) == spelled(PLAIN)


def test_two_spellings_of_one_instant_have_one_fingerprint() -> None:
    in_madrid = PLAIN[:-1] + ', "occurred_at": "2031-03-04T09:30:00+01:00"}'
    in_utc = PLAIN[:-1] + ', "occurred_at": "2031-03-04T08:30:00Z"}'

    assert spelled(in_madrid) == spelled(in_utc)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(PLAIN.replace("é", "e"), id="another text"),
        pytest.param(PLAIN.replace("A1", "A2"), id="another agent"),
        pytest.param(PLAIN[:-1] + ', "automated": true}', id="automated"),
        pytest.param(
            PLAIN[:-1] + ', "occurred_at": "2031-03-04T08:30:00Z"}', id="an instant that was not given"
        ),
    ],
)
def test_another_body_has_another_fingerprint(other: str) -> None:
    assert spelled(other) != spelled(PLAIN)


def test_the_same_words_in_another_command_have_another_fingerprint() -> None:
    raw = '{"command_id": "c1", "by": {"role": "customer", "id": "C1"}}'

    assert spelled(raw, Withdraw) != spelled(raw, CustomerReplied)


def test_a_fingerprint_stays_the_same_from_release_to_release() -> None:
    command = CorrectDeadline.model_validate_json(
        '{"command_id": "c1", "by": {"role": "operator", "id": "O1"}, "clock": "resolution",'
        ' "due": "2031-05-02T00:00:00+02:00", "reason": "Strike."}'
    )

    assert fingerprint(command) == "f1a03625cf534ec06214ae4fd151c242d8cc7517ed90fc83d2ef20a37436c961"
