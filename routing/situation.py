"""A plan on its way: what has happened so far, what is still to be done, and the answer to what went wrong.

Until vans and couriers have left, a plan is a `RunPlan`. Then boxes may be fetched where a bike stands, by a courier
who carries other boxes; trips no longer tell that, so that a plan on its way has one `Course` for each courier instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from routing.plan import CourierRun, LeftOutConsignment, LeftOutHome, RunPlan, VanRun, Visit
from routing.problem import RunProblem
from routing.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class PickUp:
    """The boxes of `home_ids` taken on board at a meal point, or from the bike of a courier who is gone.

    Loading starts at `load_s`, after arrival and once all boxes are there; the courier leaves at `leave_s`.

    Raises
    ------
    ValueError
        Unless exactly one of `point_id` and `bike_of` is given.
    """

    arrive_s: int
    load_s: int
    leave_s: int
    home_ids: tuple[str, ...]
    point_id: str | None = None
    bike_of: str | None = None

    def __post_init__(self) -> None:
        if (self.point_id is None) == (self.bike_of is None):
            raise ValueError(f"expected a meal point or a bike, got {self.point_id} and {self.bike_of}")


Step = PickUp | Visit


@dataclass(frozen=True, slots=True)
class Course:
    """What a courier has begun or done, and what it still does; `end_s` and `metres` are those of the latter."""

    courier_id: str
    done: tuple[Step, ...]
    steps: tuple[Step, ...]
    end_s: int
    metres: int


@dataclass(frozen=True, slots=True)
class RunningPlan:
    """A plan on its way."""

    van_runs: tuple[VanRun, ...]
    courses: tuple[Course, ...]
    left_out_homes: tuple[LeftOutHome, ...]
    left_out_consignments: tuple[LeftOutConsignment, ...]


@dataclass(frozen=True, slots=True)
class CourierNow:
    """Where a courier is and what it has on its bike.

    Attributes
    ----------
    at
        Row of the situation's matrix where it is, or is when it is free; a gone courier's bike stands there.
    free_s
        From when it can go on, the visit that it has begun done; from when a gone courier's boxes can be fetched.
    done
        What it has begun or done, as it really was.
    on_board
        Homes whose boxes it carries still, a home it is just at not among them.
    gone
        It does nothing more; its boxes can be fetched where its bike stands, unless `boxes_lost`.
    """

    courier_id: str
    at: int
    free_s: int
    done: tuple[Step, ...] = ()
    on_board: tuple[str, ...] = ()
    gone: bool = False
    boxes_lost: bool = False

    @property
    def trips(self) -> int:
        """How many trips from a meal point it has begun."""
        return sum(isinstance(step, PickUp) and step.point_id is not None for step in self.done)


@dataclass(frozen=True, slots=True)
class VanDelay:
    """All that a van unloads after now comes so much later, or, with None, not at all."""

    van_id: str
    late_s: int | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so at `now_s`.

    Attributes
    ----------
    couriers
        Each courier who has begun, or is gone. All others stand at their own meal point, free when their shift begins.
    cancelled
        Homes that want nothing any more; what is on board for them stays there.
    van_delays
        Vans that come later than planned.
    travel
        Matrix over meal points, homes and further spots, if somebody stands at a spot; else that of the problem.
    hand_over_s
        Seconds it takes to take over boxes from a bike.

    Raises
    ------
    ValueError
        If a courier or van stands twice, or two couriers carry the boxes of one home.
    """

    now_s: int
    couriers: tuple[CourierNow, ...] = ()
    cancelled: tuple[str, ...] = ()
    van_delays: tuple[VanDelay, ...] = ()
    travel: TravelMatrix | None = None
    hand_over_s: int = 120

    def __post_init__(self) -> None:
        if self.hand_over_s < 0:
            raise ValueError(f"expected a hand-over of 0 s or more, got {self.hand_over_s}")
        _once("courier", [one.courier_id for one in self.couriers])
        _once("van", [one.van_id for one in self.van_delays])
        _once("home on board", [home_id for one in self.couriers for home_id in one.on_board])

    def ways(self, problem: RunProblem) -> TravelMatrix:
        """Return the matrix that `at` counts its rows in."""
        return problem.courier_travel if self.travel is None else self.travel


