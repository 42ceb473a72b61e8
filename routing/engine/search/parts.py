"""Parts of a field: some of its stops and vehicles, as a field of their own that a thread can search."""

from __future__ import annotations

import numpy as np

from routing.engine.search.field import Field, Records, Rows, nearest_stops, nearest_vehicles, ways_near


def part_of(field: Field, stops: Rows, vehicles: Rows) -> Field:
    """Return the field of these stops and vehicles (ascending numbers), numbered in this order; depots stay all."""
    of_stops, of_vehicles, of_depots = field.stops[stops], field.vehicles[vehicles], field.depots.copy()
    nowhere = len(field.ways) - 1
    used = np.unique(
        np.concatenate([of_stops["place"], of_depots["place"], of_vehicles["start"], of_vehicles["back"], [nowhere]])
    )
    row_of = np.zeros(len(field.ways), dtype=np.int64)
    row_of[used] = np.arange(len(used))
    of_stops["place"], of_depots["place"] = row_of[of_stops["place"]], row_of[of_depots["place"]]
    of_vehicles["start"], of_vehicles["back"] = row_of[of_vehicles["start"]], row_of[of_vehicles["back"]]
    _, of_vehicles["kind"] = _kinds(of_vehicles["kind"])
    ways: Records = field.ways[np.ix_(used, used)]
    near = nearest_stops(ways, of_stops["place"])
    return Field(
        ways=ways,
        stops=of_stops,
        depots=of_depots,
        vehicles=of_vehicles,
        release=field.release,
        depot_cost=field.depot_cost[stops],
        pair_cost=np.ascontiguousarray(field.pair_cost[np.ix_(stops, vehicles)]),
        near=near,
        near_ways=ways_near(ways, of_stops["place"], near),
        near_depots=field.near_depots[stops],
        near_vehicles=nearest_vehicles(ways, of_vehicles["start"], of_depots["place"]),
    )


def _kinds(kinds: Rows) -> tuple[Rows, Rows]:
    """Return the kinds that occur, and each vehicle's among them."""
    found, number = np.unique(kinds, return_inverse=True)
    return found, number.astype(np.int64)
