"""Why a home is left out: what the plan says, what stands behind it, and what one change would have served it."""

from __future__ import annotations

from collections.abc import Iterator

from routing.explaining.because import Because, Cause, because
from routing.explaining.levers import levers
from routing.explaining.town import Town, may_not_go
from routing.plan import LeftOutHome, Reason
from routing.problem import Courier, Home
from routing.travel import UNREACHABLE_S

IN_BOXES = frozenset({Reason.TOO_LARGE, Reason.NOT_BROUGHT, Reason.NO_CAPACITY})


def why_left_out(town: Town, left: LeftOutHome) -> Iterator[Because]:
    """Yield why a home is left out, and every single change that would have served it."""
    home = town.known.homes[left.home_id]
    yield because(Cause.LEFT_OUT, reason=left.reason)
    if left.lack > 0 and left.reason not in IN_BOXES:
        yield because(Cause.LACKS_TIME, lack_s=left.lack)
    elif left.lack > 0 and left.reason is Reason.TOO_LARGE:
        yield because(Cause.LACKS_BOXES, boxes=left.lack)
    hopeless = _hopeless(town, home)
    if hopeless is not None:
        yield hopeless
        return
    yield from _situation(town, home)
    found = levers(town, home)
    if len(found) > 1:
        yield because(Cause.ANY_ONE)
    yield from (lever.because for lever in found)
    if not found:
        yield because(Cause.NO_SINGLE_CHANGE, point=home.point_id)


def _hopeless(town: Town, home: Home) -> Because | None:
    """Return what no change of vans or couriers would mend."""
    here = town.point_row(home.point_id)
    if int(town.problem.courier_travel.seconds[here, town.home_row(home.home_id)]) >= UNREACHABLE_S:
        return because(Cause.NO_WAY, point=home.point_id)
    if not _on_duty(town):
        return because(Cause.NOBODY_ON_DUTY)
    if home.window.start_s > home.latest_s:
        late_s = home.window.start_s - home.latest_s
        return because(
            Cause.WINDOW_AFTER_FOOD, window_at_s=home.window.start_s, latest_at_s=home.latest_s, late_s=late_s
        )
    return None


def _situation(town: Town, home: Home) -> Iterator[Because]:
    """Yield when its boxes come, how soon anybody could be at the door, and how many couriers there were to ask."""
    release_s, _ = town.release_of(home, home.point_id)
    lot = (home.kitchen_id, home.point_id, home.batch)
    able = [one for one in _on_duty(town) if not may_not_go(home, one) and one.capacity_boxes >= home.boxes]
    if release_s is not None:
        yield because(Cause.BOXES_AT, point=home.point_id, at_s=release_s)
    elif town.come.get(lot):
        yield because(Cause.BOXES_MISSING, point=home.point_id, boxes=home.boxes - max(0, town.spare_boxes(lot)))
    else:
        yield because(Cause.BOXES_NEVER, point=home.point_id, boxes=home.boxes)
    if release_s is not None and able:
        first_s = min(_first_s(town, home, one, release_s) for one in able)
        last_s = min(home.window.end_s, home.latest_s)
        if first_s > last_s:
            yield because(Cause.EARLIEST_TOO_LATE, at_s=first_s, latest_at_s=last_s, late_s=first_s - last_s)
            return
    yield because(Cause.COURIERS_TRIED, couriers=len(able)) if able else because(Cause.NOBODY_MAY_GO)


def _on_duty(town: Town) -> list[Courier]:
    return [courier for courier in town.problem.couriers if courier.capacity_boxes > 0]


def _first_s(town: Town, home: Home, courier: Courier, release_s: int) -> int:
    """Return when a courier who stands ready at the meal point could hand over at the earliest."""
    point, here = town.known.points[home.point_id], town.point_row(home.point_id)
    load_s = max(release_s, point.window.start_s)
    return load_s + courier.loading_s + town.ride_s(courier, here, town.home_row(home.home_id))
