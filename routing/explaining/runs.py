"""What a courier's run comes to, and what bounds it: room, the shift, the doors' windows, the food clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from routing.explaining.because import Because, Cause, because
from routing.explaining.town import Fault, Rule, Town
from routing.places import DAY_S
from routing.plan import CourierRun
from routing.problem import Courier


def why_run(town: Town, courier: Courier) -> Iterator[Because]:
    """Yield what a courier does and what bounds the run."""
    run = town.runs.get(courier.courier_id)
    if run is None:
        idle: dict[str, str | int] = {
            "from_at_s": courier.shift.start_s,
            "to_at_s": courier.shift.end_s,
            "point": courier.point_id,
        }
        yield because(Cause.COURIER_IDLE, courier=courier.courier_id, **idle)
        return
    yield because(
        Cause.RUN,
        courier=courier.courier_id,
        doors=sum(len(trip.visits) for trip in run.trips),
        boxes=sum(trip.boxes for trip in run.trips),
        trips=len(run.trips),
        ridden_m=run.metres,
        from_at_s=run.trips[0].depart_s,
        to_at_s=run.end_s,
    )
    full = sum(trip.boxes >= courier.capacity_boxes for trip in run.trips)
    if full:
        yield because(Cause.RUN_FULL, trips=full, boxes=courier.capacity_boxes)
    if full < len(run.trips):
        yield because(Cause.RUN_ROOM, boxes=courier.capacity_boxes - min(trip.boxes for trip in run.trips))
    yield from _slip(town, courier, run)
    yield tightest(town, run, Cause.RUN_TIGHTEST)


def _slip(town: Town, courier: Courier, run: CourierRun) -> Iterator[Because]:
    """Yield by how much later the courier may set out, and what then binds."""

    def faults(later_s: int) -> tuple[Fault, ...]:
        legs = town.legs_of(courier.courier_id)
        late = [replace(leg, release_s=trip.load_s) for leg, trip in zip(legs, run.trips, strict=True)]
        late[0] = replace(late[0], release_s=late[0].release_s + later_s)
        return town.ride(courier, late).faults

    spare_s = longest_s(lambda later_s: not faults(later_s), 2 * DAY_S)
    if spare_s is None:
        return
    yield because(Cause.RUN_MAY_SLIP, courier=courier.courier_id, spare_s=spare_s)
    first = faults(spare_s + 1)[0]
    if first.rule is Rule.SHIFT:
        yield because(Cause.SLIP_SHIFT, courier=courier.courier_id, at_s=courier.shift.end_s)
    elif first.rule is Rule.POINT_CLOSED:
        yield because(Cause.SLIP_POINT, point=first.subject, at_s=town.known.points[first.subject].window.end_s)
    elif first.rule is Rule.FOOD:
        yield because(Cause.SLIP_FOOD, home=first.subject, at_s=town.known.homes[first.subject].latest_s)
    else:
        yield because(Cause.SLIP_WINDOW, home=first.subject, at_s=town.known.homes[first.subject].window.end_s)


def longest_s(holds: Callable[[int], bool], most_s: int) -> int | None:
    """Return the longest delay below `most_s` that holds, where every shorter one does too; None if not even 0 does."""
    if not holds(0):
        return None
    good, bad = 0, most_s
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def tightest(town: Town, run: CourierRun, cause: Cause) -> Because:
    """Return the door of a run that comes nearest to its food clock."""
    visits = [visit for trip in run.trips for visit in trip.visits]
    spare_s, home_id = min((town.known.homes[one.home_id].latest_s - one.start_s, one.home_id) for one in visits)
    return because(cause, home=home_id, latest_at_s=town.known.homes[home_id].latest_s, spare_s=spare_s)
