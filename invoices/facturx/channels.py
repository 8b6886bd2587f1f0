"""By which channel a document leaves, and what that channel wants to read. Two channels are never mixed.

Direct Chorus Pro has rules of its own (SIRET as identity, A1 or A2); a plateforme agréée reads XP Z12-012 (SIREN,
S1 or S2, electronic addresses); who is on neither – consumers, buyers abroad – gets the European norm alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.states import Channel

if TYPE_CHECKING:
    from invoices.parties import Buyer

# Billing frame (BT-23): (to be paid, already paid). AIFE's list for Chorus Pro; XP Z12-012 elsewhere: S is services.
_FRAMES = {Channel.CHORUS: ("A1", "A2"), Channel.PLATFORM: ("S1", "S2"), Channel.EUROPEAN: ("S1", "S2")}


def channel_of(buyer: Buyer) -> Channel:
    """Public bodies of France by Chorus Pro, other holders of a SIREN by a platform, everybody else by none."""
    if buyer.is_public and (buyer.siret or buyer.country == "FR"):
        return Channel.CHORUS
    return Channel.PLATFORM if buyer.siren and not buyer.is_consumer else Channel.EUROPEAN


def frame_of(channel: Channel, *, is_settled: bool) -> str:
    """BT-23. Already paid only when the balance covered all of it: else a public accountant would not pay."""
    return _FRAMES[channel][is_settled]


def treatment_of(channel: Channel, buyer: Buyer, *, country: str) -> str:
    """How the tax administration classes the sale (note BAR, BR-FR-20); empty where nobody asks."""
    if channel is Channel.PLATFORM:
        return "B2B"
    if channel is Channel.CHORUS or (buyer.country == country and not buyer.is_consumer):
        return ""
    return ("B2C" if buyer.is_consumer else "B2B") + ("" if buyer.country == country else "INT")
