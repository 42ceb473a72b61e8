"""Small repairs of touched rows: another satellite for a trip, two trips made one. Compiled."""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.search.chance import State, below, uniform
from routing.engine.synchronised.layout import (
    AGES,
    BARRED,
    CLOSE,
    EARLY,
    LATE,
    OPEN,
    RELEASE,
    ROOM,
    ROW,
    SERVICE,
    SLACK,
    WHOLE,
    Floats,
    Out,
    Rows,
    Town,
)
from routing.engine.synchronised.recreate import fee
from routing.engine.synchronised.rows import refresh

MERGE = 0.9
"""How often trips that fit into one are made one."""

STRAY = 0.03
"""How often the trips of one row leave half of their satellites though it costs more."""


@compiled
def polish(town: Town, rows: Rows, out: Out, sites: Floats, chance: State) -> None:
    """Give trips of touched rows, and all trips of barred satellites, the satellite that is cheapest for them."""
    stray = -1
    if uniform(chance) < STRAY:
        stray = rows.where[ROW, below(chance, town.customers)]
    merge = town.several and uniform(chance) < MERGE
    for row in range(rows.size.shape[0]):
        concerned = out.touched[row] > 0 or row == stray
        for at in range(rows.size[row] - 1):
            satellite = rows.stop[row, at] - town.customers
            if 0 <= satellite < town.satellites and sites[BARRED, satellite]:
                concerned = True
        if rows.size[row] == 0 or not concerned:
            continue
        if merge:
            _merge_trips(town, rows, out, sites, row)
        for at in range(1 if town.several else 0, rows.size[row] - 1):
            satellite = rows.stop[row, at] - town.customers
            if satellite >= 0:
                forced = sites[BARRED, satellite] > 0.0 or (row == stray and uniform(chance) < 0.5)
                _move_trip(town, rows, out, sites, row, at, forced)


@compiled
def _move_trip(town: Town, rows: Rows, out: Out, sites: Floats, row: int, at: int, forced: bool) -> None:
    """Give the trip that begins at this position the best satellite; if forced, the best other one."""
    stop, way, load = rows.stop[row], town.way, rows.clock[WHOLE, row, at]
    last = rows.size[row] - 1
    old, after = stop[at], stop[at + 1]
    # Where a freighter has a single trip, what comes "before" its satellite is the last customer, on its way back.
    before = stop[at - 1] if town.several else stop[last - 1]
    best, chosen = AGES if forced else -SLACK, -1
    for satellite in range(town.satellites):
        node = town.customers + satellite
        if node == old or sites[BARRED, satellite]:
            continue
        change = way[before, node] + way[node, after] - way[before, old] - way[old, after]
        change += fee(sites, satellite, load)
        if change < best and _is_in_time(town, rows, sites, row, at, satellite):
            best, chosen = change, satellite
    if chosen < 0:
        return
    sites[ROOM, old - town.customers] += load
    sites[ROOM, chosen] -= load
    stop[at] = town.customers + chosen
    if not town.several:
        stop[last] = stop[at]
    out.touched[row] = 1
    refresh(town, sites, rows, row)


@compiled
def _is_in_time(town: Town, rows: Rows, sites: Floats, row: int, at: int, satellite: int) -> bool:
    """Return whether a trip's windows hold if it begins at this satellite, and ends there if it is the only one."""
    place, way, node = town.place, town.way, town.customers + satellite
    time = max(place[OPEN, node], sites[RELEASE, satellite])
    if town.several:
        before = rows.stop[row, at - 1]
        time = max(time, rows.clock[EARLY, row, at - 1] + place[SERVICE, before] + way[before, node])
        return bool(
            time <= place[CLOSE, node] + SLACK
            and time + way[node, rows.stop[row, at + 1]] <= rows.clock[LATE, row, at + 1] + SLACK
        )
    before = node
    for nth in range(1, rows.size[row] - 1):
        here = rows.stop[row, nth]
        time = max(time + place[SERVICE, before] + way[before, here], place[OPEN, here])
        if time > place[CLOSE, here] + SLACK:
            return False
        before = here
    return bool(time + place[SERVICE, before] + way[before, node] <= place[CLOSE, node] + SLACK)


@compiled
def _merge_trips(town: Town, rows: Rows, out: Out, sites: Floats, row: int) -> None:
    """Drop each satellite between two trips that one load can serve, unless the goods for it are too dear."""
    stop, whole, way = rows.stop[row], rows.clock[WHOLE, row], town.way
    at = 2
    while at < rows.size[row] - 1:
        before, here, after = stop[at - 1], stop[at], stop[at + 1]
        load = whole[at]
        if here < town.customers or whole[at - 1] + load > town.capacity + SLACK:
            at += 1
            continue
        origin = stop[rows.first[row, at - 1]] - town.customers
        change = way[before, after] - way[before, here] - way[here, after]
        if here - town.customers != origin:
            change += fee(sites, origin, load)
        time = rows.clock[EARLY, row, at - 1] + town.place[SERVICE, before] + way[before, after]
        if change >= 0.0 or time > rows.clock[LATE, row, at + 1] + SLACK:
            at += 1
            continue
        sites[ROOM, here - town.customers] += load
        sites[ROOM, origin] -= load
        rows.size[row] -= 1
        for nth in range(at, rows.size[row]):
            stop[nth] = stop[nth + 1]
        out.touched[row] = 1
        refresh(town, sites, rows, row)
