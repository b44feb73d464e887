"""What others wrote is shown as it is, except what a terminal obeys and what misleads its reader."""

import json

import pytest
from rich.console import Console

from console.harmless import cell, harmless, harmless_json
from tests.console.conftest import Typed
from tests.gateway.bad_senders import demand_plain

ARABIC = "\u0642\u0627\u0626\u0645\u0629"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("\x1b[2Jclear", "\\u001b[2Jclear", id="clears the screen"),
        pytest.param("\x9b2Jclear", "\\u009b2Jclear", id="clears it in one character"),
        pytest.param("\x1b]0;title\x07", "\\u001b]0;title\\u0007", id="renames the window"),
        pytest.param("good\rbad", "good\\u000dbad", id="writes over its own line"),
        pytest.param("R1\ninvented: a line", "R1\\u000ainvented: a line", id="invents a line"),
        pytest.param("R1\u2028line", "R1\\u2028line", id="invents a line in Unicode"),
        pytest.param("\u202emoc.elpmaxe", "\\u202emoc.elpmaxe", id="turns the order of a line"),
        pytest.param("a\u2066b\u2069", "a\\u2066b\\u2069", id="isolates a part of it"),
        pytest.param("caf\udce9", "caf\\udce9", id="is no UTF-8"),
        pytest.param("NUL\x00", "NUL\\u0000", id="ends a text for some programs"),
    ],
)
def test_what_a_terminal_obeys_is_written_as_its_number(written: str, shown: str) -> None:
    assert harmless(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        ARABIC,
        "תפריט ריק",
        "メニューが空",
        "👩\u200d💻",
        "[red]R1[/red]",
        "é",
    ],
)
def test_every_script_is_shown_as_it_was_written(written: str) -> None:
    assert harmless(written) == written


def test_json_says_the_same_to_programs_and_nothing_to_a_terminal() -> None:
    said = {"text": "\x1b[2J\x9b2J\u202eabc\u2028" + ARABIC, "n": [1, None]}

    document = harmless_json(json.dumps(said, indent=2, ensure_ascii=False))

    assert json.loads(document) == said
    assert ARABIC in document
    demand_plain(document)


def test_a_table_shows_markup_and_escapes_as_text() -> None:
    console = Console(width=80, force_terminal=False)

    with console.capture() as written:
        console.print(cell("[red]R1[/red] \x1b[2J\u202e"))

    assert written.get() == "[red]R1[/red] \\u001b[2J\\u202e\n"


@pytest.mark.parametrize(
    "typed_id", ["R\x1b[2J1", "\u202eR1", "R1\r\nR2", "R1\nunknown_request: R2", "R\x9b1"]
)
@pytest.mark.parametrize(
    "words",
    [
        "show {id}",
        "journal {id}",
        "fix {id} --by agent:A1@S1 --command-id c",
        "open {id}",
        "fix R1 --by {id}",
        "{id}",
        "db seed {id}",
        "simulate {id}",
        "list --seller {id}",
        "deadline --start {id}",
    ],
)
def test_what_was_typed_comes_back_on_one_line_that_steers_nothing(
    typed: Typed, words: str, typed_id: str
) -> None:
    ended = typed(*(word.format(id=typed_id) for word in words.split(" ")))

    assert ended.code in (2, 3)
    assert (ended.out, ended.err.count("\n")) == ("", 1)
    demand_plain(ended.err)
