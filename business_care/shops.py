"""Shop addresses in one spelling, so that two ways of writing the same shop compare equal (R31)."""

import ipaddress
import re
import unicodedata

from business_care.values import Value

MAX_ADDRESS_CHARACTERS = 2048
MAX_HOST_CHARACTERS = 253
MAX_LABEL_CHARACTERS = 63
DEFAULT_PORTS = frozenset({80, 443})
"""Both, whatever the scheme: `http://a:443` is `https://a:443`, because the scheme makes no difference."""

_ADDRESS = re.compile(
    r"""
    (?:(?P<scheme>[hH][tT][tT][pP][sS]?:)?//)?
    (?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/\\?\#@:\[\]]+)
    (?::(?P<port>[0-9]{0,5}))?
    (?P<path>/(?:[^\s/\\?\#%]|/|%[0-9A-Fa-f]{2})*)?
    (?:[?\#]\S*)?
    """,
    re.VERBOSE,
)
_FULL_STOP = re.compile("[.\u3002\uff0e\uff61]")
_ASCII_LABEL = re.compile(r"[a-z0-9_-]+")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_JOINERS = frozenset("\u200c\u200d")
_MAPPED_TO_NOTHING = re.compile("[\u00ad\u034f\u180b-\u180d\u200b\u2060\ufe00-\ufe0f\ufeff]")
_ACE_PREFIX = "xn--"


class ShopAddress(Value):
    """Where a shop is found; equal for every spelling that R31 calls the same shop.

    `host` is in ASCII (IDNA), without `www.`; `port` is None for 80 and 443; `path` is its decoded segments.
    """

    host: str
    port: int | None
    path: tuple[str, ...]


def read_shop(written: str) -> ShopAddress | None:
    """The shop that an address names, or None when it cannot be told for certain; raises nothing (R31).

    No difference is made by the scheme (`http`, `https` or none), `www.`, letter case, Unicode against
    punycode, the default port, slashes and dots at the end, percent-encoding. The query and the fragment name
    a page, not a shop, and are left out. Letter case counts nowhere, in the path neither: R31 excepts no part
    of the address, and no two merchants share a host by `/Shop` and `/shop`. `ß` is not `ss`: they are two
    domains today (IDNA 2008).

    Not read: user names, schemes other than those of the web, white space inside, a single word without a
    scheme, and host names that no browser would look up.
    """
    text = written.strip()
    parts = _ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_CHARACTERS else None
    if parts is None:
        return None
    try:
        host = _host(parts["host"])
        path = _path(parts["path"] or "")
    except ValueError:
        return None
    if parts["scheme"] is None and "." not in host:
        return None
    port = int(parts["port"] or 443)
    return ShopAddress(host=host, port=None if port in DEFAULT_PORTS else port, path=path)


def _host(written: str) -> str:
    if written.startswith("["):
        return f"[{ipaddress.IPv6Address(written[1:-1]).compressed}]"
    labels = _FULL_STOP.split(written)
    while labels and not labels[-1]:
        labels.pop()
    names = [_ascii_label(label) for label in labels]
    if names[:1] == ["www"] and len(names) > 1:
        del names[0]
    host = ".".join(names)
    if not 0 < len(host) <= MAX_HOST_CHARACTERS:
        raise ValueError("a host has 1 to 253 characters")
    return host


def _ascii_label(written: str) -> str:
    """One label of a host as it is looked up (UTS 46, non-transitional: `ß`, `ς` and joiners are kept)."""
    label = _mapped(written)
    if label.startswith(_ACE_PREFIX):
        decoded = label.removeprefix(_ACE_PREFIX).encode("ascii").decode("punycode")
        # Punycode can spell what no registry would register; only what comes out the same is one address.
        if _encoded(_mapped(decoded)) != label:
            raise ValueError("not a valid punycode label")
        return label
    return _encoded(label)


def _mapped(label: str) -> str:
    # Character by character, because the lower case of a whole Greek word would turn its last sigma into ς.
    lowered = "".join(character.lower() for character in unicodedata.normalize("NFKC", label))
    return unicodedata.normalize("NFKC", _MAPPED_TO_NOTHING.sub("", lowered))


def _encoded(label: str) -> str:
    if not label.isascii():
        if not all(_may_be_registered(character) for character in label):
            raise ValueError("a character that a host name can't have")
        label = _ACE_PREFIX + label.encode("punycode").decode("ascii")
    if len(label) > MAX_LABEL_CHARACTERS or not _ASCII_LABEL.fullmatch(label):
        raise ValueError("a label has 1 to 63 letters, digits and hyphens")
    return label


def _may_be_registered(character: str) -> bool:
    if character.isascii():
        return _ASCII_LABEL.fullmatch(character) is not None
    return character in _JOINERS or unicodedata.category(character)[0] not in "CZ"


def _path(written: str) -> tuple[str, ...]:
    segments: list[str] = []
    # Split before decoding: an encoded slash is part of a name.
    for encoded in written.split("/"):
        octets = _PERCENT.sub(lambda found: bytes.fromhex(found[1].decode()), encoded.encode())
        segment = unicodedata.normalize("NFC", octets.decode("utf-8").casefold())
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return tuple(segments)
