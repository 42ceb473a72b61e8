"""The district by OR-Tools: the vans of each kitchen, then the couriers of each meal point, tuned as measured best.

A second trip is an optional copy of the meal point that empties the load (the library's own reload sample).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ortools.constraint_solver import pywrapcp

from benchmarks.routing.assemble import Index, VanTrips, arrivals, boxes_wanted, plan_of, van_runs
from benchmarks.routing.peers_district import WANTED_S, Zone, courier_matrices, zone_of
from benchmarks.routing.peers_single import tuned_parameters
from routing.plan import RunPlan
from routing.problem import Consignment, Van

VAN_SHARE = 0.2
DROP_M = 10_000_000
LONGEST_S = 48 * 3600


def ortools_pipeline(index: Index, seconds: float, seed: int) -> RunPlan:
    """Return OR-Tools' plan; every home is served from its own meal point."""
    del seed
    vans = _vans(index, seconds * VAN_SHARE)
    ready = arrivals(van_runs(index, vans))
    trips: dict[str, list[tuple[str, list[str]]]] = {}
    for kitchen in index.problem.kitchens:
        zone = zone_of(index, kitchen.kitchen_id)
        for point in zone.points:
            own = zone.only(point)
            if own.homes and own.couriers:
                share = seconds * (1 - VAN_SHARE) / len(index.problem.points)
                trips |= _couriers(index, own, ready, share)
    return plan_of(index, vans, trips)


def _couriers(
    index: Index, zone: Zone, ready: Mapping[tuple[str, str], int], seconds: float
) -> dict[str, list[tuple[str, list[str]]]]:
    """Return the trips of one meal point's couriers; node 0 is the point, 1 the free end, then reloads, then homes."""
    metres, travel_s = courier_matrices(index, zone)
    reloads = sum(courier.max_trips - 1 for courier in zone.couriers)
    spot = [0, 1, *([0] * reloads), *range(2, len(metres))]
    k = len(zone.couriers)
    manager = pywrapcp.RoutingIndexManager(len(spot), k, [0] * k, [1] * k)
    model = pywrapcp.RoutingModel(manager)
    far = [[int(metres[a, b]) for b in spot] for a in spot]
    service = [0, 0, *([0] * reloads), *(home.service_s for home in zone.homes)]
    long = [[int(travel_s[a, b]) + service[n] for b in spot] for n, a in enumerate(spot)]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(far))
    model.AddDimension(model.RegisterTransitMatrix(long), LONGEST_S, LONGEST_S, False, "time")  # noqa: FBT003
    most = max(courier.capacity_boxes for courier in zone.couriers)
    loads = [0, 0, *([-most] * reloads), *(home.boxes for home in zone.homes)]
    capacities = [courier.capacity_boxes for courier in zone.couriers]
    load = model.RegisterUnaryTransitVector(loads)
    model.AddDimensionWithVehicleCapacity(load, most, capacities, True, "load")  # noqa: FBT003
    _state_times(model, manager, zone, ready, reloads)
    found = model.SolveWithParameters(tuned_parameters(seconds, len(zone.homes)))
    return {} if found is None else _read(model, manager, found, zone, reloads)


def _state_times(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    zone: Zone,
    ready: Mapping[tuple[str, str], int],
    reloads: int,
) -> None:
    time, load = model.GetDimensionOrDie("time"), model.GetDimensionOrDie("load")
    for n, home in enumerate(zone.homes):
        index = manager.NodeToIndex(2 + reloads + n)
        time.CumulVar(index).SetRange(home.window.start_s, min(home.window.end_s, home.latest_s))
        load.SlackVar(index).SetValue(0)
        model.AddDisjunction([index], DROP_M)
    for n in range(reloads):
        model.AddDisjunction([manager.NodeToIndex(2 + n)], 0)
    begin_s = ready.get((zone.kitchen_id, zone.points[0]), 0)
    for v, courier in enumerate(zone.couriers):
        model.SetFixedCostOfVehicle(courier.fixed_cost_m, v)
        early_s = max(courier.shift.start_s, begin_s)
        time.CumulVar(model.Start(v)).SetRange(early_s, max(early_s, courier.shift.end_s))
        time.CumulVar(model.End(v)).SetMax(max(early_s, courier.shift.end_s))


