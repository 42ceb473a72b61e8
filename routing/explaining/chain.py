"""Why this hand-over time: the chain from the kitchen to the door, followed back along what really held it up."""

from __future__ import annotations

from collections.abc import Iterator

from routing.checks.known import Lot
from routing.checks.vans import halts_of
from routing.explaining.because import Because, Cause, because
from routing.explaining.town import Door, Leg, Town
from routing.plan import CourierRun, Trip, VanRun, VanStop
from routing.problem import MealPoint


def hand_over(town: Town, door: Door) -> Iterator[Because]:
    """Yield what binds a hand-over, from the kitchen to the door, how late it is, and what the food clock allows."""
    home = town.known.homes[door.visit.home_id]
    yield from reversed(list(_door_back(town, door)))
    yield because(
        Cause.HAND_OVER,
        courier=door.run.courier_id,
        point=door.trip.point_id,
        at_s=door.visit.start_s,
        number=number_of(door),
    )
    if home.due_s is not None and door.visit.start_s > home.due_s:
        yield because(Cause.LATE, due_at_s=home.due_s, late_s=door.visit.start_s - home.due_s)
        earlier_s = _earlier_boxes_s(town, door, home.due_s)
        if earlier_s is not None:
            yield because(Cause.IN_TIME_IF_BOXES, point=door.trip.point_id, earlier_s=earlier_s)
    yield because(Cause.FOOD_SPARE, latest_at_s=home.latest_s, spare_s=home.latest_s - door.visit.start_s)


def number_of(door: Door) -> int:
    """Return the how manieth door of the whole run this is."""
    return sum(len(trip.visits) for trip in door.run.trips[: door.trip_at]) + door.visit_at + 1


def _door_back(town: Town, door: Door) -> Iterator[Because]:
    """Yield the links from this door backwards until one that nothing before it explains."""
    courier, trip = town.known.couriers[door.run.courier_id], door.trip
    home = town.known.homes[door.visit.home_id]
    if door.visit.start_s > door.visit.arrive_s and door.visit.start_s == home.window.start_s:
        yield because(
            Cause.OWN_WINDOW, window_at_s=home.window.start_s, wait_s=door.visit.start_s - door.visit.arrive_s
        )
        return
    held = _first_held(town, trip, door.visit_at)
    if held is not None:
        number, wait_s = held
        before = trip.visits[number]
        if number < door.visit_at:
            yield because(Cause.DOORS_BEFORE, doors=door.visit_at)
        if before.start_s == town.known.homes[before.home_id].window.start_s and before.start_s > before.arrive_s:
            yield because(Cause.DOOR_BEFORE_WINDOW, home=before.home_id, window_at_s=before.start_s, wait_s=wait_s)
        else:
            yield because(Cause.NOT_PRESSED, courier=courier.courier_id, wait_s=wait_s)
        return
    if door.visit_at:
        yield because(Cause.DOORS_BEFORE, doors=door.visit_at)
    yield because(Cause.COURIER_LEAVES, courier=courier.courier_id, point=trip.point_id, at_s=trip.depart_s)
    yield from _load_back(town, door)


def _first_held(town: Town, trip: Trip, last: int) -> tuple[int, int] | None:
    """Return the last door up to `last` where the courier was held up, and for how long; None if nowhere on the way."""
    for number in range(last, -1, -1):
        visit = trip.visits[number]
        wait_s = visit.start_s - visit.arrive_s
        if wait_s > 0:
            return number, wait_s
        if number:
            before = trip.visits[number - 1]
            idle_s = before.leave_s - before.start_s - town.known.homes[before.home_id].service_s
            if idle_s > 0:
                return number - 1, idle_s
    return None


