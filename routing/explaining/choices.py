"""Why this meal point and why this courier: what the others would have cost in the runs as they are."""

from __future__ import annotations

from collections.abc import Iterator

from routing.explaining.because import Because, Cause, because
from routing.explaining.offers import Offer, offers
from routing.explaining.town import Door, Rule, Town
from routing.problem import Home


def why_point(town: Town, door: Door) -> Iterator[Because]:
    """Yield why a home is served from the meal point it is served from."""
    home = town.known.homes[door.visit.home_id]
    here = door.trip.point_id
    if here == home.point_id:
        yield because(Cause.OWN_POINT, point=here)
        return
    both: dict[str, str | int] = {"point": here, "own_point": home.point_id}
    locked = town.known.couriers.get(home.courier_id or "")
    if locked is not None and locked.point_id == here:
        yield because(Cause.OTHER_POINT_LOCKED, courier=locked.courier_id, **both)
    short = _short_of_room(town, home)
    if short > 0:
        yield because(Cause.OWN_POINT_FULL, boxes=short, **both)
        return
    come = town.come.get((home.kitchen_id, home.point_id, home.batch), [])
    if not come:
        yield because(Cause.OWN_POINT_NO_BOXES, **both)
        return
    yield from _own_point_compared(town, door, home, both, max(ready_s for ready_s, _ in come))


def _own_point_compared(
    town: Town, door: Door, home: Home, both: dict[str, str | int], release_s: int
) -> Iterator[Because]:
    """Yield what serving from the own point would cost, with its boxes there by the last that come."""
    bare = town.without(home.home_id, home.point_id)
    own = list(offers(bare, home, home.point_id, release_s, boxes_apart=True))
    price_m = next(one.cost_m for one in home.points if one.point_id == door.trip.point_id)
    best = min((offer for offer in own if not offer.faults), key=lambda offer: offer.added_m, default=None)
    if best is None:
        only = [offer.faults[0] for offer in own if len(offer.faults) == 1]
        late = [
            fault.amount for fault in only if fault.rule in {Rule.FOOD, Rule.WINDOW} and fault.subject == home.home_id
        ]
        if late:
            yield because(Cause.OWN_POINT_TOO_LATE, late_s=min(late), **both)
        else:
            yield because(Cause.OWN_POINT_NO_ROOM, **both)
        return
    saved_m = best.added_m - _saving_m(town, door)
    if best.is_new:
        yield because(Cause.OTHER_POINT_SPARES_COURIER, next_courier=best.courier.courier_id, **both)
    if saved_m > price_m:
        yield because(Cause.OTHER_POINT_SAVES, saved_m=saved_m, price_m=price_m, **both)
    else:
        yield because(Cause.OTHER_POINT_COSTS, more_m=price_m - saved_m, **both)


def _short_of_room(town: Town, home: Home) -> int:
    """Return how many boxes too many would pass through the home's own meal point with its own."""
    room = town.known.points[home.point_id].capacity_boxes
    if room is None:
        return 0
    passing = sum(boxes for lot, some in town.come.items() if lot[1] == home.point_id for _, boxes in some)
    return passing + home.boxes - room


def _saving_m(town: Town, door: Door) -> int:
    """Return what the courier rides less without this door; without the only one, the price of going out as well."""
    courier = town.known.couriers[door.run.courier_id]
    bare = town.without(door.visit.home_id, door.trip.point_id)
    legs = bare.legs_of(courier.courier_id)
    before_m = town.ride(courier, town.legs_of(courier.courier_id)).run.metres
    return before_m - town.ride(courier, legs).run.metres + (0 if legs else courier.fixed_cost_m)


def why_courier(town: Town, door: Door) -> Iterator[Because]:
    """Yield why a home is served by the courier who goes there."""
    home = town.known.homes[door.visit.home_id]
    who = door.run.courier_id
    if home.courier_id == who:
        yield because(Cause.COURIER_LOCKED, courier=who)
        return
    if home.certified_only:
        certified = sum(one.certified and one.capacity_boxes > 0 for one in town.problem.couriers)
        yield because(Cause.COURIER_CERTIFIED, courier=who, couriers=certified)
    if who in home.familiar and town.problem.prices.familiar_m:
        yield because(Cause.COURIER_FAMILIAR, courier=who)
    if who == home.former_courier_id and town.problem.prices.churn_m:
        yield because(Cause.COURIER_AS_BEFORE, courier=who)
    yield _compared(town, door, home)


def _compared(town: Town, door: Door, home: Home) -> Because:
    who, here = door.run.courier_id, door.trip.point_id
    bare = town.without(home.home_id, here)
    release_s, _ = bare.release_of(home, here)
    others = [courier for courier in town.problem.couriers if courier.courier_id != who]
    if release_s is None:
        # Only a plan that breaks the rule takes a box that never comes.
        release_s = door.trip.load_s
    able = [offer for offer in offers(bare, home, here, release_s, couriers=others) if not offer.faults]
    best = min(able, key=lambda offer: (offer.added_m, offer.courier.courier_id), default=None)
    if not others:
        return because(Cause.COURIER_ALONE, courier=who)
    if best is None:
        return because(Cause.COURIER_ONLY, courier=who, couriers=len(others))
    more_m = best.added_m - _saving_m(town, door)
    values: dict[str, str | int] = {"courier": who, "next_courier": best.courier.courier_id}
    if best.is_new and more_m > 0:
        return because(Cause.COURIER_SPARES_ANOTHER, **values)
    if more_m == 0:
        return because(Cause.COURIER_AS_SHORT, **values)
    if more_m > 0:
        return because(Cause.COURIER_SHORTEST, **values, more_m=more_m, couriers=_able(able))
    return because(Cause.COURIER_NOT_SHORTEST, **values, less_m=-more_m)


def _able(some: list[Offer]) -> int:
    return len({offer.courier.courier_id for offer in some})
