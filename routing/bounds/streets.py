"""The second echelon as the pricing of courier days sees it: doors, ways between them, meal points, kinds of couriers.

A node is a home as served from one meal point; a home with several possible meal points has several nodes. Everything
is a relaxation of the problem: where couriers differ beyond their kind, the most generous figure stands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Doors(NamedTuple):
    """The nodes: whose home and from which meal point, and what a visit takes.

    `close_s` is the latest start of the hand-over, `extra_m` what this pairing costs beyond the way.
    """

    home: Ints
    point: Ints
    boxes: Ints
    service_s: Ints
    open_s: Ints
    close_s: Ints
    extra_m: Ints


class Ways(NamedTuple):
    """Ways in compressed rows: `to[at[i]:at[i + 1]]` with metres and seconds."""

    at: Ints
    to: Ints
    metres: Ints
    seconds: Ints


class Kinds(NamedTuple):
    """Kinds of couriers."""

    capacity: Ints
    loading_s: Ints
    trips: Ints
    end_s: Ints


class Streets(NamedTuple):
    """All of it.

    Attributes
    ----------
    doors, between, kinds
        Nodes, the ways between nodes of one meal point, and the kinds of couriers.
    out
        From each meal point to its nodes (rows are meal points).
    back_m, back_s
        Shape (nodes, points): from a door to where the next trip is loaded.
    point_open_s, point_shut_s
        Within which a load starts and ends; the earliest arrival of any box is in `point_open_s`.
    """

    doors: Doors
    between: Ways
    out: Ways
    kinds: Kinds
    back_m: Ints
    back_s: Ints
    point_open_s: Ints
    point_shut_s: Ints


class Prices(NamedTuple):
    """What the master problem asks for.

    Attributes
    ----------
    prize
        Shape (nodes,): what a visit earns.
    enter_m
        Shape (points, points): what is added when a courier done at one meal point loads next at another.
    """

    prize: Floats
    enter_m: Floats


NEVER = 1 << 40
"""A time or a distance that no plan has."""
