"""The schedule of batches by a solver: on which station each lot is cooked and when, so that food is young when eaten.

One constraint program a kitchen (OR-Tools CP-SAT): a lot is an interval on one of the stations that may cook it, no two
overlap on a station, and the paces of what is cooked at once never exceed the kitchen's. It starts from the plain
schedule and is never worse. Its length is counted in the solver's own steps and it uses one thread, so that the same
question and seed get the same plan on every machine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from ortools.sat.python import cp_model

from kitchens.batches import Placed, Task, batches_of, tasks_of, timed_plainly
from kitchens.batches_age import LATE, TOO_OLD, Guests, Table, age_of, age_of_plan, table_of, weight_of
from kitchens.batches_lots import LONGEST_BATCH_S, PACKING_S, SPARE_PERCENT, Cutting, Lot, cut_lots
from kitchens.batches_stove import HOUR_S, Slot, Work, cooking_s, fitting
from kitchens.food_clock import USUAL_RULES, FoodRules, allowed_s
from kitchens.plan import Batch, BatchPlan, LeftOut, Supplied, SupplyPlan
from kitchens.problem import DayProblem
from routing.plan import Reason

STEPS = 4.0
"""The solver's deterministic time for a whole day, about seconds of one fast core, shared by the kitchens."""

MOST_STEPS = 0.02
"""The most of it that one kitchen gets."""

ABSENT = 10_000_000
"""Cost of an order that no station finds time for: more than any age."""


def plan_batches(
    problem: DayProblem,
    supply: SupplyPlan,
    *,
    rules: FoodRules = USUAL_RULES,
    spare_percent: int = SPARE_PERCENT,
    longest_batch_s: int = LONGEST_BATCH_S,
    packing_s: int = PACKING_S,
    seed: int = 0,
    steps: float = STEPS,
) -> BatchPlan:
    """Return the batches as `kitchens.batches.plan_batches` does, cooked on stations and at times that cost least.

    `objective` is what the schedule costs and `bound` what no schedule of the same lots costs less than; where somebody
    finds no time on a station the bound says no more than that everybody has to wait for packing and the way.

    Raises
    ------
    ValueError
        If the spare or the packing time is negative, or a batch could take no time at all.
    """
    cutting = Cutting(rules, spare_percent, longest_batch_s, packing_s)
    tasks = tasks_of(problem, supply, cutting)
    cooking = sum(bool(task.owed) for task in tasks)
    batches: list[Batch] = []
    left_out: list[LeftOut] = []
    bound = 0
    for task in tasks:
        timed = _timed(task, seed, min(MOST_STEPS, steps / max(1, cooking)))
        left_out += (*task.left_out, *timed.lost)
        batches += batches_of(task, timed.placed)
        bound += timed.bound
    plan = BatchPlan(tuple(batches), tuple(left_out))
    if not batches:
        return plan
    return BatchPlan(plan.batches, plan.left_out, age_of_plan(problem, supply, plan, rules, packing_s), bound)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A kitchen's lots with their times, who is lost, and what no schedule costs less than."""

    placed: Sequence[Placed]
    lost: Sequence[LeftOut]
    bound: int


def _timed(task: Task, seed: int, steps: float) -> _Timed:
    plain, lost = timed_plainly(task)
    table = table_of(task.problem, task.kitchen, task.owed, task.cutting.packing_s)
    floor = sum(weight_of(one) * _least_s(table, one) for one in chain(*(lot.orders for lot, _ in plain)))
    if not plain and not lost:
        return _Timed(plain, lost, floor)
    program = _Program(task, table, plain, all_fit=not lost)
    found, bound = program.solve(seed, steps)
    if found is None:
        return _Timed(plain, lost, floor)
    placed, missing = found
    if (len(missing), _cost(task, table, placed)) > (len(lost), _cost(task, table, plain)):
        placed, missing = plain, lost
    if missing or lost:
        # What is left out has no age: the program's bound would count it.
        return _Timed(placed, missing, sum(weight_of(one) * _least_s(table, one) for one in _orders(placed)))
    return _Timed(placed, missing, max(floor, bound))


def _least_s(table: Table, one: Supplied) -> int:
    return table.packing_s + table.way_s[one.point_id]


def _orders(placed: Sequence[Placed]) -> list[Supplied]:
    return [one for lot, _ in placed for one in lot.orders]


