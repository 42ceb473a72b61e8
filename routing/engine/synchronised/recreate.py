"""Put customers back into a plan, each where it costs least. Compiled.

A customer may go into a trip; between two stops together with a satellite, so that a new trip begins there before it or
after it; or into a row of its own. Goods that a satellite's trucks have no room for are priced.
"""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.search.chance import State, uniform
from routing.engine.synchronised.layout import (
    AGES,
    BARRED,
    CLOSE,
    EARLY,
    FEE,
    FILLED,
    LATE,
    LOAD,
    OPEN,
    ORDER,
    PRICE,
    RELEASE,
    ROOM,
    SERVICE,
    SLACK,
    WHOLE,
    Floats,
    Out,
    Rows,
    Town,
)
from routing.engine.synchronised.rows import put_in, refresh

BLINK = 0.01
"""How often a position is overlooked (Christiaens and Vanden Berghe 2020)."""

IN_TRIP, NEW_TRIP_BEFORE, NEW_TRIP_AFTER, NEW_ROW = 0, 1, 2, 3

Spot = tuple[float, int, int, int, int]
"""Where a customer would go: what it costs there, row, position it follows, how, and from which satellite."""


@compiled
def shuffle_out(town: Town, out: Out, count: int, chance: State) -> None:
    """Put those who are out in the order in which they are to be put back: drawn anew each time."""
    rule = int(17 * uniform(chance))
    order, key, place = out.who[ORDER], out.key, town.place
    for nth in range(count):
        here = order[nth]
        away = AGES
        for satellite in range(town.customers, town.customers + town.satellites):
            away = min(away, town.way[here, satellite])
        value = uniform(chance)
        if 4 <= rule < 8:
            value = -place[LOAD, here]
        elif 8 <= rule < 11:
            value = -away if rule < 10 else away
        elif 11 <= rule < 13:
            value = place[CLOSE, here] - place[OPEN, here]
        elif rule >= 13:
            value = place[OPEN, here] if rule < 15 else -place[CLOSE, here]
        # Sorted by insertion: there are few.
        at = nth
        while at > 0 and key[at - 1] > value:
            key[at], order[at] = key[at - 1], order[at - 1]
            at -= 1
        key[at], order[at] = value, here


@compiled
def put_back(town: Town, rows: Rows, out: Out, sites: Floats, count: int, split: bool, chance: State) -> bool:
    """Put all who are out back in their order; return whether each found a place."""
    # Not the literals 0 and -1: each has a type of its own, for which what takes it would be compiled once more.
    none = rows.size[0] - rows.size[0]
    for nth in range(count):
        customer = out.who[ORDER, nth]
        for satellite in range(town.satellites):
            sites[FEE, satellite] = fee(sites, satellite, town.place[LOAD, customer])
        spot = (AGES, none - 1, none, none, none)
        free = none - 1
        for row in range(rows.size.shape[0]):
            if rows.size[row]:
                spot = _spot_in_row(town, rows, sites, customer, row, spot, split, chance)
            elif free < 0:
                free = row
        if free >= 0:
            spot = _spot_in_new_row(town, sites, customer, free, spot)
        if spot[1] < 0:
            return False
        _place(town, rows, out, sites, customer, spot)
    return True


@compiled
def fee(sites: Floats, satellite: int, load: float) -> float:
    """Return what it costs to bring more of a load to a satellite: nothing where its trucks have room."""
    return sites[PRICE, satellite] if load > sites[ROOM, satellite] + SLACK else 0.0


@compiled
def _spot_in_row(
    town: Town, rows: Rows, sites: Floats, customer: int, row: int, best: Spot, split: bool, chance: State
) -> Spot:
    """Return the better of `best` and the best spot in this row."""
    stop, early, late, whole = rows.stop[row], rows.clock[EARLY, row], rows.clock[LATE, row], rows.clock[WHOLE, row]
    way, place = town.way, town.place
    load, service, closes = place[LOAD, customer], place[SERVICE, customer], place[CLOSE, customer] + SLACK
    for at in range(rows.size[row] - 1):
        before, after = stop[at], stop[at + 1]
        time = early[at] + place[SERVICE, before] + way[before, customer]
        if time > closes:
            break
        time = max(time, place[OPEN, customer])
        full = whole[at] + load > town.capacity + SLACK
        detour = way[before, customer] + way[customer, after] - way[before, after]
        if time + service + way[customer, after] > late[at + 1] + SLACK or detour >= best[0]:
            continue
        if (full and not town.several) or uniform(chance) < BLINK:
            continue
        if not full and (at or not town.several):
            cost = detour + sites[FEE, stop[rows.first[row, at]] - town.customers]
            if cost < best[0]:
                best = (cost, row, at, IN_TRIP, 0)
        if town.several and (split or full or after >= town.customers):
            best = _spot_before(town, rows, sites, customer, row, at, best)
            best = _spot_after(town, rows, sites, customer, row, at, best)
    return best


