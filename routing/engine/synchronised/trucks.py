"""The cheapest trucks that bring every trip's goods in time. Compiled.

If every freighter leaves as late as its windows let it, a plan holds if and only if at each satellite, by each latest
departure, as much has come as must have left. So the second level asks the first only for (satellite, load, latest
departure) of each trip. Loads may be split over trucks; whether a set of trucks suffices is Hall's condition: what only
the trucks of a subset can bring in time must fit into them.
"""

from __future__ import annotations

import math

from routing.engine.compiled import compiled
from routing.engine.synchronised.layout import (
    AGES,
    CHEAPEST,
    DIRECT,
    FOLLOWING,
    KNOWN,
    LANE,
    LATE,
    MOST_SHARED,
    RANK,
    SATELLITE,
    SHARED,
    SLACK,
    SOONEST,
    UNCOVERED,
    WHOLE,
    Ints,
    Memory,
    Needs,
    Rows,
    Stack,
    Tours,
    Town,
)

NODES = 4000
"""How many partial sets of trucks one question may look at; then the best found so far is the answer."""

FEW = 3
"""Up to so many trucks, full ones need not go to one satellite alone."""

LOAD_UNIT = 1024.0
"""Loads enter keys as whole numbers of this fraction of a unit."""


@compiled
def collect_needs(town: Town, tours: Tours, rows: Rows, needs: Needs) -> bool:
    """Write down what the trips ask of the trucks; return whether some truck could be in time for each of them."""
    count = 0
    needs.total[:] = 0.0
    for row in range(rows.size.shape[0]):
        for at in range(rows.size[row] - 1):
            satellite = rows.stop[row, at] - town.customers
            if satellite < 0 or satellite >= town.satellites:
                continue
            late, load = rows.clock[LATE, row, at] + SLACK, rows.clock[WHOLE, row, at]
            rank, high = 0, tours.single[KNOWN, satellite]
            while rank < high:
                middle = (rank + high) // 2
                if tours.times[satellite, middle] <= late:
                    rank = middle + 1
                else:
                    high = middle
            if rank == 0:
                return False
            needs.trip[SATELLITE, count], needs.trip[RANK, count], needs.load[count] = satellite, rank, load
            needs.total[satellite] += load
            count += 1
    needs.trips[0] = count
    return True


@compiled
def key_of(tours: Tours, needs: Needs) -> int:
    """Return a number that is the same for the same needs in any order, hardly ever for others."""
    key = 0
    for nth in range(needs.trips[0]):
        weight = tours.weight[needs.trip[SATELLITE, nth], needs.trip[RANK, nth]]
        key += math.floor(needs.load[nth] * LOAD_UNIT + 0.5) * weight
    return key ^ (key >> 29)


@compiled
def open_satellites(needs: Needs) -> tuple[float, int]:
    """Return the load of all trips, and the bits of the satellites they leave from."""
    load, bits = 0.0, 0
    for satellite in range(needs.total.shape[0]):
        load += needs.total[satellite]
        if needs.total[satellite] > SLACK:
            bits |= 1 << satellite
    return load, bits


@compiled
def trucks_floor(tours: Tours, needs: Needs) -> float:
    """Return a cost below which no trucks meet these needs: by number of trucks and satellites, times left out."""
    load, bits = open_satellites(needs)
    trucks = math.ceil(load / tours.capacity - SLACK)
    if trucks <= MOST_SHARED:
        return float(tours.least[trucks, bits])
    return max(float(tours.least[MOST_SHARED, bits]), trucks * float(tours.cost[0]))


@compiled
def trucks_cost(tours: Tours, plan: Ints) -> float:
    """Return what the trucks of a plan cost; AGES if there are none."""
    cost = 0.0
    for satellite in range(tours.single.shape[1]):
        if plan[DIRECT, satellite]:
            cost += plan[DIRECT, satellite] * tours.cost[plan[LANE, satellite]]
    for nth in range(plan[SHARED, -1]):
        cost += tours.cost[plan[SHARED, nth]]
    return cost if cost > 0.0 else AGES