def _load_back(town: Town, door: Door) -> Iterator[Because]:
    """Yield why a trip was loaded when it was."""
    run, trip = door.run, door.trip
    courier, point = town.known.couriers[run.courier_id], town.known.points[trip.point_id]
    release_s, lot = town.releases[run.courier_id, door.trip_at]
    free_s = _free_s(town, run, door.trip_at)
    bound_s = max(release_s, free_s, point.window.start_s)
    spare_s = trip.depart_s - courier.loading_s - bound_s
    if spare_s > 0:
        yield _why_waiting(town, door, spare_s)
    elif lot is not None and release_s == bound_s:
        yield from _boxes_back(town, lot, release_s)
    elif free_s == bound_s and door.trip_at:
        before = run.trips[door.trip_at - 1]
        back_s = before.visits[-1].leave_s
        yield because(
            Cause.COURIER_TRIP_BEFORE, courier=run.courier_id, trip=door.trip_at, doors=len(before.visits), at_s=back_s
        )
        links = _door_back(town, Door(run, door.trip_at - 1, len(before.visits) - 1))
        yield from (link for link in links if link.cause is not Cause.DOORS_BEFORE)
    elif free_s == bound_s:
        yield because(Cause.COURIER_SHIFT, courier=run.courier_id, at_s=courier.shift.start_s)
    else:
        yield because(Cause.POINT_OPENS, point=trip.point_id, at_s=point.window.start_s)


def _free_s(town: Town, run: CourierRun, trip_at: int) -> int:
    """Return when a courier can be at the meal point of a trip."""
    courier, there = town.known.couriers[run.courier_id], town.point_row(run.trips[trip_at].point_id)
    if trip_at == 0:
        return courier.shift.start_s + town.ride_s(courier, town.point_row(courier.point_id), there)
    last = run.trips[trip_at - 1].visits[-1]
    return last.leave_s + town.ride_s(courier, town.home_row(last.home_id), there)


def _why_waiting(town: Town, door: Door, spare_s: int) -> Because:
    """Return why a courier left later than could be: the first door is closed until then, or nothing pressed."""
    first = door.trip.visits[0]
    window_s = town.known.homes[first.home_id].window.start_s
    if first.start_s != window_s:
        return because(Cause.NOT_PRESSED, courier=door.run.courier_id, wait_s=spare_s)
    if first.home_id == door.visit.home_id:
        return because(Cause.OWN_WINDOW, window_at_s=window_s, wait_s=spare_s)
    return because(Cause.DOOR_BEFORE_WINDOW, home=first.home_id, window_at_s=window_s, wait_s=spare_s)


def _boxes_back(town: Town, lot: Lot, ready_s: int) -> Iterator[Because]:
    """Yield why boxes of a consignment lay ready only at `ready_s`."""
    for van_run in town.plan.van_runs:
        for stop in van_run.stops:
            if (van_run.kitchen_id, stop.point_id, stop.batch) == lot and stop.ready_s == ready_s:
                yield from _van_back(town, van_run, stop)
                return
    yield because(Cause.BATCH_READY, kitchen=lot[0], at_s=town.known.owed[lot].ready_s)


def _van_back(town: Town, run: VanRun, stop: VanStop) -> Iterator[Because]:
    """Yield why a van brought a stop's boxes when it did."""
    halts = halts_of(run)
    at = next(n for n, halt in enumerate(halts) if stop in halt)
    values: dict[str, str | int] = {"point": stop.point_id, "arrive_at_s": stop.arrive_s, "at_s": stop.ready_s}
    yield because(Cause.VAN_STOP, van=run.van_id, number=at + 1, **values)
    for number in range(at, -1, -1):
        held = _held_at(town, run, halts, number)
        if held is not None:
            yield held
            return
    yield because(Cause.VAN_LEAVES, van=run.van_id, kitchen=run.kitchen_id, at_s=run.depart_s)
    yield from _departure_back(town, run)


