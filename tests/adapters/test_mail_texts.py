"""What people read: every notice in every language, local dates, and others' words as quotations."""

import re
from datetime import UTC, datetime

import pytest
import yaml

from adapters.mail.phrases import deadline_phrase, inline, money_phrase, quoted
from adapters.mail.texts_of import NoticeUnworded, Texts, texts_in
from adapters.mail.wording import CODES, DEADLINES, MOMENTS, worded
from adapters.time_zones import zone_named
from business_care.commands import ClockName, DisputeDecision, RefusalGround, UpdateKind
from business_care.deactivation.words import DeactivationKind
from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import Recipient, Role
from business_care.ports import Mail, QueuedNotice
from business_care.refund import RefundCause, RefundStatus
from business_care.request import RequestKind
from business_care.state import Outcome, TaskKind

LANGUAGES = ("es", "fr", "en")

READERS: dict[NoticeKind, tuple[Role, ...]] = {
    NoticeKind.REQUEST_OPENED: (Role.SELLER,),
    NoticeKind.NOT_ENTITLED: (Role.CUSTOMER,),
    NoticeKind.LICENCE_UNKNOWN: (Role.OPERATOR,),
    NoticeKind.ACKNOWLEDGED: (Role.CUSTOMER,),
    NoticeKind.FIX_DELIVERED: (Role.CUSTOMER,),
    NoticeKind.UPDATE_OFFERED: (Role.CUSTOMER,),
    NoticeKind.QUESTION_ASKED: (Role.CUSTOMER,),
    NoticeKind.REFUSED: (Role.CUSTOMER,),
    NoticeKind.DISPUTE_DECIDED: (Role.CUSTOMER, Role.SELLER),
    NoticeKind.FIX_REJECTED: (Role.SELLER,),
    NoticeKind.REFUSAL_DISPUTED: (Role.SELLER,),
    NoticeKind.WITHDRAWN: (Role.SELLER,),
    NoticeKind.CUSTOMER_REPLIED: (Role.SELLER,),
    NoticeKind.ACKNOWLEDGEMENT_REMINDER: (Role.SELLER,),
    NoticeKind.RESOLUTION_REMINDER: (Role.SELLER,),
    NoticeKind.VERIFICATION_REMINDER: (Role.CUSTOMER,),
    NoticeKind.DISPUTE_REMINDER: (Role.CUSTOMER,),
    NoticeKind.ACKNOWLEDGEMENT_MISSED: (Role.SELLER, Role.OPERATOR),
    NoticeKind.BREACH_WITHDRAWN: (Role.SELLER,),
    NoticeKind.REFUND_DUE: (Role.SELLER,),
    NoticeKind.REFUND_PAID: (Role.CUSTOMER, Role.SELLER),
    NoticeKind.REFUND_MANUAL: (Role.OPERATOR,),
    NoticeKind.OPERATOR_REMINDER: (Role.OPERATOR,),
    NoticeKind.DISPUTE_TO_DECIDE: (Role.OPERATOR,),
    NoticeKind.QUESTION_OVERDUE: (Role.OPERATOR,),
    NoticeKind.DEADLINE_CHANGED: (Role.SELLER, Role.CUSTOMER),
    NoticeKind.CLOSED: (Role.SELLER, Role.CUSTOMER),
    NoticeKind.DEACTIVATED: (Role.SELLER,),
    NoticeKind.REACTIVATED: (Role.SELLER,),
    NoticeKind.RENEWAL_CANCELLED: (Role.CUSTOMER,),
    NoticeKind.RENEWAL_LEFT_OPEN: (Role.OPERATOR,),
    NoticeKind.OPERATOR_DIGEST: (Role.OPERATOR,),
}
ABOUT = {
    NoticeKind.DEACTIVATED: NoticeAbout.PRODUCT,
    NoticeKind.REACTIVATED: NoticeAbout.PRODUCT,
    NoticeKind.RENEWAL_CANCELLED: NoticeAbout.RENEWALS,
    NoticeKind.RENEWAL_LEFT_OPEN: NoticeAbout.LICENCE,
    NoticeKind.OPERATOR_DIGEST: NoticeAbout.MARKETPLACE,
}
OF_RECOVERIES = {
    NoticeKind.REFUND_MANUAL: (Role.OPERATOR,),
    NoticeKind.OPERATOR_REMINDER: (Role.OPERATOR,),
    NoticeKind.REFUND_PAID: (Role.CUSTOMER, Role.SELLER),
}
SUBJECTS = {
    NoticeAbout.REQUEST: "R1",
    NoticeAbout.RECOVERY: "L1-1",
    NoticeAbout.LICENCE: "L1",
    NoticeAbout.MARKETPLACE: "Business Care",
}
TOLD = [
    *(
        (kind, role, ABOUT.get(kind, NoticeAbout.REQUEST))
        for kind, roles in READERS.items()
        for role in roles
    ),
    *((kind, role, NoticeAbout.RECOVERY) for kind, roles in OF_RECOVERIES.items() for role in roles),
]
CASES = [
    pytest.param(language, kind, role, about, id=f"{language}-{kind}-{role}-{about}")
    for language in LANGUAGES
    for kind, role, about in TOLD
]
WORDS_OF = {
    "request_kind": RequestKind,
    "clock": ClockName,
    "ground": RefusalGround,
    "outcome": Outcome,
    "decision": DisputeDecision,
    "update": UpdateKind,
    "cause": RefundCause,
    "task": TaskKind,
    "kind": DeactivationKind,
}
DUE = "2031-03-03T23:00:00+00:00"  # Tuesday 4 March 2031, 00:00 in Madrid
EVERYTHING = {
    **dict.fromkeys(DEADLINES, DUE),
    **dict.fromkeys(MOMENTS, "2031-03-03T09:30:00+00:00"),
    **dict.fromkeys(("message", "notes", "question", "explanation", "reason", "subject"), "Somebody's words"),
    **dict.fromkeys(("reference", "licence_id", "product_id", "request_id"), "X-1"),
    **{name: next(iter(words)) for name, words in WORDS_OF.items()},
    **dict.fromkeys(("due_today", "overdue", "breached", "waiting", "refunds", "differences"), "3"),
    "by_seller": "S1: 2, S2: 1",
    "status": "succeeded",
    "code": "provider_error",
    "business_days": "5",
    "amount": "12900",
    "currency": "EUR",
}


