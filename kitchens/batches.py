"""What is cooked together, on which station and when: a plain backward schedule, so that food is young.

Needs no solver. From the last minute before packing backwards, batch before batch, each on the station that is free
last. Batches that serve only specials (a softer texture, a replaced dish) come first, where a mistake can still be
mended; the ordinary ones follow, those for far meal points before those for near ones, so that the far vans can leave
early. Where the line is so long that what is cooked first would be too old when it is needed, need decides instead:
first what is eaten first (tables from the opening of the meal point, homes by the end of their windows), specials last.

`kitchens.batches_solver` asks the same question of a solver, `kitchens.batches_settling` delays what may wait once the
vans are planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kitchens.batches_age import age_of_plan
from kitchens.batches_lots import (
    LONGEST_BATCH_S,
    PACKING_S,
    SPARE_PERCENT,
    Counter,
    Cutting,
    Lot,
    cut_lots,
    is_too_old,
    needs_s,
)
from kitchens.batches_stove import Booked, Slot, Work, cooking_s, fitting, works_of
from kitchens.food_clock import USUAL_RULES, FoodRules, planned_eat_by_s
from kitchens.plan import Batch, BatchPlan, LeftOut, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen
from kitchens.reach import cookable
from routing.plan import Reason

__all__ = ["LONGEST_BATCH_S", "PACKING_S", "SPARE_PERCENT", "Placed", "Task", "plan_batches", "tasks_of"]

Placed = tuple[Lot, Slot]
"""A lot with its station and times."""


@dataclass(frozen=True, slots=True)
class Task:
    """One kitchen's part of the question: what it owes and can cook, and what none of its stations can."""

    problem: DayProblem
    kitchen: Kitchen
    owed: tuple[Supplied, ...]
    works: tuple[Work, ...]
    cutting: Cutting
    left_out: tuple[LeftOut, ...]

    def counter(self) -> Counter:
        """Return the lines to be cut."""
        return Counter(self.problem, self.kitchen, self.owed, self.works)

    def end_s(self) -> int:
        """Return when the last batch must be off the stove."""
        return self.kitchen.cooking.end_s - self.cutting.packing_s

    def room(self) -> int:
        """Return how many portions on top the kitchen can bear."""
        return cookable(self.kitchen, self.cutting.packing_s) - len(self.owed)


def plan_batches(
    problem: DayProblem,
    supply: SupplyPlan,
    *,
    rules: FoodRules = USUAL_RULES,
    spare_percent: int = SPARE_PERCENT,
    longest_batch_s: int = LONGEST_BATCH_S,
    packing_s: int = PACKING_S,
) -> BatchPlan:
    """Return the batches of every kitchen, and the orders that no station or no time at the stove remains for.

    Batches stand by kitchen and start; an id reads as kitchen and turn, such as "K03-02". `rules` gives the eat-by.
    The plan says what it comes to (`objective`), and no bound.

    Raises
    ------
    ValueError
        If the spare or the packing time is negative, or a batch could take no time at all.
    """
    cutting = Cutting(rules, spare_percent, longest_batch_s, packing_s)
    batches: list[Batch] = []
    left_out: list[LeftOut] = []
    for task in tasks_of(problem, supply, cutting):
        placed, lost = timed_plainly(task)
        left_out += (*task.left_out, *lost)
        batches += batches_of(task, placed)
    plan = BatchPlan(tuple(batches), tuple(left_out))
    return replace(plan, objective=age_of_plan(problem, supply, plan, rules, packing_s)) if batches else plan


def tasks_of(problem: DayProblem, supply: SupplyPlan, cutting: Cutting) -> list[Task]:
    """Return what each kitchen owes and can cook at all."""
    by_kitchen: dict[str, list[Supplied]] = defaultdict(list)
    for one in supply.supplied:
        by_kitchen[one.kitchen_id].append(one)
    return [_task(problem, kitchen, by_kitchen.get(kitchen.kitchen_id, []), cutting) for kitchen in problem.kitchens]


def _task(problem: DayProblem, kitchen: Kitchen, owed: Sequence[Supplied], cutting: Cutting) -> Task:
    works = works_of(kitchen, cutting.longest_batch_s)
    dishes = {dish.dish_id: dish for dish in kitchen.menu}
    able = {one.dish_id for one in owed if fitting(works, dishes.get(one.dish_id))}
    in_turn = sorted(owed, key=lambda one: one.order_id)
    left_out = [
        LeftOut(one.order_id, Reason.NO_STATION, f"{kitchen.kitchen_id} {one.dish_id}")
        for one in in_turn
        if one.dish_id not in able
    ]
    can = [one for one in in_turn if one.dish_id in able]
    room = cookable(kitchen, cutting.packing_s)
    left_out += (LeftOut(one.order_id, Reason.KITCHEN_FULL, kitchen.kitchen_id) for one in can[room:])
    return Task(problem, kitchen, tuple(can[:room]), works, cutting, tuple(left_out))


