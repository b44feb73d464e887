"""Two ways of writing the same shop are one shop; anything else is another one, or can't be told (R31)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business_care.shops import MAX_ADDRESS_CHARACTERS, ShopAddress, read_shop

SHOP = "https://shop.customer.example"


def read(written: str) -> ShopAddress:
    address = read_shop(written)
    assert address is not None
    return address


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(SHOP, "http://shop.customer.example", id="scheme"),
        pytest.param(SHOP, "HTTPS://shop.customer.example", id="scheme in capitals"),
        pytest.param(SHOP, "shop.customer.example", id="no scheme"),
        pytest.param(SHOP, "//shop.customer.example", id="scheme of the page"),
        pytest.param(SHOP, "https://www.shop.customer.example", id="www"),
        pytest.param(SHOP, "https://WWW.shop.customer.example", id="www in capitals"),
        pytest.param(SHOP, "https://Shop.CUSTOMER.Example", id="case of the host"),
        pytest.param(SHOP, "https://shop.customer.example:443", id="default port of https"),
        pytest.param(SHOP, "http://shop.customer.example:80", id="default port of http"),
        pytest.param(SHOP, "http://shop.customer.example:443", id="scheme and default port together"),
        pytest.param(SHOP, "shop.customer.example:443", id="default port without scheme"),
        pytest.param(SHOP, "https://shop.customer.example:", id="empty port"),
        pytest.param(SHOP, "https://shop.customer.example:0443", id="port with a zero in front"),
        pytest.param(SHOP, "https://shop.customer.example/", id="slash at the end"),
        pytest.param(SHOP, "https://shop.customer.example//", id="two slashes at the end"),
        pytest.param(SHOP, "https://shop.customer.example.", id="dot at the end"),
        pytest.param(SHOP, "https://shop.customer.example..", id="two dots at the end"),
        pytest.param(SHOP, "https://shop.customer.example.:443/", id="dot, port and slash at the end"),
        pytest.param(SHOP, "https://shop\u3002customer\uff0eexample\uff61", id="full stops of other scripts"),
        pytest.param(SHOP, "https://\uff53\uff48\uff4f\uff50.customer.example", id="full-width letters"),
        pytest.param(SHOP, "https://sh\u00adop.customer.example", id="soft hyphen"),
        pytest.param(SHOP, "  https://shop.customer.example\n", id="white space around"),
        pytest.param(SHOP, "https://shop.customer.example/?utm_source=mail", id="query"),
        pytest.param(SHOP, "https://shop.customer.example#contact", id="fragment"),
        pytest.param("https://bücher.example", "https://xn--bcher-kva.example", id="punycode"),
        pytest.param("https://BÜCHER.example", "https://XN--BCHER-KVA.example", id="punycode in capitals"),
        pytest.param("https://bu\u0308cher.example", "https://bücher.example", id="combining accent"),
        pytest.param("https://straße.example", "https://xn--strae-oqa.example", id="sharp s"),
        pytest.param("https://ΣΊΓΜΑ.example", "https://σίγμα.example", id="capital sigma at the end"),
        pytest.param("https://例え.example", "https://xn--r8jz45g.example", id="script without capitals"),
        pytest.param("https://a.example/fr", "https://a.example/FR/", id="case of the path"),
        pytest.param("https://a.example/été", "https://a.example/%C3%89t%c3%a9", id="percent-encoding"),
        pytest.param("https://a.example/e\u0301", "https://a.example/é", id="combining accent in the path"),
        pytest.param("https://a.example/~b", "https://a.example/%7Eb", id="percent-encoding of a plain sign"),
        pytest.param("https://a.example/b", "https://a.example/c/.././b//", id="steps in the path"),
        pytest.param("https://a.example", "https://a.example/../..", id="steps above the root"),
        pytest.param("http://[2001:db8::1]/", "https://[2001:0DB8:0:0::1]:443", id="IPv6"),
        pytest.param("http://localhost/a", "https://localhost/a/", id="one word with a scheme"),
    ],
)
def test_two_spellings_of_one_shop_are_the_same_shop(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("https://other.example", id="host"),
        pytest.param("https://fr.shop.customer.example", id="subdomain"),
        pytest.param("https://customer.example", id="parent domain"),
        pytest.param("https://www2.shop.customer.example", id="www2"),
        pytest.param("https://www.www.shop.customer.example", id="www twice"),
        pytest.param("https://shop.customer.example:8443", id="port"),
        pytest.param("https://shop.customer.example/fr", id="path"),
        pytest.param("https://shop.customer.example.evil.example", id="longer host"),
        pytest.param("https://shop-customer.example", id="hyphen in place of a dot"),
        pytest.param("https://shöp.customer.example", id="accent"),
        pytest.param("https://sh\u043e\u0440.customer.example", id="Cyrillic letters that look alike"),
    ],
)
def test_another_host_port_or_path_is_another_shop(other: str) -> None:
    assert read(SHOP) != read(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://straße.example", "https://strasse.example", id="sharp s and ss"),
        pytest.param("https://نامه\u200cی.example", "https://نامهی.example", id="with and without a joiner"),
        pytest.param("https://a.example/b%2Fc", "https://a.example/b/c", id="encoded slash"),
        pytest.param("https://a.example/fr", "https://a.example/fr/b", id="deeper path"),
        pytest.param("http://[2001:db8::1]", "http://[2001:db8::2]", id="IPv6"),
        pytest.param("http://localhost:8080", "http://localhost:8081", id="two ports"),
    ],
)
def test_what_only_looks_alike_is_another_shop(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("my shop", id="words"),
        pytest.param("shop", id="one word"),
        pytest.param("https://", id="no host"),
        pytest.param("https:///fr", id="path without host"),
        pytest.param("https://...", id="dots alone"),
        pytest.param("https://.shop.example", id="dot in front"),
        pytest.param("https://shop..example", id="empty label"),
        pytest.param("https:shop.example", id="no slashes"),
        pytest.param("https:/shop.example", id="one slash"),
        pytest.param("https:\\\\shop.example", id="backslashes"),
        pytest.param("https://shop.example\\fr", id="backslash in the path"),
        pytest.param("ftp://shop.example", id="scheme of another service"),
        pytest.param("mailto:shop@customer.example", id="mail address"),
        pytest.param("https://shop.example@evil.example", id="user name"),
        pytest.param("https://user:secret@shop.example", id="user name and password"),
        pytest.param("https://shop.example, https://b.example", id="two addresses"),
        pytest.param("https://shop .example", id="space in the host"),
        pytest.param("https://shop.example/a b", id="space in the path"),
        pytest.param("https://shop.ex\u0000ample", id="NUL"),
        pytest.param("https://shop.example:port", id="port in words"),
        pytest.param("https://shop.example:123456", id="port too long"),
        pytest.param("https://shop.example:\u0668\u0660", id="port in other digits"),
        pytest.param("https://shop.example/100%", id="lone percent sign"),
        pytest.param("https://shop.example/%FF", id="octets that are no text"),
        pytest.param("https://%73hop.example", id="percent-encoded host"),
        pytest.param("https://sh;op.example", id="sign that no host has"),
        pytest.param("https://bü;cher.example", id="sign that no host has, in an IDN"),
        pytest.param("https://a\u2100b.example", id="sign that turns into a slash"),
        pytest.param("https://a\u202eb.example", id="invisible change of direction"),
        pytest.param("https://a\ud800b.example", id="half a character in the host"),
        pytest.param("https://shop.example/\ud800", id="half a character in the path"),
        pytest.param("https://[::gg]", id="bad IPv6"),
        pytest.param("https://[1.2.3.4]", id="IPv4 in brackets"),
        pytest.param("https://xn--shop-.example", id="punycode of plain letters"),
        pytest.param("https://xn--.example", id="empty punycode"),
        pytest.param("https://xn--bücher.example", id="punycode prefix on Unicode"),
        pytest.param("https://xn--99999999.example", id="punycode beyond Unicode"),
        pytest.param("https://" + "a" * 64 + ".example", id="label too long"),
        pytest.param("https://" + "ü" * 63 + ".example", id="label too long in punycode"),
        pytest.param("https://" + "a.example." * 30 + "example", id="host too long"),
        pytest.param(SHOP + "/" + "a" * MAX_ADDRESS_CHARACTERS, id="address too long"),
    ],
)
def test_an_address_that_cannot_be_told_for_certain_names_no_shop(written: str) -> None:
    assert read_shop(written) is None


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(
    lambda label: label != "www" and not label.startswith("xn--")
)
WORDS = st.text(alphabet="aäßcéñøž\u0430\u0431\u0433\u0434例日本ไทย", min_size=1, max_size=8)
HOSTS = st.lists(LABELS | WORDS, min_size=2, max_size=4).map(".".join)
PATHS = st.lists(LABELS, max_size=3)


@given(
    host=HOSTS,
    path=PATHS,
    scheme=st.sampled_from(["http://", "https://", "HTTP://", "//", ""]),
    www=st.sampled_from(["", "www.", "WWW."]),
    port=st.sampled_from(["", ":", ":80", ":443"]),
    dots=st.sampled_from(["", ".", ".."]),
    slashes=st.sampled_from(["", "/", "//"]),
)
def test_nothing_that_makes_no_difference_makes_one(
    host: str, path: list[str], scheme: str, www: str, port: str, dots: str, slashes: str
) -> None:
    plain = "/".join([f"https://{host}", *path])
    varied = "/".join([f"{scheme}{www}{host}{dots}{port}", *path]) + slashes

    assert read(plain) == read(varied)


@given(host=HOSTS)
def test_a_host_and_its_punycode_are_the_same_shop(host: str) -> None:
    written = read(f"https://{host}")

    looked_up = read(f"https://{written.host}")

    assert written.host.isascii()
    assert looked_up == written


@given(host=HOSTS, path=PATHS, port=st.integers(min_value=1024, max_value=65535), more=LABELS)
def test_whatever_makes_a_difference_makes_one(host: str, path: list[str], port: int, more: str) -> None:
    tail = "".join(f"/{segment}" for segment in path)
    others = [f"https://{more}.{host}{tail}", f"https://{host}:{port}{tail}", f"https://{host}{tail}/{more}"]

    addresses = {read(written) for written in [f"https://{host}{tail}", *others]}

    assert len(addresses) == 4


@given(st.text() | st.text().map("https://".__add__) | st.text("xn-abc09.:/%[]").map("https://".__add__))
def test_no_text_at_all_breaks_the_reading(written: str) -> None:
    address = read_shop(written)

    assert address is None or address.host
