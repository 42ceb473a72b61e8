"""One OR-Tools routing model for stops of one depot: several trips, boxes that come later, stops that may be dropped.

Nodes are the stops, for each vehicle one optional reload node per further trip, one start node per vehicle, and one
end. The time at a start or reload node is when loading begins; the way there is priced on the arc that leaves the
start or enters the reload. A second dimension, `loaded`, carries the moment at which the current trip was loaded from
stop to stop, so that "not before its boxes are there" is a plain lower bound at each stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from routing.ground import ALWAYS, Ground
from routing.places import DAY_S
from routing.wanted import Wish

HORIZON_S = 2 * DAY_S
DROP_M = 10_000_000
"""Price of one box not brought, in metres: far above any way, so that nobody is left out to save a ride."""

FREE_START, EMPTY_START = False, True
DROP_THE_REST = True
"""Positional booleans of the solver's calls, by what they mean there."""

BRANCHES_A_SOLUTION = 200
"""A search that goes on takes about ten branches a solution; one that turns in place takes 700 in a millisecond."""

Trips = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far one search may go.

    Attributes
    ----------
    solutions
        Accepted solutions after which the search ends: the same on every machine. `BRANCHES_A_SOLUTION` times as
        many branches end it too: where the search space is a point or two, it accepts nothing and would never end.
    far_limit_s
        Seconds after which it is cut off; a safety net that a healthy machine never touches.
    """

    solutions: int
    far_limit_s: int = 120


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: the trips of each vehicle, or None, and whether the clock cut it off."""

    trips: tuple[Trips, ...] | None
    was_cut_short: bool


