"""The folder: one file a mail, whole, once, and never outside it."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.mail.failures import MailNotTaken, MailRefused
from adapters.mail.folder import FolderMailbox, file_name
from adapters.mail.message import as_message
from business_care.ports import Mail


def a_mail(
    key: str = "R1/3-0-acknowledged",
    to: str = "shop@customer.example",
    subject: str = "Request R1: the seller has taken it in hand",
    body: str = "Hello,\n\nthe seller writes:\n> à bientôt\n",
) -> Mail:
    return Mail(key=key, sender="care@market.example", to=to, subject=subject, body=body)


def entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def read(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_mail_becomes_a_file_that_mail_programs_open(tmp_path: Path) -> None:
    await FolderMailbox(tmp_path / "new" / "outbox").deliver(a_mail())

    (file,) = entries(tmp_path / "new" / "outbox")
    message = read(file)
    assert file.name.startswith("R1--3-0-acknowledged-")
    assert message["To"] == "shop@customer.example"
    assert message["From"] == "care@market.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == a_mail().body


async def test_a_mail_that_is_delivered_twice_is_there_once(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path)

    await mailbox.deliver(a_mail())
    await mailbox.deliver(a_mail())

    assert len(entries(tmp_path)) == 1


async def test_a_write_that_was_cut_short_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / f".{file_name(a_mail())}.unfinished").write_bytes(b"From: ca")

    await FolderMailbox(tmp_path).deliver(a_mail())

    (file,) = entries(tmp_path)
    assert read(file)["To"] == "shop@customer.example"


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd/1-0-closed", "/absolute/1", "R 1\n/2", ".hidden/1", "x" * 128 + "/" + "é" * 128],
    ids=["upwards", "absolute", "line break", "hidden", "long"],
)
async def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    await FolderMailbox(tmp_path / "outbox").deliver(a_mail(key=key))

    assert entries(tmp_path) == [tmp_path / "outbox"]
    (file,) = entries(tmp_path / "outbox")
    assert not file.name.startswith(".")


def test_keys_that_begin_alike_stay_apart() -> None:
    names = {file_name(a_mail(key="x" * 200 + end)) for end in ("a", "b")}

    assert len(names) == 2


async def test_a_folder_that_cannot_be_written_to_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")

    with pytest.raises(MailNotTaken, match="the outbox folder can't be written to: file exists") as failure:
        await FolderMailbox(tmp_path / "outbox").deliver(a_mail())

    assert failure.value.code == "outbox_not_writable"


def test_a_subject_begins_no_header_of_its_own() -> None:
    message = as_message(a_mail(subject="Hello\r\nBcc: everybody@market.example\n\nbody"))

    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: everybody@market.example body"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@market.example",
        "shop@",
        "a@b.example, c@d.example",
        "Shop <shop@customer.example>",
        "shop@customer.example\r\nBcc: x@y.example",
        "shop@customer.example\n",
        "sh op@customer.example",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(MailRefused) as failure:
        as_message(a_mail(to=address))

    assert failure.value.code == "invalid_address"
    assert str(failure.value) == "what the records hold as the recipient's address is no mail address"


def test_a_domain_with_accents_is_written_as_the_mail_system_knows_it() -> None:
    assert as_message(a_mail(to="shop@bücher.example"))["To"] == "shop@xn--bcher-kva.example"


def test_the_message_id_follows_from_the_notice_and_its_reader() -> None:
    first, again = as_message(a_mail())["Message-ID"], as_message(a_mail())["Message-ID"]

    assert first == again
    assert first.endswith("@market.example>")
    assert first != as_message(a_mail(key="R1/4-0-closed"))["Message-ID"]
    assert first != as_message(a_mail(to="other@customer.example"))["Message-ID"]