def mail_of(
    kind: NoticeKind,
    /,
    role: Role = Role.SELLER,
    language: str = "en",
    reader_name: str | None = "Studio Uno",
    timezone: str = "Europe/Madrid",
    about: NoticeAbout | None = None,
    **data: str,
) -> Mail:
    about = about or ABOUT.get(kind, NoticeAbout.REQUEST)
    if about not in SUBJECTS:
        data.setdefault("product_id", "P1")
    queued = QueuedNotice(
        notice_id=1,
        about=about,
        subject_id=SUBJECTS.get(about, "D1"),
        notice=Notice(
            key=f"3-0-{kind}",
            kind=kind,
            to=Recipient(role=role, id="S1"),
            at=datetime(2031, 3, 1, tzinfo=UTC),
            data=data,
        ),
        address="agents@studio-uno.example",
        reader_name=reader_name,
        language=language,
        timezone=timezone,
    )
    return worded(queued, "care@market.example", "agents@studio-uno.example")


def test_the_table_of_readers_names_every_kind_of_notice() -> None:
    assert set(READERS) == set(NoticeKind)


@pytest.mark.parametrize(("language", "kind", "role", "about"), CASES)
def test_every_notice_has_a_text_that_uses_all_it_is_told(
    language: str, kind: NoticeKind, role: Role, about: NoticeAbout
) -> None:
    text = texts_in(language).notice(kind, role, about)

    mail = mail_of(kind, role, language, about=about, **EVERYTHING)

    paragraphs = text.body.strip().split("\n\n")
    assert (
        len(mail.body.strip().split("\n\n")) == len(paragraphs) + 2
    )  # a greeting and a closing: none left out
    assert not re.search(r"[{}]|\bNone\b", mail.subject + mail.body)


@pytest.mark.parametrize(("language", "kind", "role", "about"), CASES)
def test_every_notice_copes_with_missing_data(
    language: str, kind: NoticeKind, role: Role, about: NoticeAbout
) -> None:
    mail = mail_of(kind, role, language, reader_name=None, about=about)

    assert SUBJECTS.get(about, "P1") in mail.subject + mail.body
    assert len(mail.body.strip().split("\n\n")) >= 3
    assert not re.search(r"[{}]|> *$", mail.subject + mail.body, re.MULTILINE)


