"""What kitchens cook on, held against what they offer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlmodel import Session, col, select

from service.tables import Dish, EntryState, KitchenStation, MenuEntry

AHEAD = timedelta(days=14)


def dishes_without_station(session: Session, today: date) -> list[tuple[str, str, str]]:
    """Return (kitchen, dish, kind of station) of what is offered from today on and no station can cook.

    A kitchen that tells no stations apart cooks everything.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for station in session.exec(select(KitchenStation)):
        kinds[station.kitchen_code].add(station.kind)
    offered = (
        select(MenuEntry.kitchen_code, MenuEntry.dish_code, Dish.station)
        .join(Dish, col(Dish.code) == col(MenuEntry.dish_code))
        .where(
            MenuEntry.service_day >= today,
            MenuEntry.service_day <= today + AHEAD,
            MenuEntry.state == EntryState.OFFERED,
            col(Dish.station).is_not(None),
        )
        .distinct()
    )
    lost = {
        (kitchen, dish, kind or "")
        for kitchen, dish, kind in session.exec(offered)
        if kinds.get(kitchen) and kind not in kinds[kitchen]
    }
    return sorted(lost)
