"""A kitchen has failed: who else cooks for whom, with which dish, and what becomes of the plan.

What is cooked, packed or on the road stays. Of what is threatened as many as are short move: to other kitchens, or to
another dish of the same one, by dish, line, capacity, way and time left. Whom nobody can cook for is left out with a
reason. Nobody is moved to a meal that clashes: a dish is chosen by the same rules as in the morning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from kitchens.batches import PACKING_S
from kitchens.clash import NOT_ON_MENU_WORD, TEXTURE_WORD, Choice, choose_from
from kitchens.dispatch import HOME_WINDOWS, TABLES_BY_S
from kitchens.failing.choice import ASKED_M, MOVED_M, TOLD_M, Asking, Chosen, Offer, Rooms, choose_plain
from kitchens.failing.failure import (
    Failure,
    Rescue,
    Substitution,
    all_dishes,
    content_of,
    maimed,
    must_be_asked,
    still_able,
)
from kitchens.failing.road import Begun, Extra, Mended, changed_problem, former_lot, mend
from kitchens.failing.rooms import Gap, Line, extra_batches, free_gaps, kinds_of, spare_meals
from kitchens.food_clock import rules_of_day
from kitchens.meals import Fulfilment, Outage
from kitchens.plan import Batch, DayPlan, LeftOut, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen, Order
from kitchens.reach import may_cook_for, radians, ways_m
from routing.plan import Reason, Trip
from routing.problem import RunProblem, lot_of

ROUNDS = 5
"""How often those whom the way or the hour forbade are offered another kitchen."""

WAY_S_A_KM, WAY_S = 180, 900
"""A cautious estimate of a van's way, to see whether it makes sense to cook at all: as in `kitchens.dispatch`."""

EATING_S = 1800
"""A table's meal must be there so long before its meal point closes."""

Choose = Callable[[Sequence[Asking], Rooms], Chosen]


def rescue(
    day: DayProblem,
    plan: DayPlan,
    problem: RunProblem,
    failure: Failure,
    begun: Begun,
    *,
    allowance_s: int,
    earlier: tuple[Failure, ...] = (),
    choose: Choose = choose_plain,
) -> Rescue:
    """Return what to do about a failure.

    `plan` is the running plan with its supply as its trips settle it, `problem` its question with every kitchen, meal
    point, van and courier of the day in it (`kitchens.failing.road.widened`), `choose` who answers the question of who
    cooks for whom. What `earlier` failures of the same meal took is out still.

    Raises
    ------
    ValueError
        If the kitchen, its station or its dish is not of this day.
    """
    return _Drill(day, plan, problem, failure, begun, allowance_s, earlier).solve(choose)


