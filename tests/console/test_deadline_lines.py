"""`business-care deadline` with questions on standard input, one a line."""

import json

import pytest

from tests.console.deadline_asking import QUESTION, answers, line, without


@pytest.mark.parametrize(
    ("bad", "code", "line_id"),
    [
        pytest.param(b"\n", "invalid_message", None, id="an empty line"),
        pytest.param(b"  \r\n", "invalid_message", None, id="a blank line"),
        pytest.param(b"{not json\n", "invalid_message", None, id="not JSON"),
        pytest.param(b"[1, 2]\n", "invalid_message", None, id="not an object"),
        pytest.param(b'{"id": "q1", "id": "q2"}\n', "invalid_message", None, id="a field twice"),
        pytest.param(b'{"id": "\xff\xfe"}\n', "invalid_message", None, id="not UTF-8"),
        pytest.param(b"[" * 30_000 + b"\n", "invalid_message", None, id="nested too deeply"),
        pytest.param(
            b'{"business_days": ' + b"9" * 5000 + b"}\n", "invalid_message", None, id="5,000 digits"
        ),
        pytest.param(b"x" * 200_000 + b"\n", "invalid_message", None, id="200,000 bytes"),
        pytest.param(b'{"id": "q1", "business_days": NaN}\n', "invalid_message", None, id="NaN"),
        pytest.param(line(id=["q1"]), "invalid_message", None, id="an id that is a list"),
        pytest.param(line(id=True), "invalid_message", None, id="an id that is a truth value"),
        pytest.param(without("id"), "invalid_message", None, id="no id"),
        pytest.param(without("country"), "invalid_message", "q1", id="no country"),
        pytest.param(without("timezone"), "invalid_message", "q1", id="no time zone"),
        pytest.param(without("start"), "invalid_message", "q1", id="no start"),
        pytest.param(without("business_days"), "invalid_message", "q1", id="no business days"),
        pytest.param(line(colour="red"), "invalid_message", "q1", id="an unknown field"),
        pytest.param(line(country=33), "invalid_message", "q1", id="a country that is a number"),
        pytest.param(line(start=1930000000), "invalid_message", "q1", id="a start in seconds"),
        pytest.param(line(start="1930000000"), "invalid_message", "q1", id="a start in seconds, as text"),
        pytest.param(
            line(start="2031-02-30T09:00:00Z"), "invalid_message", "q1", id="a day that does not exist"
        ),
        pytest.param(line(start="soon"), "invalid_message", "q1", id="a start in words"),
        pytest.param(line(start="2031-03-07"), "naive_start", "q1", id="a start without time"),
        pytest.param(line(start="9999-12-31T23:00:00Z"), "no_calendar_data", "q1", id="the year 9999"),
        pytest.param(line(business_days="1"), "invalid_message", "q1", id="business days as text"),
        pytest.param(line(business_days=None), "invalid_message", "q1", id="business days null"),
        pytest.param(line(business_days=1.5), "bad_business_days", "q1", id="a day and a half"),
        pytest.param(line(business_days=True), "bad_business_days", "q1", id="business days true"),
        pytest.param(line(business_days=10**4000), "bad_business_days", "q1", id="4,001 digits"),
        pytest.param(line(profile="lunar"), "invalid_message", "q1", id="an unknown profile"),
        pytest.param(line(closures=None), "invalid_message", "q1", id="closures null"),
        pytest.param(line(closures=[3]), "invalid_message", "q1", id="a closure that is a number"),
        pytest.param(
            line(closures=[{"start": "2031-03-10"}]), "bad_closure", "q1", id="a closure without end"
        ),
        pytest.param(
            line(closures=[{"start": "2031-03-10", "end": None}]),
            "bad_closure",
            "q1",
            id="an open-ended closure",
        ),
        pytest.param(
            line(closures=[{"start": "2031-03-10", "end": "20310312"}]), "bad_closure", "q1", id="an odd date"
        ),
        pytest.param(
            line(closures=[{"start": 20310310, "end": "2031-03-12"}]),
            "invalid_message",
            "q1",
            id="a date as number",
        ),
        pytest.param(
            line(
                closures=[{"start": "2031-03-10", "end": "2031-03-12", "notified_at": "2031-03-01T09:00:00"}]
            ),
            "bad_closure",
            "q1",
            id="a notice without offset",
        ),
        pytest.param(
            line(
                closures=[
                    {"start": "2031-03-10", "end": "2031-03-12", "notified_at": "0001-01-01T00:00:00+14:00"}
                ]
            ),
            "bad_closure",
            "q1",
            id="a notice in the year 1",
        ),
        pytest.param(line(calendar={"weekend": []}), "invalid_message", "q1", id="country and calendar"),
    ],
)
def test_a_bad_line_is_answered_with_its_fault_and_the_rest_go_on(
    bad: bytes, code: str, line_id: str | None
) -> None:
    before, answer, after = answers(line(id="before") + bad + line(id="after"))

    assert (answer["id"], answer["error"]["code"]) == (line_id, code)  # type: ignore[index]
    assert (before["last_day"], after["last_day"]) == ("2031-03-10", "2031-03-10")


