"""Where a webhook may go: which URLs a party may give, which addresses a host may stand for.

The first line against server-side request forgery: the platform stands inside a network that
those who name its targets do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from domain.errors import Invalid

if TYPE_CHECKING:
    from httpx2 import URL

Address = IPv4Address | IPv6Address

GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # all that is routed: IANA, RFC 4291 section 2.4
NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address behind a translator
NOT_ROUTED: Final = (
    ip_network("192.88.99.0/24"),  # 6to4 relays, withdrawn: RFC 7526
    ip_network("3fff::/20"),  # documentation: RFC 9637; Python 3.11 does not know it yet
)
SITES: Final = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
LAST_PORT: Final = 65535
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")


def checked_url(text: str, *, private: bool) -> URL:
    """A URL that a party gives for a webhook, or `Invalid` with what is wrong with it.

    `private` is the operator's leave to send to addresses inside, and to loopback without TLS.
    """
    from httpx2 import URL, InvalidURL  # noqa: PLC0415 - a start does not wait for it

    try:
        url = URL(text)
    except InvalidURL as wrong:
        raise _wrong(str(wrong), "a URL such as https://example.com/hook") from None
    if url.scheme != "https" and not (private and url.scheme == "http"):
        raise _wrong(f"its scheme is {url.scheme or 'missing'}", "https://…")
    if url.userinfo or "@" in text.partition("//")[2].partition("/")[0]:
        raise _wrong("it holds a user name or password", "a secret in its path, or none")
    if url.fragment or "#" in text:
        raise _wrong("it holds a fragment, which is never sent", "no # in it")
    if any(not one.isprintable() or one in " \\" for one in text):
        raise _wrong("it holds a space, a backslash or a control character", "these encoded")
    if url.port is not None and not 0 < url.port <= LAST_PORT:
        raise _wrong(f"its port is {url.port}", f"a port from 1 to {LAST_PORT}, or none")
    _require_host(url.raw_host.decode("ascii"))
    return url


def _require_host(host: str) -> None:
    """Refuse addresses written so that readers differ about them: 2130706433, 0x7f.1, 127.1."""
    if not host.strip("."):
        raise _wrong("it names no host", "https://HOST/…")
    if literal(host) is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2].lower()):
        raise _wrong("its host is an address in an unusual form", "a name, or 192.0.2.1 as such")
    if "%" in host:
        raise _wrong("its host holds a percent sign", "a name without an interface or encoding")


def literal(host: str) -> Address | None:
    """The address that a host is, where it is one and not a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def refused(found: Sequence[str], scheme: str, *, private: bool) -> str | None:
    """Why a host with these addresses is not sent to, or None: each of them has to be fit.

    The addresses themselves are not told: they may be known inside this network alone.
    """
    if not found:
        return "its host has no address"
    kinds = {_kind(one) for one in found}
    if "unfit" in kinds or (kinds != {"public"} and not private):
        return "its host has an address that is not public"
    if scheme == "http" and kinds != {"loopback"}:
        return "without TLS only loopback is sent to"
    return None


def _kind(text: str) -> str:
    """public, private, loopback, or unfit: never sent to, whatever the operator allows."""
    address = literal(text)
    if address is None or getattr(address, "scope_id", None):
        return "unfit"
    address = _inner(address)
    if address.is_loopback:
        return "loopback"
    if _routed(address):
        return "public"
    # Not link-local either: 169.254.169.254 gives out a cloud machine's credentials.
    return "private" if _of_a_site(address) else "unfit"


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _routed(address: Address) -> bool:
    if any(address in network for network in NOT_ROUTED if network.version == address.version):
        return False
    unicast = isinstance(address, IPv4Address) or address in GLOBAL_UNICAST
    return unicast and address.is_global and not address.is_multicast


def _of_a_site(address: Address) -> bool:
    """Private use (RFC 1918, RFC 4193) and a carrier's own (RFC 6598)."""
    return any(address in network for network in SITES if network.version == address.version)


def _wrong(got: str, expected: str) -> Invalid:
    return Invalid(
        "this URL cannot be used for a webhook",
        field="url",
        got=got,
        expected=expected,
        next_step="correct it; nothing was recorded",
    )
