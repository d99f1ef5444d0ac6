"""Claims about which addresses are out of reach, however they are written."""

from __future__ import annotations

import pytest

from appscan.errors import UsageError
from appscan.model.reach import Reach, literal, ranges_of

REFUSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1",
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.5",
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::7f00:1", "::7f00:1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "no address", "",
]
OPEN = ["1.1.1.1", "8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
        "2002:808:808::1"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_out_of_reach(address):
    assert not Reach().permits(address)


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_in_reach(address):
    assert Reach().permits(address)


def test_an_allowed_range_opens_itself_and_never_the_address_of_metadata():
    reach = Reach(ranges_of(["10.0.0.0/8", "169.254.0.0/16", "fd00::/8", "100.64.0.0/10"]))
    assert reach.permits("10.9.8.7")
    assert reach.permits("::ffff:10.9.8.7")
    assert reach.permits("169.254.1.1")
    assert not reach.permits("192.168.1.1")
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"):
        assert not reach.permits(address)
    assert Reach(ranges_of(["fd00::/8"])).permits("fd12::1")


def test_a_range_that_is_none_is_one_clear_error():
    with pytest.raises(UsageError, match="range_wrong"):
        ranges_of(["10.0.0.1/8"])


@pytest.mark.parametrize(("host", "address"), [
    ("2130706433", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("017700000001", "127.0.0.1"),
    ("0177.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("[::1]", "::1"),
    ("１２７.0.0.1", "127.0.0.1"), ("127。0。0。1", "127.0.0.1"), ("①②⑦.0.0.1", "127.0.0.1"),
    ("a.example", ""), ("127.0.0.1.example", ""), ("1.2.3.4.5", ""),
])
def test_an_address_is_told_however_it_is_written(host, address):
    assert literal(host) == address


@pytest.mark.parametrize(("url", "key"), [
    ("ftp://a.example/", "address_scheme"), ("file:///etc/passwd", "address_scheme"),
    ("javascript:alert(1)", "address_scheme"), ("gopher://a.example", "address_scheme"),
    ("//a.example", "address_scheme"),
    ("http://user:word@a.example/", "address_credentials"), ("http://a.example@127.0.0.1/", "address_credentials"),
    ("http:///x", "address_wrong"), ("http://a.example:99999/", "address_wrong"), ("http://[::1/", "address_wrong"),
    ("http://a.example\\@127.0.0.1/", "address_credentials"), ("http://a.example\\.b/", "address_wrong"),
    ("http://a.example/ x", "address_wrong"), ("http://a\r\nHost: b/", "address_wrong"),
    ("http://127.0.0.1/", "address_refused"), ("http://2130706433/", "address_refused"),
    ("http://0x7f.1:8080/", "address_refused"), ("http://[::ffff:127.0.0.1]/", "address_refused"),
    ("http://[64:ff9b::7f00:1]/", "address_refused"), ("http://169.254.169.254/latest", "address_refused"),
    ("http://localhost:8080/", "address_refused"), ("http://x.LOCALHOST./", "address_refused"),
    ("http://metadata.google.internal/", "address_refused"),
])
def test_an_address_that_can_be_told_from_its_writing_is_refused_at_once(url, key):
    with pytest.raises(UsageError, match=key):
        Reach().refuse(url)


def test_an_ordinary_address_passes():
    for url in ("https://www.example.cn/path?a=1#b", "http://虚构.example:8080/", "http://8.8.8.8/"):
        Reach().refuse(url)
