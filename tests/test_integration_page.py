"""What the page for foreign programs says is what the code says."""

import re
from pathlib import Path

import pytest

from business_care.errors import ErrorCode
from business_care.reading import MAX_MESSAGE_BYTES
from console.schemas import schema_files
from workflows import names

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def _told_by_workflows() -> set[str]:
    """The codes that the rules know: every sender can be told them. All others are of our own client."""
    rules = [file for file in (ROOT / "business_care").rglob("*.py") if file.name != "errors.py"]
    return {
        ErrorCode[name].value
        for file in rules
        for name in re.findall(r"\bErrorCode\.([A-Z_]+)", file.read_text(encoding="utf-8"))
    }


def _codes() -> str:
    """Every code, who is told it, and why, as the page prints it; the reasons are those of the glossary."""
    meanings = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", GLOSSARY, re.MULTILINE))
    told = _told_by_workflows()
    lines = ["| code | told to | the message was refused because |", "|---|---|---|"]
    for code in ErrorCode:
        whom = "everybody" if code in told else "our own client"
        if code is ErrorCode.DUPLICATE_COMMAND:
            whom = "nobody"
        lines.append(f"| `{code}` | {whom} | {meanings[code]} |")
    return "\n".join(lines) + "\n"


def test_it_prints_every_code_and_to_whom_it_is_told() -> None:
    printed = PAGE.split("<!-- codes:begin -->\n")[1].split("<!-- codes:end -->")[0]

    assert printed == _codes(), f"replace the table in docs/integration.md by:\n{_codes()}"


def test_a_code_of_our_own_client_is_known_by_the_client_alone() -> None:
    assert {str(code) for code in ErrorCode} - _told_by_workflows() == {
        "duplicate_command",
        "opened_at_out_of_range",
        "request_id_reused",
        "unknown_deactivation",
        "unknown_licence",
        "unknown_recovery",
        "unknown_request",
        "unknown_seller",
    }


@pytest.mark.parametrize(
    "words",
    [
        f"| `{names.CARE_REQUEST}` | `{names.care_request_id('<request_id>')}` |",
        f"| `{names.PRODUCT_DEACTIVATION}` | `{names.product_deactivation_id('<product_id>')}` |",
        f"| `{names.REFUND_RECOVERY}` | `{names.refund_recovery_id('<licence_id>-<n>')}` |",
        f"task queue `{names.TASK_QUEUE}`",
        f"A message may have {MAX_MESSAGE_BYTES // 1024} KB.",
    ],
)
def test_it_names_what_other_programs_depend_on(words: str) -> None:
    assert words in PAGE


def test_every_file_that_it_names_is_there() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE))
    run = set(re.findall(r"(?:examples|schemas|deploy)/[\w./-]*\w", PAGE))
    written = {f"schemas/{name}" for name in schema_files()}

    assert linked
    assert [link for link in linked if not (ROOT / "docs" / link).exists()] == []
    assert [file for file in run if not (ROOT / file).exists() and file not in written] == []


def test_every_client_among_the_examples_is_shown() -> None:
    clients = {file.name for file in (ROOT / "examples" / "clients").iterdir() if file.is_file()}

    assert clients == set(re.findall(r"examples/clients/([\w.]+)", PAGE))