def batches_of(task: Task, placed: Sequence[Placed]) -> list[Batch]:
    """Return the batches of a kitchen with their ids."""
    kitchen, counter = task.kitchen.kitchen_id, task.counter()
    in_turn = sorted(placed, key=lambda one: (one[1].start_s, one[1].finish_s, one[1].station_id))
    return [
        Batch(
            batch_id=f"{kitchen}-{number:02d}",
            kitchen_id=kitchen,
            dish_id=lot.line[0],
            texture=lot.line[1],
            orders=tuple(one.order_id for one in lot.orders),
            portions=len(lot.orders),
            spare=lot.spare,
            start_s=slot.start_s,
            finish_s=slot.finish_s,
            eat_by_s=planned_eat_by_s(slot.finish_s, task.cutting.food, counter.keeping(lot.line)),
            station_id=slot.station_id,
            variant=lot.line[2],
        )
        for number, (lot, slot) in enumerate(in_turn, start=1)
    ]


def timed_plainly(task: Task) -> tuple[list[Placed], list[LeftOut]]:
    """Return the lots of a kitchen with their times, and who finds no time on a station."""
    counter, need_s = task.counter(), needs_s(task.problem, task.owed)
    time = _on_stations if task.kitchen.stations else _on_one_line
    placed, lost = time(task, cut_lots(counter, task.cutting, task.room()))
    food = task.cutting.food
    if any(is_too_old(lot, slot.finish_s, need_s, food, counter.keeping(lot.line)) for lot, slot in placed):
        again, lost_again = time(task, cut_lots(counter, task.cutting, task.room(), need_s))
        if len(lost_again) <= len(lost):
            return again, lost_again
    return placed, lost


def _on_one_line(task: Task, lots: Sequence[Lot]) -> tuple[list[Placed], list[LeftOut]]:
    """One batch after the other: as late as packing allows."""
    (work,), after = task.works, sum(lot.size() for lot in lots)
    placed = []
    for lot in lots:
        start_s = task.end_s() - cooking_s(after, work.pace)
        after -= lot.size()
        slot = Slot(work.station_id, start_s, task.end_s() - cooking_s(after, work.pace), work.pace)
        placed.append((lot, slot))
    return placed, []


def _on_stations(task: Task, lots: Sequence[Lot]) -> tuple[list[Placed], list[LeftOut]]:
    """Each batch on the station that is free last, from the last batch backwards; the spare gives way to meals."""
    placed, lost = _placed_backwards(task, lots)
    if lost and any(lot.spare for lot in lots):
        for lot in lots:
            lot.spare = 0
        placed, lost = _placed_backwards(task, lots)
    return placed, lost


def _placed_backwards(task: Task, lots: Sequence[Lot]) -> tuple[list[Placed], list[LeftOut]]:
    booked = Booked(task.kitchen.meals_per_hour)
    dishes = {dish.dish_id: dish for dish in task.kitchen.menu}
    placed: list[Placed] = []
    lost: list[LeftOut] = []
    for lot in reversed(lots):
        works = fitting(task.works, dishes.get(lot.line[0]))
        fits = len(lot.orders)
        slot = _latest_slot(task, booked, works, lot.size())
        while slot is None and fits > 1:
            # As many of them as there is still time for.
            fits -= 1
            slot = _latest_slot(task, booked, works, fits)
        whole = len(lot.orders) if slot is None else len(lot.orders) - fits
        if whole:
            detail = f"{task.kitchen.kitchen_id} {lot.line[0]}"
            late = lot.orders if slot is None else lot.orders[fits:]
            lost += (LeftOut(one.order_id, Reason.STATION_FULL, detail) for one in late)
        if slot is not None:
            booked.add(slot)
            placed.append((lot if not whole else replace(lot, orders=lot.orders[:fits], spare=0), slot))
    return placed[::-1], sorted(lost, key=lambda one: one.order_id)


def _latest_slot(task: Task, booked: Booked, works: Sequence[Work], portions: int) -> Slot | None:
    """Return the latest stretch on any of these stations, the slowest first among those that end together."""
    found = [
        booked.latest(
            work,
            cooking_s(portions, work.pace),
            not_before_s=task.kitchen.cooking.start_s,
            finish_by_s=task.end_s(),
        )
        for work in works
    ]
    # Who ends last is youngest; of equals the one that begins last leaves most room before it.
    return max(
        (slot for slot in found if slot is not None),
        key=lambda slot: (slot.finish_s, slot.start_s, slot.station_id),
        default=None,
    )