def _read(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
    zone: Zone,
    reloads: int,
) -> dict[str, list[tuple[str, list[str]]]]:
    trips: dict[str, list[tuple[str, list[str]]]] = {}
    for v, courier in enumerate(zone.couriers):
        made: list[tuple[str, list[str]]] = [(courier.point_id, [])]
        index = found.Value(model.NextVar(model.Start(v)))
        while not model.IsEnd(index):
            node = manager.IndexToNode(index) - 2 - reloads
            if node >= 0:
                made[-1][1].append(zone.homes[node].home_id)
            elif made[-1][1]:
                made.append((courier.point_id, []))
            index = found.Value(model.NextVar(index))
        trips[courier.courier_id] = [(point, homes) for point, homes in made if homes]
    return trips


def _vans(index: Index, seconds: float) -> VanTrips:
    """Return the vans' trips, one a van, early if that is possible and else by the latest time allowed."""
    trips: dict[str, list[list[tuple[str, int]]]] = {}
    kitchens = index.problem.kitchens
    for kitchen in kitchens:
        for wanted_s in WANTED_S:
            by_s = LONGEST_S if wanted_s is None else wanted_s
            found = _kitchen_vans(index, kitchen.kitchen_id, seconds / len(kitchens) / len(WANTED_S), by_s)
            if found is not None:
                trips |= found
                break
    return trips


def _kitchen_vans(
    index: Index, kitchen_id: str, seconds: float, wanted_s: int
) -> dict[str, list[list[tuple[str, int]]]] | None:
    """Return the trips of one kitchen's vans, or None if none are found."""
    problem = index.problem
    vans = [van for van in problem.vans if van.kitchen_id == kitchen_id]
    boxes = boxes_wanted(problem, {})
    owed = [one for one in problem.consignments if one.kitchen_id == kitchen_id and boxes[kitchen_id, one.point_id]]
    points = [problem.points[index.point_at[one.point_id]] for one in owed]
    rows = [index.kitchen_at[kitchen_id], *(len(problem.kitchens) + index.point_at[p.point_id] for p in points)]
    manager = pywrapcp.RoutingIndexManager(len(rows), len(vans), 0)
    model = pywrapcp.RoutingModel(manager)
    far = [[int(problem.van_travel.metres[a, b]) for b in rows] for a in rows]
    handling = [0, *(point.handling_s for point in points)]
    long = [[int(problem.van_travel.seconds[a, b]) + handling[n] for b in rows] for n, a in enumerate(rows)]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(far))
    model.AddDimension(model.RegisterTransitMatrix(long), LONGEST_S, LONGEST_S, False, "time")  # noqa: FBT003
    load = model.RegisterUnaryTransitVector([0, *(one.boxes for one in owed)])
    model.AddDimensionWithVehicleCapacity(load, 0, [van.capacity_boxes for van in vans], True, "load")  # noqa: FBT003
    time = model.GetDimensionOrDie("time")
    begin_s = max(one.ready_s for one in owed) + vans[0].loading_s
    for n, one in enumerate(owed, 1):
        time.CumulVar(manager.NodeToIndex(n)).SetRange(points[n - 1].window.start_s, min(one.due_s, wanted_s))
    for v, van in enumerate(vans):
        model.SetFixedCostOfVehicle(van.fixed_cost_m, v)
        time.CumulVar(model.Start(v)).SetRange(max(begin_s, van.shift.start_s), van.shift.end_s)
        time.CumulVar(model.End(v)).SetMax(van.shift.end_s)
    found = model.SolveWithParameters(tuned_parameters(seconds, len(owed)))
    return None if found is None else _read_vans(model, manager, found, vans, owed)


def _read_vans(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
    vans: Sequence[Van],
    owed: Sequence[Consignment],
) -> dict[str, list[list[tuple[str, int]]]]:
    trips: dict[str, list[list[tuple[str, int]]]] = {}
    for v, van in enumerate(vans):
        drops, at = [], found.Value(model.NextVar(model.Start(v)))
        while not model.IsEnd(at):
            one = owed[manager.IndexToNode(at) - 1]
            drops.append((one.point_id, one.boxes))
            at = found.Value(model.NextVar(at))
        trips[van.van_id] = [drops] if drops else []
    return trips