class _Drill:
    """One failure, its question and the running plan."""

    def __init__(
        self,
        day: DayProblem,
        plan: DayPlan,
        problem: RunProblem,
        failure: Failure,
        begun: Begun,
        allowance_s: int,
        earlier: tuple[Failure, ...],
    ) -> None:
        self.day, self.plan, self.problem, self.failure, self.begun = day, plan, problem, failure, begun
        self.allowance_s = allowance_s
        self.kitchens = {one.kitchen_id: one for one in day.kitchens}
        if failure.kitchen_id not in self.kitchens:
            raise ValueError(f"expected a kitchen of the day, got {failure.kitchen_id}")
        self.orders = {one.order_id: one for one in day.orders}
        self.was = {one.order_id: one for one in plan.supply.supplied}
        self.batch_of = {order_id: batch for batch in plan.batches.batches for order_id in batch.orders}
        maimed(self.kitchens[failure.kitchen_id], failure)
        self.failures = (*earlier, failure)
        self.able = {one.kitchen_id: still_able(one, self.failures) for one in day.kitchens}
        self.threatened = tuple(self._threatened())
        self.rest = self._rest()
        self.gaps = {one.kitchen_id: self._gaps(one) for one in day.kitchens}
        self.way_m = self._ways()
        self.loads = self._loads()

    def solve(self, choose: Choose) -> Rescue:
        """Offer, choose, cook, drive; who cannot be served so is offered another kitchen, and left out in the end."""
        refused: set[tuple[int, str]] = set()
        short = min(self.failure.short or len(self.threatened), len(self.threatened))
        for _ in range(ROUNDS):
            asking = [self._asking(order_id, refused) for order_id in self.threatened]
            chosen = choose(asking, self._rooms(len(asking) - short))
            moved = {o: self._supplied(o, offer) for o, offer in chosen.offers.items() if offer is not None}
            left = set(chosen.left)
            extra, problem, mended, failed = self._try(moved, left)
            if not failed:
                break
            refused |= {(order_id, moved[order_id].kitchen_id) for order_id in failed}
        while failed:
            left |= failed
            moved = {order_id: one for order_id, one in moved.items() if order_id not in left}
            extra, problem, mended, failed = self._try(moved, left)
        gap_m = None if chosen.bound_m is None else max(0, chosen.cost_m - chosen.bound_m)
        return self._rescue(moved, extra, problem, mended, gap_m)

    def _try(
        self, moved: Mapping[int, Supplied], left: Collection[int]
    ) -> tuple[Extra, RunProblem, Mended, frozenset[int]]:
        """Cook and drive what was chosen; return it, and the orders that no stove, van or courier had time for."""
        batch_of, unplaced = self._cook(moved)
        extra = Extra(batch_of, frozenset({*left, *unplaced}))
        former = frozenset(lot_of(one) for one in self.problem.consignments)
        place_of = {
            o: former_lot(former, self.was[o], self.batch_of[o].batch_id) for o in (*extra.batch_of, *extra.left)
        }
        problem, fewer = changed_problem(self.problem, self.day, place_of, extra, allowance_s=self.allowance_s)
        mended = mend(problem, self.plan.runs, former, fewer, self.begun)
        failed = set(unplaced)
        for home in problem.homes:
            if home.home_id in mended.unserved_homes:
                failed.update(home.orders)
        for lot in mended.unbrought:
            failed.update(
                o for o, batch in batch_of.items() if (batch.kitchen_id, place_of[o][1], batch.batch_id) == lot
            )
        return extra, problem, mended, frozenset(failed & set(moved))

    def _cook(self, moved: Mapping[int, Supplied]) -> tuple[dict[int, Batch], tuple[int, ...]]:
        groups: dict[str, dict[Line, list[int]]] = defaultdict(lambda: defaultdict(list))
        for order_id, one in moved.items():
            groups[one.kitchen_id][one.dish_id, one.texture, self._variant(order_id, one)].append(order_id)
        taken = {batch.batch_id for batch in self.plan.batches.batches}
        food = rules_of_day(self.day.service_day)
        batch_of: dict[int, Batch] = {}
        unplaced: list[int] = []
        for kitchen_id, lines in sorted(groups.items()):
            due_s = {o: self._wanted_s(o) - self._way_s(kitchen_id, o) for line in lines.values() for o in line}
            batches, over = extra_batches(self.kitchens[kitchen_id], self.gaps[kitchen_id], lines, due_s, taken, food)
            batch_of |= {order_id: batch for batch in batches for order_id in batch.orders}
            unplaced += over
        return batch_of, tuple(unplaced)

    def _rescue(
        self, moved: Mapping[int, Supplied], extra: Extra, problem: RunProblem, mended: Mended, gap_m: int | None
    ) -> Rescue:
        supplied = []
        for one in self.plan.supply.supplied:
            if one.order_id not in extra.left:
                supplied.append(moved[one.order_id] if one.order_id in extra.batch_of else one)
        lost = tuple(self._lost(order_id) for order_id in sorted(extra.left))
        batches = [self._less(batch, {*extra.batch_of, *extra.left}) for batch in self.plan.batches.batches]
        fresh = {batch.batch_id: batch for batch in extra.batch_of.values()}
        stand = (*(batch for batch in batches if batch is not None), *fresh.values())
        plan = replace(
            self.plan,
            supply=SupplyPlan(tuple(supplied), (*self.plan.supply.left_out, *lost)),
            batches=replace(
                self.plan.batches, batches=tuple(sorted(stand, key=_by_kitchen)), objective=None, bound=None
            ),
            runs=mended.runs,
            marks=(*self.plan.marks, f"failure:{self.failure.kitchen_id}"),
            bound_m=None,
        )
        changed = sorted({*extra.batch_of, *extra.left})
        return Rescue(plan, problem, tuple(self._told(o, moved, lost) for o in changed), len(self.threatened), gap_m)

    def _told(self, order_id: int, moved: Mapping[int, Supplied], lost: tuple[LeftOut, ...]) -> Substitution:
        order, was = self.orders[order_id], self.was[order_id]
        gone = next((one for one in lost if one.order_id == order_id), None)
        now = None if gone is not None else moved[order_id]
        asked = must_be_asked(order, was, now)
        if gone is None:
            return Substitution(order_id, order.elder_id, was, now, asked)
        return Substitution(order_id, order.elder_id, was, None, asked, gone.reason, gone.detail)

    def _lost(self, order_id: int) -> LeftOut:
        """Return why an order is left out: nobody else has a dish for it, or nobody could cook and bring it in time."""
        order, was = self.orders[order_id], self.was[order_id]
        fitting = [one for one in self._others(order_id) if isinstance(self._choice(order, was, one), Choice)]
        return LeftOut(order_id, Reason.KITCHEN_FAILED if fitting else Reason.NO_DISH, self.failure.kitchen_id)

    def _threatened(self) -> Iterator[int]:
        """Yield the orders whose meal is not cooked by then, needs what is out, and has not left, in a stable order."""
        gone = {
            (run.kitchen_id, stop.point_id): run.depart_s
            for run in self.plan.runs.van_runs
            if (run.van_id, run.depart_s) in self.begun.vans or run.depart_s <= self.begun.now_s
            for stop in run.stops
        }
        served = {home_id for run in self.plan.runs.courier_runs for trip in run.trips for home_id in _homes(trip)}
        unserved = {o for home in self.problem.homes if home.home_id not in served for o in home.orders}
        for order_id, one in sorted(self.was.items()):
            batch = self.batch_of.get(order_id)
            if batch is None or one.kitchen_id != self.failure.kitchen_id or order_id in unserved:
                continue
            if batch.batch_id in self.begun.cooked or batch.finish_s <= self.failure.from_s:
                continue
            packed_s = batch.finish_s + PACKING_S
            if packed_s > gone.get((one.kitchen_id, one.point_id), 0) and self._needs_it(one, batch):
                yield order_id

    def _needs_it(self, one: Supplied, batch: Batch) -> bool:
        kitchen, failure = self.kitchens[self.failure.kitchen_id], self.failure
        if failure.outage is Outage.KITCHEN:
            return True
        dishes = {one.dish_id, *(part.dish_id for part in one.parts)}
        if failure.outage is Outage.DISH:
            return failure.what in dishes
        kinds = {station.station_id: station.kind for station in kitchen.stations}
        needing = {dish.dish_id for dish in all_dishes(kitchen) if dish.station == failure.what}
        return kinds.get(batch.station_id) == failure.what or bool(dishes & needing)

    def _rest(self) -> tuple[Batch, ...]:
        """Return the batches that are cooked in any case: all but what is threatened."""
        threatened = set(self.threatened)
        return tuple(one for batch in self.plan.batches.batches if (one := self._less(batch, threatened)) is not None)

    def _less(self, batch: Batch, gone: Collection[int]) -> Batch | None:
        """Return the batch without these orders, None if nobody is left; the spare goes with those who go."""
        orders = tuple(order_id for order_id in batch.orders if order_id not in gone)
        if len(orders) == len(batch.orders):
            return batch
        return replace(batch, orders=orders, portions=len(orders), spare=0) if orders else None

    def _gaps(self, kitchen: Kitchen) -> tuple[Gap, ...]:
        if self.able[kitchen.kitchen_id] is None:
            return ()
        batches: Collection[Batch] = self.plan.batches.batches
        if kitchen.kitchen_id == self.failure.kitchen_id:
            # Who stays at the failed kitchen keeps the time at its stove, so that only what nobody needs is free.
            batches = self._standing(batches)
        out = (one for one in self.failures if one.kitchen_id == kitchen.kitchen_id and one.outage is Outage.STATION)
        return free_gaps(kitchen, batches, self.begun.now_s, broken=frozenset(one.what for one in out))

    def _standing(self, batches: Collection[Batch]) -> list[Batch]:
        if self.failure.short is None:
            return list(self.rest)
        return list(batches)

    def _rooms(self, stay: int) -> Rooms:
        pairs = {(one.kitchen_id, one.point_id) for one in self.was.values()}
        stands = {(one.kitchen_id, one.point_id) for one in self.day.kitchens if one.point_id}
        meals: Counter[str] = Counter()
        by_kind: Counter[tuple[str, str]] = Counter()
        for kitchen_id, gaps in self.gaps.items():
            for gap in gaps:
                by_kind[kitchen_id, gap.kind] += gap.meals
            free = sum(
                max((gap.meals for gap in gaps if gap.start_s == at), default=0) for at in {g.start_s for g in gaps}
            )
            batches = self.rest if kitchen_id == self.failure.kitchen_id else self.plan.batches.batches
            meals[kitchen_id] = min(free, spare_meals(self.kitchens[kitchen_id], batches))
        return Rooms(meals, by_kind, max(0, stay), frozenset(pairs | stands), self.way_m)

    def _asking(self, order_id: int, refused: Collection[tuple[int, str]]) -> Asking:
        order, was = self.orders[order_id], self.was[order_id]
        offers = []
        for kitchen in self._others(order_id):
            choice = self._choice(order, was, kitchen)
            if (order_id, kitchen.kitchen_id) in refused or not isinstance(choice, Choice):
                continue
            dish = next(one for one in kitchen.menu if one.dish_id == choice.dish_id)
            kinds = kinds_of(kitchen, dish) & {gap.kind for gap in self.gaps[kitchen.kitchen_id]}
            if kinds and self._in_time(kitchen.kitchen_id, order_id):
                now = self._made(order_id, kitchen.kitchen_id, choice)
                asks = must_be_asked(order, was, now)
                cost_m = MOVED_M + (ASKED_M if asks else TOLD_M if content_of(now) != content_of(was) else 0)
                offers.append(Offer(kitchen.kitchen_id, choice, asks, cost_m, kinds))
        return Asking(order_id, was.point_id, tuple(offers))

    def _others(self, order_id: int) -> Iterator[Kitchen]:
        """Yield the kitchens that could bring something to where the order is handed over, with what they have left."""
        point_id = self.was[order_id].point_id
        for kitchen in self.able.values():
            if kitchen is not None and (kitchen.delivers or kitchen.point_id == point_id):
                yield kitchen

    def _choice(self, order: Order, was: Supplied, kitchen: Kitchen) -> object:
        if not may_cook_for(self.day.kitchens, kitchen, order.diet):
            return None
        wished = tuple(part.dish_id for part in was.parts)
        return choose_from(kitchen.menu, order.diet, was.dish_id, (*order.choices, *wished))

    def _supplied(self, order_id: int, offer: Offer) -> Supplied:
        return self._made(order_id, offer.kitchen_id, offer.choice)

    def _made(self, order_id: int, kitchen_id: str, choice: Choice) -> Supplied:
        was = self.was[order_id]
        instead_of = was.instead_of if choice.dish_id == was.dish_id else was.dish_id
        return replace(
            was,
            kitchen_id=kitchen_id,
            dish_id=choice.dish_id,
            texture=choice.texture,
            instead_of=instead_of,
            parts=choice.parts,
        )

    def _variant(self, order_id: int, one: Supplied) -> tuple[str, ...]:
        """Return what spoke against another dish of the pot's kitchen: specials alike share a pot."""
        order, kitchen = self.orders[order_id], self.kitchens[one.kitchen_id]
        asked = choose_from(kitchen.menu, order.diet, order.dish_id, order.choices)
        clash = asked.clash if isinstance(asked, Choice) else None
        return tuple(w for w in clash.words() if w not in {NOT_ON_MENU_WORD, TEXTURE_WORD}) if clash else ()

    def _need_s(self, order_id: int) -> int:
        order = self.orders[order_id]
        if order.fulfilment is Fulfilment.HOME:
            return (order.window or HOME_WINDOWS[self.day.meal]).end_s
        return next(p.window.end_s for p in self.day.points if p.point_id == self.was[order_id].point_id) - EATING_S

    def _wanted_s(self, order_id: int) -> int:
        """Return when the meal is to be at its meal point so that nobody waits: for its courier, or for the tables."""
        return min(self.loads.get(order_id, TABLES_BY_S[self.day.meal]), self._need_s(order_id))

    def _in_time(self, kitchen_id: str, order_id: int) -> bool:
        first_s = min(gap.start_s + gap.cooking_s(1) for gap in self.gaps[kitchen_id])
        return first_s + self._way_s(kitchen_id, order_id) <= self._need_s(order_id)

    def _way_s(self, kitchen_id: str, order_id: int) -> int:
        point_id = self.was[order_id].point_id
        if self.kitchens[kitchen_id].point_id == point_id:
            return PACKING_S
        return PACKING_S + WAY_S + self.way_m[kitchen_id, point_id] * WAY_S_A_KM // 1000

    def _loads(self) -> dict[int, int]:
        """Return when a courier takes the meal of each order that is brought home."""
        orders = {home.home_id: home.orders for home in self.problem.homes}
        trips = [trip for run in self.plan.runs.courier_runs for trip in run.trips]
        return {order_id: trip.load_s for trip in trips for home_id in _homes(trip) for order_id in orders[home_id]}

    def _ways(self) -> dict[tuple[str, str], int]:
        metres = ways_m(radians([k.place for k in self.day.kitchens]), radians([p.place for p in self.day.points]))
        return {
            (kitchen.kitchen_id, point.point_id): int(metres[k, p])
            for k, kitchen in enumerate(self.day.kitchens)
            for p, point in enumerate(self.day.points)
        }


def _homes(trip: Trip) -> Iterator[str]:
    return (visit.home_id for visit in trip.visits)


def _by_kitchen(batch: Batch) -> tuple[str, int, str]:
    return batch.kitchen_id, batch.start_s, batch.batch_id
