"""Wrong usage ends with exit code 2, and says which word, what was given, and what is allowed."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from business_care.commands import COMMANDS, Command
from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from console.app import command_named
from console.command_help import EXAMPLES, OPTIONS
from console.overview import FOUND, SENTENCES
from tests.console.conftest import Typed
from tests.gateway.bad_senders import demand_plain

ROOT = Path(__file__).parent.parent.parent
MESSAGES: dict[str, type[Command]] = {**DEACTIVATION_COMMANDS, **COMMANDS}
LISTED = {name: sentence for sentences in SENTENCES.values() for name, sentence in sentences.items()}
ASKED_OTHERWISE = {"product_id"}
"""Given as an argument, not as an option."""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "fix R1 --by king:1",
            "--by': the role king was given; allowed are agent, seller, customer, operator",
        ),
        ("fix R1 --by A1", "--by': A1 was given; allowed is role:id[@seller], such as agent:A1@S1"),
        ("fix R1 --by agent:", "--by': agent: was given; ids are 1 to 128 printable ASCII characters"),
        ("fix R1 --by agent:@S1", "--by': agent:@S1 was given; ids are"),
        ("fix R1", "Missing option '--by'"),
        ("fix", "Missing argument 'REQUEST_ID'"),
        (
            "fix R1 --by agent:A1@S1 --at yesterday",
            "--at': yesterday was given; allowed is an instant as in 2031",
        ),
        ("fix R1 --by agent:A1@S1 --at 2031-03-03", "--at': 2031-03-03 has no offset from UTC; allowed is"),
        (
            "fix R1 --by agent:A1@S1 --at 0001-01-01T00:00:00+14:00",
            "--at': 0001-01-01T00:00:00+14:00 lies outside",
        ),
        ("fix R1 --by agent:A1@S1 --colour red", "No such option: --colour"),
        (
            "refuse R1 --by agent:A1@S1 --ground bored",
            "--ground': 'bored' is not one of 'not_advertised_feature'",
        ),
        (
            "refuse R1 --by agent:A1@S1",
            "Missing option '--ground'. Choose from: not_advertised_feature, ",
        ),
        ("record-refund R1 --by operator:O1 --amount much", "--amount': "),
        (
            "record-refund R1 --by operator:O1 --amount -1",
            "amount: Input should be greater than or equal to 0",
        ),
        ("record-refund R1 --by operator:O1 --currency euro", "currency: String should match pattern"),
        ("close R1 --by operator:O1 --command-id a\tb", "command_id: String should match pattern"),
        ("list --state asleep", "--state': asleep was given; allowed are opening, "),
        ("list --limit 0", "--limit': 0 was given; allowed is 1 to 10000"),
        ("list --due-before soon", "--due-before': soon was given; allowed is an instant"),
        ("list --seller a\tb", "ids are 1 to 128 printable ASCII characters without spaces"),
        (
            "closure announce K1 --seller S1 --from 1.3.2031 --to 2031-03-02",
            "--from': 1.3.2031 was given; allowed",
        ),
        ("closure announce K1 --seller S1 --from 2031-03-01", "Missing option '--to'"),
        ("closure", "Missing command. Allowed are announce, end, list. (more: "),
        ("closure begin", "No such command 'begin'. Allowed are announce, end, list. (more: "),
        ("open missing.json", "missing.json can't be read: No such file or directory"),
        ("db seed missing.yaml", "missing.yaml"),
        ("deactivate P1 --by seller:S1", "give one of --permanent and --temporary"),
        ("deactivate P1 --by seller:S1 --permanent --temporary", "give one of --permanent and --temporary"),
        ("deactivate --by seller:S1 --permanent", "Missing argument 'PRODUCT_ID'"),
        ("deactivate P1 --by seller:S1 --temporary --until soon", "--until': soon was given; allowed is an"),
        ("deactivate P\t1 --by seller:S1 --temporary", "product_id: String should match pattern"),
        ("deactivate P1 --by seller:S1 --permanent --signal --follow", "--follow starts from the answer"),
        ("reactivate P1 --by seller:S1 --reason Done", "No such option: --reason"),
        ("reactivate P1 --by seller:S1 --follow", "No such option: --follow"),
        ("impose P1 --by operator:O1", "Missing option '--kind'"),
        ("impose P1 --by operator:O1 --kind forever", "'forever' is not one of 'temporary', 'permanent'"),
        ("deactivation P1 --failed --journal", "--failed, --journal and --commands are given one at a time"),
        ("deactivation P1 --commands --follow", "--failed, --journal and --commands are given one at a time"),
        ("deactivation P1 --by operator:O1", "give --retry-failed too"),
        ("deactivation", "Missing argument 'PRODUCT_ID'"),
        ("shout R1", "No such command 'shout'"),
    ],
)
def test_wrong_usage_names_the_word_what_was_given_and_what_is_allowed(
    typed: Typed, words: str, said: str
) -> None:
    ended = typed(*words.split(" "))

    assert (ended.code, ended.out) == (2, "")
    [line] = [line for line in ended.err.splitlines() if not line.startswith("command id ")]
    assert said in line


@pytest.mark.parametrize(
    "typed_id",
    [
        pytest.param("\udcff", id="no UTF-8"),
        pytest.param("caf\u00e9", id="no ASCII"),
        pytest.param("", id="nothing"),
        pytest.param("a b", id="two words"),
        pytest.param("R1\n", id="a line"),
        pytest.param("R" * 129, id="too long"),
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        "show {id}",
        "explain {id}",
        "journal {id}",
        "commands {id}",
        "list --seller {id}",
        "list --product {id}",
        "deactivation {id}",
        "deactivation {id} --failed",
        "deactivation {id} --commands",
        "deactivation {id} --follow",
        "recovery show {id}",
        "recovery show {id} --journal",
        "recovery record {id} --by operator:O1",
        "recovery resume {id}",
        "closure announce {id} --seller S1 --from 2031-08-04 --to 2031-08-15",
        "closure announce K1 --seller {id} --from 2031-08-04 --to 2031-08-15",
        "closure end {id} --by operator:O1",
        "closure list --seller {id}",
        "encryption forget {id}",
    ],
)
def test_what_can_be_no_id_is_wrong_usage_before_anybody_is_asked(
    typed: Typed, words: str, typed_id: str
) -> None:
    ended = typed(*(word.format(id=typed_id) for word in words.split(" ")))

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "ids are 1 to 128 printable ASCII characters without spaces" in ended.err
    demand_plain(ended.err)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("BUSINESS_CARE_LOG_LEVEL", "loud", "BUSINESS_CARE_LOG_LEVEL is 'loud'; allowed is debug, info"),
        (
            "BUSINESS_CARE_DATABASE_URL",
            "mysql://me:secret@host/db",
            "BUSINESS_CARE_DATABASE_URL cannot be used",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_wrong_usage_too(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)

    ended = typed("list")

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "secret" not in ended.err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"request_id": "R1"}', "licence_id: Field required"),
        ("[]", "the message is a JSON array"),
        (
            '{"request_id": "R 1", "licence_id": "L1", "opened_at": "2031-03-03T10:00:00+01:00"}',
            "request_id: ",
        ),
        (
            '{"request_id": "R1", "licence_id": "L1", "opened_at": "2031-03-03T10:00:00"}',
            "opened_at: Input should have timezone info",
        ),
        (" " * 65537, "at most 65536 are allowed"),
    ],
    ids=["missing", "array", "bad-id", "naive", "too-long"],
)
def test_a_request_that_cannot_be_read_is_named_by_its_field(
    typed: Typed, tmp_path: Path, body: str, said: str
) -> None:
    (tmp_path / "request.json").write_text(body)

    ended = typed("open", "request.json")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("invalid_message: ")
    assert said in ended.err


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_a_command_whose_help_shows_an_example(typed: Typed, name: str) -> None:
    spelled, about = name.replace("_", "-"), "R1" if name in COMMANDS else "P1"

    ended = typed(spelled, "--help")

    assert ended.code == 0
    assert f"Example: business-care {spelled} {about}" in ended.out


@pytest.mark.parametrize("name", MESSAGES)
def test_the_example_of_every_command_is_understood(typed: Typed, name: str) -> None:
    ended = typed(name, *shlex.split(EXAMPLES[name]), "--json")

    assert ended.code == 3
    assert "no Temporal server answers at 127.0.0.1:1" in ended.err


def test_every_field_of_every_message_is_an_option_with_an_explanation() -> None:
    fields = {name for command in MESSAGES.values() for name in command.model_fields}

    assert fields - set(Command.model_fields) - ASKED_OTHERWISE == set(OPTIONS)


@pytest.mark.parametrize("name", LISTED)
def test_the_list_of_commands_says_of_each_what_its_own_help_says_first(name: str) -> None:
    own = command_named(name).help or ""

    assert " ".join(own.partition("\n\n")[0].split()) == LISTED[name]


def test_every_message_and_nothing_else_is_listed_beside_what_is_found_elsewhere() -> None:
    assert {name.replace("-", "_") for name in LISTED.keys() - FOUND.keys()} == MESSAGES.keys()


@pytest.mark.parametrize("name", [name for name, found in FOUND.items() if not found.place.endswith(":app")])
def test_every_command_teaches_by_an_example(typed: Typed, name: str) -> None:
    assert f"Example: business-care {name}" in typed(name, "--help").out


def test_the_help_names_the_exit_codes(typed: Typed) -> None:
    ended = typed("--help")

    assert ended.code == 0
    assert "Exit code 0: done. 1: refused by a rule" in ended.out
    assert "offer-update" in ended.out
    assert "offer_update" not in ended.out


def test_the_command_id_is_told_so_that_the_command_can_be_repeated(typed: Typed) -> None:
    made_up = typed("confirm-fix", "R1", "--by", "customer:C1")
    given = typed("confirm-fix", "R1", "--by", "customer:C1", "--command-id", "c1")

    assert made_up.err.startswith("command id ")
    assert "command id" not in given.err


@pytest.mark.parametrize("command", ["links", "check", "schedules", "replay"])
def test_a_folder_of_secrets_that_is_not_there_is_wrong_usage_of_every_command(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("BUSINESS_CARE_SECRETS_DIR", "nowhere")

    ended = typed(command)

    assert ended.code == 2
    assert ended.err.startswith("BUSINESS_CARE_SECRETS_DIR is 'nowhere', which is no folder")


def test_a_server_that_is_not_there_is_one_line_and_exit_code_3(typed: Typed) -> None:
    ended = typed("close", "R1", "--by", "operator:O1", "--command-id", "c1", "--reason", "Done")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.count("\n") == 1


def test_the_program_itself_ends_with_the_code_and_without_a_stack_trace(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "starter", "fix", "R1", "--by", "king:1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "the role king was given" in ended.stderr


def test_the_help_loads_neither_the_messages_nor_the_client_of_the_server_nor_the_database(
    tmp_path: Path,
) -> None:
    looked_for = ("temporalio", "sqlalchemy", "holidays", "alembic", "pydantic", "asyncio")
    program = (
        "import json, sys; from console.app import main; main(['--help']); "
        f"print(json.dumps([name for name in {looked_for!r} if name in sys.modules]))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(ended.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("business-care with", ["withdraw-refusal", "withdraw"]),
        (
            "business-care list --state refund_",
            ["refund_due", "refund_held", "refund_pending", "refund_manual"],
        ),
        ("business-care refuse R1 --ground mod", ["modified_source"]),
    ],
    ids=["command", "state", "ground"],
)
def test_a_shell_completes_commands_and_words(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, words: str, completed: list[str]
) -> None:
    monkeypatch.setenv("_BUSINESS_CARE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))

    ended = typed()

    assert ended.out.split() == completed
