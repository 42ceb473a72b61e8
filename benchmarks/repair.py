"""A courier is called away mid-run, or a district loses a van's half hour or five couriers: how fast, how good.

    python -m benchmarks.repair                       60 homes, 4 couriers and 30 homes, 2 couriers; 50 seeds each
    python -m benchmarks.repair --tight               the same without longer windows: who is late, and by how much
    python -m benchmarks.repair --district            1,250 homes: a van 30 minutes late, and five couriers gone
    python -m benchmarks.repair --start-up            what the first call costs, with and without machine code at hand

After 25 (20) minutes the courier with most left is called away; its bike stands where it was, the others are where
they were. Windows get 30 to 60 minutes longer. Seconds are of the thread's own CPU unless --wall is given: a busy
machine then does not shorten the search. Every answer is checked.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from benchmarks.district import ALL_DELIVERED, made_up
from benchmarks.plain_repair import plain_repair
from routing.checks.repair import check_repair
from routing.engine.budget import Budget
from routing.engine.effort import Limits
from routing.engine.plan import plan_runs
from routing.places import Place, Window
from routing.plan import Visit
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem
from routing.repair import repair
from routing.situation import Course, Repair, RunningPlan, Situation, VanDelay, begun, situation_at
from routing.travel import TravelMatrix, TravelSource

M_PER_DEGREE = 111_195.0
DETOUR, KMH = 1.35, 14
LAT, LON = 30.0, 120.0
OPENS_S = 10 * 3600 + 1800
EAT_BY_S = 13 * 3600


@dataclass(frozen=True, slots=True)
class Town:
    """How large a made-up run is."""

    homes: int
    couriers: int
    called_after_s: int
    width_m: int = 2_500


LARGE, SMALL = Town(60, 4, 1_500), Town(30, 2, 1_200, 1_800)


@dataclass(frozen=True, slots=True)
class Case:
    """A running plan and what happened to it."""

    problem: RunProblem
    plan: RunningPlan
    situation: Situation

    @property
    def open_homes(self) -> int:
        """How many homes still wait."""
        return sum(len(one.on_board) for one in self.situation.couriers)


def diversion(town: Town, seed: int, *, longer: bool = True) -> Case:
    """Return a made-up run whose courier with most left is called away."""
    random = Random(seed)
    problem = _run(town, random)
    plan = begun(problem, plan_runs(problem, seed=seed, effort=Limits(6_000, 50, 1_000, 1)))
    gone_s = [course.steps[0].leave_s for course in plan.courses]
    now_s = max(min(gone_s) + town.called_after_s, *gone_s)
    situation = situation_at(problem, plan, now_s)
    most = max(situation.couriers, key=lambda one: (len(one.on_board), one.courier_id))
    situation = _where_they_are(problem, plan, situation_at(problem, plan, now_s, gone=(most.courier_id,)))
    if longer:
        homes = tuple(replace(h, window=Window(h.window.start_s, _longer(h, random))) for h in problem.homes)
        problem = replace(problem, homes=homes)
    return Case(problem, plan, situation)


def _longer(home: Home, random: Random) -> int:
    return home.window.end_s + 60 * random.randrange(30, 61)


def _run(town: Town, random: Random) -> RunProblem:
    point = MealPoint("point", _place(town.width_m / 2, town.width_m / 2), Window(OPENS_S - 7_200, EAT_BY_S))
    homes = []
    for n in range(town.homes):
        start_s = OPENS_S + 60 * random.choice((0, 0, 0, 10, 30))
        window = Window(start_s, min(start_s + 60 * random.choice((45, 60, 90)), EAT_BY_S - 1_800))
        spot = _place(random.uniform(0, town.width_m), random.uniform(0, town.width_m))
        homes.append(
            Home(f"h{n}", spot, "point", "kitchen", (n,), 1, window, random.randrange(150, 271), EAT_BY_S + 1_800)
        )
    places = [point.place, *(home.place for home in homes)]
    return RunProblem(
        kitchens=(Kitchen("kitchen", point.place),),
        points=(point,),
        vans=(),
        couriers=tuple(
            Courier(f"c{n}", "point", 25, Window(OPENS_S - 1_800, EAT_BY_S + 3_600), max_trips=1, fixed_cost_m=0)
            for n in range(town.couriers)
        ),
        consignments=(Consignment("kitchen", "point", town.homes, OPENS_S - 1_800, EAT_BY_S, on_site=True),),
        homes=tuple(homes),
        van_travel=_ways([point.place, point.place]),
        courier_travel=_ways(places),
    )


def _place(x_m: float, y_m: float) -> Place:
    return Place(LAT + y_m / M_PER_DEGREE, LON + x_m / (M_PER_DEGREE * math.cos(math.radians(LAT))))


def _ways(places: list[Place]) -> TravelMatrix:
    """Return straight lines times the detour."""
    y = np.array([place.lat for place in places]) * M_PER_DEGREE
    x = np.array([place.lon for place in places]) * M_PER_DEGREE * math.cos(math.radians(LAT))
    metres = np.ceil(np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) * DETOUR - 1e-6)
    seconds = np.ceil(metres / (KMH / 3.6))
    return TravelMatrix(seconds.astype(np.int32), metres.astype(np.int32), TravelSource.ESTIMATE)


def _where_they_are(problem: RunProblem, plan: RunningPlan, situation: Situation) -> Situation:
    """Return the situation with everybody who rides at the spot where it is just then."""
    places = [*(point.place for point in problem.points), *(home.place for home in problem.homes)]
    place_of = {home.home_id: home.place for home in problem.homes}
    couriers = []
    for one in situation.couriers:
        course = next(course for course in plan.courses if course.courier_id == one.courier_id)
        spot = _on_the_way(course, len(one.done), place_of, situation.now_s)
        if spot is not None:
            one = replace(one, at=len(places), free_s=situation.now_s)
            places.append(spot)
        couriers.append(one)
    return replace(situation, couriers=tuple(couriers), travel=_ways(places))


def _on_the_way(course: Course, done: int, place_of: dict[str, Place], now_s: int) -> Place | None:
    """Return where between two doors a courier is, None if it is at one."""
    if done < 2 or done >= len(course.steps):
        return None
    last, ahead = course.steps[done - 1], course.steps[done]
    if not (isinstance(last, Visit) and isinstance(ahead, Visit) and last.leave_s < now_s < ahead.arrive_s):
        return None
    share = (now_s - last.leave_s) / (ahead.arrive_s - last.leave_s)
    a, b = place_of[last.home_id], place_of[ahead.home_id]
    return Place(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))


def answered(case: Case, seconds: float, clock: Callable[[], float], seed: int = 1) -> tuple[Repair, float]:
    """Return the checked answer and the seconds the whole call took."""
    start_s = clock()
    answer = repair(case.problem, case.plan, case.situation, budget=Budget(seconds=seconds, clock=clock), seed=seed)
    took_s = clock() - start_s
    wrong = check_repair(case.problem, case.plan, case.situation, answer)
    if wrong:
        raise SystemExit(f"refused by the checker: {wrong[:5]}")
    return answer, took_s


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def one_run(town: Town, seeds: range, long_s: float, clock: Callable[[], float], *, longer: bool) -> None:
    """Print how fast and how good one run is repaired."""
    first_ms, took_ms, gaps, plain_gaps, plain_ms, rows = [], [], [], [], [], []
    for seed in seeds:
        case = diversion(town, seed, longer=longer)
        start_s = clock()
        plain = plain_repair(case.problem, case.plan, case.situation)
        plain_ms.append(1_000 * (clock() - start_s))
        quick, took_s = answered(case, 0.25, clock)
        best, _ = answered(case, long_s, clock)
        first_ms.append(1_000 * quick.first_valid_s)
        took_ms.append(1_000 * took_s)
        rows.append((case.open_homes, quick.worth, best.worth, plain, quick.rounds))
        if plain.key < quick.worth.key:
            raise SystemExit(f"seed {seed}: worse than plain re-insertion, {quick.worth} against {plain}")
        if quick.worth.key[:3] == best.worth.key[:3]:
            gaps.append(100 * (quick.worth.cost_m / best.worth.cost_m - 1))
        if plain.key[:3] == best.worth.key[:3]:
            plain_gaps.append(100 * (plain.cost_m / best.worth.cost_m - 1))
    _print_run(town, first_ms, took_ms, gaps, plain_gaps, plain_ms, rows, long_s)


def _print_run(town, first_ms, took_ms, gaps, plain_gaps, plain_ms, rows, long_s) -> None:  # noqa: ANN001
    n = len(rows)
    print(
        f"{town.homes} homes, {town.couriers} couriers, {n} seeds, {statistics.mean(r[0] for r in rows):.1f} open stops"
    )
    print(f"  first valid answer   p50 {_percentile(first_ms, 50):.1f} ms  p95 {_percentile(first_ms, 95):.1f} ms")
    print(
        f"  250-ms answer        p50 {_percentile(took_ms, 50):.0f} ms  p95 {_percentile(took_ms, 95):.0f} ms in all, "
        f"{statistics.mean(r[4] for r in rows):.0f} rounds"
    )
    print(f"  as many left out, late and seconds late as after {long_s:g} s: {len(gaps)} of {n}")
    if gaps:
        print(
            f"  metres over the {long_s:g}-s answer: mean {statistics.mean(gaps):.2f} %  "
            f"p95 {_percentile(gaps, 95):.2f} %  worst {max(gaps):.2f} %  "
            f"within 0.5 %: {sum(gap <= 0.5 for gap in gaps)}"
        )
    print(
        f"  left out {sum(r[1].left_out for r in rows)}, late {sum(r[1].late for r in rows)} "
        f"({sum(r[1].late_s for r in rows)} s); after {long_s:g} s: {sum(r[2].left_out for r in rows)}, "
        f"{sum(r[2].late for r in rows)} ({sum(r[2].late_s for r in rows)} s)"
    )
    print(
        f"  plain re-insertion   p95 {_percentile(plain_ms, 95):.0f} ms, left out {sum(r[3].left_out for r in rows)}, "
        f"late {sum(r[3].late for r in rows)} ({sum(r[3].late_s for r in rows)} s)"
        + (
            f", where nobody more: {statistics.mean(plain_gaps):+.1f} % metres ({len(plain_gaps)} seeds)"
            if plain_gaps
            else ""
        )
    )


def district(clock: Callable[[], float], budgets_s: tuple[float, ...]) -> None:
    """Print how the whole district is repaired."""
    problem = made_up(ALL_DELIVERED, 1)
    plan = begun(problem, plan_runs(problem, seed=1, effort=Limits(20_000, 60, 3_000, 2)))
    for name, case in _mishaps(problem, plan):
        for budget_s in budgets_s:
            answer, took_s = answered(case, budget_s, clock)
            print(
                f"{name:24} {budget_s:4g} s: first {answer.first_valid_s:5.2f} s, in all {took_s:5.2f} s, "
                f"{answer.rounds} rounds, changed {len(answer.changed)}, {answer.worth}",
                flush=True,
            )


def _mishaps(problem: RunProblem, plan: RunningPlan) -> Iterator[tuple[str, Case]]:
    early_s = min(run.depart_s for run in plan.van_runs) + 300
    run = max(plan.van_runs, key=lambda run: sum(stop.boxes for stop in run.stops))
    situation = situation_at(problem, plan, early_s)
    yield "van 30 minutes late", Case(problem, plan, replace(situation, van_delays=(VanDelay(run.van_id, 1_800),)))
    later_s = sorted(course.steps[0].leave_s for course in plan.courses)[len(plan.courses) // 2] + 900
    gone = tuple(course.courier_id for course in plan.courses[::18][:5])
    yield "five couriers gone", Case(problem, plan, situation_at(problem, plan, later_s, gone=gone))


def start_up() -> None:
    """Print what the first and the second call cost."""
    case = diversion(LARGE, 1)
    for name in ("first call", "second call"):
        start_s, start_cpu_s = time.perf_counter(), time.thread_time()
        repair(case.problem, case.plan, case.situation, budget=Budget(rounds=1), seed=1)
        print(f"{name}: {time.perf_counter() - start_s:.2f} s, {time.thread_time() - start_cpu_s:.2f} s cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument(
        "--long", type=float, default=10.0, help="seconds of the answer that the quick one is held against"
    )
    parser.add_argument("--tight", action="store_true", help="windows stay as they are")
    parser.add_argument("--wall", action="store_true", help="count seconds on the wall, not of the CPU")
    parser.add_argument("--district", action="store_true")
    parser.add_argument("--start-up", action="store_true")
    chosen = parser.parse_args()
    clock = time.perf_counter if chosen.wall else time.thread_time
    if chosen.start_up:
        start_up()
        return
    if chosen.district:
        district(clock, (0.0, 2.0, 10.0))
        return
    diverted = diversion(LARGE, 0)
    repair(diverted.problem, diverted.plan, diverted.situation, budget=Budget(rounds=1), seed=1)
    for town in (LARGE, SMALL):
        one_run(town, range(chosen.seeds), chosen.long, clock, longer=not chosen.tight)


if __name__ == "__main__":
    main()