class _Model:
    """The model of one ground, whose stops all have the same depot."""

    def __init__(self, ground: Ground, wanted: Mapping[int, Wish]) -> None:
        self.ground = ground
        self.depot = ground.stops[0].depot
        self.reload_of = [n for n, v in enumerate(ground.vehicles) for _ in range(_reloads(ground, v.max_trips))]
        n_stops, n_reloads, n_vehicles = len(ground.stops), len(self.reload_of), len(ground.vehicles)
        self.first_reload, self.first_start = n_stops, n_stops + n_reloads
        self.end = self.first_start + n_vehicles
        starts = list(range(self.first_start, self.end))
        self.manager = pywrapcp.RoutingIndexManager(self.end + 1, n_vehicles, starts, [self.end] * n_vehicles)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._price_ways()
        self._add_time(wanted)
        self._add_boxes()
        self._let_drop()

    def _places(self) -> NDArray[np.int64]:
        ground = self.ground
        stops = [stop.place for stop in ground.stops]
        return np.array(stops + [self.depot] * (self.end - len(stops) + 1), dtype=np.int64)

    def _ways(self, rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        """Return the (nodes, nodes) matrix of `rows`; ways to the end are 0, or lead back."""
        places = self._places()
        table = np.array([rows[place] for place in places], dtype=np.int64)[:, places]
        back = self.ground.vehicles[0].back
        table[:, self.end] = 0 if back is None else [rows[place][back] for place in places]
        table[self.first_start : self.end, self.end] = 0
        return table

    def _price_ways(self) -> None:
        ground, metres = self.ground, self._ways(self.ground.metres)
        for v, vehicle in enumerate(ground.vehicles):
            metres[self.first_start + v, : self.first_start] += ground.metres[vehicle.start][self.depot]
            self.routing.SetFixedCostOfVehicle(vehicle.fixed_cost_m, v)
        ways = self.routing.RegisterTransitMatrix(metres.tolist())
        self.routing.SetArcCostEvaluatorOfAllVehicles(ways)

    def _add_time(self, wanted: Mapping[int, Wish]) -> None:
        ground = self.ground
        paces = {vehicle.pace_percent for vehicle in ground.vehicles}
        ways = {pace: self._times(pace) for pace in sorted(paces)}
        of_vehicles = [ways[vehicle.pace_percent] for vehicle in ground.vehicles]
        self.routing.AddDimensionWithVehicleTransits(of_vehicles, HORIZON_S, HORIZON_S, FREE_START, "time")
        self.time = self.routing.GetDimensionOrDie("time")
        window = ground.depots.get(self.depot, ALWAYS)
        releases = {stop.release_s for stop in ground.stops}
        earliest_s = max(window.start_s, min(releases))
        for n, stop in enumerate(ground.stops):
            index = self.manager.NodeToIndex(n)
            self.time.CumulVar(index).SetRange(stop.open_s, stop.close_s)
            if n in wanted:
                self.time.SetCumulVarSoftUpperBound(index, *wanted[n])
        for node in range(self.first_reload, self.end):
            vehicle = self._vehicle(node)
            way_s = ground.seconds_at(vehicle.pace_percent)[vehicle.start][self.depot]
            self._load_var(node).SetRange(
                max(vehicle.free_s + way_s, earliest_s), min(window.end_s, vehicle.end_by_s) - vehicle.loading_s
            )
        for v, vehicle in enumerate(ground.vehicles):
            self.time.CumulVar(self.routing.End(v)).SetMax(vehicle.end_by_s)
        if len(releases) > 1:
            self._add_releases()

    def _times(self, pace_percent: int) -> int:
        """Return the solver's number for the matrix of service and riding at a pace."""
        service = np.zeros(self.end + 1, dtype=np.int64)
        service[: len(self.ground.stops)] = [stop.service_s for stop in self.ground.stops]
        for node in range(self.first_reload, self.end):
            service[node] = self._vehicle(node).loading_s
        seconds = self._ways(self.ground.seconds_at(pace_percent)) + service[:, None]
        seconds[self.first_start : self.end, self.end] = 0
        return int(self.routing.RegisterTransitMatrix(seconds.tolist()))

    def _vehicle(self, node: int) -> Any:
        at = node - self.first_start
        return self.ground.vehicles[at if at >= 0 else self.reload_of[node - self.first_reload]]

    def _load_var(self, node: int) -> Any:
        if node >= self.first_start:
            return self.time.CumulVar(self.routing.Start(node - self.first_start))
        return self.time.CumulVar(self.manager.NodeToIndex(node))

    def _add_releases(self) -> None:
        self.routing.AddConstantDimensionWithSlack(0, HORIZON_S, HORIZON_S, FREE_START, "loaded")
        loaded = self.routing.GetDimensionOrDie("loaded")
        solver = self.routing.solver()
        for n, stop in enumerate(self.ground.stops):
            index = self.manager.NodeToIndex(n)
            loaded.SlackVar(index).SetValue(0)
            loaded.CumulVar(index).SetMin(max(0, stop.release_s))
        for v in range(len(self.ground.vehicles)):
            start = self.routing.Start(v)
            loaded.SlackVar(start).SetValue(0)
            solver.Add(loaded.CumulVar(start) == self.time.CumulVar(start))
        for node in range(self.first_reload, self.first_start):
            index = self.manager.NodeToIndex(node)
            solver.Add(loaded.CumulVar(index) + loaded.SlackVar(index) == self.time.CumulVar(index))

    def _add_boxes(self) -> None:
        ground = self.ground
        capacities = [vehicle.capacity for vehicle in ground.vehicles]
        largest = max(capacities)
        demand = [stop.boxes for stop in ground.stops] + [-largest] * len(self.reload_of)
        demand += [0] * (self.end + 1 - len(demand))
        boxes = self.routing.RegisterUnaryTransitVector(demand)
        self.routing.AddDimensionWithVehicleCapacity(boxes, largest, capacities, EMPTY_START, "boxes")
        dimension = self.routing.GetDimensionOrDie("boxes")
        for n in range(len(ground.stops)):
            dimension.SlackVar(self.manager.NodeToIndex(n)).SetValue(0)
        for v in range(len(capacities)):
            dimension.SlackVar(self.routing.Start(v)).SetValue(0)

    def _let_drop(self) -> None:
        for n, stop in enumerate(self.ground.stops):
            index = self.manager.NodeToIndex(n)
            self.routing.AddDisjunction([index], DROP_M * stop.boxes)
            if any(n in vehicle.never for vehicle in self.ground.vehicles):
                may = [v for v, vehicle in enumerate(self.ground.vehicles) if n not in vehicle.never]
                self.routing.VehicleVar(index).SetValues([-1, *may])
        for n, v in enumerate(self.reload_of):
            index = self.manager.NodeToIndex(self.first_reload + n)
            self.routing.AddDisjunction([index], 0)
            self.routing.VehicleVar(index).SetValues([-1, v])

    def routes(self, trips: Sequence[Trips]) -> list[list[int]]:
        """Return trips as lists of solver indices with the reload nodes between them."""
        mine: dict[int, list[int]] = {}
        for n, v in enumerate(self.reload_of):
            mine.setdefault(v, []).append(self.first_reload + n)
        out = []
        for v, of_vehicle in enumerate(trips):
            nodes: list[int] = []
            for at, trip in enumerate(of_vehicle):
                if at:
                    nodes.append(mine[v][at - 1])
                nodes += trip
            out.append([self.manager.NodeToIndex(node) for node in nodes])
        return out

    def trips(self, solution: Any) -> tuple[Trips, ...]:
        """Return the trips of each vehicle in a solution; a reload without stops is none."""
        out = []
        for v in range(len(self.ground.vehicles)):
            trips: list[list[int]] = [[]]
            index = solution.Value(self.routing.NextVar(self.routing.Start(v)))
            while not self.routing.IsEnd(index):
                node = self.manager.IndexToNode(index)
                if node >= self.first_reload:
                    trips.append([])
                else:
                    trips[-1].append(node)
                index = solution.Value(self.routing.NextVar(index))
            out.append(tuple(tuple(trip) for trip in trips if trip))
        return tuple(out)


def _reloads(ground: Ground, max_trips: int) -> int:
    return min(max_trips, len(ground.stops)) - 1


def search_parameters(bounds: Bounds, n_stops: int) -> Any:
    """Return OR-Tools' parameters as measured best for one meal point, without the operators that watch a clock."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.solution_limit = bounds.solutions
    parameters.time_limit.seconds = bounds.far_limit_s
    parameters.lns_time_limit.seconds = bounds.far_limit_s
    operators = parameters.local_search_operators
    yes, no = optional_boolean_pb2.BOOL_TRUE, optional_boolean_pb2.BOOL_FALSE
    operators.use_cross_exchange = yes
    operators.use_relocate_neighbors = yes
    if n_stops > 150:
        operators.use_global_cheapest_insertion_path_lns = no
        operators.use_local_cheapest_insertion_path_lns = no
        operators.use_relocate_path_global_cheapest_insertion_insert_unperformed = no
    operators.use_global_cheapest_insertion_visit_types_lns = no
    operators.use_local_cheapest_insertion_visit_types_lns = no
    return parameters


def search(
    ground: Ground, bounds: Bounds, *, start: Sequence[Trips] | None = None, wanted: Mapping[int, Wish] | None = None
) -> Found:
    """Search from `start` (or from nothing) and return the best trips found."""
    model = _Model(ground, wanted or {})
    parameters = search_parameters(bounds, len(ground.stops))
    routing, solver = model.routing, model.routing.solver()
    branches = bounds.solutions * BRANCHES_A_SOLUTION
    routing.AddSearchMonitor(solver.BranchesLimit(branches))
    routing.CloseModelWithParameters(parameters)
    solution = None
    if start is not None:
        given = routing.ReadAssignmentFromRoutes(model.routes(start), DROP_THE_REST)
        if given is not None:
            solution = routing.SolveFromAssignmentWithParameters(given, parameters)
    if solution is None:
        solution = routing.SolveWithParameters(parameters)
    ended = solver.Solutions() >= bounds.solutions or solver.Branches() >= branches
    was_cut_short = not ended and solver.WallTime() >= 1_000 * bounds.far_limit_s
    return Found(model.trips(solution) if solution else None, was_cut_short)
