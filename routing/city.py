"""A whole city's meal: the same question as a `RunProblem`, with travel asked for where it is needed.

A matrix over 100,000 doors would hold 10,000 million ways, of which a plan takes one in 50,000. A city keeps the places
and the source of its travel times instead; whoever plans a part of it gets a `RunProblem` with matrices of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from routing.plan import CourierRun
from routing.problem import (
    Consignment,
    Courier,
    Home,
    Kitchen,
    Lot,
    MealPoint,
    Prices,
    RunProblem,
    Van,
    lot_for,
    lot_of,
)
from routing.travel import Mode, TravelTimes

FREE = Prices()
"""No wish has a price."""


@dataclass(frozen=True, slots=True)
class Part:
    """Meal points of a city, and the vans that serve them; who starts or lives there belongs to it."""

    point_ids: frozenset[str]
    van_ids: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Both echelons of one meal of a whole city.

    `travel` must answer for two places the same whichever others it is asked about. Everything else is as in
    `RunProblem`, which refuses what cannot be when a part is made into one.
    """

    kitchens: tuple[Kitchen, ...]
    points: tuple[MealPoint, ...]
    vans: tuple[Van, ...]
    couriers: tuple[Courier, ...]
    consignments: tuple[Consignment, ...]
    homes: tuple[Home, ...]
    travel: TravelTimes
    prices: Prices = FREE
    boxes_per_carrier: int = 1

    def problem(self) -> RunProblem:
        """Return the question with its matrices; their size is the square of the places.

        Raises
        ------
        ValueError
            As `RunProblem`.
        """
        halts = [*(kitchen.place for kitchen in self.kitchens), *(point.place for point in self.points)]
        doors = [*(point.place for point in self.points), *(home.place for home in self.homes)]
        return RunProblem(
            kitchens=self.kitchens,
            points=self.points,
            vans=self.vans,
            couriers=self.couriers,
            consignments=self.consignments,
            homes=self.homes,
            van_travel=self.travel.matrix(halts, Mode.CAR),
            courier_travel=self.travel.matrix(doors, Mode.BICYCLE),
            prices=self.prices,
            boxes_per_carrier=self.boxes_per_carrier,
        )

    def divided(self, parts: Sequence[Part]) -> list[City]:
        """Return each part as a city of its own.

        Alternatives of a home that lie in another part, or to which nothing is sent, are no longer offered there.
        """
        of_point = {point_id: n for n, part in enumerate(parts) for point_id in part.point_ids}
        of_van = {van_id: n for n, part in enumerate(parts) for van_id in part.van_ids}
        homes: dict[int, list[Home]] = defaultdict(list)
        owed: dict[int, list[Consignment]] = defaultdict(list)
        for home in self.homes:
            homes[of_point[home.point_id]].append(home)
        for one in self.consignments:
            owed[of_point[one.point_id]].append(one)
        return [
            self._part(
                homes[n],
                owed[n],
                [point for point in self.points if of_point[point.point_id] == n],
                [van for van in self.vans if of_van.get(van.van_id) == n],
                [courier for courier in self.couriers if of_point[courier.point_id] == n],
            )
            for n in range(len(parts))
        ]

    def _part(
        self,
        homes: Sequence[Home],
        owed: Sequence[Consignment],
        points: Sequence[MealPoint],
        vans: Sequence[Van],
        couriers: Sequence[Courier],
    ) -> City:
        own = {lot_for(home) for home in homes}
        sends = {one.kitchen_id for one in owed if one.boxes or lot_of(one) in own}
        kept = tuple(one for one in owed if one.kitchen_id in sends)
        offered = {lot_of(one) for one in kept}
        return replace(
            self,
            kitchens=tuple(kitchen for kitchen in self.kitchens if kitchen.kitchen_id in sends),
            points=tuple(points),
            vans=tuple(van for van in vans if van.kitchen_id in sends),
            couriers=tuple(couriers),
            consignments=kept,
            homes=tuple(_within(home, offered) for home in homes),
        )


def _within(home: Home, offered: Collection[Lot]) -> Home:
    kept = tuple(one for one in home.alternatives if (home.kitchen_id, one.point_id, home.batch) in offered)
    return home if len(kept) == len(home.alternatives) else replace(home, alternatives=kept)


class Surroundings:
    """A city by id, to cut out what one courier's run touches: few enough places for a matrix of their own."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.kitchens = {kitchen.kitchen_id: kitchen for kitchen in city.kitchens}
        self.points = {point.point_id: point for point in city.points}
        self.couriers = {courier.courier_id: courier for courier in city.couriers}
        self.homes = {home.home_id: home for home in city.homes}
        self.owed: dict[str, list[Consignment]] = defaultdict(list)
        for one in city.consignments:
            self.owed[one.point_id].append(one)

    def of_run(self, run: CourierRun) -> RunProblem:
        """Return the question of one run: its courier, its homes, and the meal points of either.

        What the run names and the city does not know is not in it.
        """
        visits = [self.homes.get(visit.home_id) for trip in run.trips for visit in trip.visits]
        homes = {home.home_id: home for home in visits if home is not None}
        going = {run.courier_id} | {home.courier_id for home in homes.values() if home.courier_id is not None}
        couriers = [self.couriers[courier_id] for courier_id in sorted(going) if courier_id in self.couriers]
        named = {trip.point_id for trip in run.trips} & self.points.keys()
        named |= {one.point_id for one in couriers} | {home.point_id for home in homes.values()}
        owed = tuple(one for point_id in sorted(named) for one in self.owed[point_id])
        offered = {lot_of(one) for one in owed}
        return replace(
            self.city,
            kitchens=tuple(self.kitchens[kitchen_id] for kitchen_id in sorted({one.kitchen_id for one in owed})),
            points=tuple(self.points[point_id] for point_id in sorted(named)),
            vans=(),
            couriers=tuple(couriers),
            consignments=owed,
            homes=tuple(_within(home, offered) for home in homes.values()),
        ).problem()
