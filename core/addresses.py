"""Where a request comes from, without believing what anybody writes in a header."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_ONE_HOME = 64


def client_address(meta: Mapping[str, str]) -> str:
    """The address of the browser; empty when there is none that can be read.

    Each proxy in front adds to the end of X-Forwarded-For the address it heard from: with TRUSTED_PROXIES of them, the
    client is that many places from the end, and whatever stands before it was written by somebody else. Without trusted
    proxies the header counts for nothing (ASVS 4.1.3).
    """
    proxies = settings.TRUSTED_PROXIES
    heard = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    believed = heard[-proxies] if 0 < proxies <= len(heard) else meta.get("REMOTE_ADDR", "")
    return _readable(believed)


def origin_of(address: str) -> str:
    """What to count an address under: itself, or for IPv6 its network of a home, which one person has whole."""
    try:
        read = ip_address(address)
    except ValueError:
        return ""
    if isinstance(read, IPv6Address):
        return str(IPv6Network((read, _OF_ONE_HOME), strict=False).network_address) + f"/{_OF_ONE_HOME}"
    return str(read)


def _readable(address: str) -> str:
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return str(mapped or read)
