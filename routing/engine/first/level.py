"""What the first echelon of one instance is, and the room that its evaluations work in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.engine.first.tours import Floats, Whole, tour_lengths, tour_order

EXACT_OPEN = 7
"""Up to so many open satellites the cost is exact; above it is the best of a pool of structures, an upper bound."""

SUBSETS = 1 << EXACT_OPEN
MEMO_SLOTS = 1 << 16
POOL_SETS = 256
POOL_DEPTH = 24
LOAD_SLACK = 1e-9
"""Share of a truck's capacity by which rounding may exceed it."""

Keys = NDArray[np.uint64]


class Exact(NamedTuple):
    """Room for the exact recursion; every index is a subset of the open satellites."""

    load: Floats
    """(SUBSETS,) load of the subset."""
    trucks: Whole
    """(SUBSETS,) trucks that its load needs."""
    tour: Floats
    """(SUBSETS,) cost of one truck through it."""
    hung: Floats
    """(EXACT_OPEN, SUBSETS) trucks at one satellite that bring all but its last truckload."""
    direct: Whole
    """(EXACT_OPEN, SUBSETS) how many of those drive there and back with a full load."""
    branch: Floats
    """(EXACT_OPEN, SUBSETS) trucks that serve a subset and bring their spare load to one more satellite."""
    spread: Floats
    """(SUBSETS, SUBSETS) what hangs at the stops of one truck so that the whole second subset is served."""
    linked: Floats
    """(SUBSETS,) trucks linked by common satellites that serve just this subset."""
    best: Floats
    """(SUBSETS, EXACT_OPEN + 1) all trucks for this subset with at most so many trucks more than its load needs."""


class Trucks(NamedTuple):
    """What trucks cost and carry, and room for trying structures: which truck calls where, a set of bits each."""

    capacity: float
    most: int
    """How many there are."""
    tour: Floats
    """(2^S,) cost of one truck through each subset of satellites."""
    trial: Whole
    """(most + 1,) room for a structure that is being tried."""
    found: Whole
    """(4,) room: the two trucks of the best exchange and their stops after it."""
    spare: Floats
    """(most + 1,) room: what a truck can still take."""
    shared: Whole
    """(most + 1,) room: which of its stops other trucks share."""
    left: Floats
    """(S,) room: what a satellite still waits for."""


class Pool(NamedTuple):
    """Structures found so far for sets of open satellites, cheapest first."""

    slot: Whole
    """(2^S,) where the set of open satellites has its structures, or -1."""
    owner: Whole
    """(POOL_SETS,) which set of satellites has this place, or -1."""
    filled: Whole
    """(POOL_SETS,) how many structures are there."""
    cost: Floats
    """(POOL_SETS, POOL_DEPTH)."""
    size: Whole
    """(POOL_SETS, POOL_DEPTH) trucks in use."""
    stops: Whole
    """(POOL_SETS, POOL_DEPTH, trucks) which satellites each truck calls at."""
    turn: Whole
    """(2,) the place given out next; evaluations so far."""
    chosen: Whole
    """(trucks + 1,) the structure of the last evaluation, its size last."""
    work: Whole
    """(trucks + 1,) room for a structure that is being improved."""


class FirstLevel(NamedTuple):
    """One first echelon. Costs of trucks include distance and fixed cost."""

    handling: Floats
    """(S,) cost of one unit through a satellite."""
    around: Whole
    """(S,) all satellites in the order of one tour."""
    keys: Keys
    """(MEMO_SLOTS,) what has been computed before."""
    costs: Floats
    """(MEMO_SLOTS,)."""
    open: Whole
    """(S,) room: the open satellites."""
    trucks: Trucks
    exact: Exact
    pool: Pool


def first_level(
    distance: Floats, capacity: float, trucks: int, per_distance: float, fixed: float, handling: Floats
) -> FirstLevel:
    """Return the first echelon of an instance, ready to be evaluated by one thread.

    `distance` is (S + 1, S + 1) with the depot first and keeps the triangle inequality; `handling` is (S,).

    Raises
    ------
    ValueError
        If there are too many satellites, or a number is out of its range.
    """
    count = len(handling)
    if capacity <= 0 or trucks < 1 or per_distance < 0 or fixed < 0:
        raise ValueError(f"expected a truck and a capacity, costs >= 0, got {(capacity, trucks, per_distance, fixed)}")
    tour = tour_lengths(distance) * per_distance + fixed
    tour[0] = 0.0
    return FirstLevel(
        handling=np.ascontiguousarray(handling, dtype=np.float64),
        around=np.array(tour_order(distance, list(range(count))), dtype=np.int64),
        keys=np.zeros(MEMO_SLOTS, dtype=np.uint64),
        costs=np.zeros(MEMO_SLOTS),
        open=np.zeros(count, dtype=np.int64),
        trucks=_trucks(tour, float(capacity), int(trucks), count),
        exact=_exact(),
        pool=_pool(count, trucks),
    )


def _trucks(tour: Floats, capacity: float, trucks: int, count: int) -> Trucks:
    return Trucks(
        capacity=capacity,
        most=trucks,
        tour=tour,
        trial=np.zeros(trucks + 1, dtype=np.int64),
        found=np.zeros(4, dtype=np.int64),
        spare=np.zeros(trucks + 1),
        shared=np.zeros(trucks + 1, dtype=np.int64),
        left=np.zeros(count),
    )


def _exact() -> Exact:
    return Exact(
        load=np.zeros(SUBSETS),
        trucks=np.zeros(SUBSETS, dtype=np.int64),
        tour=np.zeros(SUBSETS),
        hung=np.zeros((EXACT_OPEN, SUBSETS)),
        direct=np.zeros((EXACT_OPEN, SUBSETS), dtype=np.int64),
        branch=np.zeros((EXACT_OPEN, SUBSETS)),
        spread=np.zeros((SUBSETS, SUBSETS)),
        linked=np.zeros(SUBSETS),
        best=np.zeros((SUBSETS, EXACT_OPEN + 1)),
    )


def _pool(count: int, trucks: int) -> Pool:
    return Pool(
        slot=np.full(1 << count, -1, dtype=np.int64),
        owner=np.full(POOL_SETS, -1, dtype=np.int64),
        filled=np.zeros(POOL_SETS, dtype=np.int64),
        cost=np.zeros((POOL_SETS, POOL_DEPTH)),
        size=np.zeros((POOL_SETS, POOL_DEPTH), dtype=np.int64),
        stops=np.zeros((POOL_SETS, POOL_DEPTH, trucks), dtype=np.int64),
        turn=np.zeros(2, dtype=np.int64),
        chosen=np.zeros(trucks + 1, dtype=np.int64),
        work=np.zeros(trucks + 1, dtype=np.int64),
    )
