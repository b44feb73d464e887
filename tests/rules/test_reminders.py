"""What is remembered by itself, when, and when it is left out (R28 and the notices)."""

from datetime import datetime

import pytest

from business_care.commands import ClockName, CorrectDeadline, Release
from business_care.notices import NoticeKind
from business_care.policy import Policy
from tests.rules.builders import local
from tests.rules.lives import Life, a_question, a_request


def at(life: Life, kind: NoticeKind) -> list[datetime]:
    return [notice.at for notice in life.notices if notice.kind is kind]


def days_left(life: Life) -> list[str]:
    kind = NoticeKind.RESOLUTION_REMINDER
    return [notice.data["business_days"] for notice in life.notices if notice.kind is kind]


class TestTheSellerIsRemindedOfTheAcknowledgement:
    def test_at_noon_of_its_last_day(self) -> None:
        life = a_request().until("03-05 00:00")

        assert at(life, NoticeKind.ACKNOWLEDGEMENT_REMINDER) == [local("03-04 12:00")]

    def test_unless_it_has_come(self) -> None:
        life = a_request().acknowledged("03-04 11:59").until("03-05 00:00")

        assert at(life, NoticeKind.ACKNOWLEDGEMENT_REMINDER) == []

    def test_unless_noon_had_passed_when_the_deadline_was_planned(self) -> None:
        life = a_request(planned_at="03-04 12:00").until("03-05 00:00")

        assert at(life, NoticeKind.ACKNOWLEDGEMENT_REMINDER) == []

    def test_unless_the_deadline_passed_while_nothing_ran(self) -> None:
        life = a_request().late_tick("03-05 09:00")

        assert life.told == ["acknowledgement_missed to seller", "acknowledgement_missed to operator"]

    def test_late_when_nothing_ran_at_noon(self) -> None:
        life = a_request().late_tick("03-04 15:00")

        assert life.told == ["acknowledgement_reminder to seller"]

    def test_again_at_noon_before_a_deadline_that_was_moved(self) -> None:
        life = a_request().until("03-04 13:00")

        life.sent(CorrectDeadline, "03-04 14:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-07 00:00"))
        life.until("03-08 00:00")

        noons = [local("03-04 12:00"), local("03-06 12:00")]
        assert at(life, NoticeKind.ACKNOWLEDGEMENT_REMINDER) == noons

    def test_not_at_noon_of_the_first_count_when_the_deadline_was_moved_before_it(self) -> None:
        life = a_request()

        life.sent(CorrectDeadline, "03-04 08:00", clock=ClockName.ACKNOWLEDGEMENT, due=local("03-04 10:00"))
        life.until("03-05 00:00")

        assert at(life, NoticeKind.ACKNOWLEDGEMENT_REMINDER) == []


class TestTheSellerIsRemindedOfTheThirtyDays:
    def test_when_ten_five_and_one_business_days_are_left(self) -> None:
        life = a_request().acknowledged("03-04 09:00").until("04-17 00:00")

        days = [local("04-01 00:00"), local("04-08 00:00"), local("04-16 00:00")]
        assert at(life, NoticeKind.RESOLUTION_REMINDER) == days
        assert days_left(life) == ["10", "5", "1"]

    def test_as_the_policy_says(self) -> None:
        life = a_request(policy=Policy(reminders_business_days=(3,))).until("04-17 00:00")

        assert days_left(life) == ["3"]

    def test_of_a_question_too(self) -> None:
        life = a_question().until("04-17 00:00")

        assert days_left(life) == ["10", "5", "1"]

    def test_not_while_a_fix_is_verified_and_not_late_for_it_afterwards(self) -> None:
        life = a_request().fixed("03-31 12:00").fix_rejected("04-02 12:00").until("04-17 00:00")

        assert days_left(life) == ["5", "1"]

    def test_once_for_all_that_passed_while_nothing_ran(self) -> None:
        life = a_request().acknowledged("03-04 09:00").late_tick("04-09 09:00")

        assert days_left(life) == ["5"]
        assert life.told == ["resolution_reminder to seller"]

    def test_no_more_when_the_deadline_has_passed(self) -> None:
        life = a_request().acknowledged("03-04 09:00").late_tick("04-17 00:05")

        assert life.told == []

    def test_not_of_what_had_passed_when_the_deadline_was_planned(self) -> None:
        life = a_request(planned_at="04-01 00:00").until("04-17 00:00")

        assert days_left(life) == ["5", "1"]

    def test_before_a_deadline_that_was_moved(self) -> None:
        life = a_request().sent(CorrectDeadline, "03-20 09:00", due=local("03-29 00:00")).until("03-29 00:00")

        days = [local("03-24 00:00"), local("03-28 00:00")]
        assert at(life, NoticeKind.RESOLUTION_REMINDER) == days


