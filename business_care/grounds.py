"""The grounds of a refusal that the facts of the licence can contradict (R31)."""

from typing import NoReturn

from business_care.commands import RefusalGround
from business_care.errors import ErrorCode, RuleViolation
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.shops import read_shop
from business_care.values import is_blank
from business_care.versions import Coverage, coverage, read_version


def check_ground(ground: RefusalGround, opening: CareRequestOpening, facts: LicenceFacts) -> None:
    """Check a refusal's ground against the facts kept at the opening; in doubt it can't be used (R31).

    Only `different_site` and `incompatible_version` can be checked; the other four pass.

    Raises:
        RuleViolation: `ground_contradicted` when the shop is the licence's shop, or the version is among
            those advertised at the purchase; `ground_unusable` when the facts do not decide. The text repeats
            ids and numbers only (R62).
    """
    match ground:
        case RefusalGround.DIFFERENT_SITE:
            _check_site(opening, facts)
        case RefusalGround.INCOMPATIBLE_VERSION:
            _check_version(opening, facts)
        case _:
            pass


def _check_site(opening: CareRequestOpening, facts: LicenceFacts) -> None:
    ground = RefusalGround.DIFFERENT_SITE
    if opening.shop_url is None or is_blank(opening.shop_url):
        _unusable(ground, f"request {opening.request_id} names no shop")
    if facts.shop_url is None or is_blank(facts.shop_url):
        _unusable(ground, f"no shop is registered yet for licence {facts.licence_id}")
    named = read_shop(opening.shop_url)
    if named is None:
        _unusable(ground, f"the shop address that request {opening.request_id} names can't be read")
    tests = (url for url in facts.test_shop_urls if not is_blank(url))
    registered = [read_shop(url) for url in (facts.shop_url, *tests)]
    if named in registered:
        _contradicted(
            ground,
            f"request {opening.request_id} concerns a shop registered for licence {facts.licence_id}",
        )
    if None in registered:
        _unusable(ground, f"a shop address registered for licence {facts.licence_id} can't be read")


def _check_version(opening: CareRequestOpening, facts: LicenceFacts) -> None:
    ground = RefusalGround.INCOMPATIBLE_VERSION
    if opening.shop_version is None or is_blank(opening.shop_version):
        _unusable(ground, f"request {opening.request_id} names no version of the shop software")
    version = read_version(opening.shop_version)
    if version is None:
        _unusable(ground, f"the version that request {opening.request_id} names can't be read as a number")
    if facts.advertised_versions is None:
        _unusable(ground, f"no sheet of product {facts.product_id} was kept for the day of the purchase")
    found = coverage(version, facts.advertised_versions)
    if found is Coverage.ADVERTISED:
        _contradicted(
            ground,
            f"version {version} is among those that the sheet of product {facts.product_id} advertised at the"
            " purchase",
        )
    if found is Coverage.UNCLEAR:
        _unusable(
            ground,
            f"the sheet of product {facts.product_id} at the purchase does not tell for certain whether"
            f" version {version} is compatible",
        )


def _unusable(ground: RefusalGround, why: str) -> NoReturn:
    raise RuleViolation(
        ErrorCode.GROUND_UNUSABLE,
        f"ground {ground} can't be used: {why}; another ground may apply",
    )


def _contradicted(ground: RefusalGround, why: str) -> NoReturn:
    raise RuleViolation(
        ErrorCode.GROUND_CONTRADICTED,
        f"ground {ground} is contradicted by the facts: {why}; another ground may apply",
    )
