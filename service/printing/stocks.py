"""Label stocks: what the stickers in the printer measure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Stock:
    """A page of `columns` by `rows` labels. All lengths in millimetres.

    `left` and `top` lead to the first label, `gap_x` and `gap_y` lie between labels, `inset` is kept free inside
    each. `scale` sizes the type: 1 suits a label of 60 by 40.
    """

    page_width: float
    page_height: float
    width: float
    height: float
    inset: float
    scale: float
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    gap_x: float = 0.0
    gap_y: float = 0.0


class LabelStock(StrEnum):
    """Which stickers are in the printer."""

    THERMAL_60X40 = "thermal_60x40"
    THERMAL_80X60 = "thermal_80x60"
    SHEET_A4_3X8 = "sheet_a4_3x8"


STOCKS = {
    LabelStock.THERMAL_60X40: Stock(60, 40, width=60, height=40, inset=2, scale=1),
    LabelStock.THERMAL_80X60: Stock(80, 60, width=80, height=60, inset=3, scale=1.4),
    # 24 stickers of 63.5 by 33.9 with a margin all round, so that an office printer reaches every one of them.
    LabelStock.SHEET_A4_3X8: Stock(
        210, 297, width=63.5, height=33.9, inset=1.6, scale=0.86, columns=3, rows=8, left=7.25, top=12.9, gap_x=2.5
    ),
}