@compiled
def _spot_before(town: Town, rows: Rows, sites: Floats, customer: int, row: int, at: int, best: Spot) -> Spot:
    """Try a new trip that begins behind this position and serves the customer first."""
    way, place = town.way, town.place
    before, after, late = rows.stop[row, at], rows.stop[row, at + 1], rows.clock[LATE, row, at + 1]
    load = place[LOAD, customer]
    if after < town.customers:
        load += rows.clock[WHOLE, row, at] - rows.clock[FILLED, row, at]
    if load > town.capacity + SLACK or (at and before >= town.customers):
        return best
    leave = rows.clock[EARLY, row, at] + place[SERVICE, before]
    for satellite in range(town.satellites):
        node = town.customers + satellite
        cost = way[before, node] + way[node, customer] + way[customer, after] - way[before, after]
        cost += fee(sites, satellite, load)
        if cost >= best[0] or sites[BARRED, satellite]:
            continue
        time = max(leave + way[before, node], max(place[OPEN, node], sites[RELEASE, satellite]))
        if time > place[CLOSE, node] + SLACK:
            continue
        time = max(time + way[node, customer], place[OPEN, customer])
        if time > place[CLOSE, customer] + SLACK:
            continue
        if time + place[SERVICE, customer] + way[customer, after] <= late + SLACK:
            best = (cost, row, at, NEW_TRIP_BEFORE, satellite)
    return best


@compiled
def _spot_after(town: Town, rows: Rows, sites: Floats, customer: int, row: int, at: int, best: Spot) -> Spot:
    """Try the customer as the last of a trip, what followed as a new trip behind it."""
    way, place = town.way, town.place
    before, after, late = rows.stop[row, at], rows.stop[row, at + 1], rows.clock[LATE, row, at + 1]
    filled = rows.clock[FILLED, row, at]
    if at == 0 or after >= town.customers or filled + place[LOAD, customer] > town.capacity + SLACK:
        return best
    rest = rows.clock[WHOLE, row, at] - filled
    time = rows.clock[EARLY, row, at] + place[SERVICE, before] + way[before, customer]
    time = max(time, place[OPEN, customer]) + place[SERVICE, customer]
    for satellite in range(town.satellites):
        node = town.customers + satellite
        cost = way[before, customer] + way[customer, node] + way[node, after] - way[before, after]
        cost += fee(sites, satellite, rest)
        if cost >= best[0] or sites[BARRED, satellite]:
            continue
        then = max(time + way[customer, node], max(place[OPEN, node], sites[RELEASE, satellite]))
        if then <= place[CLOSE, node] + SLACK and then + way[node, after] <= late + SLACK:
            best = (cost, row, at, NEW_TRIP_AFTER, satellite)
    return best


@compiled
def _spot_in_new_row(town: Town, sites: Floats, customer: int, row: int, best: Spot) -> Spot:
    """Try a row of the customer's own."""
    way, place = town.way, town.place
    garage = town.customers + town.satellites
    for satellite in range(town.satellites):
        node = town.customers + satellite
        end = garage if town.several else node
        cost = town.price + sites[FEE, satellite] + way[node, customer] + way[customer, end]
        if town.several:
            cost += way[garage, node]
        if cost >= best[0] or sites[BARRED, satellite]:
            continue
        time = max(place[OPEN, node], sites[RELEASE, satellite])
        if time > place[CLOSE, node] + SLACK:
            continue
        time = max(time + way[node, customer], place[OPEN, customer])
        home = time + place[SERVICE, customer] + way[customer, end]
        if time <= place[CLOSE, customer] + SLACK and home <= place[CLOSE, end] + SLACK:
            best = (cost, row, 0, NEW_ROW, satellite)
    return best


@compiled
def _place(town: Town, rows: Rows, out: Out, sites: Floats, customer: int, spot: Spot) -> None:
    """Change the row as the spot says, and book the loads at their satellites."""
    _, row, after, kind, satellite = spot
    node, load = town.customers + satellite, town.place[LOAD, customer]
    out.touched[row] = 1
    if kind == NEW_ROW:
        end = town.customers + town.satellites if town.several else node
        rows.stop[row, 0], rows.stop[row, 1] = end, end
        rows.size[row] = 2
    elif kind != IN_TRIP and rows.stop[row, after + 1] < town.customers:
        rest = rows.clock[WHOLE, row, after] - rows.clock[FILLED, row, after]
        sites[ROOM, rows.stop[row, rows.first[row, after]] - town.customers] += rest
        sites[ROOM, satellite] -= rest
    if kind in (IN_TRIP, NEW_TRIP_AFTER):
        sites[ROOM, rows.stop[row, rows.first[row, after]] - town.customers] -= load
        one, other = customer, node if kind == NEW_TRIP_AFTER else -1
    else:
        sites[ROOM, satellite] -= load
        one, other = (node, customer) if town.several else (customer, -1)
    put_in(rows, row, after, one, other)
    refresh(town, sites, rows, row)