def test_a_fault_is_told_without_repeating_free_text() -> None:
    secret = "call Ana on 555 0100"

    told = answers(
        line(country=secret) + line(timezone=secret) + line(subdivision=secret) + line(start=secret)
        + line(**{secret: 1}) + line(profile=secret) + line(closures=[{"start": secret, "end": secret}])
    )  # fmt: skip

    assert all("error" in answer for answer in told)
    assert "Ana" not in json.dumps(told)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"\xef\xbb\xbf" + line(), 1, id="a byte order mark"),
        pytest.param(line().replace(b"\n", b"\r\n") * 2, 2, id="Windows line ends"),
        pytest.param(line().rstrip(b"\n"), 1, id="no last line end"),
        pytest.param(line(note="\u2028 and \u0085 end no line"), 1, id="separators within a text"),
        pytest.param(line(id=7), 1, id="an id that is a number"),
        pytest.param(
            line(last_day="2031-03-10", due="x", error=None, note="kept"), 1, id="an answer kept beside"
        ),
        pytest.param(without("subdivision"), 1, id="no subdivision"),
        pytest.param(without("closures"), 1, id="no closures"),
    ],
)
def test_lines_are_read_as_they_come(lines: bytes, count: int) -> None:
    answered = answers(lines)

    assert [answer["last_day"] for answer in answered] == ["2031-03-10"] * count


@pytest.mark.parametrize(
    ("notice", "last_day"),
    [
        pytest.param({}, "2031-03-13", id="no notice given: it was in time"),
        pytest.param(
            {"notified_at": "2031-03-07T17:00:00Z"}, "2031-03-13", id="at the instant of the request"
        ),
        pytest.param({"notified_at": "2031-03-07T17:00:01Z"}, "2031-03-10", id="a second later"),
        pytest.param({"notified_at": None}, "2031-03-10", id="null: nobody was told"),
    ],
)
def test_a_closure_binds_if_customers_were_told_in_time(notice: dict[str, object], last_day: str) -> None:
    (answer,) = answers(line(closures=[{"start": "2031-03-10", "end": "2031-03-12", **notice}]))

    assert answer["last_day"] == last_day


def test_a_calendar_may_be_given_inline() -> None:
    own = {"weekend": ["fri"], "days_off": ["2031-03-08"], "working_days": ["2031-03-14"]}
    question = {k: v for k, v in QUESTION.items() if k not in {"country", "subdivision"}}

    (answer,) = answers(json.dumps({**question, "business_days": 6, "calendar": own}).encode())

    assert answer == {"id": "q1", "last_day": "2031-03-14", "due": "2031-03-15T00:00:00+01:00"}


def test_the_profile_weekdays_only_counts_public_holidays() -> None:
    ascension = line(start="2031-05-21T09:00:00+02:00")
    plain, weekdays = answers(ascension + ascension.replace(b"}", b', "profile": "weekdays_only"}'))

    assert (plain["last_day"], weekdays["last_day"]) == ("2031-05-23", "2031-05-22")
