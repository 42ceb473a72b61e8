"""The plan a search works on, and the rows of it that a round has touched, so that the round can be taken back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.satellites.field import Field, Floats, Whole

ROUTES, ROWS, OUT, TOUCHED, ROUND = range(5)
"""Places of `tally`: routes in use, rows that may be in use, customers taken out, rows touched, number of the round."""
SECOND, FIRST, EASED = range(3)
"""Places of `cost`: of the second echelon, of the first, and of the first as the search feels it (see `anneal.py`)."""


class State(NamedTuple):
    """A row is a route: its satellite, its customers, its satellite again; a row of size 0 is not in use."""

    stops: Whole
    """(R, L + 2)."""
    size: Whole
    """(R,) customers."""
    load: Floats
    """(R,)."""
    row: Whole
    """(P,) the row of each customer, -1 while it is taken out."""
    through: Floats
    """(S,) load of each satellite."""
    used: Whole
    """(S,) routes of each satellite."""
    out: Whole
    """(P,) the customers taken out, in no order."""
    tally: Whole
    """(5,)."""
    cost: Floats
    """(3,)."""
    allowed: Whole
    """(S,) 1 where routes may begin; never copied."""
    kept: Whole
    """(S,) 1 where trucks are felt to go whether or not routes begin there; never copied."""
    felt: Floats
    """(S,) room for the loads that the search feels."""


class Former(NamedTuple):
    """What the touched rows were before the round."""

    stops: Whole
    size: Whole
    load: Floats
    mark: Whole
    """(R,) the round that touched the row last."""
    ruined: Whole
    """(R,) the round that last took a string out of the row."""
    touched: Whole
    """(R,) the rows touched in this round."""
    cost: Floats
    turned: Whole
    """(L + 2,) room for turning a route."""


def empty_state(field: Field) -> State:
    """Return a plan without routes; every customer is out."""
    rows, longest = field.fleet, _longest(field)
    places, count = len(field.demand), field.satellites
    out = np.zeros(places, dtype=np.int64)
    out[: places - count] = np.arange(count, places)
    return State(
        stops=np.zeros((rows, longest + 2), dtype=np.int64),
        size=np.zeros(rows, dtype=np.int64),
        load=np.zeros(rows),
        row=np.full(places, -1, dtype=np.int64),
        through=np.zeros(count),
        used=np.zeros(count, dtype=np.int64),
        out=out,
        tally=np.array([0, 0, places - count, 0, 0], dtype=np.int64),
        cost=np.zeros(3),
        allowed=np.ones(count, dtype=np.int64),
        kept=np.zeros(count, dtype=np.int64),
        felt=np.zeros(count),
    )


def former_of(state: State) -> Former:
    """Return room for taking back one round."""
    rows = len(state.size)
    return Former(
        stops=np.zeros_like(state.stops),
        size=np.zeros_like(state.size),
        load=np.zeros_like(state.load),
        mark=np.full(rows, -1, dtype=np.int64),
        ruined=np.full(rows, -1, dtype=np.int64),
        touched=np.zeros(rows, dtype=np.int64),
        cost=np.zeros(3),
        turned=np.zeros(state.stops.shape[1], dtype=np.int64),
    )


def _longest(field: Field) -> int:
    together = np.cumsum(np.sort(field.demand[field.satellites :]))
    return max(1, int((together <= field.capacity * (1 + 1e-9)).sum()))


@compiled
def begin_round(state: State, former: Former) -> None:
    """Forget the last round."""
    state.tally[ROUND] += 1
    state.tally[TOUCHED] = 0
    state.tally[OUT] = 0
    while state.tally[ROWS] and state.size[state.tally[ROWS] - 1] == 0:
        state.tally[ROWS] -= 1
    former.cost[SECOND] = state.cost[SECOND]
    former.cost[FIRST] = state.cost[FIRST]
    former.cost[EASED] = state.cost[EASED]


@compiled
def touch(state: State, former: Former, row: int) -> None:
    """Keep what the row was, once a round."""
    if former.mark[row] == state.tally[ROUND]:
        return
    former.mark[row] = state.tally[ROUND]
    former.touched[state.tally[TOUCHED]] = row
    state.tally[TOUCHED] += 1
    former.size[row] = state.size[row]
    former.load[row] = state.load[row]
    for at in range(state.size[row] + 1):
        former.stops[row, at] = state.stops[row, at]


@compiled
def take_back(state: State, former: Former) -> None:
    """Put every touched row back as it was."""
    for rank in range(state.tally[TOUCHED]):
        row = former.touched[rank]
        if state.size[row]:
            state.used[state.stops[row, 0]] -= 1
            state.through[state.stops[row, 0]] -= state.load[row]
            state.tally[ROUTES] -= 1
    for rank in range(state.tally[TOUCHED]):
        row = former.touched[rank]
        size = former.size[row]
        base = former.stops[row, 0]
        state.size[row] = size
        state.load[row] = former.load[row]
        if size:
            state.used[base] += 1
            state.through[base] += former.load[row]
            state.tally[ROUTES] += 1
        state.stops[row, 0] = base
        state.stops[row, size + 1] = base
        for at in range(1, size + 1):
            state.stops[row, at] = former.stops[row, at]
            state.row[former.stops[row, at]] = row
    state.tally[OUT] = 0
    state.cost[SECOND] = former.cost[SECOND]
    state.cost[FIRST] = former.cost[FIRST]
    state.cost[EASED] = former.cost[EASED]


@compiled
def take_out(field: Field, state: State, row: int, at: int) -> None:
    """Take the customer at this place of a touched row out of the plan."""
    stops = state.stops
    customer, size = stops[row, at], state.size[row]
    before, after, base = stops[row, at - 1], stops[row, at + 1], stops[row, 0]
    saved = field.away[before, customer] + field.away[customer, after] - field.away[before, after]
    for place in range(at, size + 1):
        stops[row, place] = stops[row, place + 1]
    state.size[row] = size - 1
    state.load[row] -= field.demand[customer]
    state.through[base] -= field.demand[customer]
    state.row[customer] = -1
    state.out[state.tally[OUT]] = customer
    state.tally[OUT] += 1
    if size == 1:
        saved += field.fixed
        state.used[base] -= 1
        state.tally[ROUTES] -= 1
        state.load[row] = 0.0
    if state.used[base] == 0:
        state.through[base] = 0.0
    state.cost[SECOND] -= saved


@compiled
def put_in(field: Field, state: State, row: int, at: int, customer: int) -> None:
    """Put a customer at this place of a touched row; a row not in use must have its satellite already."""
    stops = state.stops
    size, base = state.size[row], stops[row, 0]
    before, after = stops[row, at - 1], stops[row, at]
    cost = field.away[before, customer] + field.away[customer, after] - field.away[before, after]
    for place in range(size + 1, at - 1, -1):
        stops[row, place + 1] = stops[row, place]
    stops[row, at] = customer
    state.size[row] = size + 1
    state.load[row] += field.demand[customer]
    state.through[base] += field.demand[customer]
    state.row[customer] = row
    if size == 0:
        cost += field.fixed
        state.used[base] += 1
        state.tally[ROUTES] += 1
    state.cost[SECOND] += cost


@compiled
def copy_plan(source: State, target: State) -> None:
    """Write one plan over another."""
    for row in range(max(source.tally[ROWS], target.tally[ROWS])):
        target.size[row] = source.size[row]
        target.load[row] = source.load[row]
        for at in range(source.size[row] + 2):
            target.stops[row, at] = source.stops[row, at]
    for place in range(len(source.row)):
        target.row[place] = source.row[place]
    for satellite in range(len(source.used)):
        target.through[satellite] = source.through[satellite]
        target.used[satellite] = source.used[satellite]
    target.tally[ROUTES] = source.tally[ROUTES]
    target.tally[ROWS] = source.tally[ROWS]
    target.tally[OUT] = source.tally[OUT]
    for place in range(source.tally[OUT]):
        target.out[place] = source.out[place]
    target.cost[SECOND] = source.cost[SECOND]
    target.cost[FIRST] = source.cost[FIRST]
    target.cost[EASED] = source.cost[EASED]


@compiled
def recount(field: Field, state: State) -> None:
    """Compute loads and the cost of the second echelon anew, so that rounding does not add up."""
    for satellite in range(field.satellites):
        state.through[satellite] = 0.0
    cost = 0.0
    for row in range(state.tally[ROWS]):
        load = 0.0
        if state.size[row]:
            cost += field.fixed
            for at in range(state.size[row] + 1):
                cost += field.away[state.stops[row, at], state.stops[row, at + 1]]
                load += field.demand[state.stops[row, at]]
            state.through[state.stops[row, 0]] += load
        state.load[row] = load
    state.cost[SECOND] = cost
