"""What an order comes to, before it is placed: what is read back to the elder is what the slip says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlmodel import Session

from kitchens.clash import allowed_texture
from kitchens.meals import Texture
from service.clock import Clock
from service.diets import diet_of
from service.errors import InvalidError, NotFoundError
from service.kiosk.courses import parts_of
from service.menus.choices import keep_choices
from service.menus.dishes import dish_value
from service.menus.prices import price_on
from service.money.quoting import Quote, Quoting
from service.orders import Placing, Wish, find_order, find_point, written
from service.settings import Settings
from service.subsidies import Covers, Payer
from service.tables import Dish, Elder, OrderState


def bill_of(
    session: Session, elder: Elder, placing: Placing, wishes: Sequence[Wish], *, settings: Settings, clock: Clock
) -> list[dict[str, Any]]:
    """Return one line for each wish as plain JSON, in the order of the days.

    A cap of the week counts the days before: each is priced as if those before it were placed, in a savepoint that is
    undone. The session must be one that may write.

    Raises
    ------
    InvalidError
        If the elder must not eat what is wished.
    """
    lines = []
    point = find_point(session, elder)
    quoting = cache(lambda: Quoting.of(session, elder, settings=settings, clock=clock))
    as_if = session.begin_nested()
    for wish in sorted(wishes, key=lambda one: one.service_day):
        parts = parts_of(session, elder, wish)
        priced = find_quote(quoting, wish)
        is_open = len(wish.choices) < len(parts)
        lines.append({**_line(session, elder, wish, priced), "choices": list(wish.choices), "is_open": is_open})
        earlier = find_order(session, elder.number, wish.service_day, wish.meal)
        order = written(session, earlier, elder, point, wish, placing, OrderState.PLACED, clock)
        keep_choices(session, order, parts)
    as_if.rollback()
    return lines


def find_quote(quoting: Callable[[], Quoting], wish: Wish) -> Quote | None:
    """Return what a meal costs, None where it or an earlier one of the week cannot be priced or is refused.

    That is no reason to go hungry: what the elder pays is then told at the desk.
    """
    try:
        found = quoting().quote(wish)
    except (InvalidError, NotFoundError):
        return None
    # A refused case has no lines: its nought is no price.
    return found if found.refusal is None else None


def _line(session: Session, elder: Elder, wish: Wish, priced: Quote | None) -> dict[str, Any]:
    payers: dict[Payer, int] = {}
    for line in priced.lines if priced else ():
        if line.payer != Payer.ELDER and line.covers != Covers.GRANT:
            payers[line.payer] = payers.get(line.payer, 0) + line.fen
    return {
        "day": wish.service_day.isoformat(),
        "dish": wish.dish_code,
        "texture": texture_of(session, elder, wish.dish_code),
        "price_fen": priced.price_fen if priced else price_on(session, wish.dish_code or "", wish.service_day),
        "fee_fen": priced.delivery_fee_fen if priced else 0,
        "payers": [[payer, fen] for payer, fen in payers.items()],
        "pays_fen": priced.pays_fen if priced else None,
    }


def texture_of(session: Session, elder: Elder, dish_code: str | None) -> str:
    """Return the texture in which a dish is made for an elder."""
    dish = session.get(Dish, dish_code) if dish_code else None
    texture = allowed_texture(diet_of(elder), dish_value(dish)) if dish else None
    return texture or Texture(elder.texture)
