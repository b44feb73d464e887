"""Stripe chosen in the settings: what is missing is said in a line; the doctor says whether it answers."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

import worker
from adapters.encryption.uses import KeyUses
from adapters.payments.opened import opened_provider
from adapters.records.opened import Records
from adapters.settings import Settings, SettingsRefused, load_settings
from business_care.errors import TemporarilyUnavailable
from business_care.refund import RefundAnswerKind
from console.examination import examine
from console.serving import serve
from gateway.inspection import Finding, Verdict
from tests.adapters.care_world import OPENED_AT, an_order
from tests.adapters.stripe_server.server import API_KEY, StripeServer, running_stripe
from tests.adapters.stripe_world import paid
from tests.console.conftest import Typed

ROOT = Path(__file__).parent.parent.parent
HOW_TO_INSTALL = "pip install '.[stripe]'"


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("BUSINESS_CARE_PAYMENT_PROVIDER", "stripe")
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_KEY", API_KEY)
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_WEBHOOK_SECRET", "whsec_of_the_endpoint")


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)


async def test_refunds_go_to_the_account_of_the_settings_over_one_connection_that_is_closed_in_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with running_stripe() as server, Records.open(f"sqlite:///{tmp_path / 'care.db'}") as records:
        monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_BASE", f"{server.url}/")
        paid(server)

        async with opened_provider(records.database, load_settings()) as provider:
            answer = await provider.create_refund(an_order(), OPENED_AT)

        assert answer.kind is RefundAnswerKind.SUCCEEDED
        with pytest.raises(TemporarilyUnavailable):
            await provider.find_refund(an_order(), OPENED_AT)


async def payments_at(server: StripeServer, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_BASE", server.url)
    return await payments_found()


async def payments_found() -> Finding:
    [finding] = [finding for finding in await examine(load_settings()) if finding.check == "payments"]
    return finding


async def test_the_doctor_says_that_stripe_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_stripe() as server:
        finding = await payments_at(server, monkeypatch)

    assert (finding.verdict, finding.detail) == (Verdict.OK, "Stripe answers and takes the key")
    assert server.requests == [("GET", "/v1/refunds")]


async def test_the_doctor_warns_when_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUSINESS_CARE_STRIPE_WEBHOOK_SECRET")
    async with running_stripe() as server:
        finding = await payments_at(server, monkeypatch)

    assert finding.verdict is Verdict.WARNING


async def test_the_doctor_says_when_the_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_KEY", "sk_test_wrong")
    async with running_stripe() as server:
        finding = await payments_at(server, monkeypatch)

    assert finding.verdict is Verdict.WRONG
    assert "401" in finding.detail
    assert "sk_test" not in finding.detail


async def test_the_doctor_says_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_CARE_STRIPE_API_BASE", "http://127.0.0.1:1")

    finding = await payments_found()

    assert (finding.verdict, finding.detail) == (
        Verdict.WRONG,
        "Stripe gave no answer (APIConnectionError)",
    )


@pytest.mark.usefixtures("without_the_extra")
async def test_the_doctor_says_what_to_install() -> None:
    finding = await payments_found()

    assert finding.verdict is Verdict.WRONG
    assert HOW_TO_INSTALL in finding.detail


@pytest.mark.parametrize("provider", ["ledger", "simulated"])
async def test_the_doctor_names_the_other_providers_too(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_PAYMENT_PROVIDER", provider)

    finding = await payments_found()

    assert (finding.verdict, finding.detail) == (
        Verdict.OK,
        f"refunds are paid by the {provider} provider, in the records",
    )


@pytest.mark.usefixtures("without_the_extra")
async def test_nothing_is_served_without_the_extra(tmp_path: Path) -> None:
    async with Records.open(f"sqlite:///{tmp_path / 'care.db'}") as records:
        with pytest.raises(SettingsRefused, match=re.escape(HOW_TO_INSTALL)):
            await serve(cast(Client, None), records, load_settings(), KeyUses(), asyncio.Event())


def test_a_worker_without_the_extra_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work(settings: Settings) -> None:
        raise SettingsRefused(HOW_TO_INSTALL)

    monkeypatch.setattr(worker, "work", work)

    assert worker.main() == worker.WRONG_SETTINGS
    assert capsys.readouterr().err == f"{HOW_TO_INSTALL}\n"


@pytest.mark.usefixtures("without_the_extra")
def test_webhooks_without_the_extra_say_what_to_install(typed: Typed) -> None:
    ended = typed("webhooks")

    assert (ended.code, ended.out) == (2, "")
    assert HOW_TO_INSTALL in ended.err
    assert len(ended.err.splitlines()) == 1


def test_webhooks_without_a_secret_say_that_it_is_missing(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BUSINESS_CARE_STRIPE_WEBHOOK_SECRET")

    ended = typed("webhooks")

    assert ended.code == 2
    assert ended.err.startswith("BUSINESS_CARE_STRIPE_WEBHOOK_SECRET is missing")


def test_webhooks_without_a_server_say_so(typed: Typed) -> None:
    ended = typed("webhooks", "--port", "0")

    assert ended.code == 3
    assert "127.0.0.1:1" in ended.err


def test_who_does_not_choose_stripe_loads_no_library_of_it() -> None:
    program = (
        "import sys; import worker, console.serving, console.composition, console.examination\n"
        "print(sorted({'stripe', 'aiohttp'} & set(sys.modules)))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "[]\n"
