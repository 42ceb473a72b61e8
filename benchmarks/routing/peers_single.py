"""One echelon by others: PyVRP as it comes, and OR-Tools with the settings that measured best."""

from __future__ import annotations

from collections.abc import Callable

import pyvrp
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from routing.published.single.instance import NO_LIMIT, SingleInstance, SinglePlan, Tour
from routing.published.single.kernel import Part, part_of

DROP_PENALTY = 10_000_000_000
MANY_STOPS = 150
"""From so many stops on OR-Tools is better without its insertion neighbourhoods."""

LONGEST = 1 << 40
INSERTION_LNS = (
    "use_global_cheapest_insertion_path_lns",
    "use_local_cheapest_insertion_path_lns",
    "use_global_cheapest_insertion_visit_types_lns",
    "use_local_cheapest_insertion_visit_types_lns",
    "use_relocate_path_global_cheapest_insertion_insert_unperformed",
)
EXTRA = (
    "use_cross_exchange",
    "use_relocate_neighbors",
    "use_global_cheapest_insertion_close_nodes_lns",
    "use_local_cheapest_insertion_close_nodes_lns",
    "use_global_cheapest_insertion_expensive_chain_lns",
    "use_local_cheapest_insertion_expensive_chain_lns",
)


def whole(instance: SingleInstance) -> Part:
    """Return everything of an instance as integers."""
    return part_of(instance, range(instance.depots, instance.size), range(len(instance.vehicles)))


def plain_pyvrp(instance: SingleInstance, seconds: float, seed: int, clock: Callable[[], float]) -> SinglePlan:
    """Return what PyVRP finds with its default parameters."""
    began = clock()
    part = whole(instance)
    best = pyvrp.solve(part.data, lambda _: clock() - began > seconds, seed=seed, display=False).best
    return SinglePlan(part.tours(best))


def tuned_ortools(instance: SingleInstance, seconds: float, seed: int, clock: Callable[[], float]) -> SinglePlan | None:
    """Return what OR-Tools finds, or None where this model cannot say the rules (reloads with release times).

    It knows seconds on the wall alone.
    """
    del seed, clock
    if any(vehicle.reload_depots for vehicle in instance.vehicles) or instance.release.any():
        return None
    part = whole(instance)
    depots = [vehicle.depot for vehicle in instance.vehicles]
    manager = pywrapcp.RoutingIndexManager(instance.size, len(depots), depots, depots)
    model = pywrapcp.RoutingModel(manager)
    _state_rules(model, manager, part)
    found = model.SolveWithParameters(tuned_parameters(seconds, len(part.nodes)))
    if found is None:
        return SinglePlan(())
    tours = []
    for vehicle in range(len(depots)):
        trip, index = [], found.Value(model.NextVar(model.Start(vehicle)))
        while not model.IsEnd(index):
            trip.append(manager.IndexToNode(index))
            index = found.Value(model.NextVar(index))
        if trip:
            tours.append(Tour(vehicle, (tuple(trip),)))
    return SinglePlan(tuple(tours))


def tuned_parameters(seconds: float, stops: int) -> pywrapcp.DefaultRoutingSearchParameters:
    """Return the search parameters that measured best for so many stops."""
    chosen = pywrapcp.DefaultRoutingSearchParameters()
    chosen.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    chosen.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    chosen.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    names = INSERTION_LNS if stops > MANY_STOPS else EXTRA
    value = optional_boolean_pb2.BOOL_FALSE if stops > MANY_STOPS else optional_boolean_pb2.BOOL_TRUE
    for name in names:
        setattr(chosen.local_search_operators, name, value)
    return chosen


def _state_rules(model: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager, part: Part) -> None:
    data, instance = part.data, part.instance
    cost = model.RegisterTransitMatrix(data.distance_matrix(0).tolist())
    model.SetArcCostEvaluatorOfAllVehicles(cost)
    service = [0] * instance.depots + [client.service_duration for client in data.clients()]
    times = (data.duration_matrix(0).T + service).T
    model.AddDimension(model.RegisterTransitMatrix(times.tolist()), LONGEST, LONGEST, False, "time")  # noqa: FBT003
    load = model.RegisterUnaryTransitVector([0] * instance.depots + [client.delivery[0] for client in data.clients()])
    kinds = {vehicle: data.vehicle_type(n) for n, vehicles in enumerate(part.types) for vehicle in vehicles}
    capacities = [min(kinds[v].capacity[0], LONGEST) for v in range(len(kinds))]
    model.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "load")  # noqa: FBT003
    time = model.GetDimensionOrDie("time")
    for n, client in enumerate(data.clients()):
        index = manager.NodeToIndex(instance.depots + n)
        time.CumulVar(index).SetRange(min(client.tw_early, LONGEST), min(client.tw_late, LONGEST))
        model.AddDisjunction([index], DROP_PENALTY)
    for vehicle, kind in kinds.items():
        for index in (model.Start(vehicle), model.End(vehicle)):
            time.CumulVar(index).SetRange(min(kind.tw_early, LONGEST), min(kind.tw_late, LONGEST))
        if instance.vehicles[vehicle].max_duration < NO_LIMIT:
            time.SetSpanUpperBoundForVehicle(kind.shift_duration, vehicle)
