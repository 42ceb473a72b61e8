"""What is still to be done: which homes are open, where their boxes are, and from when they can be had."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from routing.plan import LeftOutConsignment, Reason, VanRun, Visit
from routing.problem import Home, Lot, RunProblem, lot_of
from routing.situation import CourierNow, PickUp, RunningPlan, Situation, Step
from routing.supply import deadline_s

Source = tuple[str, str]
"""("point", its id), ("bike", id of the courier who is gone) or ("board", id of the courier who has the boxes)."""

POINT, BIKE, BOARD = "point", "bike", "board"


@dataclass(frozen=True, slots=True)
class Task:
    """An open home, by its number in the problem, and from when its boxes can be had where."""

    home: int
    source: Source
    release_s: int


@dataclass(frozen=True, slots=True)
class Work:
    """All that is open at a situation.

    `tasks` stand in the order of the running plan, so that neighbours are near. `without` are the homes, by number, for
    which there are no boxes. `couriers` are where every courier is, the problem's order, those who are gone too.
    """

    problem: RunProblem
    plan: RunningPlan
    situation: Situation
    couriers: tuple[CourierNow, ...]
    tasks: tuple[Task, ...]
    without: tuple[int, ...]
    van_runs: tuple[VanRun, ...]
    lost: tuple[LeftOutConsignment, ...]


def open_work(problem: RunProblem, plan: RunningPlan, situation: Situation) -> Work:
    """Return what is open.

    Raises
    ------
    ValueError
        If the situation names a courier, van or home that the problem does not know, or its matrix is too small.
    """
    couriers = _everybody(problem, situation)
    runs, lost = delayed_runs(plan.van_runs, situation)
    stock = _Stock(problem, plan, couriers, runs)
    number = {home.home_id: n for n, home in enumerate(problem.homes)}
    _known("home", number, [*situation.cancelled, *(home_id for one in couriers for home_id in one.on_board)])
    done = {step.home_id for one in couriers for step in one.done if isinstance(step, Visit)}
    closed = done.union(situation.cancelled)
    tasks = {task.home: task for task in _carried(couriers, number, closed)}
    fetched = _planned(plan, situation)
    open_homes = [n for n, home in enumerate(problem.homes) if home.home_id not in closed and n not in tasks]
    waiting = sorted(open_homes, key=lambda n: _turn(problem.homes[n], fetched))
    for n in waiting:
        task = stock.planned(n, fetched.get(problem.homes[n].home_id))
        if task is not None:
            tasks[n] = task
    for n in waiting:
        task = None if n in tasks else stock.spare(n)
        if task is not None:
            tasks[n] = task
    order = {home_id: at for at, home_id in enumerate(_in_order(plan))}
    ordered = sorted(tasks, key=lambda n: (order.get(problem.homes[n].home_id, len(order)), n))
    without = tuple(n for n in open_homes if n not in tasks)
    return Work(problem, plan, situation, couriers, tuple(tasks[n] for n in ordered), without, runs, lost)


def _everybody(problem: RunProblem, situation: Situation) -> tuple[CourierNow, ...]:
    """Return where every courier is, those at their own meal point who have not begun."""
    rows, told = len(situation.ways(problem).seconds), {one.courier_id: one for one in situation.couriers}
    points = {point.point_id: n for n, point in enumerate(problem.points)}
    _known("courier", {one.courier_id for one in problem.couriers}, told)
    if rows < len(points) + len(problem.homes):
        raise ValueError(f"expected a matrix of at least {len(points) + len(problem.homes)} places, got {rows}")
    for one in situation.couriers:
        if not 0 <= one.at < rows:
            raise ValueError(f"courier {one.courier_id}: expected a row of {rows} places, got {one.at}")
    return tuple(
        told.get(one.courier_id) or CourierNow(one.courier_id, points[one.point_id], one.shift.start_s)
        for one in problem.couriers
    )


def _known(what: str, known: Iterable[str], ids: Iterable[str]) -> None:
    strangers = sorted(set(ids).difference(known))
    if strangers:
        raise ValueError(f"unknown {what} {strangers[0]}")


def _carried(couriers: Iterable[CourierNow], number: dict[str, int], closed: set[str]) -> Iterator[Task]:
    """Yield the homes whose boxes are on board or on a bike that stands."""
    for one in couriers:
        if not one.boxes_lost:
            for home_id in one.on_board:
                if home_id not in closed:
                    kind = BIKE if one.gone else BOARD
                    yield Task(number[home_id], (kind, one.courier_id), one.free_s)


def _planned(plan: RunningPlan, situation: Situation) -> dict[str, tuple[int, str]]:
    """Return when and at which meal point each home's boxes are to be fetched that have not been yet."""
    fetched: dict[str, tuple[int, str]] = {}
    for course in plan.courses:
        for step in course.steps:
            if isinstance(step, PickUp) and step.point_id is not None:
                fetched.update(dict.fromkeys(step.home_ids, (step.load_s, step.point_id)))
    for one in situation.couriers:
        for step in one.done:
            for home_id in step.home_ids if isinstance(step, PickUp) else ():
                fetched.pop(home_id, None)
    return fetched


