"""What a kiosk's screens are made of: dishes as tiles, orders, and the lines of a bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kitchens.meals import Fulfilment, Meal
from service.subsidies import Payer
from service.texts import Key


@dataclass(frozen=True, slots=True)
class Tile:
    """A dish as a picture with its name and what the elder pays, or why it cannot be had.

    Of a set meal, `chosen` names what goes with it, and `is_open` says whether the rest is the kitchen's choice.
    """

    dish_code: str
    name: str
    drawing: str
    has_photo: bool
    pays_fen: int | None = None
    price_fen: int | None = None
    why: tuple[Key, ...] = ()
    disliked: tuple[Key, ...] = ()
    chosen: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order of the elder."""

    order_id: int
    day: date
    meal: Meal
    fulfilment: Fulfilment
    dish: Tile | None
    can_cancel: bool
    is_taken: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class BillLine:
    """One day of what is read back, and of the slip."""

    day: date
    dish: Tile
    texture: str
    price_fen: int
    fee_fen: int
    payers: tuple[tuple[Payer, int], ...]
    pays_fen: int | None
    until: datetime
