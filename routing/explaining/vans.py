"""What a van's runs come to, what bounds them, and which couriers wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from routing.checks.vans import carried_boxes, dock_violations, halts_of, van_violations
from routing.checks.violations import Violation, ViolationCode
from routing.explaining.because import Because, Cause, because
from routing.explaining.runs import longest_s
from routing.explaining.town import Town
from routing.places import DAY_S
from routing.plan import VanRun
from routing.problem import Van

MINUTE_S = 60


def why_van(town: Town, van: Van) -> Iterator[Because]:
    """Yield what a van does, run by run, and what bounds each."""
    runs = [run for run in town.plan.van_runs if run.van_id == van.van_id]
    if not runs:
        yield because(Cause.VAN_IDLE, van=van.van_id, kitchen=van.kitchen_id)
    for number, run in enumerate(sorted(runs, key=lambda run: run.depart_s), start=1):
        yield because(
            Cause.VAN_RUN,
            van=van.van_id,
            number=number,
            stops=len(halts_of(run)),
            boxes=sum(stop.boxes for stop in run.stops),
            driven_m=run.metres,
            from_at_s=run.depart_s,
            to_at_s=run.back_s,
        )
        room = van.capacity_boxes - carried_boxes(run, town.problem.boxes_per_carrier)
        if room < town.problem.boxes_per_carrier:
            yield because(Cause.VAN_FULL, van=van.van_id, boxes=van.capacity_boxes)
        else:
            yield because(Cause.VAN_ROOM, van=van.van_id, boxes=room)
        yield from _slip(town, van, run)
        yield from _waiting(town, run)


def _slip(town: Town, van: Van, run: VanRun) -> Iterator[Because]:
    """Yield by how much later a run may leave, and what then binds."""
    onward = [one.depart_s for one in town.plan.van_runs if one.van_id == van.van_id and one.depart_s > run.depart_s]

    def broken(later_s: int, *, docks: bool = False) -> list[Violation]:
        late = _later(town, run, later_s)
        if onward and late.back_s + van.loading_s > min(onward):
            return [Violation(ViolationCode.VAN_TWICE_AT_ONCE, van.van_id)]
        runs = [late if one is run else one for one in town.plan.van_runs]
        rules = dock_violations if docks else van_violations
        was = Counter((one.code, one.subject) for one in rules(town.known, town.plan.van_runs))
        now = list(rules(town.known, runs))
        return [one for one in now if (one.code, one.subject) not in was]

    spare_s = longest_s(lambda later_s: not broken(later_s), 2 * DAY_S)
    if spare_s is None:
        return
    full = None
    if any(town.known.points[stop.point_id].docks is not None for stop in run.stops):
        for later_s in range(MINUTE_S, spare_s + 1, MINUTE_S):
            full = next(iter(broken(later_s, docks=True)), None)
            if full is not None:
                spare_s = later_s - MINUTE_S
                break
    yield because(Cause.VAN_MAY_SLIP, van=van.van_id, spare_s=spare_s)
    yield _binding(town, van, full or broken(spare_s + 1)[0])


def _binding(town: Town, van: Van, found: Violation) -> Because:
    if found.code is ViolationCode.DOCKS_FULL:
        return because(Cause.VAN_SLIP_DOCK, point=found.subject)
    if found.code is ViolationCode.VAN_PAST_DUE:
        return because(Cause.VAN_SLIP_DUE, point=found.subject)
    if found.code is ViolationCode.POINT_CLOSED:
        return because(Cause.VAN_SLIP_POINT, point=found.subject, at_s=town.known.points[found.subject].window.end_s)
    if found.code is ViolationCode.VAN_TWICE_AT_ONCE:
        return because(Cause.VAN_SLIP_TRIP, van=van.van_id)
    return because(Cause.VAN_SLIP_SHIFT, van=van.van_id, at_s=van.shift.end_s)


def _later(town: Town, run: VanRun, later_s: int) -> VanRun:
    """Return a run that leaves later; what it waited for on the way takes up what it can."""
    known = town.known
    here, now, stops = known.van_row[f"kitchen {run.kitchen_id}"], run.depart_s + later_s, []
    for halt in halts_of(run):
        point = known.points[halt[0].point_id]
        there = known.van_row[f"point {point.point_id}"]
        arrive_s = max(halt[0].arrive_s, now + town.drive_s(here, there))
        done_s = max(arrive_s, point.window.start_s) + point.handling_s
        now = max(done_s, *(stop.ready_s for stop in halt))
        stops += [replace(stop, arrive_s=arrive_s, ready_s=max(stop.ready_s, done_s)) for stop in halt]
        here = there
    back_s = max(run.back_s, now + town.drive_s(here, known.van_row[f"kitchen {run.kitchen_id}"]))
    return replace(run, depart_s=run.depart_s + later_s, stops=tuple(stops), back_s=back_s)


def _waiting(town: Town, run: VanRun) -> Iterator[Because]:
    """Yield which couriers load boxes of this run, and who of them would be the first to leave later for it."""
    slack: dict[str, int] = {}
    for lot in {(run.kitchen_id, stop.point_id, stop.batch) for stop in run.stops}:
        brought = [stop for stop in run.stops if (stop.point_id, stop.batch) == lot[1:]]
        taken = 0
        for one in town.takings.get(lot, ()):
            taken += one.boxes
            mine = [stop for stop in brought if stop.ready_s <= one.load_s]
            if mine and town.there_at(lot, one.load_s) - sum(stop.boxes for stop in mine) < taken:
                spare_s = one.load_s - max(stop.ready_s for stop in mine)
                slack[one.courier_id] = min(spare_s, slack.get(one.courier_id, spare_s))
    if slack:
        spare_s, first = min((spare_s, courier_id) for courier_id, spare_s in slack.items())
        if spare_s:
            yield because(Cause.VAN_SLIP_COURIER, couriers=len(slack), courier=first, spare_s=spare_s)
        else:
            yield because(Cause.VAN_COURIER_WAITS, couriers=len(slack), courier=first)
