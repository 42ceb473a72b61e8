"""Choose which customers to take out of a plan. Compiled.

The operators mark customers as gone and list them; they read the rows and never change them. Strings of neighbours
follow Christiaens and Vanden Berghe (2020, Transportation Science 54, "slack induction by string removals"), a trip
standing for a route.
"""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.search.chance import State, below, uniform
from routing.engine.synchronised.layout import (
    BARRED,
    GONE,
    KIN,
    NEAR,
    ORDER,
    PLACE,
    ROW,
    Floats,
    Out,
    Rows,
    Town,
)

LONGEST_STRING = 10.0
MEAN_REMOVED = 10.0
MOST_REMOVED = 30
SPLIT_STRINGS = 0.5
LENGTHEN_GAP = 0.5
PASS_OVER = 0.5
"""How often a neighbour's trip is left alone when whole trips are taken out."""

STRINGS, LOOSE, TRIPS, FREIGHTER, LIKE, CLOSING = 0.70, 0.75, 0.84, 0.88, 0.94, 0.97
"""Up to which draw each operator is used; above the last, a satellite's trips are moved and nobody is taken out."""


@compiled
def ruin(town: Town, rows: Rows, out: Out, sites: Floats, chance: State) -> int:
    """Mark who is taken out, and bar a satellite where one is to be closed; return how many are out."""
    out.who[GONE, :] = 0
    sites[BARRED, :] = 0.0
    seed = below(chance, town.customers)
    # Not the literal 0: it has a type of its own, for which what takes it would be compiled once more.
    none = seed - seed
    draw = uniform(chance)
    few = 1 + below(chance, max(2, min(town.customers, MOST_REMOVED)))
    row = rows.where[ROW, seed]
    if draw < STRINGS:
        return _strings(town, rows, out, seed, none, chance)
    if draw < LOOSE:
        return _like(town, out, NEAR + none, seed, few, none, chance)
    if draw < TRIPS:
        return _trips(town, rows, out, seed, 1 + int(3 * uniform(chance)), none, chance)
    if draw < FREIGHTER:
        count = none
        for at in range(rows.size[row]):
            if rows.stop[row, at] < town.customers:
                count = _take(out, rows.stop[row, at], count)
        return count
    if draw < LIKE:
        return _like(town, out, KIN + none, seed, few, none, chance)
    satellite = rows.stop[row, rows.first[row, rows.where[PLACE, seed]]]
    sites[BARRED, satellite - town.customers] = 1.0
    return _all_of(town, rows, out, satellite, none) if draw < CLOSING else 0


@compiled
def _take(out: Out, customer: int, count: int) -> int:
    if not out.who[GONE, customer]:
        out.who[GONE, customer] = 1
        out.who[ORDER, count] = customer
        count += 1
    return count


@compiled
def _strings(town: Town, rows: Rows, out: Out, seed: int, count: int, chance: State) -> int:
    """Take a string out of each of some trips near the seed."""
    trips = 0
    for row in range(rows.size.shape[0]):
        for at in range(rows.size[row] - 1):
            # A trip's end: a customer before something else.
            if rows.stop[row, at] < town.customers <= rows.stop[row, at + 1]:
                trips += 1
    longest = min(LONGEST_STRING, town.customers / max(1, trips))
    strings = int(uniform(chance) * (4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0)) + 1
    for nth in range(town.customers):
        customer = town.order[NEAR, seed, nth]
        row, at = rows.where[ROW, customer], rows.where[PLACE, customer]
        begin, end = at, at
        touched = out.who[GONE, customer] > 0
        while rows.stop[row, begin - 1] < town.customers:
            begin -= 1
            touched |= out.who[GONE, rows.stop[row, begin]] > 0
        while rows.stop[row, end + 1] < town.customers:
            end += 1
            touched |= out.who[GONE, rows.stop[row, end]] > 0
        if touched:
            continue
        length = int(uniform(chance) * min(float(end - begin + 1), longest)) + 1
        count = _string(rows, out, row, (at, begin, end), length, count, chance)
        strings -= 1
        if strings <= 0:
            break
    return count


@compiled
def _string(rows: Rows, out: Out, row: int, span: tuple[int, int, int], length: int, count: int, chance: State) -> int:
    """Take out a string of this length about position `at`, sometimes sparing some stops in its middle."""
    at, begin, end = span
    stops = end - begin + 1
    length = min(length, stops)
    gap = 0
    if length > 1 and uniform(chance) < SPLIT_STRINGS:
        gap = 1
        while length + gap < stops and uniform(chance) < LENGTHEN_GAP:
            gap += 1
    if length + gap > stops:
        gap = 0
    wide = length + gap
    low, high = max(begin, at - wide + 1), min(at, end - wide + 1)
    start = low + below(chance, high - low + 1)
    spare = start + 1 + below(chance, length - 1) if gap else start + wide
    for place in range(start, start + wide):
        if place < spare or place >= spare + gap:
            count = _take(out, rows.stop[row, place], count)
    return count


@compiled
def _like(town: Town, out: Out, by: int, seed: int, number: int, count: int, chance: State) -> int:
    """Take out so many customers, rather those that come early in an order of likeness to the seed."""
    for _ in range(number):
        draw = uniform(chance)
        count = _take(out, town.order[by, seed, int(town.customers * draw * draw * draw)], count)
    return count


@compiled
def _trips(town: Town, rows: Rows, out: Out, seed: int, trips: int, count: int, chance: State) -> int:
    """Take out the whole trips of the seed and of some of its neighbours."""
    for nth in range(town.customers):
        customer = town.order[NEAR, seed, nth]
        if out.who[GONE, customer] or (count and uniform(chance) < PASS_OVER):
            continue
        row = rows.where[ROW, customer]
        place = rows.first[row, rows.where[PLACE, customer]] + 1
        while rows.stop[row, place] < town.customers:
            count = _take(out, rows.stop[row, place], count)
            place += 1
        trips -= 1
        if trips <= 0 or 2 * count > town.customers:
            break
    return count


@compiled
def _all_of(town: Town, rows: Rows, out: Out, satellite: int, count: int) -> int:
    """Take out all customers of a satellite."""
    for customer in range(town.customers):
        row = rows.where[ROW, customer]
        if rows.stop[row, rows.first[row, rows.where[PLACE, customer]]] == satellite:
            count = _take(out, customer, count)
    return count
