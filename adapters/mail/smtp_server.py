"""The mail server as it is set: where it is, who we are there, and how the line is protected."""

from enum import StrEnum
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from business_care.values import Value


class LineProtection(StrEnum):
    """How the line is encrypted: from the start, by an upgrade that may be compulsory, or not at all."""

    TLS = "tls"
    REQUIRED = "required"
    AUTO = "auto"
    NO = "no"


_STARTTLS: Final = {"required": LineProtection.REQUIRED, "auto": LineProtection.AUTO, "no": LineProtection.NO}


class SmtpServer(Value):
    """A mail server. A password travels over an encrypted line only, unless `starttls=no` says otherwise."""

    host: str
    port: int
    protection: LineProtection
    username: str | None = None
    password: SecretStr | None = None

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read `smtp://user:password@host:port?starttls=required|auto|no` or `smtps://…`.

        Raises `ValueError`, whose text does not repeat the URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("neither smtp://host nor smtps://host")
        if parts.path.strip("/") or parts.fragment:
            raise ValueError("nothing may follow the host and port but ?starttls=")
        username = unquote(parts.username) if parts.username else None
        protection = _protection(parts.scheme, parts.query, with_password=username is not None)
        usual_port = {LineProtection.TLS: 465, LineProtection.REQUIRED: 587}.get(protection, 25)
        return cls(
            host=parts.hostname,
            port=parts.port or usual_port,
            protection=protection,
            username=username,
            password=SecretStr(unquote(parts.password)) if parts.password else None,
        )


def _protection(scheme: str, query: str, *, with_password: bool) -> LineProtection:
    options = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    chosen = options.pop("starttls", [])
    if options or len(chosen) > 1 or (scheme == "smtps" and chosen):
        raise ValueError("the only option is starttls, once, and not of smtps")
    if scheme == "smtps":
        return LineProtection.TLS
    if not chosen:
        return LineProtection.REQUIRED if with_password else LineProtection.AUTO
    if chosen[0] not in _STARTTLS:
        raise ValueError("starttls is required, auto or no")
    return _STARTTLS[chosen[0]]
