"""From the rows of a repair back to a plan: times, who is late, who is left out and what it would have taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from routing.engine.repair.chart import ALWAYS, Chart
from routing.engine.repair.work import BIKE, POINT, Task
from routing.places import Window
from routing.plan import LeftOutHome, Reason, Visit
from routing.problem import Courier, Home
from routing.situation import Course, LateHome, PickUp, RunningPlan, Step, Worth
from routing.supply import may_go
from routing.travel import UNREACHABLE_S


class _Missed(NamedTuple):
    """Seconds after the meal point has closed, after eat-by and after the shift; 0 or less where that is kept."""

    closed_s: int
    eat_by_s: int
    shift_s: int

    @property
    def most_s(self) -> int:
        """The most of the three, 0 where all is kept."""
        return max(0, *self)

    @property
    def reason(self) -> Reason:
        """Which of the three is missed first."""
        if self.closed_s > 0:
            return Reason.POINT_CLOSED
        return Reason.PAST_EAT_BY if self.eat_by_s > 0 else Reason.NO_COURIER


class Answer:
    """The rows of one repair, read back."""

    def __init__(self, chart: Chart, rows: Sequence[Sequence[int]]) -> None:
        self.chart = chart
        self.work = chart.work
        self.homes = chart.work.problem.homes
        self.travel = chart.work.situation.ways(chart.work.problem)
        self.doors = len(chart.work.problem.points)
        self.windows = {point.point_id: point.window for point in chart.work.problem.points}
        self.by_id = {home.home_id: n for n, home in enumerate(self.homes)}
        self.stop_of = {self.homes[task.home].home_id: i for i, task in enumerate(self.work.tasks)}
        self.stands = {hub: self._stand(hub) for hub in chart.hubs}
        self.courses = tuple(self._course(v, row) for v, row in enumerate(rows))
        self.served = {step.home_id for course in self.courses for step in course.steps if isinstance(step, Visit)}

    def plan(self) -> RunningPlan:
        """Return the plan from here on."""
        gone = tuple(Course(one.courier_id, one.done, (), one.free_s, 0) for one in self.work.couriers if one.gone)
        lost = (*self.work.plan.left_out_consignments, *self.work.lost)
        courses = [course for course in (*self.courses, *gone) if course.done or course.steps]
        return RunningPlan(self.work.van_runs, tuple(courses), tuple(self._left_out()), lost)

    def late(self) -> tuple[LateHome, ...]:
        """Return who is visited after the window."""
        ends = {home.home_id: home.window.end_s for home in self.homes}
        return tuple(
            LateHome(step.home_id, step.start_s - ends[step.home_id])
            for course in self.courses
            for step in course.steps
            if isinstance(step, Visit) and step.start_s > ends[step.home_id]
        )

    def changed(self) -> tuple[str, ...]:
        """Return the couriers who have to be told."""
        before = {course.courier_id: _acts(course.steps) for course in self.work.plan.courses}
        now = {one.courier_id: _acts(one.done) for one in self.work.couriers}
        return tuple(
            course.courier_id
            for course in self.courses
            if [act for act in before.get(course.courier_id, []) if act not in now[course.courier_id]]
            != _acts(course.steps)
        )

    def worth(self) -> Worth:
        """Return what the answer is judged by; the price of all that is still to be done."""
        late = self.late()
        left = len(self.work.tasks) + len(self.work.without) - len(self.served)
        return Worth(left, len(late), sum(one.late_s for one in late), sum(map(self._cost_m, self.courses)))

    def _course(self, v: int, row: Sequence[int]) -> Course:
        courier, now = self.chart.couriers[v], self.chart.now[v]
        here, free_s, metres = now.at, max(now.free_s, self.work.situation.now_s), 0
        steps: list[Step] = []
        for p, mark in enumerate(row):
            there = self._row_of(mark)
            arrive_s = free_s + self._ride_s(courier, here, there)
            step = self._visit(mark, arrive_s) if mark >= 0 else self._pick_up(courier, row, p, arrive_s)
            metres += int(self.travel.metres[here, there])
            here, free_s = there, step.leave_s
            steps.append(step)
        _wait_inside(steps, self.windows)
        return Course(courier.courier_id, now.done, tuple(steps), free_s, metres)

    def _row_of(self, mark: int) -> int:
        if mark >= 0:
            return self.doors + self.work.tasks[mark].home
        return self.stands[self.chart.hubs[-1 - mark]]

    def _stand(self, hub: tuple[str, str]) -> int:
        if hub[0] == POINT:
            return next(n for n, point in enumerate(self.work.problem.points) if point.point_id == hub[1])
        return next(one.at for one in self.work.couriers if one.courier_id == hub[1])

    def _ride_s(self, courier: Courier, here: int, there: int) -> int:
        seconds = int(self.travel.seconds[here, there])
        return seconds if seconds >= UNREACHABLE_S else -(-seconds * courier.pace_percent // 100)

    def _visit(self, i: int, arrive_s: int) -> Visit:
        home = self.homes[self.work.tasks[i].home]
        start_s = max(arrive_s, home.window.start_s)
        return Visit(home.home_id, arrive_s, start_s, start_s + home.service_s)

    def _pick_up(self, courier: Courier, row: Sequence[int], p: int, arrive_s: int) -> PickUp:
        hub = self.chart.hubs[-1 - row[p]]
        behind = row[p + 1 :]
        until = behind.index(row[p]) if row[p] in behind else len(behind)
        tasks = [self.work.tasks[i] for i in behind[:until] if i >= 0 and self.work.tasks[i].source == hub]
        opens_s = self.windows[hub[1]].start_s if hub[0] == POINT else 0
        load_s = max(arrive_s, opens_s, *(task.release_s for task in tasks))
        takes_s = self._loading_s(courier, hub)
        homes = tuple(self.homes[task.home].home_id for task in tasks)
        if hub[0] == POINT:
            return PickUp(arrive_s, load_s, load_s + takes_s, homes, point_id=hub[1])
        return PickUp(arrive_s, load_s, load_s + takes_s, homes, bike_of=hub[1])

    def _loading_s(self, courier: Courier, hub: tuple[str, str]) -> int:
        return self.work.situation.hand_over_s if hub[0] == BIKE else courier.loading_s

    def _cost_m(self, course: Course) -> int:
        """Return the metres of a course with all its prices."""
        v = [one.courier_id for one in self.chart.couriers].index(course.courier_id)
        prices, vehicle = self.work.problem.prices, self.chart.field.vehicles[v]
        if not course.steps:
            return 0
        visits = [step for step in course.steps if isinstance(step, Visit)]
        cost = course.metres + int(vehicle["fixed"])
        for visit in visits:
            due_s = self.homes[self.by_id[visit.home_id]].due_s
            cost += max(0, visit.start_s - due_s) * prices.late_m_per_s if due_s is not None else 0
            cost += int(self.chart.field.pair_cost[self.stop_of[visit.home_id], v])
        before = int(vehicle["climbed"])
        climbed = before + sum(self.homes[self.by_id[visit.home_id]].floors for visit in visits)
        return cost + prices.floor_m * (climbed * climbed // 100 - before * before // 100)

    def _left_out(self) -> list[LeftOutHome]:
        lost = [LeftOutHome(self.homes[n].home_id, Reason.NOT_BROUGHT, self.homes[n].boxes) for n in self.work.without]
        left = [task for task in self.work.tasks if self.homes[task.home].home_id not in self.served]
        return [*lost, *(LeftOutHome(self.homes[task.home].home_id, *self._why(task)) for task in left)]

    def _why(self, task: Task) -> tuple[Reason, int]:
        """Return the truest reason why a home with boxes is left out, and what it would have taken."""
        home = self.homes[task.home]
        able = [v for v in range(len(self.chart.couriers)) if self._may_go(task, v)]
        if not able:
            return _barred(home, self.chart.couriers), 0
        largest = max(self.chart.couriers[v].capacity_boxes for v in able)
        if task.source[0] in {POINT, BIKE} and home.boxes > largest:
            return Reason.TOO_LARGE, home.boxes - largest
        if home.window.start_s > home.latest_s:
            return Reason.PAST_EAT_BY, home.window.start_s - home.latest_s
        alone = min((self._missed(task, v, self._now_at(v)) for v in able), key=lambda missed: missed.most_s)
        if alone.most_s >= UNREACHABLE_S:
            return Reason.UNREACHABLE, 0
        if alone.most_s > 0:
            return alone.reason, alone.most_s
        at_end_s = min(self._missed(task, v, self._end_of(v)).most_s for v in able)
        return (Reason.NO_COURIER, at_end_s) if at_end_s > 0 else (Reason.NO_CAPACITY, home.boxes)

    def _may_go(self, task: Task, v: int) -> bool:
        courier, owner = self.chart.couriers[v], task.source[1]
        if task.source[0] not in {POINT, BIKE}:
            return courier.courier_id == owner
        return may_go(courier, self.homes[task.home])

    def _now_at(self, v: int) -> tuple[int, int]:
        return self.chart.now[v].at, max(self.chart.now[v].free_s, self.work.situation.now_s)

    def _end_of(self, v: int) -> tuple[int, int]:
        course = self.courses[v]
        if not course.steps:
            return self._now_at(v)
        last = course.steps[-1]
        if not isinstance(last, Visit):
            raise ValueError(f"expected courier {course.courier_id} to end at a door")
        return self.doors + self.by_id[last.home_id], last.leave_s

    def _missed(self, task: Task, v: int, begin: tuple[int, int]) -> _Missed:
        """Return by how many seconds courier `v`, free where and when `begin` says, misses what."""
        courier, home, (here, now) = self.chart.couriers[v], self.homes[task.home], begin
        over_s = 0
        if task.source[0] in {POINT, BIKE}:
            stand = self.stands[task.source]
            window = self.windows[task.source[1]] if task.source[0] == POINT else ALWAYS
            now += self._ride_s(courier, here, stand)
            now = max(now, task.release_s, window.start_s) + self._loading_s(courier, task.source)
            over_s, here = now - window.end_s, stand
        start_s = max(now + self._ride_s(courier, here, self.doors + task.home), home.window.start_s)
        return _Missed(over_s, start_s - home.latest_s, start_s + home.service_s - courier.shift.end_s)


def _acts(steps: Sequence[Step]) -> list[tuple[str | None, ...]]:
    """Return what is done in which order, whenever."""
    return [
        (step.home_id,) if isinstance(step, Visit) else (step.point_id, step.bike_of, *sorted(step.home_ids))
        for step in steps
    ]


def _barred(home: Home, couriers: Sequence[Courier]) -> Reason:
    if not couriers:
        return Reason.NO_COURIER
    if home.courier_id is not None:
        return Reason.LOCKED
    if home.certified_only and not any(courier.certified for courier in couriers):
        return Reason.NOT_CERTIFIED
    return Reason.FORBIDDEN


def _wait_inside(steps: list[Step], windows: dict[str, Window]) -> None:
    """Let a wait at a door be spent at the meal point before it instead, while that is open."""
    for n in range(len(steps) - 1):
        step, door = steps[n], steps[n + 1]
        if isinstance(step, PickUp) and step.point_id is not None and isinstance(door, Visit):
            spare_s = min(door.start_s - door.arrive_s, windows[step.point_id].end_s - step.leave_s)
            if spare_s > 0:
                steps[n] = replace(step, load_s=step.load_s + spare_s, leave_s=step.leave_s + spare_s)
                steps[n + 1] = replace(door, arrive_s=door.arrive_s + spare_s)