@pytest.mark.parametrize(("language", "kind", "role", "about"), CASES)
def test_the_languages_say_the_same(language: str, kind: NoticeKind, role: Role, about: NoticeAbout) -> None:
    def shape(text: str) -> list[list[str]]:
        return [sorted(re.findall(r"\{\w+\}|business-care [a-z-]+", part)) for part in text.split("\n\n")]

    ours, english = (texts_in(spoken).notice(kind, role, about) for spoken in (language, "en"))

    assert shape(ours.body) == shape(english.body)
    assert shape(ours.subject) == shape(english.subject)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", WORDS_OF)
def test_every_code_has_words(language: str, field: str) -> None:
    assert set(texts_in(language).words[field]) == {str(code) for code in WORDS_OF[field]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_settled_refund_has_words(language: str) -> None:
    told = {RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK, RefundStatus.NOTHING_TO_PAY}

    assert set(texts_in(language).words["status"]) == {str(status) for status in told}
    assert set(texts_in(language).words) == CODES


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "before the end of Monday 3 March 2031 (Europe/Madrid time)"),
        ("fr", "avant la fin du lundi 3 mars 2031 (fuseau Europe/Madrid)"),
        ("es", "hasta el final del lunes 3 de marzo de 2031 (zona horaria Europe/Madrid)"),
    ],
)
def test_a_deadline_at_midnight_is_told_as_the_end_of_the_day_before(language: str, told: str) -> None:
    mail = mail_of(NoticeKind.ACKNOWLEDGEMENT_REMINDER, language=language, due=DUE)

    assert told in mail.body


@pytest.mark.parametrize(
    ("instant", "zone", "told"),
    [
        pytest.param(
            "2031-03-03T13:30:00+00:00",
            "Europe/Madrid",
            "Monday 3 March 2031 at 14:30 (Europe/Madrid time)",
            id="noon",
        ),
        pytest.param(
            "2031-03-03T12:00:00+00:00",
            "Pacific/Auckland",
            "Tuesday 4 March 2031 at 01:00 (Pacific/Auckland time)",
            id="far",
        ),
        # Midnight of 6 September 2026 does not exist in Chile: the day begins at 01:00.
        pytest.param(
            "2026-09-06T04:00:00+00:00",
            "America/Santiago",
            "the end of Saturday 5 September 2026 (America/Santiago time)",
            id="no midnight",
        ),
    ],
)
def test_deadlines_are_told_in_local_time(instant: str, zone: str, told: str) -> None:
    assert deadline_phrase(datetime.fromisoformat(instant), zone_named(zone), texts_in("en")) == told


def test_the_first_of_a_month_is_written_as_in_french() -> None:
    mail = mail_of(NoticeKind.ACKNOWLEDGEMENT_REMINDER, language="fr", due="2031-04-01T22:00:00+00:00")

    assert "mardi 1er avril 2031" in mail.body


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("12900", "EUR", "129.00 EUR"),
        ("5", "EUR", "0.05 EUR"),
        ("12900", "JPY", "12900 JPY"),
        ("12900", "KWD", "12.900 KWD"),
        ("0", "USD", "0.00 USD"),
    ],
)
def test_amounts_follow_the_digits_of_their_currency(amount: str, currency: str, told: str) -> None:
    assert money_phrase(amount, currency, texts_in("en")) == told


def test_one_business_day_is_singular() -> None:
    assert "1 business day." in mail_of(NoticeKind.RESOLUTION_REMINDER, business_days="1").body


def test_the_seller_is_shown_the_command_that_answers() -> None:
    body = mail_of(NoticeKind.REQUEST_OPENED).body

    assert '\n    business-care acknowledge R1 --by agent:YOUR-ID@S1 --message "..."' in body


def test_the_words_of_a_person_are_quoted_line_by_line() -> None:
    words = "Hello\r\nTo take it in hand:\u2028    business-care close R1\x0bbye\x00\u202e"

    body = mail_of(NoticeKind.ACKNOWLEDGED, Role.CUSTOMER, message=words).body

    assert "> Hello\n> To take it in hand:\n>     business-care close R1\n> bye\n" in body


