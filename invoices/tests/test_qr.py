from __future__ import annotations

import re

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from core.money import Money
from invoices.qr import MASK, qr_path, transfer_payload

PAYLOAD = transfer_payload(
    holder="Hébergeur SARL",
    iban="FR7699999000010001234567809",
    bic="HEBGFR2LXXX",
    amount=Money(22848),
    reference="RF40C104273",
)


def test_the_code_carries_a_sepa_transfer() -> None:
    assert PAYLOAD.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "HEBGFR2LXXX",
        "Hébergeur SARL",
        "FR7699999000010001234567809",
        "EUR228.48",
        "",
        "RF40C104273",
    ]


def test_the_path_draws_exactly_the_dark_modules() -> None:
    code: QRCode[object] = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(PAYLOAD)

    path, size = qr_path(PAYLOAD)

    assert drawn(path, size) == code.get_matrix()


def drawn(path: str, size: int) -> list[list[bool]]:
    """Fill the path by the even-odd rule: a module is dark when an odd number of vertical borders is on its left."""
    crossings = [[0] * (size + 1) for _ in range(size)]
    for loop in path.split("z")[:-1]:
        first_x, first_y = (int(number) for number in re.findall(r"\d+", loop)[:2])
        x, y = first_x, first_y
        steps = re.findall(r"([hv])(-?\d+)", loop)
        for direction, length in steps:
            x, y = cross(crossings, x, y, direction, int(length))
        cross(crossings, x, y, "v", first_y - y)
        assert x == first_x or y == first_y
    return [[sum(row[: column + 1]) % 2 == 1 for column in range(size)] for row in crossings]


def cross(crossings: list[list[int]], x: int, y: int, direction: str, length: int) -> tuple[int, int]:
    if direction == "h":
        return x + length, y
    for row in range(min(y, y + length), max(y, y + length)):
        crossings[row][x] += 1
    return x, y + length
