"""A mail as the internet's message format wants it, whatever its values hold."""

import hashlib
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from adapters.mail.failures import MailRefused
from adapters.mail.phrases import inline
from business_care.ports import Mail


def as_message(mail: Mail) -> EmailMessage:
    """The message; the same mail always has the same Message-ID.

    Raises `MailRefused` for an address that is none.
    """
    message = EmailMessage(policy=SMTP)
    sender = _address(mail.sender, "sender")
    message["From"] = sender
    message["To"] = _address(mail.to, "recipient")
    message["Subject"] = inline(mail.subject)
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{message_digest(mail)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply answers it
    message.set_content(mail.body)
    return message


def message_digest(mail: Mail) -> str:
    """A name for this mail that follows from its notice and its reader alone."""
    return hashlib.sha256(f"{mail.key}\n{mail.to}".encode()).hexdigest()[:32]


def _address(given: str, whose: str) -> Address:
    """Exactly one address: no list, no name, no line break that would begin another header."""
    local, _, domain = given.rpartition("@")
    try:
        address = Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError, MessageError) as error:  # IndexError: the parser's word for an early end
        raise _no_address(whose) from error
    if not address.username or not address.domain:
        raise _no_address(whose)
    return address


def _no_address(whose: str) -> MailRefused:
    return MailRefused(
        "invalid_address", f"what the records hold as the {whose}'s address is no mail address"
    )
