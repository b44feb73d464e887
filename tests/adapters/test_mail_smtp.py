"""Mail over SMTP, against a server that really speaks it."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from adapters.mail.failures import MailNotTaken, MailRefused
from adapters.mail.smtp import SmtpMailbox
from adapters.mail.smtp_server import LineProtection, SmtpServer
from business_care.ports import Mail

MAIL = Mail(
    key="R1/3-0-acknowledged",
    sender="care@market.example",
    to="shop@customer.example",
    subject="Demande R1 : prise en charge",
    body="Bonjour,\n\n.une ligne qui commence par un point\n" + "x" * 2000 + "\n",
)


class Letterbox(MessageHandler):
    """Keeps what arrives; says `answer` to the command that it is told to refuse."""

    def __init__(self, refuse: str = "", answer: str = "") -> None:
        super().__init__()
        self.letters: list[Message] = []
        self._refuse, self._answer = refuse, answer

    def handle_message(self, message: Message) -> None:
        self.letters.append(message)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._refuse == "RCPT":
            return self._answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return (
            self._answer if self._refuse == "DATA" else await super().handle_DATA(server, session, envelope)
        )


@contextmanager
def a_server(letterbox: Letterbox, **options: Any) -> Iterator[SmtpServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(letterbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield SmtpServer(host="127.0.0.1", port=port, protection=LineProtection.AUTO)
    finally:
        controller.stop()


async def test_a_mail_reaches_the_server_whole() -> None:
    letterbox = Letterbox()

    with a_server(letterbox) as server:
        await SmtpMailbox(server).deliver(MAIL)

    (letter,) = letterbox.letters
    assert letter["X-RcptTo"] == "shop@customer.example"
    assert letter["X-MailFrom"] == "care@market.example"
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == MAIL.body


async def test_the_same_mail_sent_again_has_the_same_message_id() -> None:
    letterbox = Letterbox()

    with a_server(letterbox) as server:
        await SmtpMailbox(server).deliver(MAIL)
        await SmtpMailbox(server).deliver(MAIL)

    first, second = letterbox.letters
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("refuse", "answer", "failure", "code"),
    [
        pytest.param("RCPT", "550 no such user shop@customer.example", MailRefused, "smtp_550", id="unknown"),
        pytest.param("RCPT", "450 try again later", MailNotTaken, "smtp_450", id="greylisted"),
        pytest.param("DATA", "554 looks like spam", MailRefused, "smtp_554", id="spam"),
        pytest.param("DATA", "452 out of storage", MailNotTaken, "smtp_452", id="full"),
    ],
)
async def test_what_the_server_answers_says_whether_trying_again_helps(
    refuse: str, answer: str, failure: type[MailNotTaken | MailRefused], code: str
) -> None:
    with (
        a_server(Letterbox(refuse, answer)) as server,
        pytest.raises((MailNotTaken, MailRefused)) as raised,
    ):
        await SmtpMailbox(server).deliver(MAIL)

    assert type(raised.value) is failure
    assert raised.value.code == code
    assert "shop@customer.example" not in str(raised.value)


async def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    server = SmtpServer(host="127.0.0.1", port=1, protection=LineProtection.AUTO)

    with pytest.raises(MailNotTaken) as raised:
        await SmtpMailbox(server).deliver(MAIL)

    assert raised.value.code == "smtp_unreachable"


async def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = SmtpServer(host="127.0.0.1", port=silent.getsockname()[1], protection=LineProtection.AUTO)

        with pytest.raises(MailNotTaken) as raised:
            await SmtpMailbox(server, timeout_seconds=0.3).deliver(MAIL)

    assert raised.value.code == "smtp_unreachable"


async def test_without_the_encryption_that_is_required_nothing_is_sent() -> None:
    letterbox = Letterbox()

    with a_server(letterbox) as server, pytest.raises(MailNotTaken):
        await SmtpMailbox(server.model_copy(update={"protection": LineProtection.REQUIRED})).deliver(MAIL)

    assert letterbox.letters == []


def log_in(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == b"s3cret/@", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    if shutil.which("openssl") is None:
        pytest.skip("needs the program openssl, to make a certificate")
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(file)),
        ],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr.decode()
    return key, file


@contextmanager
def an_encrypting_server(letterbox: Letterbox, certificate: tuple[Path, Path]) -> Iterator[SmtpServer]:
    key, file = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    with a_server(
        letterbox, tls_context=context, require_starttls=True, authenticator=log_in, auth_required=True
    ) as server:
        yield server


def url_of(server: SmtpServer, password: str) -> str:
    return f"smtp://care:{password}@127.0.0.1:{server.port}"


async def test_login_and_mail_travel_over_an_encrypted_line(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    letterbox = Letterbox()

    with an_encrypting_server(letterbox, certificate) as server:
        await SmtpMailbox(SmtpServer.from_url(url_of(server, "s3cret%2F%40"))).deliver(MAIL)

    assert len(letterbox.letters) == 1


async def test_a_login_that_is_refused_is_tried_again_once_the_settings_are_right(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))

    with an_encrypting_server(Letterbox(), certificate) as server, pytest.raises(MailNotTaken) as raised:
        await SmtpMailbox(SmtpServer.from_url(url_of(server, "wrong"))).deliver(MAIL)

    assert raised.value.code == "smtp_login"


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    letterbox = Letterbox()

    with an_encrypting_server(letterbox, certificate) as server, pytest.raises(MailNotTaken) as raised:
        await SmtpMailbox(SmtpServer.from_url(url_of(server, "s3cret%2F%40"))).deliver(MAIL)

    assert raised.value.code == "smtp_unreachable"
    assert letterbox.letters == []


@pytest.mark.parametrize(
    ("url", "host", "port", "protection"),
    [
        ("smtp://mail.example", "mail.example", 25, LineProtection.AUTO),
        ("smtp://mail.example:2525?starttls=no", "mail.example", 2525, LineProtection.NO),
        ("smtp://mail.example?starttls=required", "mail.example", 587, LineProtection.REQUIRED),
        ("smtps://mail.example", "mail.example", 465, LineProtection.TLS),
        ("smtp://care:pw@mail.example", "mail.example", 587, LineProtection.REQUIRED),
        ("smtp://care:pw@mail.example?starttls=no", "mail.example", 25, LineProtection.NO),
        ("smtp://[::1]:2525", "::1", 2525, LineProtection.AUTO),
    ],
)
def test_the_url_says_how_the_line_is_protected(
    url: str, host: str, port: int, protection: LineProtection
) -> None:
    server = SmtpServer.from_url(url)

    assert (server.host, server.port, server.protection) == (host, port, protection)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example:99999",
        "smtp://care:s3cret@mail.example/path",
        "http://care:s3cret@mail.example",
        "smtp://care:s3cret@mail.example?starttls=s3cret",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?starttls=no&starttls=auto",
        "smtp://mail.example?tls=1",
        "smtps://mail.example?starttls=no",
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the settings write the message
        SmtpServer.from_url(url)

    assert "s3cret" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(SmtpServer.from_url("smtp://care:s3cret@mail.example"))
