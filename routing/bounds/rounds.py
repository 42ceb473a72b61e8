"""The vans of one kitchen in the master problem: their rows, their pricing, their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from routing.bounds.master import FAR_M, Duals, Master, Row
from routing.bounds.round_trip import shortest_round_m
from routing.bounds.streets import Floats
from routing.bounds.supply import Fleet
from routing.bounds.vans import NONE, RoundPrices, price_trips, trip_pool
from routing.plan import VanRun

POOL = 100_000
TRIPS_A_ROUND = 60
LEAST_BOXES = 1
"""So many boxes are looked at where homes may send some: the price of one more is wanted there too."""

BELOW = -1e-3


@dataclass(frozen=True, slots=True)
class VanTrip:
    """One trip: (stop of the fleet's round, boxes) in order."""

    stops: tuple[tuple[int, int], ...]


class Rounds:
    """The vans of one kitchen, number `at` among the fleets.

    A van costs what it costs however little it does. Where the plan's trips take longer than one van can be under way
    its price is shared out over that time (so much of it as the trips take is a bound on how many vans they need), else
    one van is paid in full: `vans_m`.

    Attributes
    ----------
    best_m
        The best proof so far for the boxes as the plan has them, without `vans_m`.
    settled_m, a_box_m
        The same proof for the boxes that come there whatever happens, and what every further box adds at each stop.
    """

    def __init__(self, fleet: Fleet, at: int, runs: Sequence[VanRun]) -> None:
        self.fleet, self.at = fleet, at
        self.pool = trip_pool(POOL, len(fleet.round.boxes))
        self.known: set[VanTrip] = set()
        self.best_m, self.settled_m, self.a_box_m = -np.inf, 0.0, np.zeros(len(fleet.keys))
        mine = [run for run in runs if run.kitchen_id == fleet.kitchen_id]
        busy_s = sum(fleet.loading_s + run.back_s - run.depart_s for run in mine)
        several = fleet.least_trips > 1 and busy_s > fleet.span_s
        self.vans_m = 0.0 if several or not fleet.boxes else float(fleet.fixed_m)
        second_m = fleet.fixed_m / fleet.span_s if several else 0.0
        self.loading_m = second_m * fleet.loading_s
        one = fleet.round
        self.leg_m = one.metres + second_m * (one.seconds + one.handling_s[None, :])

    def add_rows(self, master: Master) -> None:
        """Add the rows, and a dull trip for each consignment."""
        fleet = self.fleet
        for n, boxes in enumerate(fleet.usual):
            master.add_boxed_row(("owed", self.at, n), float(max(LEAST_BOXES, boxes)))
        master.add_row(("trips", self.at, 0), least=fleet.least_trips)
        master.add_column(FAR_M, {("trips", self.at, 0): 1.0})
        for n in range(1, len(fleet.round.boxes)):
            metres = float(fleet.round.metres[0, n] + fleet.round.metres[n, 0] + fleet.fixed_m)
            boxes = float(fleet.round.boxes[n])
            master.add_column(
                metres, {("owed", self.at, n - 1): boxes, ("trips", self.at, 0): 1.0}, most=fleet.most_trips
            )

    def price(self, duals: Duals) -> tuple[float, list[VanTrip]]:
        """Return what the prices prove beyond `vans_m`, and trips that they make worthwhile."""
        fleet, prices = self.fleet, self._prices(duals)
        least, used = price_trips(fleet.round, prices, self.pool, BELOW)
        totals = self.pool.total[:used]
        chosen = np.argsort(totals, kind="stable")[:TRIPS_A_ROUND]
        trips = [self._trip(prices, int(at)) for at in chosen if totals[at] < BELOW]
        lack, trip_m = max(0.0, -BELOW - least), duals["trips", self.at, 0]
        value = max(0.0, trip_m - lack) * fleet.least_trips - max(0.0, lack - trip_m) * fleet.most_trips
        a_box_m = self._a_box_m(duals)
        usual_m = value + float(a_box_m @ fleet.usual)
        if usual_m > self.best_m:
            self.best_m, self.a_box_m = usual_m, a_box_m
            self.settled_m = value + float(a_box_m @ fleet.fixed)
        return usual_m, trips

    def _a_box_m(self, duals: Duals) -> Floats:
        return np.array([duals["owed", self.at, n] for n in range(len(self.fleet.keys))])

    def _prices(self, duals: Duals) -> RoundPrices:
        trip_m = self.loading_m - duals["trips", self.at, 0]
        reward = np.concatenate(([0.0], self._a_box_m(duals)))
        return RoundPrices(reward, trip_m, self.leg_m, self.fleet.begin_s, self.fleet.loading_s)

    def _trip(self, prices: RoundPrices, at: int) -> VanTrip:
        pool, one, last, labels = self.pool, self.fleet.round, at, []
        while at != NONE:
            labels.append(at)
            at = int(pool.before[at])
        stops = [int(pool.stop[label]) for label in reversed(labels)]
        over = [0] * len(stops)
        over[min(range(len(stops)), key=lambda n: float(prices.reward[stops[n]]))] = max(
            0, int(pool.load[last]) - one.capacity
        )
        return VanTrip(tuple((j, int(one.boxes[j]) - o) for j, o in zip(stops, over, strict=True)))

    def add_trips(self, master: Master, trips: list[VanTrip]) -> int:
        """Give the master those trips it does not have; return how many."""
        fresh = [trip for trip in dict.fromkeys(trips) if trip not in self.known]
        for trip in fresh:
            self.known.add(trip)
            entries: Counter[Row] = Counter({("trips", self.at, 0): 1.0})
            for j, boxes in trip.stops:
                entries["owed", self.at, j - 1] += boxes
            way = [0, *(j for j, _ in trip.stops), 0]
            cost = self.loading_m + sum(float(self.leg_m[i, j]) for i, j in pairwise(way))
            master.add_column(cost, entries, most=self.fleet.most_trips)
        return len(fresh)

    def round_trip_m(self) -> float:
        """Return what one van costs that goes once past all stops where boxes come whatever happens."""
        if not self.fleet.boxes:
            return 0.0
        stops = [n for n, boxes in enumerate(self.fleet.fixed.tolist(), 1) if boxes]
        return float(self.fleet.fixed_m + shortest_round_m(self.fleet.round.metres, stops))

    def planned(self, runs: Sequence[VanRun]) -> list[VanTrip]:
        """Return the trips that these runs of a plan make."""
        stop_of = {point_id: n for n, (_, point_id) in enumerate(self.fleet.keys, 1)}
        trips = []
        for run in runs:
            if run.kitchen_id == self.fleet.kitchen_id:
                stops = tuple((stop_of[s.point_id], s.boxes) for s in run.stops if s.point_id in stop_of)
                trips.append(VanTrip(stops))
        return trips

    def radial(self) -> Duals:
        """Return prices of boxes by how far they go: the round trip shared by a full van."""
        trip = self.fleet.round
        far = trip.metres[0, 1:] + trip.metres[1:, 0]
        return {("owed", self.at, n): float(m) / trip.capacity for n, m in enumerate(far)}
