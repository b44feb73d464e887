"""A mail as the internet's message format wants it, whatever its values hold."""

import hashlib
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from adapters.mail.failures import MailRefused
from adapters.mail.phrases import inline
from business_care.ports import Mail

_POLICY = compat32.clone(linesep="\r\n")
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = _UTF8.body_encoding = QP
"""Readable in a file too, and good for servers that take seven bits only."""
_ENCODED_WORD = "=?"


def as_message(mail: Mail) -> Message:
    """The message; the same mail always has the same Message-ID.

    Raises `MailRefused` for an address that is none.
    """
    # With the older policy: the newer one parses again what it is given, at twice the processor's time
    # (docs/decisions/0015). What it would find out is seen to here: addresses, line breaks, other scripts.
    message = MIMEText(mail.body, "plain", _UTF8, policy=_POLICY)  # type: ignore[arg-type] # typeshed: str only
    sender = _address(mail.sender, "sender")
    message["From"] = sender.addr_spec
    message["To"] = _address(mail.to, "recipient").addr_spec
    message["Subject"] = _words(inline(mail.subject), "Subject")  # type: ignore[assignment] # here too
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{message_digest(mail)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply answers it
    return message


def _words(text: str, name: str) -> str | Header:
    plain = text.isascii() and _ENCODED_WORD not in text
    return text if plain else Header(text, _UTF8, header_name=name)


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