def _cost(task: Task, table: Table, placed: Sequence[Placed]) -> int:
    counter, food = task.counter(), task.cutting.food
    finishes = {one.order_id: slot.finish_s for lot, slot in placed for one in lot.orders}
    within = {
        one.order_id: allowed_s((), food, counter.keeping(lot.line)) - food.eating_allowance_s
        for lot, _ in placed
        for one in lot.orders
    }
    return age_of(table, _orders(placed), finishes, within)


class _Program:
    """The constraint program of one kitchen."""

    def __init__(self, task: Task, table: Table, plain: Sequence[Placed], *, all_fit: bool) -> None:
        self.task, self.table, self.all_fit = task, table, all_fit
        self.model = cp_model.CpModel()
        self.counter = task.counter()
        self.hints = {id(lot): slot for lot, slot in plain}
        self.lots = [lot for lot, _ in plain] if all_fit else self._bare_lots()
        self.end: list[cp_model.IntVar] = []
        self.on: list[list[tuple[Work, cp_model.IntVar]]] = []
        self.intervals: dict[str, list[tuple[cp_model.IntervalVar, int]]] = defaultdict(list)
        self.cost: list[cp_model.LinearExprT] = []
        for number, lot in enumerate(self.lots):
            self._add_lot(number, lot)
        self._add_stations()
        ready = self._add_guests()
        if all_fit:
            self._add_queues(ready)
        self.model.minimize(sum(self.cost))

    def _bare_lots(self) -> list[Lot]:
        lots = cut_lots(self.counter, self.task.cutting, 0)
        for lot in lots:
            lot.spare = 0
        return lots

    def _add_lot(self, number: int, lot: Lot) -> None:
        start_s, end_s = self.task.kitchen.cooking.start_s, self.task.end_s()
        works = fitting(self.task.works, self.counter.dish(lot.line))
        end = self.model.new_int_var(min(start_s, end_s), end_s, f"end{number}")
        hint = self.hints.get(id(lot))
        on = []
        for work in works:
            lasts_s = cooking_s(lot.size(), work.pace)
            here = self.model.new_bool_var(f"on{number}_{work.station_id}")
            interval = self.model.new_optional_interval_var(end - lasts_s, lasts_s, end, here, f"i{number}")
            self.model.add(end >= start_s + lasts_s).only_enforce_if(here)
            self.intervals[work.station_id].append((interval, work.pace))
            on.append((work, here))
            if hint is not None:
                self.model.add_hint(here, hint.station_id == work.station_id)
        if hint is not None:
            self.model.add_hint(end, hint.finish_s)
        if self.all_fit:
            self.model.add_exactly_one(here for _, here in on)
        else:
            self.model.add_at_most_one(here for _, here in on)
            self.cost.append(ABSENT * len(lot.orders) * (1 - sum(here for _, here in on)))
        self.end.append(end)
        self.on.append(on)

    def _add_stations(self) -> None:
        pace = self.task.kitchen.meals_per_hour
        for some in self.intervals.values():
            self.model.add_no_overlap([interval for interval, _ in some])
        if len(self.task.works) > 1 and sum(work.pace for work in self.task.works) > pace:
            every = list(chain(*self.intervals.values()))
            self.model.add_cumulative([interval for interval, _ in every], [demand for _, demand in every], pace)

    def _add_queues(self, ready: dict[str, cp_model.IntVar]) -> None:
        """Add what holds for every schedule and makes the bound strong: whoever cooks much cannot cook it all last.

        The lots of a meal point end before they leave, and their mean is as far from then as a line is long that
        works at full pace: for portions q of lots lasting d seconds that end T seconds before they leave,
        sum(q * (2 T + d)) >= sum(q) ** 2 / pace (Queyranne 1993, Mathematical Programming 58, for a single machine).
        """
        every = list(range(len(self.lots)))
        kinds = {work.kind for work in self.task.works}
        last = self.model.new_constant(self.task.end_s())
        for leaves, numbers in [(last, every), *((ready[point], self.of_point[point]) for point in sorted(ready))]:
            self._add_queue(leaves, numbers, self.task.kitchen.meals_per_hour)
            for kind in sorted(kinds, key=str):
                of_kind = [n for n in numbers if {work.kind for work, _ in self.on[n]} == {kind}]
                pace = sum(work.pace for work in self.task.works if work.kind == kind)
                self._add_queue(leaves, of_kind, min(pace, self.task.kitchen.meals_per_hour))

    def _add_queue(self, leaves: cp_model.IntVar, numbers: Sequence[int], pace: int) -> None:
        if len(numbers) < 2:
            return
        portions = sum(self.lots[n].size() for n in numbers)
        terms: list[cp_model.LinearExprT] = []
        for n in numbers:
            size = self.lots[n].size()
            lasts = sum(here * cooking_s(size, work.pace) for work, here in self.on[n])
            terms.append(size * (2 * leaves - 2 * self.end[n] + lasts))
        self.model.add(sum(terms) >= portions * portions * HOUR_S // pace)

    def _add_guests(self) -> dict[str, cp_model.IntVar]:
        """Add what the food's age costs, and return when each meal point's boxes are done.

        Every group of guests eats when all boxes of its meal point have come.
        """
        table, food = self.table, self.task.cutting.food
        served: dict[Guests, Counter[int]] = defaultdict(Counter)
        weights: dict[Guests, int] = defaultdict(int)
        for number, lot in enumerate(self.lots):
            for one in lot.orders:
                guests = table.guests[one.order_id]
                served[guests][number] += 1
                weights[guests] += weight_of(one)
        ready = self._ready(served)
        last_s, first_s = self.task.end_s(), self.task.kitchen.cooking.start_s
        for guests, lots in sorted(served.items()):
            point, opens_s, by_s = guests
            latest_s = max(opens_s, last_s + table.packing_s + table.way_s[point])
            eaten = self.model.new_int_var(opens_s, latest_s, f"eaten{guests}")
            self.model.add(eaten >= ready[point] + table.packing_s + table.way_s[point])
            self.cost.append(weights[guests] * eaten)
            if latest_s > by_s:
                late = self.model.new_int_var(0, latest_s - by_s, f"late{guests}")
                self.model.add(late >= eaten - by_s)
                self.cost.append(LATE * lots.total() * late)
            for number, portions in lots.items():
                keeps_s = allowed_s((), food, self.counter.keeping(self.lots[number].line)) - food.eating_allowance_s
                if latest_s - first_s > keeps_s:
                    old = self.model.new_int_var(0, latest_s - first_s, f"old{number}_{guests}")
                    self.model.add(old >= eaten - self.end[number] - keeps_s)
                    self.cost.append(TOO_OLD * portions * old)
        for number, lot in enumerate(self.lots):
            self.cost.append(-sum(weight_of(one) for one in lot.orders) * self.end[number])
        return ready

    def _ready(self, served: dict[Guests, Counter[int]]) -> dict[str, cp_model.IntVar]:
        """Return when the last batch for each meal point is off the stove."""
        lots: dict[str, set[int]] = defaultdict(set)
        for (point, _, _), some in served.items():
            lots[point] |= set(some)
        ready = {}
        self.of_point = {point: sorted(numbers) for point, numbers in lots.items()}
        for point, numbers in sorted(self.of_point.items()):
            ready[point] = self.model.new_int_var(0, self.task.end_s(), f"ready{point}")
            for number in numbers:
                self.model.add(ready[point] >= self.end[number])
        return ready

    def solve(self, seed: int, steps: float) -> tuple[tuple[list[Placed], list[LeftOut]] | None, int]:
        """Return the lots with their times and who is lost (None if nothing was found), and the bound."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        solver.parameters.max_deterministic_time = steps
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, 0
        placed: list[Placed] = []
        lost: list[LeftOut] = []
        for lot, end, on in zip(self.lots, self.end, self.on, strict=True):
            work = next((work for work, here in on if solver.boolean_value(here)), None)
            if work is None:
                detail = f"{self.task.kitchen.kitchen_id} {lot.line[0]}"
                lost += (LeftOut(one.order_id, Reason.STATION_FULL, detail) for one in lot.orders)
                continue
            finish_s = solver.value(end)
            start_s = finish_s - cooking_s(lot.size(), work.pace)
            placed.append((lot, Slot(work.station_id, start_s, finish_s, work.pace)))
        bound = int(solver.best_objective_bound)
        return (placed, sorted(lost, key=lambda one: one.order_id)), bound