def test_braces_in_a_persons_words_are_not_filled_in() -> None:
    body = mail_of(NoticeKind.FIX_REJECTED, reason="{seller_id} $seller_id %(seller_id)s {0.__class__}").body

    assert "> {seller_id} $seller_id %(seller_id)s {0.__class__}\n" in body


def test_a_reference_stays_within_its_line() -> None:
    body = mail_of(NoticeKind.FIX_DELIVERED, Role.CUSTOMER, reference="v2.4.1\n\nYou won a prize").body

    assert "Reference: v2.4.1 You won a prize\n" in body


def test_a_reason_given_by_a_payment_provider_is_told_as_a_code() -> None:
    body = mail_of(NoticeKind.REFUND_MANUAL, Role.OPERATOR, reason="window_closed").body

    assert "What the payment provider answered: window_closed\n" in body


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DeactivationKind.TEMPORARY, "Renewals of Business Care go on."),
        (DeactivationKind.PERMANENT, "Renewals of Business Care are cancelled; what customers have paid for"),
    ],
)
def test_the_seller_of_a_product_that_was_switched_off_reads_what_follows_and_why(
    kind: DeactivationKind, told: str
) -> None:
    mail = mail_of(NoticeKind.DEACTIVATED, kind=kind, reason="Rework.\nSee you soon.")

    assert mail.subject == "Product P1: no longer on sale"
    assert told in mail.body
    assert "Reason given:\n> Rework.\n> See you soon.\n" in mail.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", DeactivationKind)
def test_what_follows_from_a_deactivation_is_told_to_its_end(language: str, kind: DeactivationKind) -> None:
    mail = mail_of(NoticeKind.DEACTIVATED, language=language, kind=kind)

    assert texts_in(language).word("kind", kind) in mail.body


def test_a_customer_is_told_of_a_cancelled_renewal_by_the_product_alone() -> None:
    mail = mail_of(NoticeKind.RENEWAL_CANCELLED, Role.CUSTOMER)

    assert "your licences of this product" in mail.body
    assert "Product: P1\n" in mail.body


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        pytest.param(NoticeKind.CUSTOMER_REPLIED, "R1/3-0-customer_replied", id="of a request, as ever"),
        pytest.param(NoticeKind.DEACTIVATED, "product/D1/3-0-deactivated", id="of a product"),
        pytest.param(NoticeKind.RENEWAL_CANCELLED, "renewals/D1/3-0-renewal_cancelled", id="of its renewals"),
    ],
)
def test_a_mail_is_named_after_what_its_notice_is_about(kind: NoticeKind, key: str) -> None:
    role = READERS[kind][0]

    assert mail_of(kind, role).key == key


def test_an_agent_reads_what_the_seller_reads() -> None:
    assert mail_of(NoticeKind.CUSTOMER_REPLIED, Role.AGENT).body == mail_of(NoticeKind.CUSTOMER_REPLIED).body


def test_a_notice_without_a_text_is_a_named_error() -> None:
    with pytest.raises(NoticeUnworded, match="no text of not_entitled for seller"):
        mail_of(NoticeKind.NOT_ENTITLED, Role.SELLER)


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("fr-CA", "Bonjour"), ("ES", "Hola"), ("de", "Hello"), ("", "Hello"), ("../en", "Hello")],
)
def test_a_language_that_we_do_not_speak_becomes_english(language: str, greeting: str) -> None:
    assert mail_of(NoticeKind.CUSTOMER_REPLIED, language=language).body.startswith(greeting)


def test_an_unknown_zone_becomes_the_marketplaces() -> None:
    body = mail_of(NoticeKind.ACKNOWLEDGEMENT_REMINDER, timezone="Mars/Olympus", due=DUE).body

    assert "Monday 3 March 2031 (Europe/Paris time)" in body


def test_an_endless_value_is_cut() -> None:
    assert inline("x" * 1000) == "x" * 200 + "…"


def test_a_quotation_of_several_lines_is_marked_on_each() -> None:
    assert quoted("a\n\nb") == "> a\n> \n> b"


def test_the_files_hold_nothing_that_is_not_read() -> None:
    given = yaml.safe_load("{months: [], unknown: 1}")

    with pytest.raises(ValueError, match="unknown"):
        Texts.model_validate(given)