@compiled
def copy_plan(source: Ints, target: Ints) -> None:
    """Make a truck plan the same as another."""
    for part in range(3):
        for at in range(source.shape[1]):
            target[part, at] = source[part, at]


@compiled
def room_left(tours: Tours, plan: Ints, stack: Stack, subset: int) -> float:
    """Return how much the shared trucks of a subset could still bring, after what only they can (`stack.bound`)."""
    room, trucks = 0.0, subset
    while trucks:
        room += tours.capacity
        trucks &= trucks - 1
    for satellite in range(tours.single.shape[1]):
        room -= max(0.0, stack.bound[satellite, subset] - plan[DIRECT, satellite] * tours.capacity)
    return room


@compiled
def suffice(tours: Tours, needs: Needs, plan: Ints, count: int, stack: Stack) -> bool:
    """Return whether a plan's trucks, the first `count` of the shared, bring all in time; direct ones always are."""
    bound = stack.bound
    satellites = tours.single.shape[1]
    for satellite in range(satellites):
        for subset in range(1 << count):
            bound[satellite, subset] = 0.0
    for nth in range(needs.trips[0]):
        able, satellite = 0, needs.trip[SATELLITE, nth]
        for truck in range(count):
            if tours.rank[plan[SHARED, truck], satellite] < needs.trip[RANK, nth]:
                able |= 1 << truck
        bound[satellite, able] += needs.load[nth]
    # Each satellite's load by the exact set of able trucks becomes that by all subsets of a set.
    for satellite in range(satellites):
        for truck in range(count):
            for subset in range(1 << count):
                if subset >> truck & 1:
                    bound[satellite, subset] += bound[satellite, subset ^ (1 << truck)]
    for subset in range(1 << count):  # noqa: SIM110 (Numba knows no generators in `all`)
        if room_left(tours, plan, stack, subset) < -SLACK:
            return False
    return True


@compiled
def _still_holds(tours: Tours, needs: Needs, plan: Ints, stack: Stack) -> bool:
    """Return whether a plan made for other needs meets these, its direct trucks in time for all."""
    for nth in range(needs.trips[0]):
        satellite = needs.trip[SATELLITE, nth]
        if plan[DIRECT, satellite] and tours.rank[plan[LANE, satellite], satellite] >= needs.trip[RANK, nth]:
            return False
    return suffice(tours, needs, plan, plan[SHARED, -1], stack)


@compiled
def _choose_lanes(tours: Tours, needs: Needs, plan: Ints) -> bool:
    """Set the tour of each satellite's direct trucks: the cheapest that is in time for all; False if there is none."""
    for satellite in range(needs.total.shape[0]):
        plan[LANE, satellite] = tours.single[CHEAPEST, satellite]
    for nth in range(needs.trips[0]):
        satellite = needs.trip[SATELLITE, nth]
        if tours.rank[plan[LANE, satellite], satellite] >= needs.trip[RANK, nth]:
            plan[LANE, satellite] = tours.single[SOONEST, satellite]
            if tours.rank[plan[LANE, satellite], satellite] >= needs.trip[RANK, nth]:
                return False
    return True


