"""By which channel a document leaves, and what that channel wants to read. Two channels are never mixed.

Direct Chorus Pro has rules of its own (SIRET as identity, A1 or A2); a plateforme agréée reads XP Z12-012 (SIREN,
S1 or S2, electronic addresses); who is on neither – consumers, buyers abroad – gets the European norm alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.states import Channel
from invoices.tax import Territory, VatNotDecided, territory_of

if TYPE_CHECKING:
    from invoices.parties import Buyer

# Billing frame (BT-23): (to be paid, already paid). AIFE's list for Chorus Pro; XP Z12-012 elsewhere: S is services.
_FRAMES = {Channel.CHORUS: ("A1", "A2"), Channel.PLATFORM: ("S1", "S2"), Channel.EUROPEAN: ("S1", "S2")}


# Where the French rules of electronic invoicing apply (CGI art. 289 bis); Monaco has no Chorus Pro.
_FRENCH = frozenset({Territory.FRANCE, Territory.OVERSEAS_TAXED, Territory.OVERSEAS_EXEMPT})


def channel_of(buyer: Buyer) -> Channel:
    """Public bodies of France by Chorus Pro, its other holders of a SIREN by a platform, everybody else by none."""
    if buyer.is_consumer or not is_french(buyer):
        return Channel.EUROPEAN
    if buyer.is_public:
        return Channel.CHORUS
    return Channel.PLATFORM if buyer.siren else Channel.EUROPEAN


def is_french(buyer: Buyer) -> bool:
    """Whether the buyer is in France, its overseas included. A postcode that says nothing is of the mainland."""
    try:
        return territory_of(buyer.country, buyer.postcode) in _FRENCH
    except VatNotDecided:
        return buyer.country == "FR"


def frame_of(channel: Channel, *, is_settled: bool) -> str:
    """BT-23. Already paid only when the balance covered all of it: else a public accountant would not pay."""
    return _FRAMES[channel][is_settled]


def treatment_of(channel: Channel, buyer: Buyer) -> str:
    """How the tax administration classes the sale (note BAR, BR-FR-20); empty where nobody asks."""
    if channel is Channel.PLATFORM:
        return "B2B"
    if channel is Channel.CHORUS or (is_french(buyer) and not buyer.is_consumer):
        return ""
    return ("B2C" if buyer.is_consumer else "B2B") + ("" if is_french(buyer) else "INT")