class TestTheCustomerIsReminded:
    def test_one_business_day_before_the_end_of_the_verification(self) -> None:
        life = a_request().fixed("03-20 12:00").until("03-28 00:00")

        assert at(life, NoticeKind.VERIFICATION_REMINDER) == [local("03-27 00:00")]

    def test_one_business_day_before_the_end_of_the_dispute(self) -> None:
        life = a_request().refused("03-04 09:00").until("03-19 00:00")

        assert at(life, NoticeKind.DISPUTE_REMINDER) == [local("03-18 00:00")]

    def test_not_when_the_window_is_a_single_day(self) -> None:
        life = a_request(policy=Policy(verification_business_days=1)).fixed("03-20 12:00")

        life.until("03-22 00:00")

        assert at(life, NoticeKind.VERIFICATION_REMINDER) == []

    def test_not_when_the_window_has_ended_while_nothing_ran(self) -> None:
        life = a_request().fixed("03-20 12:00").late_tick("03-28 00:05")

        assert life.told == []

    def test_not_of_a_window_whose_reminder_had_passed_when_the_fix_arrived(self) -> None:
        policy = Policy(verification_business_days=2, max_backdating_hours=72)
        life = a_request(policy=policy).fixed("03-20 01:00", occurred_at="03-18 12:00").until("03-20 12:00")

        assert at(life, NoticeKind.VERIFICATION_REMINDER) == []

    def test_anew_for_a_second_fix(self) -> None:
        life = a_request().fixed("03-20 12:00").until("03-27 01:00").fixed("03-27 09:00").until("04-04 00:00")

        reminded = [local("03-27 00:00"), local("04-03 00:00")]
        assert at(life, NoticeKind.VERIFICATION_REMINDER) == reminded


class TestTheOperatorIsReminded:
    def test_every_five_business_days_until_it_is_done(self) -> None:
        life = a_request().held("03-03 12:00").until("03-26 00:00").sent(Release, "03-26 09:00")

        life.until("04-10 00:00")

        days = [local("03-11 00:00"), local("03-18 00:00"), local("03-25 00:00")]
        assert at(life, NoticeKind.OPERATOR_REMINDER) == days

    def test_as_often_as_the_policy_says(self) -> None:
        life = a_request(policy=Policy(operator_reminder_business_days=1)).held("03-03 12:00")

        life.until("03-10 12:00")

        days = [local(f"03-{day} 00:00") for day in ("05", "06", "07", "08")]
        assert at(life, NoticeKind.OPERATOR_REMINDER) == days

    def test_of_what_waits_and_since_when(self) -> None:
        life = a_request().refused("03-03 11:00").disputed("03-03 12:00").until("03-11 00:00")

        assert life.told == ["operator_reminder to operator"]
        assert life.notices[-1].data == {"task": "dispute", "since": local("03-03 12:00").isoformat()}

    def test_of_each_thing_that_waits(self) -> None:
        life = a_request().refused("03-03 11:00").disputed("03-03 12:00").held("03-03 13:00")

        life.until("03-11 00:00")

        assert [notice.data["task"] for notice in life.notices[-2:]] == ["dispute", "hold"]

    def test_of_each_in_its_own_time(self) -> None:
        life = a_request().refused("03-03 11:00").disputed("03-03 12:00").held("03-05 13:00")

        life.until("03-13 00:00")

        days = [local("03-11 00:00"), local("03-13 00:00")]
        assert at(life, NoticeKind.OPERATOR_REMINDER) == days
        assert [notice.data["task"] for notice in life.notices[-2:]] == ["dispute", "hold"]

    @pytest.mark.parametrize(
        ("late", "again"),
        [
            pytest.param("03-11 23:00", "03-18 00:00", id="some hours late"),
            pytest.param("03-13 09:00", "03-21 00:00", id="days late"),
        ],
    )
    def test_in_the_old_rhythm_unless_nothing_ran_for_a_day(self, late: str, again: str) -> None:
        life = a_request().acknowledged("03-03 11:00").held("03-03 12:00").late_tick(late)

        life.until("03-22 00:00")

        assert at(life, NoticeKind.OPERATOR_REMINDER) == [local(late), local(again)]