@compiled
def plan_trucks(tours: Tours, needs: Needs, stack: Stack, plan: Ints, limit: float) -> float:
    """Write the cheapest trucks below the limit into `plan` and return their cost, or AGES if there are none.

    `plan` is first tried as it is, then as many trucks to each satellite alone as it takes. Full truckloads to one
    satellite alone are set aside where there are many trucks; the rest is found by search.
    """
    best = trucks_cost(tours, plan)
    if best >= limit or not _still_holds(tours, needs, plan, stack):
        best = AGES
    tried = stack.tried
    if not _choose_lanes(tours, needs, tried):
        return AGES
    tried[SHARED, -1] = 0
    for satellite in range(needs.total.shape[0]):
        tried[DIRECT, satellite] = math.ceil(needs.total[satellite] / tours.capacity - SLACK)
    cost = trucks_cost(tours, tried)
    if cost < min(best, limit):
        best = cost
        copy_plan(tried, plan)
    load, bits = open_satellites(needs)
    spared = 1 if math.ceil(load / tours.capacity - SLACK) <= FEW else 0
    cost, uncovered = 0.0, 0
    for satellite in range(needs.total.shape[0]):
        direct = max(0, math.floor(needs.total[satellite] / tours.capacity + SLACK) - spared)
        tried[DIRECT, satellite] = direct
        if direct:
            cost += direct * tours.cost[tried[LANE, satellite]]
        load -= direct * tours.capacity
        if needs.total[satellite] > direct * tours.capacity + SLACK:
            uncovered |= 1 << satellite
    fewest = math.ceil(load / tours.capacity - SLACK)
    bar = min(best, limit)
    if uncovered == 0 or fewest > MOST_SHARED or cost + tours.least[fewest, uncovered] >= bar - SLACK:
        return best
    stack.spent[0], stack.level[UNCOVERED, 0] = cost, uncovered
    found = _deepen(tours, needs, stack, plan, _select(tours, bits, bar - cost, stack), fewest, bar)
    return found if found < bar else best


@compiled
def _select(tours: Tours, bits: int, most: float, stack: Stack) -> int:
    """List the tours that serve no satellites but these and cost less; return their number."""
    count = 0
    for tour in range(tours.cost.shape[0]):
        if tours.cost[tour] >= most:
            break
        if tours.rank[tour, -1] & ~bits == 0:
            stack.tours[count] = tour
            count += 1
    return count


@compiled
def _deepen(tours: Tours, needs: Needs, stack: Stack, plan: Ints, count: int, fewest: int, bar: float) -> float:
    """Search depth first over multisets of the listed tours; return the cost of the best below the bar, or the bar.

    A truck's tour does not come before the last one's in the list. What the satellites still to be served cost at least
    cuts branches off.
    """
    following, uncovered, spent, tried = stack.level[FOLLOWING], stack.level[UNCOVERED], stack.spent, stack.tried
    depth, nodes = 0, 0
    following[0] = 0
    while depth >= 0 and nodes < NODES:
        nth = following[depth]
        if nth >= count or spent[depth] + tours.cost[stack.tours[nth]] >= bar - SLACK:
            depth -= 1
            continue
        following[depth] += 1
        tour, trucks = stack.tours[nth], depth + 1
        cost, left = spent[depth] + tours.cost[tour], uncovered[depth] & ~tours.rank[tour, -1]
        if cost + tours.least[max(0, fewest - trucks), left] >= bar - SLACK:
            continue
        nodes += 1
        tried[SHARED, depth] = tour
        if trucks >= fewest and left == 0 and suffice(tours, needs, tried, trucks, stack):
            bar = cost
            copy_plan(tried, plan)
            plan[SHARED, -1] = trucks
        elif trucks < MOST_SHARED:
            following[trucks], spent[trucks], uncovered[trucks] = nth, cost, left
            depth = trucks
    return bar


@compiled
def answer(tours: Tours, needs: Needs, stack: Stack, memory: Memory, plan: Ints, limit: float) -> float:
    """Do what `plan_trucks` does, or remember what it did when it was asked the same."""
    key = key_of(tours, needs)
    slot = key & (memory.cost.shape[0] - 1)
    known = memory.plan[slot]
    if memory.key[slot] == key and memory.cost[slot] > 0.0:
        # A plan of no trucks stands for "not below this cost".
        if trucks_cost(tours, known) < AGES:
            copy_plan(known, plan)
            return float(memory.cost[slot])
        if limit <= memory.cost[slot]:
            return AGES
    cost = plan_trucks(tours, needs, stack, plan, limit)
    memory.key[slot], memory.cost[slot] = key, min(cost, limit)
    copy_plan(plan, known)
    if cost >= limit:
        known[:] = 0
    return cost
