"""The independent checker of repairs: what has begun is kept, boxes are only with who has them, times are true.

It shares nothing with the repairer but the values. Waiting is always allowed; being anywhere earlier than the matrix
lets one be is not. A window may be broken only by what the answer declares late, eat-by never.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from routing.checks.repair_rules import RepairCode, RepairViolation, differs, early, late
from routing.checks.repair_stock import Lot, Stock
from routing.plan import RunPlan, Visit
from routing.problem import Courier, Home, RunProblem
from routing.situation import CourierNow, Course, PickUp, Repair, RunningPlan, Situation, begun
from routing.travel import UNREACHABLE_S

__all__ = ["RepairCode", "RepairViolation", "check_repair"]


def check_repair(
    problem: RunProblem, plan: RunPlan | RunningPlan, situation: Situation, repair: Repair
) -> tuple[RepairViolation, ...]:
    """Return every rule that `repair` breaks, `plan` being what ran before."""
    running = begun(problem, plan) if isinstance(plan, RunPlan) else plan
    case = _Case(problem, running, situation, repair)
    return (*case.everybody(), *case.courses(), *case.boxes_there(), *case.declared_late(), *case.left_out())


class _Case:
    """One answer to one situation."""

    def __init__(self, problem: RunProblem, running: RunningPlan, situation: Situation, repair: Repair) -> None:
        self.problem = problem
        self.situation = situation
        self.repair = repair
        self.travel = situation.ways(problem)
        self.homes = {home.home_id: home for home in problem.homes}
        self.couriers = {one.courier_id: one for one in problem.couriers}
        self.now = {one.courier_id: one for one in situation.couriers}
        self.points = {point.point_id: point for point in problem.points}
        self.point_row = {point.point_id: n for n, point in enumerate(problem.points)}
        self.home_row = {home.home_id: len(self.point_row) + n for n, home in enumerate(problem.homes)}
        self.bike_of = {home_id: one.courier_id for one in situation.couriers for home_id in one.on_board}
        self.stock = Stock(problem, running, situation)

    def everybody(self) -> Iterator[RepairViolation]:
        """Each home that is not cancelled is done, visited or left out, once; whoever is cancelled is not visited."""
        found = Counter(one.home_id for one in self.repair.plan.left_out_homes)
        for one in self.situation.couriers:
            found.update(step.home_id for step in one.done if isinstance(step, Visit))
        ahead = Counter(
            step.home_id for course in self.repair.plan.courses for step in course.steps if isinstance(step, Visit)
        )
        for home_id in self.homes:
            if home_id in self.situation.cancelled:
                if ahead[home_id]:
                    yield RepairViolation(RepairCode.CANCELLED, home_id)
            elif found[home_id] + ahead[home_id] == 0:
                yield RepairViolation(RepairCode.HOME_FORGOTTEN, home_id)
            elif found[home_id] + ahead[home_id] > 1:
                yield RepairViolation(RepairCode.HOME_TWICE, home_id)
        for home_id in set(found + ahead) - set(self.homes):
            yield RepairViolation(RepairCode.UNKNOWN_HOME, home_id)

    def courses(self) -> Iterator[RepairViolation]:
        """Check each courier's way from where it is now."""
        seen: set[str] = set()
        for course in self.repair.plan.courses:
            who = course.courier_id
            if who not in self.couriers or who in seen:
                yield RepairViolation(RepairCode.UNKNOWN_COURIER, who)
                continue
            seen.add(who)
            now = self._now(self.couriers[who])
            if course.done != now.done:
                yield RepairViolation(RepairCode.DONE_CHANGED, who)
            if now.gone and course.steps:
                yield RepairViolation(RepairCode.GONE_COURIER, who)
                continue
            yield from self._way(course, self.couriers[who], now)
        for one in self.situation.couriers:
            if one.done and one.courier_id not in seen:
                yield RepairViolation(RepairCode.DONE_CHANGED, one.courier_id)

    def _now(self, courier: Courier) -> CourierNow:
        told = self.now.get(courier.courier_id)
        return told or CourierNow(courier.courier_id, self.point_row[courier.point_id], courier.shift.start_s)

    def _way(self, course: Course, courier: Courier, now: CourierNow) -> Iterator[RepairViolation]:
        who, here, free_s, metres = course.courier_id, now.at, now.free_s, 0
        free_s = max(free_s, self.situation.now_s)
        on_board = set(now.on_board)
        trips = sum(isinstance(step, PickUp) and step.point_id is not None for step in now.done)
        for step in course.steps:
            there = self._row(step)
            if there is None:
                yield RepairViolation(RepairCode.UNKNOWN_PLACE, who)
                continue
            if int(self.travel.seconds[here, there]) >= UNREACHABLE_S:
                yield RepairViolation(RepairCode.NO_WAY, who)
            ride_s = -(-int(self.travel.seconds[here, there]) * courier.pace_percent // 100)
            yield from early(RepairCode.TOO_FAST, who, step.arrive_s, free_s + ride_s)
            if isinstance(step, Visit):
                yield from self._visit(step, courier, on_board)
            else:
                yield from self._pick_up(step, courier, on_board)
                trips += step.point_id is not None
            metres += int(self.travel.metres[here, there])
            here, free_s = there, step.leave_s
        if any(isinstance(step, PickUp) and step.point_id is not None for step in course.steps):
            yield from late(RepairCode.TOO_MANY_TRIPS, who, trips, courier.max_trips)
        if course.steps:
            yield from late(RepairCode.OFF_SHIFT, who, free_s, courier.shift.end_s)
            yield from differs(RepairCode.WRONG_SUM, who, course.end_s, free_s)
        if not now.gone:
            yield from differs(RepairCode.WRONG_SUM, who, course.metres, metres)

    def _row(self, step: PickUp | Visit) -> int | None:
        if isinstance(step, Visit):
            return self.home_row.get(step.home_id)
        if step.point_id is not None:
            return self.point_row.get(step.point_id)
        bike = self.now.get(step.bike_of or "")
        return bike.at if bike is not None and bike.gone and not bike.boxes_lost else None

    def _visit(self, visit: Visit, courier: Courier, on_board: set[str]) -> Iterator[RepairViolation]:
        home = self.homes[visit.home_id]
        if visit.home_id not in on_board:
            yield RepairViolation(RepairCode.NOT_ON_BOARD, visit.home_id)
        if self.bike_of.get(visit.home_id) != courier.courier_id and not _may_go(home, courier):
            yield RepairViolation(RepairCode.MAY_NOT_GO, visit.home_id)
        on_board.discard(visit.home_id)
        yield from early(RepairCode.TOO_FAST, visit.home_id, visit.start_s, visit.arrive_s)
        yield from early(RepairCode.TOO_FAST, visit.home_id, visit.leave_s, visit.start_s + home.service_s)
        yield from early(RepairCode.BEFORE_WINDOW, visit.home_id, visit.start_s, home.window.start_s)
        yield from late(RepairCode.PAST_EAT_BY, visit.home_id, visit.start_s, home.latest_s)

    def _pick_up(self, step: PickUp, courier: Courier, on_board: set[str]) -> Iterator[RepairViolation]:
        who = courier.courier_id
        if not step.home_ids:
            yield RepairViolation(RepairCode.NOTHING_FETCHED, who)
        yield from early(RepairCode.TOO_FAST, who, step.load_s, step.arrive_s)
        takes_s = self.situation.hand_over_s if step.bike_of is not None else courier.loading_s
        yield from early(RepairCode.TOO_FAST, who, step.leave_s, step.load_s + takes_s)
        for home_id in step.home_ids:
            yield from self._fetched(step, home_id)
            on_board.add(home_id)
        boxes = sum(self.homes[home_id].boxes for home_id in on_board if home_id in self.homes)
        yield from late(RepairCode.OVERLOADED, who, boxes, courier.capacity_boxes)
        if step.point_id is not None:
            window = self.points[step.point_id].window
            yield from early(RepairCode.POINT_CLOSED, step.point_id, step.load_s, window.start_s)
            yield from late(RepairCode.POINT_CLOSED, step.point_id, step.leave_s, window.end_s)
        else:
            bike = self.now[step.bike_of or ""]
            yield from early(RepairCode.BOX_NOT_THERE, bike.courier_id, step.load_s, bike.free_s)

    def _fetched(self, step: PickUp, home_id: str) -> Iterator[RepairViolation]:
        home = self.homes.get(home_id)
        if home is None:
            yield RepairViolation(RepairCode.UNKNOWN_HOME, home_id)
            return
        holder = self.bike_of.get(home_id)
        carried = holder is not None and not self.now[holder].boxes_lost
        known = step.point_id in {one.point_id for one in home.points}
        known = known or self.stock.is_kept_at(home_id, step.point_id)
        if step.bike_of is not None:
            if holder != step.bike_of:
                yield RepairViolation(RepairCode.BOX_NOT_THERE, home_id)
        elif carried or not known:
            yield RepairViolation(RepairCode.BOX_NOT_THERE, home_id)

    def boxes_there(self) -> Iterator[RepairViolation]:
        """No box is fetched at a meal point before it is there; the vans are as late as the situation says."""
        if self.repair.plan.van_runs != self.stock.van_runs:
            yield RepairViolation(RepairCode.VANS_CHANGED, "vans")
        fetched: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
        for course in self.repair.plan.courses:
            for step in course.steps:
                if isinstance(step, PickUp) and step.point_id is not None:
                    for home in (self.homes[home_id] for home_id in step.home_ids if home_id in self.homes):
                        fetched[home.kitchen_id, step.point_id, home.batch].append((step.load_s, home.boxes))
        for lot, takings in fetched.items():
            taken = self.stock.taken[lot]
            for load_s, boxes in sorted(takings):
                taken += boxes
                yield from late(RepairCode.BOX_NOT_THERE, lot[1], taken, self.stock.there(lot, load_s))

    def declared_late(self) -> Iterator[RepairViolation]:
        """Each home visited after its window is declared late by so much, and nobody else is."""
        declared = {one.home_id: one.late_s for one in self.repair.late}
        for course in self.repair.plan.courses:
            for step in course.steps:
                if isinstance(step, Visit) and step.home_id in self.homes:
                    late_s = max(0, step.start_s - self.homes[step.home_id].window.end_s)
                    yield from differs(RepairCode.LATE_UNDECLARED, step.home_id, declared.pop(step.home_id, 0), late_s)
        for home_id in declared:
            yield RepairViolation(RepairCode.LATE_UNDECLARED, home_id)

    def left_out(self) -> Iterator[RepairViolation]:
        """Count who is left out and late as the answer says."""
        left, lates = len(self.repair.plan.left_out_homes), self.repair.late
        worth = self.repair.worth
        yield from differs(RepairCode.WRONG_SUM, "left out", worth.left_out, left)
        yield from differs(RepairCode.WRONG_SUM, "late", worth.late, len(lates))
        yield from differs(RepairCode.WRONG_SUM, "late_s", worth.late_s, sum(one.late_s for one in lates))
        for one in self.repair.plan.left_out_homes:
            if one.lack < 0:
                yield RepairViolation(RepairCode.WRONG_SUM, one.home_id)


def _may_go(home: Home, courier: Courier) -> bool:
    if home.certified_only and not courier.certified:
        return False
    return home.courier_id in {None, courier.courier_id} and courier.courier_id not in home.not_couriers
