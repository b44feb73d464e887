"""Versions compare by number, and nobody judges on doubt (R31)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.versions import MAX_ENTRY_CHARACTERS, Coverage, ShopVersion, coverage, read_version

YES, NO, UNCLEAR = Coverage.ADVERTISED, Coverage.NOT_ADVERTISED, Coverage.UNCLEAR


def judged(written: str, *advertised: str) -> Coverage:
    version = read_version(written)
    assert version is not None
    return coverage(version, advertised)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param("8", (8,), id="one part"),
        pytest.param("1.7.8.11", (1, 7, 8, 11), id="four parts"),
        pytest.param("0.9", (0, 9), id="zero in front"),
        pytest.param("08.01", (8, 1), id="parts with zeros in front"),
        pytest.param("v8.1.2", (8, 1, 2), id="leading v"),
        pytest.param("V 8.1", (8, 1), id="leading capital V and space"),
        pytest.param("v.8.1", (8, 1), id="leading v and dot"),
        pytest.param(" 8.1\n", (8, 1), id="white space around"),
        pytest.param("8.x", (8,), id="every 8"),
        pytest.param("8.1.X", (8, 1), id="every 8.1"),
        pytest.param("8.*.*", (8,), id="stars"),
        pytest.param("8.1.2-beta", (8, 1, 2), id="beta"),
        pytest.param("9.0.0-rc.1", (9, 0, 0), id="release candidate"),
        pytest.param("9.0.0-beta.2.1", (9, 0, 0), id="numbered beta"),
        pytest.param("9.0.0beta2", (9, 0, 0), id="beta without hyphen"),
        pytest.param("9.0.0RC1", (9, 0, 0), id="capitals"),
        pytest.param("8.1.2_classic", (8, 1, 2), id="edition"),
        pytest.param("8.1.2+20310301", (8, 1, 2), id="build"),
        pytest.param("8.1.2+build5", (8, 1, 2), id="build with a word"),
        pytest.param("1.6.1.24p1", (1, 6, 1, 24), id="patch level"),
    ],
)
def test_a_version_is_its_number_and_what_follows_is_left_out(written: str, number: tuple[int, ...]) -> None:
    version = read_version(written)

    assert version == ShopVersion(number=number)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="empty"),
        pytest.param("latest", id="word"),
        pytest.param("v", id="v alone"),
        pytest.param("x", id="wildcard alone"),
        pytest.param("*", id="star alone"),
        pytest.param("PrestaShop 8.1", id="name in front"),
        pytest.param("8.1 or 8.2", id="two versions"),
        pytest.param("8.1, 8.2", id="list"),
        pytest.param("8.0 - 8.2", id="range"),
        pytest.param("8.1.2-1", id="number after a hyphen"),
        pytest.param(">= 8.0", id="bound"),
        pytest.param("8.0+", id="open end"),
        pytest.param("8..1", id="two dots"),
        pytest.param(".8", id="dot in front"),
        pytest.param("8.", id="dot at the end"),
        pytest.param("8,1", id="decimal comma"),
        pytest.param("-8", id="negative"),
        pytest.param("8.x.1", id="wildcard in the middle"),
        pytest.param("8.1.2 beta of Tuesday", id="words behind"),
        pytest.param("\u0668.1", id="other digits"),
        pytest.param("1" * 10, id="part too long"),
        pytest.param("1" + ".1" * 8, id="too many parts"),
        pytest.param(" " * MAX_ENTRY_CHARACTERS + "8", id="text too long"),
    ],
)
def test_what_is_not_one_number_is_not_read(written: str) -> None:
    assert read_version(written) is None


@pytest.mark.parametrize(
    ("version", "entry", "expected"),
    [
        pytest.param("1.7.10", "1.7.9 - 1.7.11", YES, id="1.7.10 is after 1.7.9"),
        pytest.param("1.7.10", "1.7.0 - 1.7.9", NO, id="1.7.10 is not before 1.7.9"),
        pytest.param("8.1.2", "8.x", YES, id="8.x"),
        pytest.param("8.1.2", "8", YES, id="8"),
        pytest.param("8.1.2", "8.*", YES, id="8.*"),
        pytest.param("8.1.2", "8.1", YES, id="every 8.1"),
        pytest.param("80.1.2", "8.x", NO, id="80 is no 8"),
        pytest.param("9.0.0", "8.x", NO, id="9 is no 8"),
        pytest.param("7.9.9", "8.x", NO, id="7 is no 8"),
        pytest.param("8.0.0", "8", YES, id="8.0.0 is an 8"),
        pytest.param("0.5", "0.x", YES, id="0.x"),
        pytest.param("1.0", "0.x", NO, id="1 is no 0"),
        pytest.param("8.1.2", "v8.1.2", YES, id="leading v"),
        pytest.param("8.1.2", "8.1.2-beta", YES, id="suffix on the sheet"),
        pytest.param("9.0.0-rc.1", ">= 9.0.0", YES, id="a pre-release counts as its number"),
        pytest.param("9.0.0-rc.1", "8.x", NO, id="a pre-release is not the version before"),
        pytest.param("1.7.0", "1.7.0 - 1.7.8", YES, id="range: its start"),
        pytest.param("1.7.8", "1.7.0 - 1.7.8", YES, id="range: its end"),
        pytest.param("1.7.8.11", "1.7.0 - 1.7.8", YES, id="range: below its end"),
        pytest.param("1.7.9", "1.7.0 - 1.7.8", NO, id="range: after its end"),
        pytest.param("1.6.99", "1.7.0 - 1.7.8", NO, id="range: before its start"),
        pytest.param("1.7.8", "1.6 - 1.7", YES, id="range: an end with fewer parts"),
        pytest.param("1.8", "1.6 - 1.7", NO, id="range: after an end with fewer parts"),
        pytest.param("1.7.8.11", "1.7.0 - 1.7.8.10", NO, id="range: after an end with four parts"),
        pytest.param("8.9", "1.7.x - 8.x", YES, id="range of wildcards"),
        pytest.param("1.7.3", "1.7.0-1.7.8", YES, id="range without spaces"),
        pytest.param("1.7.3", "1.7.0 – 1.7.8", YES, id="range with an en dash"),
        pytest.param("1.7.3", "1.7.0—1.7.8", YES, id="range with an em dash"),
        pytest.param("1.7.3", "v1.7.0 - v1.7.8", YES, id="range with leading v"),
        pytest.param("9.0.5", "9.0.0-rc.1 - 9.1", YES, id="range from a pre-release"),
        pytest.param("1.7.3", "1.7.0\u00a0-\u00a01.7.8", YES, id="range with no-break spaces"),
        pytest.param("8.0.0", "8.0.0 - 8.0.0", YES, id="range of one version"),
        pytest.param("8.0", ">= 8.0", YES, id="at least: equal"),
        pytest.param("99", ">=8.0", YES, id="at least: open"),
        pytest.param("7.9", "≥ 8.0", NO, id="at least: below"),
        pytest.param("8.5", "8.0+", YES, id="plus: open"),
        pytest.param("7.5", "8.0 +", NO, id="plus: below"),
        pytest.param("8.0", "8", YES, id="zeros at the end change nothing"),
        pytest.param("8", ">= 8.0.0", YES, id="zeros at the end of a bound change nothing"),
        pytest.param("8.0.7", "<= 8.0", YES, id="at most: covers all below"),
        pytest.param("8.1", "≤ 8.0", NO, id="at most: after"),
        pytest.param("7.9", "< 8.0", YES, id="before"),
        pytest.param("8.0.0", "< 8.0", NO, id="not before itself"),
        pytest.param("8.1", "> 8.0", YES, id="after"),
        pytest.param("8.0.7", "> 8.0", NO, id="not after itself"),
        pytest.param("8.0.7", "= 8.0", YES, id="equal"),
        pytest.param("8.1", "== 8.0", NO, id="not equal"),
        pytest.param("8.1", "1.7.8, 8.1", YES, id="list: in it"),
        pytest.param("8.2", "1.7.8,8.1,", NO, id="list: not in it"),
        pytest.param("8.2", "1.7.0 - 1.7.8, >= 8.0", YES, id="list of a range and a bound"),
        pytest.param("8.5", ">= 8.0, < 9.0", YES, id="two bounds: between"),
        pytest.param("9.0", ">= 8.0, < 9.0", NO, id="two bounds: after"),
        pytest.param("7.0", ">= 8.0 < 9.0", NO, id="two bounds without comma"),
        pytest.param("1.5", "<= 1.6, >= 8.0", YES, id="two bounds apart: below"),
        pytest.param("7.0", "<= 1.6, >= 8.0", NO, id="two bounds apart: between"),
    ],
)
def test_an_entry_of_the_sheet_means_what_it_says(version: str, entry: str, expected: Coverage) -> None:
    assert judged(version, entry) is expected


@pytest.mark.parametrize(
    ("version", "entries", "expected"),
    [
        pytest.param("8.1", ["1.7.x", "8.x"], YES, id="the last one covers it"),
        pytest.param("9.1", ["1.7.x", "8.x"], NO, id="none covers it"),
        pytest.param("8", ["8.0 - 8.4", "8.5+"], YES, id="two that touch cover it together"),
        pytest.param("8", ["8.5 - 9", "8.0 - 8.4", "7"], YES, id="the order makes no difference"),
        pytest.param("8", ["8.0 - 8.9", "8.1 - 8.2", "8.10 - 9"], YES, id="one inside another"),
        pytest.param("8.1", ["all", "8.x"], YES, id="a readable one decides"),
        pytest.param("8.1", ["8.x", "  "], YES, id="a blank one is no entry"),
        pytest.param("9.1", ["8.x", "", ","], NO, id="blanks and commas alone advertise nothing"),
        pytest.param("9.1", ["8.x", "all"], UNCLEAR, id="another one can't be read"),
        pytest.param("9.1", ["8.x, all"], UNCLEAR, id="an item of a list can't be read"),
        pytest.param("9.1", [], UNCLEAR, id="nothing advertised"),
        pytest.param("9.1", ["", " "], UNCLEAR, id="only blanks advertised"),
        pytest.param("9.1", [","], UNCLEAR, id="only a comma advertised"),
        pytest.param("8", [">= 8.1"], UNCLEAR, id="8 may be 8.0 or 8.1"),
        pytest.param("1.7.8", ["1.7.8.5 - 1.7.8.11"], UNCLEAR, id="1.7.8 may be 1.7.8.4 or 1.7.8.5"),
        pytest.param("8", ["8.0 - 8.3", "8.5+"], UNCLEAR, id="two that leave a gap"),
        pytest.param("9.1", [">= 7, >= 8.0, < 9.0"], UNCLEAR, id="three bounds in one entry"),
        pytest.param("9.1", ["8.1.2 - 8.1.1"], UNCLEAR, id="range that ends before it starts"),
        pytest.param("9.1", ["8.1.2-1"], UNCLEAR, id="number after a hyphen"),
        pytest.param("9.1", ["all - 8.1"], UNCLEAR, id="range from a word"),
        pytest.param("9.1", ["8.1 - 8 or so"], UNCLEAR, id="range to a word"),
        pytest.param("9.1", [">= soon"], UNCLEAR, id="bound that is a word"),
        pytest.param("9.1", [">="], UNCLEAR, id="sign alone"),
        pytest.param("9.1", ["< 0"], UNCLEAR, id="before the first version"),
        pytest.param("9.1", ["^8.1"], UNCLEAR, id="unknown sign"),
        pytest.param("9.1", ["!= 9.1"], UNCLEAR, id="unequal"),
        pytest.param("9.1", ["8.1" + " " * MAX_ENTRY_CHARACTERS], UNCLEAR, id="entry too long"),
    ],
)
def test_the_entries_of_a_sheet_are_judged_together(
    version: str, entries: list[str], expected: Coverage
) -> None:
    assert judged(version, *entries) is expected


def test_a_version_is_shown_as_its_number_alone() -> None:
    version = read_version("v8.01.2-mine")

    assert str(version) == "8.1.2"


NUMBERS = st.lists(st.integers(min_value=0, max_value=30), min_size=4, max_size=4)


def dotted(number: list[int]) -> str:
    return ".".join(str(part) for part in number)


@given(number=NUMBERS, first=NUMBERS, last=NUMBERS)
def test_a_range_of_whole_numbers_holds_what_lies_between(
    number: list[int], first: list[int], last: list[int]
) -> None:
    first, last = sorted([first, last])

    found = judged(dotted(number), f"{dotted(first)} - {dotted(last)}")

    assert (found is YES) == (first <= number <= last)


@given(number=NUMBERS, parts=st.integers(min_value=1, max_value=4), of=NUMBERS)
def test_a_shorter_number_means_all_that_begin_with_it(number: list[int], parts: int, of: list[int]) -> None:
    found = judged(dotted(number), f"{dotted(of[:parts])}.x")

    assert (found is YES) == (number[:parts] == of[:parts])


@given(number=NUMBERS, bound=NUMBERS.filter(any))
def test_opposite_bounds_share_out_all_versions(number: list[int], bound: list[int]) -> None:
    pairs = [("<", ">="), ("<=", ">")]

    answers = [{judged(dotted(number), f"{sign} {dotted(bound)}") for sign in pair} for pair in pairs]

    assert answers == [{YES, NO}, {YES, NO}]


@given(
    number=NUMBERS,
    entries=st.lists(st.text("0123456789.x*v-–,<>=+ a", max_size=20) | st.text(max_size=20), max_size=4),
)
def test_no_sheet_at_all_breaks_the_judgement(number: list[int], entries: list[str]) -> None:
    alone = [judged(dotted(number), entry) for entry in entries]

    together = judged(dotted(number), *entries)

    assert (together is YES) == (YES in alone)


@given(st.text() | st.text("0123456789.x*v-+ rcbeta"))
def test_no_text_at_all_breaks_the_reading(written: str) -> None:
    version = read_version(written)

    assert version is None or set(str(version)) <= set("0123456789.")
