"""A case kept for ever, and made again: so that a month can be priced anew from what was known then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies.cases import Case, Standing
from service.subsidies.places import Place, place_named
from service.subsidies.rules import Dwelling


def freeze_case(case: Case) -> dict[str, Any]:
    """Return all that a price depends on as JSON, but for what was used before: that follows from the other meals."""
    elder = case.elder
    return {
        "scheme": case.scheme_id,
        "date": case.day.isoformat(),
        "is_workday": case.is_workday,
        "meal": case.meal.value,
        "price_fen": case.price_fen,
        "delivery_fee_fen": case.delivery_fee_fen,
        "fulfilment": case.way.value,
        "mode": None if case.mode is None else case.mode.value,
        "place": _names(case.place),
        "elder": {
            "birth_date": elder.birth_date.isoformat(),
            "hukou": None if elder.hukou is None else _names(elder.hukou),
            "residence": None if elder.residence is None else _names(elder.residence),
            "classes": sorted(elder.classes),
            "care_level": elder.care_level,
            "dwelling": elder.dwelling.value,
        },
    }


def thaw_case(kept: Mapping[str, Any]) -> Case:
    """Make a kept case again.

    Whether a day was worked is kept, not looked up: calendars are corrected later.
    """
    elder = kept["elder"]
    return Case(
        scheme_id=kept["scheme"],
        day=date.fromisoformat(kept["date"]),
        is_workday=kept["is_workday"],
        meal=Meal(kept["meal"]),
        price_fen=kept["price_fen"],
        elder=Standing(
            date.fromisoformat(elder["birth_date"]),
            None if elder["hukou"] is None else place_named(**elder["hukou"]),
            None if elder["residence"] is None else place_named(**elder["residence"]),
            frozenset(elder["classes"]),
            elder["care_level"],
            Dwelling(elder["dwelling"]),
        ),
        delivery_fee_fen=kept["delivery_fee_fen"],
        way=Fulfilment(kept["fulfilment"]),
        mode=None if kept["mode"] is None else ProvisionMode(kept["mode"]),
        place=place_named(**kept["place"]),
    )


def _names(place: Place) -> dict[str, str]:
    return {"city": place.city, "district": place.district, "street": place.street}
