"""The mailbox that hands mails to a mail server."""

from email.message import Message
from typing import Final

import aiosmtplib

from adapters.mail.failures import MailNotTaken, MailRefused
from adapters.mail.message import as_message
from adapters.mail.smtp_server import LineProtection, SmtpServer
from business_care.ports import Mail

TIMEOUT_SECONDS: Final = 30.0
"""For the connection and for each answer of the server."""

_STARTTLS: Final = {
    LineProtection.TLS: False,
    LineProtection.REQUIRED: True,
    LineProtection.AUTO: None,
    LineProtection.NO: False,
}
_FIRST_PERMANENT: Final = 500
"""SMTP: 4xx asks to try again later, 5xx not to."""


class SmtpMailbox:
    """`Mailbox` over SMTP, one connection a mail.

    A mail may arrive twice when the connection breaks after the server took it and before it said so. Both
    have the same Message-ID, by which many servers and mail programs keep one of them.
    """

    def __init__(self, server: SmtpServer, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._timeout = timeout_seconds

    async def deliver(self, mail: Mail) -> None:
        """Hand the mail over. Raises `MailNotTaken`, or `MailRefused` when trying again can't help."""
        message = as_message(mail)
        try:
            await self._send(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _answered(error.recipients[0].code, "recipient") from error
        except aiosmtplib.SMTPAuthenticationError as error:
            # The server's word is permanent, but it is about our settings, which somebody will put right.
            raise MailNotTaken("smtp_login", f"the mail server refused our login ({error.code})") from error
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPHeloError) as error:
            raise _unusable(error) from error  # also where a code was given: it is not about this mail
        except aiosmtplib.SMTPResponseException as error:
            raise _answered(error.code, "mail") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _unusable(error) from error

    async def _send(self, message: Message) -> None:
        server = self._server
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=None if server.password is None else server.password.get_secret_value(),
            use_tls=server.protection is LineProtection.TLS,
            start_tls=_STARTTLS[server.protection],
            timeout=self._timeout,
        )


def _unusable(error: Exception) -> MailNotTaken:
    return MailNotTaken("smtp_unreachable", f"the mail server could not be used ({type(error).__name__})")


def _answered(code: int, about: str) -> MailNotTaken | MailRefused:
    """The server's own words stay behind: they repeat addresses (R62)."""
    if code >= _FIRST_PERMANENT:
        return MailRefused(f"smtp_{code}", f"the mail server refused the {about} ({code})")
    return MailNotTaken(f"smtp_{code}", f"the mail server asks to send the {about} later ({code})")
