"""Borders: which zones lie side by side, and who rides along the line between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from routing.city import City
from routing.engine.city.strips import Exchanged, Strip, strip_of, visited
from routing.engine.fields import spots_of
from routing.lots import Lies
from routing.plan import CourierRun, LeftOutHome, RunPlan

HOMES_A_SIDE = 300
"""How many homes of each zone a strip takes in, about."""

NEIGHBOURS, LOOKED_AT = 3, 24
"""A zone borders on those of the nearest foreign meal points of each of its own, looked for among so many."""

Pair = tuple[int, int]


class Borders:
    """All couriers of a city with their runs, who is left out, and where everybody's boxes lie.

    Parameters
    ----------
    city, zones
        The city and its zones, each a city of its own.
    plans, lies
        The plan of each zone, and where the boxes of each home lie.
    """

    def __init__(self, city: City, zones: Sequence[City], plans: Sequence[RunPlan], lies: Mapping[str, Lies]) -> None:
        self.city, self.zones, self.lies = city, zones, lies
        self.homes = {home.home_id: home for home in city.homes}
        self.zone_of = {home.home_id: n for n, zone in enumerate(zones) for home in zone.homes}
        self.points = {point.point_id: point for point in city.points}
        self.runs = {run.courier_id: run for plan in plans for run in plan.courier_runs}
        self.left: list[dict[str, LeftOutHome]] = [{one.home_id: one for one in plan.left_out_homes} for plan in plans]
        spots = spots_of([*(point.place for point in city.points), *(home.place for home in city.homes)])
        self.spot_of = {home.home_id: spots[len(city.points) + n] for n, home in enumerate(city.homes)}
        at = {point.point_id: n for n, point in enumerate(city.points)}
        self.spots = [spots[[at[point.point_id] for point in zone.points]] for zone in zones]

    def rounds(self) -> list[list[Pair]]:
        """Return the pairs of zones that lie side by side, in rounds: no zone stands twice in one round."""
        if len(self.zones) < 2:
            return []
        owner = np.repeat(np.arange(len(self.zones)), [len(zone.points) for zone in self.zones])
        spots = np.concatenate(self.spots)
        _, near = KDTree(spots).query(spots, k=min(LOOKED_AT, len(spots)))
        pairs: Counter[Pair] = Counter()
        for here, others in zip(owner.tolist(), owner[near].tolist(), strict=True):
            for there in [other for other in others if other != here][:NEIGHBOURS]:
                pairs[min(here, there), max(here, there)] += 1
        return _in_rounds(sorted(pairs, key=lambda pair: (-pairs[pair], pair)))

    def strip(self, pair: Pair) -> Strip | None:
        """Return the strip along the border of two zones, None where nobody rides on one of its sides."""
        sides = [self._along(*pair), self._along(*pair[::-1])]
        if not all(sides):
            return None
        runs = [run for side in sides for run in side]
        riding = {run.courier_id for run in runs}
        waiting = [home_id for n in pair for home_id in self.left[n] if home_id in self.lies]
        couriers = [
            courier
            for n in pair
            for courier in self.zones[n].couriers
            if courier.courier_id in riding or (waiting and courier.courier_id not in self.runs)
        ]
        known = {courier.courier_id for courier in couriers}
        homes = [self.homes[home_id] for home_id in (*sorted(visited(runs)), *waiting)]
        homes = [home for home in homes if home.courier_id is None or home.courier_id in known]
        return strip_of(self.city, couriers, runs, homes, self.lies, self.points)

    def _along(self, here: int, there: int) -> list[CourierRun]:
        """Return the runs of one zone that lie nearest to the meal points of the other one."""
        runs = [self.runs[c.courier_id] for c in self.zones[here].couriers if c.courier_id in self.runs]
        far = [float(np.hypot(*(self.spots[there] - self._middle(run)).T).min()) for run in runs]
        taken: list[CourierRun] = []
        homes = 0
        for n in np.argsort(far, kind="stable").tolist():
            if homes >= HOMES_A_SIDE:
                break
            taken.append(runs[n])
            homes += sum(len(trip.visits) for trip in runs[n].trips)
        return taken

    def _middle(self, run: CourierRun) -> NDArray[np.float64]:
        spots = [self.spot_of[visit.home_id] for trip in run.trips for visit in trip.visits]
        middle: NDArray[np.float64] = np.mean(spots, axis=0)
        return middle

    def take(self, strip: Strip, found: Exchanged) -> None:
        """Put the new runs of a strip in the place of those before.

        Not where somebody would now be left out whose boxes the vans bring to another meal point than their own.
        """
        left = [one.home_id for one in found.left_out_homes]
        if any(self.lies[home_id].point_id != self.homes[home_id].point_id for home_id in left):
            return
        for run in strip.runs:
            del self.runs[run.courier_id]
        self.runs.update({run.courier_id: run for run in found.runs})
        for home in strip.city.homes:
            self.left[self.zone_of[home.home_id]].pop(home.home_id, None)
        for one in found.left_out_homes:
            self.left[self.zone_of[one.home_id]][one.home_id] = one


def _in_rounds(pairs: Sequence[Pair]) -> list[list[Pair]]:
    rounds: list[list[Pair]] = []
    for pair in pairs:
        free = next((one for one in rounds if all(set(pair).isdisjoint(other) for other in one)), None)
        if free is None:
            rounds.append([pair])
        else:
            free.append(pair)
    return rounds
