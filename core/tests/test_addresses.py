from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from core.addresses import client_address, origin_of

PEER = "198.51.100.9"


@pytest.mark.parametrize("forged", ["", "192.0.2.1", "192.0.2.1, 192.0.2.2", "<script>"])
def test_without_a_trusted_proxy_the_header_counts_for_nothing(settings: Settings, forged: str) -> None:
    settings.TRUSTED_PROXIES = 0

    assert client_address({"REMOTE_ADDR": PEER, "HTTP_X_FORWARDED_FOR": forged}) == PEER


@pytest.mark.parametrize(
    ("proxies", "header", "client"),
    [
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "192.0.2.1"),  # what stands before was written by the client itself
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", PEER),  # fewer than there are proxies: somebody reached us another way
        (1, "", PEER),
        (1, "not an address", ""),
    ],
)
def test_behind_proxies_the_client_is_that_many_places_from_the_end(
    settings: Settings, proxies: int, header: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert client_address({"REMOTE_ADDR": PEER, "HTTP_X_FORWARDED_FOR": header}) == client


@pytest.mark.parametrize(
    ("address", "read"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("", "")],
)
def test_an_address_is_read_in_one_form(settings: Settings, address: str, read: str) -> None:
    settings.TRUSTED_PROXIES = 0

    assert client_address({"REMOTE_ADDR": address}) == read


def test_all_addresses_of_an_ipv6_home_count_as_one() -> None:
    assert origin_of("2001:db8:1:2::a") == origin_of("2001:db8:1:2:ffff::b") == "2001:db8:1:2::/64"
    assert origin_of("2001:db8:1:3::a") != origin_of("2001:db8:1:2::a")
    assert (origin_of("192.0.2.1"), origin_of(""), origin_of("x")) == ("192.0.2.1", "", "")
