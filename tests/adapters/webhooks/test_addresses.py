"""Where webhooks may go: nothing inside, however it is written."""

from __future__ import annotations

import pytest

from adapters.webhooks.addresses import checked_url, refused
from domain.errors import Invalid

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104 - not bound to: refused
    "0.1.2.3",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "::",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "2606:4700::1111%lo",
    "not an address",
]
OUTSIDE = [
    "8.8.8.8",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_routed_on_the_internet_is_sent_to(address: str) -> None:
    assert refused([address], "https", private=False) is None


@pytest.mark.parametrize("address", INSIDE + NEVER)
def test_everything_else_is_not(address: str) -> None:
    assert refused([address], "https", private=False) == (
        "its host has an address that is not public"
    )


@pytest.mark.parametrize("address", INSIDE)
def test_an_operator_may_give_leave_to_send_inside(address: str) -> None:
    assert refused([address], "https", private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_but_never_to_what_no_receiver_can_have(address: str) -> None:
    assert refused([address], "https", private=True) is not None


@pytest.mark.parametrize("inside", ["10.0.0.1", "169.254.169.254", "::1"])
def test_one_address_inside_is_enough_to_refuse_a_host(inside: str) -> None:
    assert refused(["8.8.8.8", inside], "https", private=False) is not None
    assert refused([inside, "8.8.8.8"], "https", private=False) is not None


def test_a_host_without_an_address_is_refused() -> None:
    assert refused([], "https", private=True) == "its host has no address"


@pytest.mark.parametrize(
    ("found", "fit"),
    [
        (["127.0.0.1"], True),
        (["127.0.0.1", "::1"], True),
        (["::ffff:127.0.0.1"], True),
        (["10.0.0.1"], False),
        (["8.8.8.8"], False),
        (["127.0.0.1", "8.8.8.8"], False),
    ],
)
def test_without_tls_nothing_leaves_the_machine(found: list[str], fit: bool) -> None:  # noqa: FBT001
    assert (refused(found, "http", private=True) is None) == fit


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook?token=a%20b",
        "https://EXAMPLE.com:8443/hook",
        "https://bücher.example/hook",
        "https://example.com./hook",
        "https://8.8.8.8/hook",
        "https://[2606:4700:4700::1111]:8443/",
        "https://2130706433.example/",
        "https://x/a@b",
    ],
)
def test_a_url_with_tls_is_taken(url: str) -> None:
    assert checked_url(url, private=False).scheme == "https"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "its scheme is http"),
        ("ftp://example.com/", "its scheme is ftp"),
        ("file:///etc/passwd", "its scheme is file"),
        ("//example.com/", "its scheme is missing"),
        ("example.com", "its scheme is missing"),
        ("https://user:secret@example.com/", "user name"),
        ("https://user@example.com/", "user name"),
        ("https://@127.0.0.1/", "user name"),
        ("https://example.com\\@127.0.0.1/", "user name"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com/#", "fragment"),
        ("https://example.com/a b", "space"),
        ("https://example.com/a\\b", "backslash"),
        ("https:///hook", "no host"),
        ("https://./hook", "no host"),
        ("https://2130706433/", "unusual form"),
        ("https://0x7f000001/", "unusual form"),
        ("https://0x7f.1/", "unusual form"),
        ("https://127.1/", "unusual form"),
        ("https://0177.0.0.1/", "Invalid IPv4"),
        ("https://127.0.0.1./", "unusual form"),
        ("https://0X7F.0.0.1/", "unusual form"),
        ("https://1.2.3.4.5/", "unusual form"),
        ("https://exa%6dple.com/", "percent"),
        ("https://[fe80::1%25eth0]/", "percent|Invalid"),
        ("https://ⓛocalhost/", "IDNA"),
        ("https://[::1/", "Invalid|invalid"),
        ("https://example.com:99999/", "its port is 99999"),
        ("https://example.com:0/", "its port is 0"),
        ("https://example.com:x/", "Invalid port"),
        ("https://example.com/\r\nX-Header: 1", "."),
    ],
)
def test_any_other_url_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(Invalid, match=f"(?s)url:.*(?:{why})"):
        checked_url(url, private=False)


def test_an_operator_may_give_leave_for_http() -> None:
    assert checked_url("http://127.0.0.1:8000/hook", private=True).port == 8000
    with pytest.raises(Invalid, match="its scheme is gopher"):
        checked_url("gopher://127.0.0.1/", private=True)
