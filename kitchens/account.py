"""Is everyone accounted for: an account of a day's plan that shares nothing with the planners.

It looks only at the orders and at the finished plan. A home is served when somebody visits its door with a load from
the meal point that its box was sent to, and the box came there; a table or a pick-up is served when boxes for it stand
at the meal point, on site or by van. Whatever is neither served nor left out with a reason is forgotten, and a plan
that forgets somebody is not published.

A door is called "E" and the elder's id and stands for all meals of the elder; where these go to different doors, each
is called "E", the elder's id, "#" and the order's id.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from kitchens.figures import DayFigures, figures_of
from kitchens.meals import Fulfilment
from kitchens.plan import DayPlan, LeftOut, Supplied
from kitchens.problem import DayProblem, Order
from routing.problem import RunProblem

Pair = tuple[str, str]
"""(kitchen, meal point) by their ids."""


def served_orders(day: DayProblem, plan: DayPlan) -> frozenset[int]:
    """Return the ids of the orders that reach their elder as planned."""
    return frozenset(_Account(day, plan).served)


def left_out_orders(day: DayProblem, plan: DayPlan) -> tuple[LeftOut, ...]:
    """Return every order that is left out, in the order of their ids, each once with its first cause.

    The causes are looked through in the order of the day: assignment, batches, doors without a courier, boxes without
    a van.
    """
    causes = _Account(day, plan).causes
    return tuple(causes[order_id] for order_id in sorted(causes))


def forgotten_orders(day: DayProblem, plan: DayPlan) -> tuple[int, ...]:
    """Return the ids of all orders that are not accounted for exactly once, in order.

    That is: neither served nor left out, or both, or served twice; and ids in the plan that nobody ordered.
    """
    account = _Account(day, plan)
    wrong = {order.order_id for order in day.orders if account.count(order.order_id) != 1}
    return tuple(sorted(wrong | account.strangers()))


def figures(day: DayProblem, plan: DayPlan, run_problem: RunProblem) -> DayFigures:
    """Return what the day comes to in numbers."""
    account = _Account(day, plan)
    return figures_of(day, plan, run_problem, account.served, list(account.causes.values()))


class _Account:
    """What became of each order."""

    def __init__(self, day: DayProblem, plan: DayPlan) -> None:
        self.plan = plan
        self.orders = {order.order_id: order for order in day.orders}
        self.supplied = Counter(one.order_id for one in plan.supply.supplied)
        self.cooked = Counter(order_id for batch in plan.batches.batches for order_id in batch.orders)
        trips = [trip for run in plan.runs.courier_runs for trip in run.trips]
        self.visits = Counter(visit.home_id for trip in trips for visit in trip.visits)
        self.loaded = {(visit.home_id, trip.point_id) for trip in trips for visit in trip.visits}
        self.point_of = {one.order_id: one.point_id for one in plan.supply.supplied}
        self.on_site = {(k.kitchen_id, k.point_id) for k in day.kitchens}
        self.pairs: dict[Pair, list[Supplied]] = defaultdict(list)
        for one in sorted(plan.supply.supplied, key=lambda one: one.order_id):
            if self.cooked[one.order_id] and one.order_id in self.orders:
                self.pairs[one.kitchen_id, one.point_id].append(one)
        self.served: set[int] = set()
        for pair, owed in self.pairs.items():
            self._serve(pair, [self.orders[one.order_id] for one in owed])
        self.causes = self._causes()

    def _serve(self, pair: Pair, owed: Sequence[Order]) -> None:
        """Count who gets a box of those that came: doors that are visited first, then tables and pick-up."""
        boxes = len(owed) if pair in self.on_site else self._brought(pair)
        doors = [order for order in owed if order.fulfilment is Fulfilment.HOME and self._is_brought(order)]
        tables = [order for order in owed if order.fulfilment is not Fulfilment.HOME]
        self.served |= {order.order_id for order in (*doors, *tables)[:boxes]}

    def _brought(self, pair: Pair) -> int:
        runs = [run for run in self.plan.runs.van_runs if run.kitchen_id == pair[0]]
        return sum(stop.boxes for run in runs for stop in run.stops if stop.point_id == pair[1])

    def _visits(self, order: Order) -> int:
        """Return how often somebody comes to the door of this order."""
        return sum(self.visits[door] for door in _doors(order))

    def _is_brought(self, order: Order) -> bool:
        """Return whether somebody comes to the door with a load from the meal point that has the box."""
        return any((door, self.point_of[order.order_id]) in self.loaded for door in _doors(order))

    def _causes(self) -> dict[int, LeftOut]:
        causes: dict[int, LeftOut] = {}
        for one in self._told():
            causes.setdefault(one.order_id, one)
        return causes

    def _told(self) -> Iterable[LeftOut]:
        """Yield what the plan says about who is left out, in the order of the day."""
        yield from self.plan.supply.left_out
        yield from self.plan.batches.left_out
        doors = {one.home_id: one for one in self.plan.runs.left_out_homes}
        if doors:
            for owed in self.pairs.values():
                for order in (self.orders[one.order_id] for one in owed):
                    door = next((doors[name] for name in _doors(order) if name in doors), None)
                    if door is not None and order.fulfilment is Fulfilment.HOME:
                        yield LeftOut(order.order_id, door.reason, str(door.lack) if door.lack else "")
        for lost in self.plan.runs.left_out_consignments:
            pair = (lost.kitchen_id, lost.point_id)
            for one in self.pairs.get(pair, ()):
                if one.order_id not in self.served:
                    yield LeftOut(one.order_id, lost.reason, f"{lost.kitchen_id} {lost.point_id}")

    def count(self, order_id: int) -> int:
        """Return how often an order is accounted for; 1 is right."""
        order = self.orders[order_id]
        times = int(order_id in self.served) + int(order_id in self.causes)
        if order.fulfilment is Fulfilment.HOME and order_id in self.served:
            times += self._visits(order) - 1
        repeated = max(0, self.supplied[order_id] - 1) + max(0, self.cooked[order_id] - 1)
        levels = Counter(one.order_id for one in (*self.plan.supply.left_out, *self.plan.batches.left_out))
        return times + repeated + max(0, levels[order_id] - 1)

    def strangers(self) -> set[int]:
        """Return ids in the plan that are no order of the day."""
        named = {one.order_id for one in (*self.plan.supply.left_out, *self.plan.batches.left_out)}
        return (set(self.supplied) | set(self.cooked) | named) - set(self.orders)


def _doors(order: Order) -> tuple[str, str]:
    """Return the two names that the door of an order may go by."""
    return f"E{order.elder_id}", f"E{order.elder_id}#{order.order_id}"


__all__ = ["DayFigures", "figures", "forgotten_orders", "left_out_orders", "served_orders"]
