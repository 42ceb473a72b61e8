"""QR codes as small SVG pictures (ISO/IEC 18004), one vector path each."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import segno

QUIET_MODULES = 4
MASK = 3


@lru_cache(maxsize=64)
def qr_svg(payload: str) -> str:
    """Return `payload` as a QR code with error correction M or better, its quiet zone included.

    The mask is fixed: choosing the best one takes ten times as long, and any mask is valid. Keep the payload short
    (capital letters, digits and `-` up to 20 characters give 21 modules), so that a 203 dpi printer gets it right.
    """
    code = segno.make_qr(payload, error="m", mask=MASK)
    path = "".join(
        f"M{start} {y}.5h{width}"
        for y, row in enumerate(code.matrix, QUIET_MODULES)
        for start, width in _dark_runs(row)
    )
    side = len(code.matrix) + 2 * QUIET_MODULES
    size = f'width="{side}" height="{side}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><path stroke="#000" d="{path}"/></svg>'


def _dark_runs(row: bytearray) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    x = QUIET_MODULES
    for dark, modules in groupby(row):
        width = len(list(modules))
        if dark:
            runs.append((x, width))
        x += width
    return runs
