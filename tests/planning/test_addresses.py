"""Where a webhook may be: https, and the public internet in whatever spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.errors import WebhookUrlRefused
from training_analyzer.planning.addresses import is_public, parse_endpoint

PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1")
REFUSED = (
    *("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::ffff:10.0.0.1"),
    *("64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "2002:101:101::", "::10.0.0.1"),
    *("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "168.63.129.16"),
    *("100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.0.9", "192.88.99.1"),
    *("0.0.0.0", "0.1.2.3", "::", "255.255.255.255", "240.0.0.1"),  # noqa: S104 - an address to refuse
    *("224.0.0.1", "239.1.1.1", "224.0.1.1", "ff02::1", "ff0e::1"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "3fff::1"),
    *("fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1"),
    *("2001::1", "2001:0:4136:e378::1", "5f00::1", "100::1", "4000::1", "", "localhost", "1.1.1"),
)
GOOD = {
    "https://hooks.example.org": "https://hooks.example.org/",
    "HTTPS://Hooks.Example.ORG./in?a=1&b=%2F": "https://hooks.example.org/in?a=1&b=%2F",
    "https://hooks.example.org:8443/in": "https://hooks.example.org:8443/in",
    "https://hooks.example.org:443/in": "https://hooks.example.org/in",
    "https://bücher.example/in": "https://xn--bcher-kva.example/in",
    "https://1.1.1.1/in": "https://1.1.1.1/in",
    "https://[2606:4700:4700::1111]/in": "https://[2606:4700:4700::1111]/in",
}
BAD = (
    *("", "hooks.example.org", "http://hooks.example.org/", "ftp://hooks.example.org/"),
    *("https://", "https:///in", "https://?a", "//hooks.example.org/", "https:/hooks.example.org"),
    *("https://me@hooks.example.org/", "https://me:pw@hooks.example.org/", "https://@x.example/"),
    *("https://hooks.example.org/#part", "https://hooks.example.org/#", "https://x.example/a b"),
    *("https://hooks.example.org:22/", "https://hooks.example.org:0/", "https://x.example:99999/"),
    *("https://x.example:nine/", "https://x.example\\@10.0.0.1/", "https://x.example/\r\nHost: y"),
    *("https://x.example/ü", " https://x.example/", "https://x .example/", "https://x_y.example/"),
    *("https://localhost/", "https://printer/", "https://db.internal/", "https://nas.local/"),
    *("https://x.localhost/", "https://router.home.arpa/", "https://LOCALHOST./"),
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/"),
    *("https://0177.0.0.1/", "https://x.0x7f000001/", "https://10.0.0.1:8443/"),
    *("https://[::1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/", "https://[1]/"),
    *("https://①②⑦.⓪.⓪.①/", "https://x.example/" + "a" * 2048),
)


def test_only_public_addresses_are_reached() -> None:
    """Private, local, reserved and metadata addresses are refused in all their spellings."""
    assert [address for address in PUBLIC if not is_public(address)] == []
    assert [address for address in REFUSED if is_public(address)] == []


@given(st.ip_addresses(v=4))
def test_another_spelling_changes_no_verdict(address: object) -> None:
    """An IPv4 address inside an IPv6 one is judged as the IPv4 address."""
    for spelling in ("::ffff:{}", "64:ff9b::{}"):
        assert is_public(spelling.format(address)) == is_public(str(address))


@pytest.mark.parametrize(("url", "kept"), GOOD.items())
def test_address_is_kept_in_its_usual_spelling(url: str, kept: str) -> None:
    """A name is kept in lower case and ASCII, without a port that goes without saying."""
    endpoint = parse_endpoint(url)

    assert endpoint.url == kept
    assert parse_endpoint(kept) == endpoint


def test_other_addresses_are_refused() -> None:
    """No other scheme, no user, no fragment, no privileged port, no local name."""
    taken = []
    for url in BAD:
        try:
            parse_endpoint(url)
        except WebhookUrlRefused:
            continue
        taken.append(url)

    assert taken == []


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Whatever is typed is an address or refused, never an error of another kind."""
    try:
        endpoint = parse_endpoint(f"https://{text}")
    except WebhookUrlRefused:
        return

    assert endpoint.host.isascii()
    assert endpoint.target.isascii()
