"""When a meal can be in an elder's hands: the hours that a claim for it must lie in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from kitchens.meals import Fulfilment, Meal
from service.tables import KitchenMeal, MealPoint

EARLIER_S = 30 * 60
"""How long before the doors open a meal may be taken: who is early is not sent away."""

EATING_S = 3 * 3600
"""For how long a meal other than lunch is handed out after it was cooked: no hours are noted for those."""

LATER_AT_THE_DOOR_S = 90 * 60
"""How long after the meal point has closed a courier may still be at a door: a late meal is no false one."""

DEFAULT_S = {
    Meal.BREAKFAST: (6 * 3600, 10 * 3600),
    Meal.LUNCH: (10 * 3600, 14 * 3600),
    Meal.DINNER: (16 * 3600, 20 * 3600),
}
"""The hours where neither meal point nor kitchen says any."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the district's meals, by meal point and kitchen."""

    points: Mapping[str, tuple[int, int]]
    cooked_s: Mapping[tuple[str, Meal], int]

    def of(self, meal_point_code: str, kitchen_code: str, meal: Meal, way: Fulfilment) -> tuple[int, int]:
        """Return the first and the last second after midnight at which this meal can be handed over."""
        opens_s, closes_s = self._served(meal_point_code, kitchen_code, meal)
        later_s = LATER_AT_THE_DOOR_S if way == Fulfilment.HOME else 0
        return max(0, opens_s - EARLIER_S), closes_s + later_s

    def _served(self, meal_point_code: str, kitchen_code: str, meal: Meal) -> tuple[int, int]:
        if meal == Meal.LUNCH:
            return self.points.get(meal_point_code, DEFAULT_S[meal])
        done_s = self.cooked_s.get((kitchen_code, meal))
        return DEFAULT_S[meal] if done_s is None else (done_s, done_s + EATING_S)


def read_hours(session: Session) -> Hours:
    """Read the hours as they stand: a meal point's own for lunch, for other meals the hours after they were cooked."""
    return Hours(
        {one.code: (one.opens_s, one.closes_s) for one in session.exec(select(MealPoint))},
        {(one.kitchen_code, Meal(one.meal)): one.cooking_end_s for one in session.exec(select(KitchenMeal))},
    )
