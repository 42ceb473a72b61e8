"""Doors with what is remembered there, as the states of a shortest-path problem.

A state is a node and the set of its remembered neighbours that were visited before; where no neighbours are remembered
the node alone is the state. The neighbourhoods grow where a relaxed answer visits a door twice (dynamic ng-routes,
Roberti and Mingozzi 2014, "Dynamic ng-path relaxation for the delivery man problem").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.bounds.streets import Ints, Streets
from routing.engine.compiled import compiled, compiled_with_arrays

NOBODY = -1
MOST_REMEMBERED = 7


class States(NamedTuple):
    """States and the ways between them, in compressed rows.

    Attributes
    ----------
    members
        Shape (nodes, MOST_REMEMBERED): the remembered neighbours of each node, -1 where fewer.
    first
        Shape (nodes + 1,): the states of node i are first[i] (nothing remembered) up to first[i + 1].
    node
        Shape (states,): whose state.
    at, to, metres, seconds
        `to[at[s]:at[s + 1]]` are the states that follow s, over so many metres and seconds.
    """

    members: Ints
    first: Ints
    node: NDArray[np.int32]
    at: NDArray[np.int32]
    to: NDArray[np.int32]
    metres: Ints
    seconds: Ints


def nearest_remembered(streets: Streets, size: int) -> Ints:
    """Return neighbourhoods of the nearest nodes of the same meal point, so many of them."""
    ways = streets.between
    members = np.full((len(streets.doors.home), MOST_REMEMBERED), NOBODY, dtype=np.int64)
    for i in range(len(members)):
        near = np.argsort(ways.metres[ways.at[i] : ways.at[i + 1]], kind="stable")[:size]
        members[i, : len(near)] = ways.to[ways.at[i] + near]
    return members


def make_states(streets: Streets, members: Ints) -> States:
    """Return the states for these neighbourhoods."""
    sizes = 1 << (members != NOBODY).sum(axis=1)
    first = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    node = np.repeat(np.arange(len(members)), sizes).astype(np.int32)
    return _link(streets, members, first, node)


@compiled_with_arrays
def _link(streets: Streets, members: Ints, first: Ints, node: NDArray[np.int32]) -> States:
    ways, states = streets.between, len(node)
    most = 0
    for s in range(states):
        most += ways.at[node[s] + 1] - ways.at[node[s]]
    at, to = np.zeros(states + 1, np.int32), np.zeros(most, np.int32)
    metres, seconds = np.zeros(most, np.int64), np.zeros(most, np.int64)
    e = 0
    for s in range(states):
        i = node[s]
        for a in range(ways.at[i], ways.at[i + 1]):
            j = ways.to[a]
            if not _visited(members, i, s - first[i], j):
                to[e] = first[j] + _carried(members, i, s - first[i], j)
                metres[e], seconds[e] = ways.metres[a], ways.seconds[a]
                e += 1
        at[s + 1] = e
    return States(members, first, node, at, to[:e].copy(), metres[:e].copy(), seconds[:e].copy())


@compiled
def _visited(members: Ints, i: int, memory: int, j: int) -> bool:
    for n in range(members.shape[1]):
        if members[i, n] == j:
            return bool(memory >> n & 1)
    return False


@compiled
def _carried(members: Ints, i: int, memory: int, j: int) -> int:
    """Return what j remembers when it is reached from i: i itself and what i remembered, as far as j knows them."""
    carried = 0
    for n in range(members.shape[1]):
        known = members[j, n]
        if known != NOBODY and (known == i or _visited(members, i, memory, known)):
            carried |= 1 << n
    return carried


def remember(members: Ints, cycle: list[int]) -> bool:
    """Let every door on a cycle (first and last are the same) remember its first; return whether all can."""
    first = cycle[0]
    without = [i for i in cycle[1:-1] if first not in members[i]]
    if any(not (members[i] == NOBODY).any() for i in without):
        return False
    for i in without:
        if first not in members[i]:
            members[i, np.flatnonzero(members[i] == NOBODY)[0]] = first
    return True
