"""Rows of stops: their times, loads and costs, and how they are changed and copied. Compiled."""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.synchronised.layout import (
    AGES,
    CLOSE,
    EARLY,
    FILLED,
    GONE,
    LATE,
    LOAD,
    OPEN,
    PLACE,
    RELEASE,
    ROW,
    SERVICE,
    WHOLE,
    Floats,
    Ints,
    Out,
    Rows,
    Town,
)

BOTH_ENDS = 2


@compiled
def refresh(town: Town, sites: Floats, rows: Rows, row: int) -> None:
    """Recompute times, loads and cost of a row."""
    stop, first, place, way = rows.stop[row], rows.first[row], town.place, town.way
    early, late, filled, whole = (
        rows.clock[EARLY, row],
        rows.clock[LATE, row],
        rows.clock[FILLED, row],
        rows.clock[WHOLE, row],
    )
    last = rows.size[row] - 1
    if last < 0:
        rows.cost[row] = 0.0
        return
    before = stop[0]
    time = -AGES if town.several else max(place[OPEN, before], sites[RELEASE, before - town.customers])
    early[0], filled[0], first[0] = time, 0.0, 0
    cost, load, begun = town.price, 0.0, 0
    for at in range(1, last + 1):
        here = stop[at]
        cost += way[before, here]
        time = max(time + place[SERVICE, before] + way[before, here], place[OPEN, here])
        if here < town.customers:
            load += place[LOAD, here]
            rows.where[ROW, here], rows.where[PLACE, here] = row, at
        else:
            load, begun = 0.0, at
            if at < last:
                time = max(time, sites[RELEASE, here - town.customers])
        early[at], filled[at], first[at] = time, load, begun
        before = here
    rows.cost[row] = cost
    late[last], whole[last] = place[CLOSE, stop[last]], 0.0
    for at in range(last - 1, -1, -1):
        here, after = stop[at], stop[at + 1]
        late[at] = min(place[CLOSE, here], late[at + 1] - way[here, after] - place[SERVICE, here])
        whole[at] = whole[at + 1] if after < town.customers else filled[at]


@compiled
def put_in(rows: Rows, row: int, after: int, one: int, other: int) -> None:
    """Put one stop, or two if `other` is not negative, behind this position."""
    stop = rows.stop[row]
    wide = 1 if other < 0 else 2
    for at in range(rows.size[row] - 1, after, -1):
        stop[at + wide] = stop[at]
    stop[after + 1] = one
    if wide > 1:
        stop[after + 2] = other
    rows.size[row] += wide


@compiled
def compact(town: Town, rows: Rows, row: int, out: Out) -> None:
    """Drop the stops of customers that are gone, trips without customers, and the row if nothing is left."""
    stop = rows.stop[row]
    kept = 0
    for at in range(rows.size[row]):
        here = stop[at]
        if here < town.customers and out.who[GONE, here]:
            continue
        # A satellite straight behind a satellite: the trip between them is empty.
        if kept > 1 and town.several and here >= town.customers and stop[kept - 1] >= town.customers:
            kept -= 1
        stop[kept] = here
        kept += 1
    rows.size[row] = kept if kept > BOTH_ENDS else 0


@compiled
def copy_touched(source: Rows, target: Rows, out: Out) -> None:
    """Make the touched rows of `target` the same as in `source`, customers' places too, and forget the touch."""
    customers = source.where.shape[1]
    for row in range(source.size.shape[0]):
        if not out.touched[row]:
            continue
        out.touched[row] = 0
        target.size[row], target.cost[row] = source.size[row], source.cost[row]
        for at in range(source.size[row]):
            here = source.stop[row, at]
            target.stop[row, at], target.first[row, at] = here, source.first[row, at]
            for part in range(4):
                target.clock[part, row, at] = source.clock[part, row, at]
            if here < customers:
                target.where[ROW, here], target.where[PLACE, here] = row, at


@compiled
def keep_rows(rows: Rows, kept: Ints) -> None:
    """Copy every row's stops into `kept` (rows, 1 + length), behind their number."""
    for row in range(rows.size.shape[0]):
        size = rows.size[row]
        kept[row, 0] = size
        for at in range(size):
            kept[row, at + 1] = rows.stop[row, at]


@compiled
def total_cost(rows: Rows) -> float:
    """Return what all rows cost together."""
    cost = 0.0
    for row in range(rows.size.shape[0]):
        cost += rows.cost[row]
    return cost
