"""Why nobody can serve an order: the true cause, told the same way by both assignments."""

from __future__ import annotations

from collections.abc import Sequence

from kitchens.clash import Choice, Clash
from kitchens.meals import Fulfilment
from kitchens.plan import LeftOut, Supplied, SupplyPlan
from kitchens.reach import NOWHERE, Pair, Reach, Room, lines_needed
from routing.plan import Reason


def find_hopeless(reach: Reach, n: int) -> LeftOut | None:
    """Return why the order cannot be served however much room there is, None if it can."""
    order = reach.problem.orders[n]
    own = reach.own[n]
    if not order.is_served:
        return LeftOut(order.order_id, Reason.NOT_SERVED)
    if order.fulfilment is Fulfilment.HOME:
        if order.place is None:
            return LeftOut(order.order_id, Reason.NO_POSITION)
        if not reach.problem.points:
            return LeftOut(order.order_id, Reason.NO_MEAL_POINT, order.point_id or "")
        if not reach.lenders:
            return LeftOut(order.order_id, Reason.NO_COURIER, order.point_id or "")
        points: Sequence[int] = reach.lenders
    elif own == NOWHERE:
        return LeftOut(order.order_id, Reason.NO_MEAL_POINT, order.point_id or "")
    else:
        points = (own,)
    if not any(reach.brings[p] for p in points):
        return LeftOut(order.order_id, Reason.NO_KITCHEN, order.point_id or "")
    if not any(reach.brings[p] & reach.able[n] for p in points):
        if any(isinstance(reach.choice(n, k), Choice) for p in points for k in reach.serving(reach.brings[p], p)):
            return LeftOut(order.order_id, Reason.NO_LINE, " ".join(sorted(lines_needed(order.diet))))
        return LeftOut(order.order_id, Reason.NO_DISH, _clashes(reach, n, points))
    return None


def _clashes(reach: Reach, n: int, points: Sequence[int]) -> str:
    """Return what clashes at the kitchen that would have come first to the first of `points` that has any."""
    own = reach.own[n]
    asked = [p for p in (own, *points) if p != NOWHERE and reach.brings[p]]
    choice = reach.choice(n, reach.serving(reach.brings[asked[0]], asked[0])[0])
    return choice.words() if isinstance(choice, Clash) else ""


class _Shortage:
    """Which room ran out for an order that could have been served."""

    def __init__(self, reach: Reach, room: Room) -> None:
        self.reach, self.room = reach, room
        self.lenders = [p for p in reach.lenders if room.has_place(p, is_home=True)]
        self._kitchens: dict[int, str] = {}

    def why(self, n: int) -> LeftOut:
        order, own = self.reach.problem.orders[n], self.reach.own[n]
        is_home = self.reach.is_home(n)
        if not (self.lenders if is_home else self.room.has_place(own, is_home=False)):
            return LeftOut(order.order_id, Reason.NO_CAPACITY, order.point_id or "")
        if own != NOWHERE and self.reach.usual[own] == NOWHERE:
            return LeftOut(order.order_id, Reason.NO_KITCHEN, order.point_id or "")
        return LeftOut(order.order_id, Reason.KITCHEN_FULL, self._able_kitchens(n))

    def _able_kitchens(self, n: int) -> str:
        """Return the ids of the kitchens that could have cooked for the order, all of them full."""
        able = self.reach.able[n]
        if able not in self._kitchens:
            found = [k.kitchen_id for at, k in enumerate(self.reach.problem.kitchens) if able >> at & 1]
            self._kitchens[able] = " ".join(found)
        return self._kitchens[able]


def supply_plan(reach: Reach, assigned: Sequence[Pair | None]) -> SupplyPlan:
    """Return the plan that an assignment stands for: every order supplied, or left out with its reason."""
    shortage = _Shortage(reach, Room(reach, assigned))
    supplied: list[Supplied] = []
    left_out: list[LeftOut] = []
    for n, pair in enumerate(assigned):
        if pair is None:
            left_out.append(find_hopeless(reach, n) or shortage.why(n))
        else:
            supplied.append(_supplied(reach, n, pair))
    return SupplyPlan(tuple(supplied), tuple(left_out))


def _supplied(reach: Reach, n: int, pair: Pair) -> Supplied:
    kitchen, point = pair
    choice = reach.choice(n, kitchen)
    if not isinstance(choice, Choice):
        raise ValueError(f"order {reach.problem.orders[n].order_id}: expected a kitchen that can cook for it")
    return Supplied(
        order_id=reach.problem.orders[n].order_id,
        kitchen_id=reach.problem.kitchens[kitchen].kitchen_id,
        point_id=reach.problem.points[point].point_id,
        dish_id=choice.dish_id,
        texture=choice.texture,
        instead_of=choice.instead_of,
        parts=choice.parts,
    )