def _once(what: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        raise ValueError(
            f"expected each {what} once, got {sorted(one for one in set(ids) if ids.count(one) > 1)} twice"
        )


@dataclass(frozen=True, slots=True)
class LateHome:
    """A home whose hand-over starts so many seconds after its window, though not past its eat-by."""

    home_id: str
    late_s: int


@dataclass(frozen=True, slots=True)
class Worth:
    """What an answer is judged by, in this order: fewer left out, fewer late, fewer seconds late, less cost."""

    left_out: int
    late: int
    late_s: int
    cost_m: int

    @property
    def key(self) -> tuple[int, int, int, int]:
        """The figures in their order; the smaller key is the better answer."""
        return self.left_out, self.late, self.late_s, self.cost_m


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired plan.

    Attributes
    ----------
    plan
        Every home of the problem that is not cancelled is done, visited or left out with a reason.
    late
        Who is visited after the window; nobody where everybody can be served in time.
    changed
        Couriers who now do anything but what they were to do before, and so have to be told.
    worth
        How good it is.
    first_valid_s
        Seconds of the budget's clock until the first whole answer was there.
    rounds
        Rounds of the search.
    """

    plan: RunningPlan
    late: tuple[LateHome, ...]
    changed: tuple[str, ...]
    worth: Worth
    first_valid_s: float
    rounds: int


def begun(problem: RunProblem, plan: RunPlan) -> RunningPlan:
    """Return a plan as it stands when it begins: all is still to be done."""
    start_s = {courier.courier_id: courier.shift.start_s for courier in problem.couriers}
    courses = tuple(_course(problem, run, start_s[run.courier_id]) for run in plan.courier_runs)
    return RunningPlan(plan.van_runs, courses, plan.left_out_homes, plan.left_out_consignments)


def _course(problem: RunProblem, run: CourierRun, start_s: int) -> Course:
    return Course(run.courier_id, (), tuple(_steps(problem, run, start_s)), run.end_s, run.metres)


def _steps(problem: RunProblem, run: CourierRun, start_s: int) -> Iterator[Step]:
    """Yield each loading, with its arrival, and the visits behind it."""
    courier = next(one for one in problem.couriers if one.courier_id == run.courier_id)
    rows = rows_of(problem)
    here, now = rows[0][courier.point_id], start_s
    for trip in run.trips:
        there = rows[0][trip.point_id]
        ride_s = int(problem.courier_travel.seconds[here, there]) * courier.pace_percent
        arrive_s = min(trip.load_s, now - (-ride_s // 100))
        homes = tuple(visit.home_id for visit in trip.visits)
        yield PickUp(arrive_s, trip.load_s, trip.depart_s, homes, point_id=trip.point_id)
        yield from trip.visits
        here, now = rows[1][homes[-1]], trip.visits[-1].leave_s


def rows_of(problem: RunProblem) -> tuple[dict[str, int], dict[str, int]]:
    """Return the rows of the meal points and of the homes in the couriers' matrix."""
    points = {point.point_id: n for n, point in enumerate(problem.points)}
    return points, {home.home_id: len(points) + n for n, home in enumerate(problem.homes)}


def situation_at(
    problem: RunProblem,
    plan: RunningPlan,
    now_s: int,
    *,
    gone: Collection[str] = (),
    before: Situation | None = None,
) -> Situation:
    """Return how things stand at `now_s` if all went as planned, but that the couriers `gone` stop there.

    What has begun is done to its end. Who rides or waits is taken to be where it rides to or waits, from its arrival
    on; a courier who is gone on its way leaves its bike there. `before` is the situation that `plan` was the answer to,
    if it was one: who was gone stays gone, with what nobody has fetched since.
    """
    scene = _Scene(problem, now_s, before or Situation(now_s))
    couriers = [scene.now(course, gone=course.courier_id in gone) for course in plan.courses]
    fetched = {
        home_id
        for one in couriers
        for step in one.done
        if isinstance(step, PickUp) and step.bike_of is not None
        for home_id in step.home_ids
    }
    for one in scene.before.couriers:
        if one.gone:
            couriers = [other for other in couriers if other.courier_id != one.courier_id]
            left = tuple(home_id for home_id in one.on_board if home_id not in fetched)
            couriers.append(replace(one, on_board=left))
    known = {one.courier_id for one in couriers}
    couriers += [
        CourierNow(one.courier_id, scene.points[one.point_id], now_s, gone=True)
        for one in problem.couriers
        if one.courier_id in gone and one.courier_id not in known
    ]
    return replace(scene.before, now_s=now_s, couriers=tuple(couriers), van_delays=())


class _Scene:
    """Who is where at a moment."""

    def __init__(self, problem: RunProblem, now_s: int, before: Situation) -> None:
        self.now_s = now_s
        self.before = before
        self.points, self.homes = rows_of(problem)
        self.bikes = {one.courier_id: one.at for one in before.couriers}

    def now(self, course: Course, *, gone: bool) -> CourierNow:
        """Return where a courier is on its course."""
        begun_steps = tuple(step for step in course.steps if begin_s(step) <= self.now_s)
        done, ahead = (*course.done, *begun_steps), course.steps[len(begun_steps) :]
        carried: dict[str, None] = {}
        for step in done:
            if isinstance(step, Visit):
                carried.pop(step.home_id, None)
            else:
                carried |= dict.fromkeys(step.home_ids)
        busy_s = max(self.now_s, done[-1].leave_s if done else 0)
        if ahead and busy_s == self.now_s:
            return CourierNow(
                course.courier_id, self._row(ahead[0]), max(busy_s, ahead[0].arrive_s), done, tuple(carried), gone=gone
            )
        at = self._row(done[-1]) if done else self.bikes[course.courier_id]
        return CourierNow(course.courier_id, at, busy_s, done, tuple(carried), gone=gone)

    def _row(self, step: Step) -> int:
        if isinstance(step, Visit):
            return self.homes[step.home_id]
        return self.bikes[step.bike_of] if step.bike_of is not None else self.points[step.point_id or ""]


def begin_s(step: Step) -> int:
    """Return when the hand-over or the loading starts."""
    return step.load_s if isinstance(step, PickUp) else step.start_s