def _held_at(town: Town, run: VanRun, halts: list[list[VanStop]], number: int) -> Because | None:
    """Return what a van waited for at one meal point, or on the way to it; None if for nothing."""
    first = halts[number][0]
    point = town.known.points[first.point_id]
    idle_s = max(one.ready_s for one in halts[number]) - max(first.arrive_s, point.window.start_s) - point.handling_s
    if idle_s > 0:
        return because(Cause.VAN_NOT_PRESSED, van=run.van_id, wait_s=idle_s)
    if first.arrive_s < point.window.start_s:
        wait_s = point.window.start_s - first.arrive_s
        return because(
            Cause.VAN_WAITS_FOR_POINT, van=run.van_id, point=point.point_id, at_s=point.window.start_s, wait_s=wait_s
        )
    before_s = max(one.ready_s for one in halts[number - 1]) if number else run.depart_s
    here = town.known.van_row[f"point {halts[number - 1][0].point_id}" if number else f"kitchen {run.kitchen_id}"]
    wait_s = first.arrive_s - before_s - town.drive_s(here, town.known.van_row[f"point {point.point_id}"])
    if wait_s <= 0:
        return None
    if _dock_freed(town, run, point, first.arrive_s):
        return because(
            Cause.VAN_WAITS_FOR_DOCK, van=run.van_id, point=point.point_id, at_s=first.arrive_s, wait_s=wait_s
        )
    return because(Cause.VAN_NOT_PRESSED, van=run.van_id, wait_s=wait_s)


def _dock_freed(town: Town, run: VanRun, point: MealPoint, at_s: int) -> bool:
    """Return whether another van's unloading ends at a meal point with docks just then."""
    return point.docks is not None and any(
        halt[0].point_id == point.point_id and max(stop.ready_s for stop in halt) == at_s
        for other in town.plan.van_runs
        if other is not run
        for halt in halts_of(other)
    )


def _departure_back(town: Town, run: VanRun) -> Iterator[Because]:
    """Yield why a van left the kitchen when it did."""
    van = town.known.vans[run.van_id]
    ready_s = max(town.known.owed[run.kitchen_id, stop.point_id, stop.batch].ready_s for stop in run.stops)
    backs = [one.back_s for one in town.plan.van_runs if one.van_id == run.van_id and one.depart_s < run.depart_s]
    back_s = max(backs, default=0)
    bound_s = max(ready_s, back_s, van.shift.start_s)
    wait_s = run.depart_s - van.loading_s - bound_s
    first = halts_of(run)[0][0]
    point = town.known.points[first.point_id]
    if wait_s > 0 and first.arrive_s == point.window.start_s:
        yield because(
            Cause.VAN_WAITS_FOR_POINT, van=run.van_id, point=point.point_id, at_s=first.arrive_s, wait_s=wait_s
        )
    elif wait_s > 0 and _dock_freed(town, run, point, first.arrive_s):
        yield because(
            Cause.VAN_WAITS_FOR_DOCK, van=run.van_id, point=point.point_id, at_s=first.arrive_s, wait_s=wait_s
        )
    elif wait_s > 0:
        yield because(Cause.VAN_NOT_PRESSED, van=run.van_id, wait_s=wait_s)
    elif ready_s == bound_s:
        yield because(Cause.BATCH_READY, kitchen=run.kitchen_id, at_s=ready_s)
    elif back_s == bound_s:
        yield because(Cause.VAN_TRIP_BEFORE, van=run.van_id, at_s=back_s)
    else:
        yield because(Cause.VAN_SHIFT, van=run.van_id, at_s=van.shift.start_s)


def _earlier_boxes_s(town: Town, door: Door, due_s: int) -> int | None:
    """Return how much earlier the boxes of the trip would have to lie ready to be in time; None if that is no help.

    Everything else of the run keeps its order; the trips before keep their boxes' times.
    """
    courier = town.known.couriers[door.run.courier_id]
    legs = town.legs_of(courier.courier_id)
    release_s = legs[door.trip_at].release_s

    def start_s(ready_s: int) -> int:
        legs[door.trip_at] = Leg(legs[door.trip_at].point_id, legs[door.trip_at].homes, ready_s)
        return town.ride(courier, legs).run.trips[door.trip_at].visits[door.visit_at].start_s

    if start_s(0) > due_s or start_s(release_s) <= due_s:
        return None
    early, late = 0, release_s
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if start_s(middle) <= due_s else (early, middle)
    return release_s - early
