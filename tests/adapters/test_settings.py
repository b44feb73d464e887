"""Settings: from the environment and `.env`, with errors that say what to write."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from adapters.mail.smtp_server import LineProtection
from adapters.settings import (
    WORKFLOW_CACHE_KIB,
    BillingProviderName,
    PaymentProviderName,
    Settings,
    SettingsRefused,
    load_settings,
    temporal_environment,
    unknown_variables,
    variable_of,
)
from adapters.stripe_account import StripeAccount

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("BUSINESS_CARE_SECRETS_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_of(name), raising=False)
    return tmp_path


def test_without_any_setting_everything_is_a_file_below_the_working_directory() -> None:
    settings = load_settings()

    assert settings.database_url == "sqlite:///.data/business-care.db"
    assert settings.outbox_dir == Path(".data/outbox")
    assert settings.dev_server_database == Path(".data/temporal.db")
    assert settings.smtp is None
    assert settings.payment_provider is PaymentProviderName.LEDGER
    assert settings.billing_provider is BillingProviderName.RECORDS


def test_the_environment_goes_before_the_file(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare_environment / ".env").write_text(
        "BUSINESS_CARE_ACTIVITY_SLOTS=7\nBUSINESS_CARE_WORKFLOW_TASK_SLOTS=9\n"
    )
    monkeypatch.setenv("BUSINESS_CARE_ACTIVITY_SLOTS", "8")

    settings = load_settings()

    assert (settings.activity_slots, settings.workflow_task_slots) == (8, 9)


def test_an_empty_variable_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_SMTP_URL", "")
    monkeypatch.setenv("BUSINESS_CARE_ACTIVITY_SLOTS", "")

    settings = load_settings()

    assert settings.smtp is None
    assert settings.activity_slots == 50


@pytest.mark.parametrize(
    ("variable", "given", "complaint"),
    [
        ("WORKFLOW_TASK_SLOTS", "17", "is '17'; allowed is a whole number from 8 to 16"),
        ("WORKFLOW_TASK_SLOTS", "7", "is '7'; allowed is a whole number from 8 to 16"),
        ("ACTIVITY_SLOTS", "many", "is 'many'; allowed is a whole number from 1 to 1000"),
        ("ACTIVITIES_PER_SECOND", "0", "is '0'; allowed is a whole number from 1 to 1000"),
        ("CACHE_MEMORY_MIB", "1", "is '1'; allowed is a whole number of MiB, 16 or more"),
        ("MAX_CACHED_WORKFLOWS", "-1", "is '-1'; allowed is a whole number from 0 to 1000000"),
        ("GRACEFUL_SHUTDOWN_SECONDS", "601", "is '601'; allowed is a whole number of seconds from 0 to 600"),
        ("DEPLOYMENT_NAME", "care.1", "is 'care.1'; allowed is 1 to 64 letters, digits, _ or -"),
        ("BUILD_ID", "1.0", "is '1.0'; allowed is 1 to 64 letters, digits, dots, _ or -; given with"),
        ("LOG_FORMAT", "xml", "is 'xml'; allowed is console or json"),
        ("LOG_LEVEL", "loud", "is 'loud'; allowed is debug, info, warning or error"),
        ("OPERATOR_LANGUAGE", "de", "is 'de'; allowed is es, fr or en"),
        ("PAYMENT_PROVIDER", "bank", "is 'bank'; allowed is ledger, simulated or stripe"),
        ("BILLING_PROVIDER", "bank", "is 'bank'; allowed is records or simulated"),
        ("BILLING_CALLS_PER_SECOND", "0", "is '0'; allowed is a whole number of calls from 1 to 1000"),
        ("METRICS_ADDRESS", "9465", "is '9465'; allowed is address:port in digits"),
        ("METRICS_ADDRESS", "localhost:9465", "is 'localhost:9465'; allowed is address:port in digits"),
        ("METRICS_ADDRESS", "127.0.0.1:0", "is '127.0.0.1:0'; allowed is address:port in digits"),
        ("METRICS_ADDRESS", "127.0.0.1:70000", "is '127.0.0.1:70000'; allowed is address:port in digits"),
    ],
)
def test_a_bad_value_is_named_with_what_was_given_and_what_is_allowed(
    variable: str, given: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BUSINESS_CARE_{variable}", given)

    with pytest.raises(SettingsRefused, match=re.escape(f"BUSINESS_CARE_{variable} {complaint}")):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        ("DATABASE_URL", "mysql://care:s3cret@host/name"),
        ("DATABASE_URL", "s3cret"),
        ("SMTP_URL", "smtp://care:s3cret@host:port"),
        ("SMTP_URL", "http://care:s3cret@host"),
        ("OPERATOR_EMAIL", "s3cret"),
        ("MAIL_FROM", "a s3cret@host"),
        ("STRIPE_API_KEY", "pk_live_s3cret"),
        ("STRIPE_API_KEY", "sk_live_s3cret\nX-Other: header"),
        ("STRIPE_WEBHOOK_SECRET", "s3cret"),
        ("STRIPE_API_BASE", "http://s3cret.example"),
        ("STRIPE_API_BASE", "https://user:s3cret@proxy.example"),
        ("STRIPE_API_BASE", "https://proxy.example/s3cret"),
        ("TRACING_ENDPOINT", "s3cret.example:4318"),
        ("TRACING_ENDPOINT", "https://collector.example/v1/traces?token=s3cret"),
    ],
)
def test_a_bad_value_that_may_hold_a_secret_is_not_repeated(
    variable: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BUSINESS_CARE_{variable}", given)

    with pytest.raises(SettingsRefused, match=f"BUSINESS_CARE_{variable} cannot be used") as refused:
        load_settings()

    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_when_stripe_pays_a_key_is_compulsory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_PAYMENT_PROVIDER", "stripe")

    with pytest.raises(SettingsRefused) as refused:
        load_settings()

    assert str(refused.value) == (
        "BUSINESS_CARE_STRIPE_API_KEY is missing; allowed is a secret key sk_… or a restricted key rk_… of "
        "Stripe, compulsory when Stripe pays"
    )


@pytest.mark.parametrize("key", ["sk_test_51Abc", "rk_live_51Abc"])
@pytest.mark.parametrize("base", ["https://proxy.example:8443", "http://127.0.0.1:12111", "http://localhost"])
def test_secrets_of_stripe_do_not_show_when_the_settings_are_printed(
    key: str, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_PAYMENT_PROVIDER", "stripe")
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_KEY", key)
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_WEBHOOK_SECRET", "whsec_s3cret")
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_BASE", base)

    settings = load_settings()

    shown = f"{settings!r} {settings.stripe_account!r}"
    assert settings.stripe_account == StripeAccount(key, base)
    assert "51Abc" not in shown
    assert "s3cret" not in shown


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_LOG_LEVEL", "loud")
    monkeypatch.setenv("BUSINESS_CARE_LOG_FORMAT", "xml")

    with pytest.raises(SettingsRefused) as refused:
        load_settings()

    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///care.db",
        "sqlite+aiosqlite:///care.db",
        "postgresql://care:pw@host:5432/care",
        "postgresql+asyncpg://care:pw@host/care",
    ],
)
def test_the_records_may_be_sqlite_or_postgresql(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", url)

    assert load_settings().database_url == url


def test_passwords_do_not_show_when_the_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", "postgresql://care:s3cret@host/care")
    monkeypatch.setenv("BUSINESS_CARE_SMTP_URL", "smtps://care:s3cret@host")

    settings = load_settings()

    assert "s3cret" not in repr(settings)
    assert settings.smtp is not None
    assert settings.smtp.protection is LineProtection.TLS


def test_a_secret_may_be_a_file_called_as_its_variable(secrets: Path) -> None:
    (secrets / "BUSINESS_CARE_SMTP_URL").write_text("smtps://care:s3cret@host\n")

    settings = load_settings()

    assert settings.smtp_url is not None
    assert settings.smtp_url.get_secret_value() == "smtps://care:s3cret@host"


def test_the_environment_goes_before_a_file_of_secrets(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "BUSINESS_CARE_ACTIVITY_SLOTS").write_text("7")
    monkeypatch.setenv("BUSINESS_CARE_ACTIVITY_SLOTS", "8")

    assert load_settings().activity_slots == 8


def test_a_key_of_temporal_may_be_a_file_too(secrets: Path) -> None:
    (secrets / "TEMPORAL_API_KEY").write_text("s3cret\n")

    assert temporal_environment()["TEMPORAL_API_KEY"] == "s3cret"


def test_a_typing_error_in_the_name_of_a_file_of_secrets_is_found(secrets: Path) -> None:
    (secrets / "BUSINESS_CARE_SMTP_ULR").write_text("smtp://host")
    (secrets / "another-programs-secret").write_text("s3cret")

    assert unknown_variables() == ["BUSINESS_CARE_SMTP_ULR"]


def test_a_folder_of_secrets_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_SECRETS_DIR", "nowhere")

    with pytest.raises(SettingsRefused) as refused:
        load_settings()

    assert str(refused.value) == (
        "BUSINESS_CARE_SECRETS_DIR is 'nowhere', which is no folder; "
        "allowed is a folder with one secret a file, each called as its variable"
    )


@pytest.mark.parametrize("name", ["BUSINESS_CARE_SMTP_URL", "TEMPORAL_API_KEY", "BUSINESS_CARE_TYPO"])
def test_a_file_of_secrets_that_is_no_text_is_told(secrets: Path, name: str) -> None:
    (secrets / name).write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsRefused, match="BUSINESS_CARE_SECRETS_DIR: a file can't be read"):
        load_settings()


def test_the_password_of_the_records_may_stand_apart_from_their_address(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", "postgresql://care@host:5432/care?ssl=require")
    (secrets / "BUSINESS_CARE_DATABASE_PASSWORD").write_text("p/a@s:s%w\n")

    url = make_url(load_settings().database_url)

    assert (url.username, url.password, url.host, url.port) == ("care", "p/a@s:s%w", "host", 5432)
    assert url.query == {"ssl": "require"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param(None, "a file takes no password", id="the default"),
        pytest.param("sqlite:///care.db", "a file takes no password", id="a file"),
        pytest.param("postgresql://host/care", "the address names no user", id="no user"),
        pytest.param("postgresql://care:other@host/care", "or has a password", id="a second password"),
    ],
)
def test_a_password_that_the_address_does_not_wait_for_is_refused_and_not_shown(
    url: str | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_PASSWORD", "s3cret")
    if url is not None:
        monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", url)

    with pytest.raises(SettingsRefused, match=why) as refused:
        load_settings()

    assert "s3cret" not in str(refused.value)


def test_the_number_of_cached_workflows_follows_from_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_CACHE_MEMORY_MIB", "100")

    assert load_settings().max_cached_workflows == 100 * 1024 // WORKFLOW_CACHE_KIB


def test_the_number_of_cached_workflows_may_be_set_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_MAX_CACHED_WORKFLOWS", "0")

    assert load_settings().max_cached_workflows == 0


def test_a_typing_error_in_a_name_is_found(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare_environment / ".env").write_text("BUSINESS_CARE_OUTBOX=here\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("BUSINESS_CARE_SMTP_ULR", "smtp://host")

    unknown = unknown_variables()

    assert {"BUSINESS_CARE_OUTBOX", "BUSINESS_CARE_SMTP_ULR"} <= set(unknown)
    assert "SOMETHING_ELSE" not in unknown


def test_the_file_may_say_where_temporal_is(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "from-the-environment")
    (bare_environment / ".env").write_text(
        "TEMPORAL_ADDRESS=temporal:7233\nTEMPORAL_NAMESPACE=from-the-file\n"
    )

    environment = temporal_environment()

    assert environment["TEMPORAL_ADDRESS"] == "temporal:7233"
    assert environment["TEMPORAL_NAMESPACE"] == "from-the-environment"


def test_the_example_names_every_setting_with_its_default() -> None:
    shown = dict(re.findall(r"^#(BUSINESS_CARE_\w+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))

    defaults = {variable_of(name): field.default for name, field in Settings.model_fields.items()}
    assert shown == {name: "" if value is None else str(value) for name, value in defaults.items()}
