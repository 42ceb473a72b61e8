"""From kitchens to roads: supply and batches turned into the routing question of both echelons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.batches_lots import PACKING_S
from kitchens.meals import Fulfilment, Meal
from kitchens.plan import Batch, BatchPlan, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Order
from kitchens.reach import radians, ways_m
from kitchens.wishes import NO_WISHES, Wishes
from routing.places import Place, Window
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import Mode, TravelTimes

HOME_WINDOWS: Mapping[Meal, Window] = {
    Meal.BREAKFAST: Window(7 * 3600, 8 * 3600 + 1800),
    Meal.LUNCH: Window(10 * 3600 + 2700, 12 * 3600 + 2700),
    Meal.DINNER: Window(16 * 3600 + 2700, 18 * 3600 + 2700),
}
"""When an elder who has told no time of their own takes a meal at the door."""

TABLES_BY_S: Mapping[Meal, int] = {
    Meal.BREAKFAST: 8 * 3600,
    Meal.LUNCH: 12 * 3600,
    Meal.DINNER: 18 * 3600,
}
"""By when meals for the tables and for pick-up shall stand at the meal point; the canteens that were found open their
doors between 10:30 and 11:30 for lunch and at 17:30 for dinner."""

VAN_S_A_KM = 180
"""A cautious straight-line pace of a loaded van, 20 km/h, to see whether the tables can be reached in time at all."""

VAN_LOADING_S = 900
"""Loading and other stops on the way, in the same estimate."""


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """Times between the stove and the road.

    Attributes
    ----------
    allowance_s
        Seconds between hand-over and eat-by that are left for eating.
    packing_s
        Seconds from the end of a batch until its boxes are packed.
    home_window
        When an elder without a window of their own takes the meal; None for the usual one of the meal.
    tables_by_s
        By when tables and pick-up shall be supplied, after midnight; None for the usual time of the meal.
    """

    allowance_s: int
    packing_s: int = PACKING_S
    home_window: Window | None = None
    tables_by_s: int | None = None


def runs_problem(
    day: DayProblem,
    supply: SupplyPlan,
    batches: BatchPlan,
    vans: Sequence[Van],
    couriers: Sequence[Courier],
    travel: TravelTimes,
    *,
    allowance_s: int,
    packing_s: int = PACKING_S,
    home_window: Window | None = None,
    tables_by_s: int | None = None,
    wishes: Wishes = NO_WISHES,
) -> RunProblem:
    """Return the routing question: who is owed which boxes where, ready when, due when, and every door.

    Kitchens, meal points and homes stand in the order of their ids; only those that occur are kept, and with them
    their vans and couriers; a courier whom a home is locked to is kept with the meal point where the shift begins.

    A due time is hard in routing, so it is the food clock (eat-by less `allowance_s`). Boxes for tables and pick-up are
    due by `tables_by_s` wherever a van can be there by then; where it cannot, a late meal is better than none, and the
    food clock decides alone.
    """
    rules = DispatchRules(allowance_s, packing_s, home_window, tables_by_s)
    loads = _Loads(day, supply, batches, rules, wishes)
    kitchens = [k for k in sorted(day.kitchens, key=lambda k: k.kitchen_id) if k.kitchen_id in loads.kitchen_ids()]
    locked = set(wishes.locked.values())
    open_points = loads.point_ids() | {c.point_id for c in couriers if c.courier_id in locked}
    points = [p for p in sorted(day.points, key=lambda p: p.point_id) if p.point_id in open_points]
    homes = loads.homes()
    stops = [k.place for k in kitchens] + [p.place for p in points]
    doors = [p.place for p in points] + [h.place for h in homes]
    return RunProblem(
        kitchens=tuple(Kitchen(k.kitchen_id, k.place) for k in kitchens),
        points=tuple(
            MealPoint(p.point_id, p.place, p.window, p.handling_s, capacity_boxes=p.capacity_meals) for p in points
        ),
        vans=tuple(v for v in sorted(vans, key=lambda v: v.van_id) if v.kitchen_id in loads.kitchen_ids()),
        couriers=tuple(c for c in sorted(couriers, key=lambda c: c.courier_id) if c.point_id in open_points),
        consignments=tuple(loads.consignments()),
        homes=tuple(homes),
        van_travel=travel.matrix(stops, Mode.CAR),
        courier_travel=travel.matrix(doors, Mode.BICYCLE),
        prices=wishes.prices,
    )


class _Loads:
    """Every cooked order with its batch, by kitchen and meal point."""

    def __init__(
        self, day: DayProblem, supply: SupplyPlan, batches: BatchPlan, rules: DispatchRules, wishes: Wishes
    ) -> None:
        self.day, self.rules, self.wishes = day, rules, wishes
        self.points = {point.point_id: point for point in day.points}
        self.orders = {order.order_id: order for order in day.orders}
        self.batch = {order_id: batch for batch in batches.batches for order_id in batch.orders}
        self.pairs: dict[tuple[str, str], list[Supplied]] = defaultdict(list)
        for one in sorted(supply.supplied, key=lambda one: one.order_id):
            if one.order_id in self.batch:
                self.pairs[one.kitchen_id, one.point_id].append(one)

    def kitchen_ids(self) -> set[str]:
        return {kitchen_id for kitchen_id, _ in self.pairs}

    def point_ids(self) -> set[str]:
        return {point_id for _, point_id in self.pairs}

    def consignments(self) -> list[Consignment]:
        return [self._consignment(kitchen_id, point_id) for kitchen_id, point_id in sorted(self.pairs)]

    def _consignment(self, kitchen_id: str, point_id: str) -> Consignment:
        owed = self.pairs[kitchen_id, point_id]
        kitchen = next(k for k in self.day.kitchens if k.kitchen_id == kitchen_id)
        point = self.points[point_id]
        cooked = [self.batch[one.order_id] for one in owed]
        ready_s = self._ready_s(owed)
        on_site = kitchen.point_id == point_id
        due_s = self._latest_s(cooked)
        if any(self.orders[one.order_id].fulfilment is not Fulfilment.HOME for one in owed):
            tables_s = self.rules.tables_by_s
            if tables_s is None:
                tables_s = TABLES_BY_S[self.day.meal]
            way_s = 0 if on_site else van_s(kitchen.place, point.place)
            if ready_s + way_s <= tables_s:
                due_s = min(due_s, tables_s)
        return Consignment(kitchen_id, point_id, len(owed), ready_s, due_s, on_site)

    def _ready_s(self, owed: Sequence[Supplied]) -> int:
        return max(self.batch[one.order_id].finish_s for one in owed) + self.rules.packing_s

    def _latest_s(self, cooked: Sequence[Batch]) -> int:
        return max(0, min(batch.eat_by_s for batch in cooked) - self.rules.allowance_s)

    def homes(self) -> list[Home]:
        """Return the doors in the order of their ids.

        An elder with several meals gets them in one visit, unless they come from different kitchens or points, or for
        different places or times: then each meal is a door of its own.
        """
        by_elder: dict[str, list[tuple[Supplied, Order]]] = defaultdict(list)
        for owed in self.pairs.values():
            for one in owed:
                order = self.orders[one.order_id]
                if order.fulfilment is Fulfilment.HOME:
                    by_elder[order.elder_id].append((one, order))
        homes: list[Home] = []
        for elder_id, meals in by_elder.items():
            if len({(one.kitchen_id, one.point_id, order.place, order.window) for one, order in meals}) == 1:
                homes.append(self._home(f"E{elder_id}", meals))
            else:
                homes += (self._home(f"E{elder_id}#{one.order_id}", [(one, order)]) for one, order in meals)
        return sorted(homes, key=lambda home: home.home_id)

    def _home(self, home_id: str, meals: Sequence[tuple[Supplied, Order]]) -> Home:
        one, order = meals[0]
        if order.place is None:
            raise ValueError(f"order {order.order_id}: expected a door for a home delivery that was supplied")
        wishes, elder = self.wishes, order.elder_id
        return Home(
            home_id=home_id,
            place=order.place,
            point_id=one.point_id,
            kitchen_id=one.kitchen_id,
            orders=tuple(sorted(each.order_id for each, _ in meals)),
            boxes=len(meals),
            window=order.window or self.rules.home_window or HOME_WINDOWS[self.day.meal],
            service_s=max(each.service_s for _, each in meals),
            latest_s=self._latest_s([self.batch[each.order_id] for each, _ in meals]),
            alternatives=self._alternatives(order, order.place, [each for each, _ in meals]),
            floors=max(each.floors for _, each in meals),
            familiar=wishes.familiar.get(elder, ()),
            courier_id=wishes.locked.get(elder),
            not_couriers=wishes.barred.get(elder, ()),
            former_courier_id=wishes.former.get(elder),
        )

    def _alternatives(self, order: Order, door: Place, meals: Sequence[Supplied]) -> tuple[Alternative, ...]:
        """Return the nearest further meal points that the home's kitchen serves anyway, with its boxes packed in time.

        The boxes of a pair of kitchen and meal point travel together: a home whose boxes are packed after the rest of
        a pair would hold all of it up, so that pair is not offered.
        """
        rules, one = self.wishes.neighbours, meals[0]
        near: list[tuple[int, str]] = []
        if not rules.most or order.elder_id in self.wishes.held:
            return ()
        for (kitchen_id, point_id), owed in self.pairs.items():
            if kitchen_id == one.kitchen_id and point_id != one.point_id:
                far_m = int(ways_m(radians([door]), radians([self.points[point_id].place]))[0, 0])
                if far_m <= rules.within_m and self._ready_s(meals) <= self._ready_s(owed):
                    near.append((far_m, point_id))
        streets = {point_id: self.points[point_id].street_id for _, point_id in near}
        return tuple(
            Alternative(point_id, rules.other_street_m if _differ(order.street_id, streets[point_id]) else 0)
            for _, point_id in sorted(near)[: rules.most]
        )


def _differ(one: str, other: str) -> bool:
    """Return whether both sub-districts are known and not the same."""
    return bool(one and other and one != other)


def van_s(kitchen: Place, point: Place) -> int:
    """Return a cautious guess of the seconds from a kitchen's ramp to a meal point, before any van is planned."""
    far_m = int(ways_m(radians([kitchen]), radians([point]))[0, 0])
    return VAN_LOADING_S + far_m * VAN_S_A_KM // 1000


__all__ = ["HOME_WINDOWS", "TABLES_BY_S", "DispatchRules", "runs_problem", "van_s"]
