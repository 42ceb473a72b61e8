"""What it would cost to change one stop of a published plan: exact, without a solver, before anybody decides.

The stop is taken out of its ride and put into another at the cheapest place that breaks nothing; the price is the
difference of what both plans cost by `routing.costs`. Nothing else moves: planning again may find better, never worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kitchens.settling import problem_as_planned
from routing.costs import costs_of
from routing.ground import Ground
from routing.lots import where_boxes_lie
from routing.plan import CourierRun, RunPlan, VanRun
from routing.problem import Consignment, Home, RunProblem
from routing.reasons import missed_by_s
from routing.rides import Ride
from routing.runs import courier_runs
from routing.supply import courier_ground
from service.frozen import thaw
from service.settings import Settings
from service.travelling import travel_times


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to serve a stop otherwise, and what that costs more; less where it is negative.

    Attributes
    ----------
    courier_id, point_id
        Who would come, from which meal point.
    added_m, later_s
        More metres ridden by both couriers together, and how much later the one who takes it is done.
    cost_m
        The difference of both plans' costs: metres with every price of `routing.problem.Prices`.
    is_called_out
        Whether that courier had nothing to do before; `later_s` is then the length of the whole run.
    """

    courier_id: str
    point_id: str
    added_m: int
    later_s: int
    cost_m: int
    is_called_out: bool


@dataclass(frozen=True, slots=True)
class NoOffer:
    """Why a way is not possible: the key of a sentence, and the boxes or seconds that lack (0: no figure)."""

    courier_id: str
    point_id: str
    why: str
    lack: int = 0


