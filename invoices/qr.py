"""The code that banking apps scan to fill in a transfer (EPC069-12), as one closed path of an SVG."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

if TYPE_CHECKING:
    from core.money import Money

Point = tuple[int, int]
_NAME_LENGTH = 70
# Readers take any mask (ISO 18004 §7.8); trying the eight of them would cost more than the rest of the drawing.
MASK = 2


def transfer_payload(*, holder: str, iban: str, bic: str, amount: Money | None, reference: str) -> str:
    """The text of the code: version 002, UTF-8, SEPA credit transfer, structured reference (ISO 11649).

    Without an amount the payer types it (EPC069-12 §3: it is optional).
    """
    sum_line = f"EUR{amount.euros:.2f}" if amount else ""
    return "\n".join(["BCD", "002", "1", "SCT", bic, holder[:_NAME_LENGTH], iban, sum_line, "", reference])


def qr_path(payload: str) -> tuple[str, int]:
    """The path and the number of modules on a side. Contours, not squares: no seam shows between modules."""
    code: QRCode[object] = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(payload)
    code.make(fit=True)
    modules = code.get_matrix()
    return "".join(_loop(points) for points in _contours(modules)), len(modules)


def _contours(modules: list[list[bool]]) -> list[list[Point]]:
    """The borders between dark and light, dark on the right hand, each followed until it closes."""
    ahead: dict[Point, list[Point]] = {}
    for start, end in _borders(modules):
        ahead.setdefault(start, []).append(end)
    loops = []
    while ahead:
        first = here = next(iter(ahead))
        loop = [first]
        while True:
            ends = ahead[here]
            following = ends.pop()
            if not ends:
                del ahead[here]
            here = following
            if here == first:
                break
            loop.append(here)
        loops.append(loop)
    return loops


def _borders(modules: list[list[bool]]) -> list[tuple[Point, Point]]:
    size = len(modules)

    def dark(x: int, y: int) -> bool:
        return 0 <= x < size and 0 <= y < size and modules[y][x]

    found = []
    for x, y in [(x, y) for y in range(size) for x in range(size) if modules[y][x]]:
        corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        beyond = [(x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y)]
        found += [(corners[side], corners[(side + 1) % 4]) for side, place in enumerate(beyond) if not dark(*place)]
    return found


def _loop(points: list[Point]) -> str:
    """Corners only: points in the middle of a straight border are left out."""
    corners = [
        here
        for before, here, after in zip([points[-1], *points], points, [*points[1:], points[0]], strict=False)
        if (before[0] == here[0]) != (here[0] == after[0])
    ]
    path = f"M{corners[0][0]} {corners[0][1]}"
    for before, here in pairwise(corners):
        path += f"h{here[0] - before[0]}" if here[1] == before[1] else f"v{here[1] - before[1]}"
    return path + "z"
