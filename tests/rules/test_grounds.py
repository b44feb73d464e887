"""A refusal that the facts of the licence contradict, or can't carry, is rejected and says so (R31)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.commands import RefusalGround
from business_care.errors import ErrorCode, RuleViolation
from business_care.grounds import check_ground
from business_care.request import LicenceFacts
from tests.rules.builders import an_opening, the_facts

SHOP = "https://shop.customer.example"
STAGING = "https://staging.customer.example"
UNREADABLE = "see my profile"

CHECKED = (RefusalGround.DIFFERENT_SITE, RefusalGround.INCOMPATIBLE_VERSION)


def a_licence(
    shop_url: str | None = SHOP,
    test_shop_urls: tuple[str, ...] = (),
    advertised_versions: tuple[str, ...] | None = ("1.7.0 - 1.7.8", "8.x"),
) -> LicenceFacts:
    return the_facts().model_copy(
        update={
            "shop_url": shop_url,
            "test_shop_urls": test_shop_urls,
            "advertised_versions": advertised_versions,
        }
    )


def refused_for_site(named: str | None, licence: LicenceFacts) -> RuleViolation:
    with pytest.raises(RuleViolation) as refused:
        check_ground(RefusalGround.DIFFERENT_SITE, an_opening(shop_url=named), licence)
    return refused.value


def refused_for_version(named: str | None, licence: LicenceFacts) -> RuleViolation:
    with pytest.raises(RuleViolation) as refused:
        check_ground(RefusalGround.INCOMPATIBLE_VERSION, an_opening(shop_version=named), licence)
    return refused.value


@pytest.mark.parametrize("ground", [ground for ground in RefusalGround if ground not in CHECKED])
def test_what_no_record_can_contradict_passes_without_any_record(ground: RefusalGround) -> None:
    bare = a_licence(shop_url=None, advertised_versions=None)

    check_ground(ground, an_opening(shop_url=None, shop_version=None), bare)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("https://other.example", id="other host"),
        pytest.param("https://fr.shop.customer.example", id="subdomain"),
        pytest.param("https://shop.customer.example/fr", id="path"),
        pytest.param("https://shop.customer.example:8443", id="port"),
    ],
)
def test_another_site_may_be_refused(named: str) -> None:
    check_ground(
        RefusalGround.DIFFERENT_SITE, an_opening(shop_url=named), a_licence(test_shop_urls=(STAGING,))
    )


@pytest.mark.parametrize(
    ("named", "licence"),
    [
        pytest.param("HTTP://www.Shop.Customer.Example.:80/", a_licence(), id="the shop in other words"),
        pytest.param(STAGING, a_licence(test_shop_urls=("https://dev.example", STAGING)), id="a test shop"),
        pytest.param(SHOP, a_licence(test_shop_urls=(UNREADABLE,)), id="the shop beside an unreadable one"),
        pytest.param(STAGING, a_licence(UNREADABLE, (STAGING,)), id="a test shop beside an unreadable one"),
    ],
)
def test_the_licences_own_shop_is_no_different_site(named: str, licence: LicenceFacts) -> None:
    refused = refused_for_site(named, licence)

    assert refused.code == ErrorCode.GROUND_CONTRADICTED


@pytest.mark.parametrize(
    ("named", "licence", "because"),
    [
        pytest.param(None, a_licence(), "request R1 names no shop", id="none named"),
        pytest.param("  ", a_licence(), "request R1 names no shop", id="a blank named"),
        pytest.param(SHOP, a_licence(None), "no shop is registered yet for licence L1", id="none registered"),
        pytest.param(
            SHOP, a_licence(" "), "no shop is registered yet for licence L1", id="a blank registered"
        ),
        pytest.param(
            STAGING,
            a_licence(None, (STAGING,)),
            "no shop is registered yet for licence L1",
            id="only a test shop registered",
        ),
        pytest.param(
            UNREADABLE, a_licence(), "that request R1 names can't be read", id="named one unreadable"
        ),
        pytest.param(
            UNREADABLE, a_licence(UNREADABLE), "that request R1 names can't be read", id="both unreadable"
        ),
        pytest.param(
            "https://other.example",
            a_licence(UNREADABLE),
            "registered for licence L1 can't be read",
            id="registered one unreadable",
        ),
        pytest.param(
            "https://other.example",
            a_licence(test_shop_urls=(UNREADABLE,)),
            "registered for licence L1 can't be read",
            id="a test shop unreadable",
        ),
    ],
)
def test_without_two_sites_to_compare_the_ground_cannot_be_used(
    named: str | None, licence: LicenceFacts, because: str
) -> None:
    refused = refused_for_site(named, licence)

    assert refused.code == ErrorCode.GROUND_UNUSABLE
    assert because in refused.message


def test_a_blank_test_shop_is_none() -> None:
    licence = a_licence(test_shop_urls=("", " "))

    check_ground(RefusalGround.DIFFERENT_SITE, an_opening(shop_url="https://other.example"), licence)


@pytest.mark.parametrize("named", ["9.0.0", "1.7.9", "1.6.1.24", "9.0.0-rc.1"])
def test_a_version_outside_the_advertised_ones_may_be_refused(named: str) -> None:
    check_ground(RefusalGround.INCOMPATIBLE_VERSION, an_opening(shop_version=named), a_licence())


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        pytest.param("1.7.8.11", "version 1.7.8.11 ", id="below the end of a range"),
        pytest.param("v8.1.2-beta", "version 8.1.2 ", id="prefix and suffix not repeated"),
        pytest.param("8", "version 8 ", id="every 8"),
    ],
)
def test_an_advertised_version_is_not_incompatible(named: str, shown: str) -> None:
    refused = refused_for_version(named, a_licence())

    assert refused.code == ErrorCode.GROUND_CONTRADICTED
    assert shown in refused.message
    assert "product P1" in refused.message


@pytest.mark.parametrize(
    ("named", "advertised", "because"),
    [
        pytest.param(None, ("8.x",), "request R1 names no version", id="none named"),
        pytest.param(" ", ("8.x",), "request R1 names no version", id="a blank named"),
        pytest.param("the latest", ("8.x",), "can't be read as a number", id="named one unreadable"),
        pytest.param("9.0", None, "no sheet of product P1 was kept", id="no snapshot of the sheet"),
        pytest.param("9.0", (), "does not tell for certain whether version 9.0 ", id="nothing advertised"),
        pytest.param("9.0", ("8.x", "newer"), "does not tell for certain", id="an unreadable entry"),
        pytest.param("8", (">= 8.1",), "does not tell for certain whether version 8 ", id="too few parts"),
    ],
)
def test_without_two_versions_to_compare_the_ground_cannot_be_used(
    named: str | None, advertised: tuple[str, ...] | None, because: str
) -> None:
    refused = refused_for_version(named, a_licence(advertised_versions=advertised))

    assert refused.code == ErrorCode.GROUND_UNUSABLE
    assert because in refused.message


HIDDEN = "private"


@given(
    ground=st.sampled_from(CHECKED),
    named=st.sampled_from(["https://{}.example", "https://{}.example/%", "{}", "8.1.2-{}", "8.1 {}"]),
    registered=st.sampled_from(["https://{}.example", "{}", " "]),
    advertised=st.sampled_from(["8.x", "{}", ">= {}", "8.1.2-{}"]),
)
def test_a_rejection_never_repeats_what_people_wrote(
    ground: RefusalGround, named: str, registered: str, advertised: str
) -> None:
    written = named.format(HIDDEN)
    licence = a_licence(registered.format(HIDDEN), (), (advertised.format(HIDDEN),))
    message = ""

    try:
        check_ground(ground, an_opening(shop_url=written, shop_version=written), licence)
    except RuleViolation as refused:
        message = refused.message

    assert HIDDEN not in message