def _turn(home: Home, fetched: dict[str, tuple[int, str]]) -> tuple[bool, int, int]:
    """Return what sorts those who wait for boxes: as the plan fetches them, then the most urgent."""
    load_s = fetched[home.home_id][0] if home.home_id in fetched else 0
    return home.home_id not in fetched, load_s, deadline_s(home)


def _in_order(plan: RunningPlan) -> Iterator[str]:
    for course in plan.courses:
        for step in course.steps:
            if isinstance(step, Visit):
                yield step.home_id


class _Stock:
    """What lies, or will lie, at the meal points, and who is to have it."""

    def __init__(
        self, problem: RunProblem, plan: RunningPlan, couriers: tuple[CourierNow, ...], runs: tuple[VanRun, ...]
    ) -> None:
        self.problem = problem
        self.given: Counter[Lot] = Counter()
        homes = {home.home_id: home for home in problem.homes}
        moved: Counter[Lot] = Counter()
        fetched = {home_id: point_id for one in couriers for home_id, point_id in _at_points(one.done)}
        for home_id, point_id in fetched.items():
            self.given[_lot(homes[home_id], point_id)] += homes[home_id].boxes
        planned = dict(pair for course in plan.courses for pair in _at_points((*course.done, *course.steps)))
        for home_id, point_id in (planned | fetched).items():
            home = homes[home_id]
            moved[_lot(home, point_id)] += home.boxes
            moved[_lot(home, home.point_id)] -= home.boxes
        self.come = self._arrivals(plan, runs, moved)

    def _arrivals(
        self, plan: RunningPlan, runs: tuple[VanRun, ...], moved: Counter[Lot]
    ) -> dict[Lot, list[tuple[int, int]]]:
        come: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
        left: Counter[Lot] = Counter()
        for one in plan.left_out_consignments:
            left[one.kitchen_id, one.point_id, one.batch] += one.boxes
        for owed in self.problem.consignments:
            lot = lot_of(owed)
            if owed.on_site:
                come[lot].append((owed.ready_s, owed.boxes + moved[lot] - left[lot]))
        for run in runs:
            for stop in run.stops:
                come[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
        for lots in come.values():
            lots.sort()
        return come

    def planned(self, n: int, fetched: tuple[int, str] | None) -> Task | None:
        """Return the task of a home at the meal point where the plan fetches its boxes, or None."""
        return None if fetched is None else self._at(n, fetched[1])

    def spare(self, n: int) -> Task | None:
        """Return the task of a home at the first of its meal points that has boxes for nobody else, or None."""
        tasks = (self._at(n, one.point_id) for one in self.problem.homes[n].points)
        return next((task for task in tasks if task is not None), None)

    def _at(self, n: int, point_id: str) -> Task | None:
        home = self.problem.homes[n]
        lot = _lot(home, point_id)
        needed, come = self.given[lot] + home.boxes, 0
        for ready_s, boxes in self.come.get(lot, ()):
            come += boxes
            if come >= needed:
                self.given[lot] = needed
                return Task(n, (POINT, point_id), ready_s)
        return None


def _at_points(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    """Yield each home whose boxes are fetched at a meal point, and that point."""
    for step in steps:
        if isinstance(step, PickUp) and step.point_id is not None:
            for home_id in step.home_ids:
                yield home_id, step.point_id


def _lot(home: Home, point_id: str) -> Lot:
    return home.kitchen_id, point_id, home.batch


def delayed_runs(
    runs: Iterable[VanRun], situation: Situation
) -> tuple[tuple[VanRun, ...], tuple[LeftOutConsignment, ...]]:
    """Return the vans' runs as they are now, and what does not come any more; their ways stay as planned."""
    late = {one.van_id: one.late_s for one in situation.van_delays}
    out: list[VanRun] = []
    lost: list[LeftOutConsignment] = []
    for run in runs:
        if run.van_id not in late:
            out.append(run)
            continue
        kept = tuple(stop for stop in run.stops if stop.ready_s <= situation.now_s)
        ahead, late_s = run.stops[len(kept) :], late[run.van_id]
        if late_s is None:
            lost += [
                LeftOutConsignment(run.kitchen_id, stop.point_id, stop.boxes, Reason.NO_VAN, stop.batch)
                for stop in ahead
            ]
            if kept:
                out.append(replace(run, stops=kept))
            continue
        moved = tuple(
            replace(
                stop,
                arrive_s=stop.arrive_s + (late_s if stop.arrive_s > situation.now_s else 0),
                ready_s=stop.ready_s + late_s,
            )
            for stop in ahead
        )
        out.append(replace(run, stops=kept + moved, back_s=run.back_s + late_s if ahead else run.back_s))
    return tuple(out), tuple(lost)
