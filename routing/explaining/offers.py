"""Where a home could go in the runs as they are: every courier, every trip, every position, and what each breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.explaining.town import Fault, Leg, Ridden, Town
from routing.problem import Courier, Home
from routing.travel import UNREACHABLE_S


@dataclass(frozen=True, slots=True)
class Offer:
    """One home more in one courier's run: its trip `trip_at` then carries it.

    `added_m` is what the courier rides more, with the price of a courier who would not go out otherwise.
    """

    courier: Courier
    legs: tuple[Leg, ...]
    trip_at: int
    ridden: Ridden
    added_m: int
    is_new: bool

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every rule that it breaks."""
        return self.ridden.faults

    def start_s(self, home_id: str) -> int:
        """Return when the hand-over at the home would start."""
        return next(visit.start_s for visit in self.ridden.run.trips[self.trip_at].visits if visit.home_id == home_id)


def offers(
    town: Town,
    home: Home,
    point_id: str,
    release_s: int,
    *,
    couriers: Sequence[Courier] | None = None,
    boxes_apart: bool = False,
) -> Iterator[Offer]:
    """Yield what every courier could do with a home whose boxes lie at `point_id` from `release_s` on.

    With `boxes_apart` its boxes come by themselves, otherwise out of what comes for all. Ways that lead nowhere are not
    offered; whatever else an offer breaks stands in its faults.
    """
    later = {} if boxes_apart else town.release_of(home, point_id)[1]
    for courier in town.problem.couriers if couriers is None else couriers:
        if courier.capacity_boxes == 0:
            continue
        legs = [
            replace(leg, release_s=max(leg.release_s, later.get((courier.courier_id, n), 0)))
            for n, leg in enumerate(town.legs_of(courier.courier_id))
        ]
        before_m = town.ride(courier, legs).run.metres
        for grown, trip_at in _grown(legs, home.home_id, point_id, release_s):
            ridden = town.ride(courier, grown)
            if ridden.run.metres < UNREACHABLE_S:
                added_m = ridden.run.metres - before_m + (0 if legs else courier.fixed_cost_m)
                yield Offer(courier, grown, trip_at, ridden, added_m, not legs)


def _grown(legs: Sequence[Leg], home_id: str, point_id: str, release_s: int) -> Iterator[tuple[tuple[Leg, ...], int]]:
    for n, leg in enumerate(legs):
        if leg.point_id == point_id:
            for at in range(len(leg.homes) + 1):
                homes = (*leg.homes[:at], home_id, *leg.homes[at:])
                yield (*legs[:n], Leg(point_id, homes, max(leg.release_s, release_s)), *legs[n + 1 :]), n
    for n in range(len(legs) + 1):
        yield (*legs[:n], Leg(point_id, (home_id,), release_s), *legs[n:]), n


def latest_release_s(town: Town, offer: Offer, release_s: int, least_s: int) -> int | None:
    """Return until when the home's boxes may come for the offer to hold, at most `release_s`.

    None if they may not even come by `least_s`. `offer` was made as if its boxes lay there from the morning on.
    """

    def holds(ready_s: int) -> bool:
        leg = offer.legs[offer.trip_at]
        late = replace(leg, release_s=max(leg.release_s, ready_s))
        legs = (*offer.legs[: offer.trip_at], late, *offer.legs[offer.trip_at + 1 :])
        return not town.ride(offer.courier, legs).faults

    if not holds(least_s):
        return None
    if holds(release_s):
        return release_s
    early, late = least_s, release_s
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if holds(middle) else (early, middle)
    return early