class Roads:
    """The rides of a published plan, ready to be asked. Nothing in it changes: every question works on copies."""

    def __init__(self, problem: RunProblem, runs: RunPlan) -> None:
        goes = {v.home_id: run.courier_id for run in runs.courier_runs for trip in run.trips for v in trip.visits}
        homes = tuple(
            replace(home, former_courier_id=goes.get(home.home_id), courier_id=None, not_couriers=())
            for home in problem.homes
        )
        self.asked = replace(problem, homes=homes)
        self.settled = problem_as_planned(self.asked, runs)
        self.runs = runs
        self.ground = _as_loaded(self.settled, runs)
        self.home_at = {home.home_id: n for n, home in enumerate(homes)}
        self.courier_at = {courier.courier_id: v for v, courier in enumerate(problem.couriers)}
        self.point_at = {point.point_id: n for n, point in enumerate(problem.points)}
        self.idle = [Ride(self.ground, vehicle) for vehicle in self.ground.vehicles]
        self.rides = list(self.idle)
        for run in runs.courier_runs:
            v = self.courier_at[run.courier_id]
            trips = [[self.home_at[visit.home_id] for visit in trip.visits] for trip in run.trips]
            self.rides[v] = Ride(self.ground, self.ground.vehicles[v], trips)
        self.rider = {i: v for v, ride in enumerate(self.rides) for load in ride.loads for i in load.stops}

    def home_of(self, courier_id: str, position: int) -> Home:
        """Return the home of a courier's visit, counted from 1 over all trips, as the plan serves it."""
        ride = self.rides[self.courier_at[courier_id]]
        stops = [i for load in ride.loads for i in load.stops]
        return self.settled.homes[stops[position - 1]]

    def by_couriers(self, home_id: str) -> list[Offer | NoOffer]:
        """Return what it costs to have each other courier serve a home from its meal point, in the couriers' order."""
        n = self.home_at[home_id]
        own = self.settled.homes[n].point_id
        others = [v for v in range(len(self.rides)) if v != self.rider[n]]
        return [self._offer(n, w, self.ground, own) for w in others]

    def by_points(self, home_id: str) -> list[Offer | NoOffer]:
        """Return what it costs to serve a home from each of its other meal points, by whoever does so cheapest."""
        n = self.home_at[home_id]
        own = self.settled.homes[n].point_id
        others = [one.point_id for one in self.asked.homes[n].points if one.point_id != own]
        return [self._from_point(n, point_id) for point_id in others]

    def _from_point(self, n: int, point_id: str) -> Offer | NoOffer:
        release_s = self._release_s(n, point_id)
        if isinstance(release_s, NoOffer):
            return release_s
        stops = list(self.ground.stops)
        stops[n] = replace(stops[n], depot=self.point_at[point_id], release_s=release_s)
        ground = replace(self.ground, stops=tuple(stops))
        offers = [self._offer(n, w, ground, point_id) for w in range(len(self.rides))]
        possible = [offer for offer in offers if isinstance(offer, Offer)]
        if possible:
            return min(possible, key=lambda offer: (offer.cost_m, offer.courier_id))
        return NoOffer("", point_id, "lock.no.courier")

    def rides_after(self, n: int, w: int, ground: Ground) -> list[Ride] | None:
        """Return all rides after home `n` has gone to courier `w` at the cheapest place; None where none is free."""
        v = self.rider[n]
        without = self.rides[v].copy()
        if without.remove({n}) != [n]:
            return None
        taking = without if w == v else self.rides[w].copy()
        taking.ground = ground
        taking.vehicle = replace(taking.vehicle, never=self._never(n, w))
        slot = taking.best_slot(n)
        if slot is None:
            return None
        taking.insert(n, slot)
        after = list(self.rides)
        after[v], after[w] = without, taking
        return after

    def _never(self, n: int, w: int) -> frozenset[int]:
        """Return whom courier `w` must not go to, once no lock stands in the way to `n`."""
        barred = self.settled.homes[n].certified_only and not self.settled.couriers[w].certified
        return frozenset({n}) if barred else frozenset()

    def _offer(self, n: int, w: int, ground: Ground, point_id: str) -> Offer | NoOffer:
        courier_id = self.settled.couriers[w].courier_id
        after = self.rides_after(n, w, ground)
        if after is None:
            return self._no_offer(n, w, ground, point_id)
        v, before, taking = self.rider[n], self.rides[w], after[w]
        is_called_out = not before.loads
        began_s = taking.loads[0].load_s if is_called_out else before.end_s
        touched = {v, w}
        return Offer(
            courier_id=courier_id,
            point_id=point_id,
            added_m=sum(after[one].metres - self.rides[one].metres for one in touched),
            later_s=taking.end_s - began_s,
            cost_m=self._cost_m(after, touched) - self._cost_m(self.rides, touched),
            is_called_out=is_called_out,
        )

    def _cost_m(self, rides: Sequence[Ride], touched: set[int]) -> int:
        """Return what the rides of these couriers cost, as part of a plan: costs of couriers add up one by one."""
        return costs_of(self.asked, self._plan(rides, touched)).total_m

    def _plan(self, rides: Sequence[Ride], touched: set[int]) -> RunPlan:
        alone = [ride if v in touched else self.idle[v] for v, ride in enumerate(rides)]
        runs: tuple[CourierRun, ...] = tuple(courier_runs(self.settled, alone))
        return RunPlan((), runs, (), (), self.runs.made_by)

    def _no_offer(self, n: int, w: int, ground: Ground, point_id: str) -> NoOffer:
        courier = self.settled.couriers[w]
        ride, stop = self.rides[w].copy(), ground.stops[n]
        ride.ground = ground
        ride.vehicle = replace(ride.vehicle, never=self._never(n, w))
        if n in ride.vehicle.never:
            return NoOffer(courier.courier_id, point_id, "lock.no.certificate")
        if stop.boxes > courier.capacity_boxes:
            return NoOffer(courier.courier_id, point_id, "lock.no.room", stop.boxes - courier.capacity_boxes)
        over = ride.crowded_by(stop)
        if over is not None:
            return NoOffer(courier.courier_id, point_id, "lock.no.room", over)
        late_s = missed_by_s(n, [ride])
        if late_s:
            return NoOffer(courier.courier_id, point_id, "lock.no.time", late_s)
        return NoOffer(courier.courier_id, point_id, "lock.no.fit")

    def _release_s(self, n: int, point_id: str) -> int | NoOffer:
        """Return from when a home's boxes could lie at another meal point with the vans as they go."""
        home = self.settled.homes[n]
        point = self.settled.points[self.point_at[point_id]]
        through = sum(one.boxes for one in self.settled.consignments if one.point_id == point_id)
        if point.capacity_boxes is not None and through + home.boxes > point.capacity_boxes:
            return NoOffer("", point_id, "lock.no.point_full", through + home.boxes - point.capacity_boxes)
        one = next(one for one in self.settled.consignments if _lot(one) == (home.kitchen_id, point_id, home.batch))
        if one.on_site:
            return one.ready_s
        come = sorted(self._lots(home, point_id))
        if not come:
            return NoOffer("", point_id, "lock.no.van")
        roomy = [ready_s for ready_s, has_room in come if has_room]
        return roomy[0] if roomy else NoOffer("", point_id, "lock.no.van_full")

    def _lots(self, home: Home, point_id: str) -> Iterator[tuple[int, bool]]:
        """Yield when each van that brings such boxes there is unloaded, and whether it could take the home's along."""
        capacity = {van.van_id: van.capacity_boxes // self.settled.boxes_per_carrier for van in self.settled.vans}
        for run in self.runs.van_runs:
            for at, stop in enumerate(run.stops):
                if (run.kitchen_id, stop.point_id, stop.batch) == (home.kitchen_id, point_id, home.batch):
                    carriers = self._carriers(run, home, at)
                    yield stop.ready_s, carriers <= capacity[run.van_id]

    def _carriers(self, run: VanRun, home: Home, to: int) -> int:
        """Return the carriers on a van run when a home's boxes go to its stop `to` and not to the home's own point."""
        boxes = [stop.boxes for stop in run.stops]
        boxes[to] += home.boxes
        for at, stop in enumerate(run.stops):
            if (stop.point_id, stop.batch) == (home.point_id, home.batch) and boxes[at] >= home.boxes and at != to:
                boxes[at] -= home.boxes
                break
        return sum(-(-one // self.settled.boxes_per_carrier) for one in boxes)


def _as_loaded(problem: RunProblem, runs: RunPlan) -> Ground:
    """Return the second echelon with every box where the plan loads it: who goes without keeps none from the served."""
    lies = where_boxes_lie(problem, runs)
    bare = courier_ground(problem)
    stops = tuple(
        replace(stop, release_s=lies[home.home_id].release_s) if home.home_id in lies else stop
        for home, stop in zip(problem.homes, bare.stops, strict=True)
    )
    return replace(bare, stops=stops)


def _lot(one: Consignment) -> tuple[str, str, str]:
    return one.kitchen_id, one.point_id, one.batch


@lru_cache(maxsize=2)
def roads_of(content: str, settings: Settings) -> Roads:
    """Return the roads of a frozen plan; the last two are kept, for whoever asks about one stop asks about the next."""
    return Roads(*thaw(content, travel_times(settings)))
