"""What a round must be able to take back, and the best rows ever met."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.search.field import Field, Records
from routing.engine.search.state import Rows, State, refresh

LINE = np.dtype([(name, np.int64) for name in ("touched", "old_length", "old_cost", "stale", "best_length", "seen")])
"""Of a row: whether this round has changed it and how it was before; whether it has changed since the best rows were
copied, and their length. Of a kind of vehicle: when it was last seen idle."""

ACCOUNT = np.dtype([(name, np.int64) for name in ("now", "best", "waiting", "stamp")])
"""Cost of the present and of the best rows, how many stops have no vehicle, and a running number."""

ENTRY = np.dtype([("stop", np.int64), ("key", np.int64)])
"""A stop to be put back, and what the queue is sorted by."""


class Memory(NamedTuple):
    """Rows as they were before the round and the best ones, shape (k, w); `LINE` (k,), `ACCOUNT` (1,), `ENTRY` (n,)."""

    old_marks: Rows
    best_marks: Rows
    lines: Records
    account: Records
    queue: Records


def fresh_memory(state: State) -> Memory:
    """Return a memory for a state of this shape."""
    shape = state.steps.shape
    return Memory(
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(len(state.rows), dtype=LINE),
        np.zeros(1, dtype=ACCOUNT),
        np.zeros(len(state.spots), dtype=ENTRY),
    )


@compiled
def save_row(state: State, memory: Memory, v: int) -> None:
    """Note row `v` before this round changes it."""
    line, length = memory.lines[v], state.rows[v].length
    for p in range(length):
        memory.old_marks[v, p] = state.steps[v, p].mark
    line.old_length, line.old_cost, line.touched = length, state.rows[v].cost, 1


@compiled
def settle(state: State, memory: Memory, count: int) -> None:
    """Take note of an accepted round that put `count` stops back, or tried to."""
    for v in range(len(state.rows)):
        if memory.lines[v].touched == 1:
            memory.lines[v].stale, memory.lines[v].touched = 1, 0
    waiting = 0
    if memory.account[0].waiting > 0:
        for i in range(len(state.spots)):
            waiting += state.spots[i].vehicle < 0
    else:
        for n in range(count):
            waiting += state.spots[memory.queue[n].stop].vehicle < 0
    memory.account[0].waiting = waiting


@compiled
def take_back(field: Field, state: State, memory: Memory, count: int) -> None:
    """Undo a round that put `count` stops back, or tried to."""
    for n in range(count):
        state.spots[memory.queue[n].stop].vehicle = -1
    for v in range(len(state.rows)):
        line = memory.lines[v]
        if line.touched == 1:
            for p in range(line.old_length):
                state.steps[v, p].mark = memory.old_marks[v, p]
            state.rows[v].length = line.old_length
            refresh(field, state, v)
            line.touched = 0


@compiled
def keep_best(state: State, memory: Memory) -> None:
    """Copy the rows that have changed since the last copy."""
    for v in range(len(state.rows)):
        line = memory.lines[v]
        if line.stale == 1:
            line.best_length = state.rows[v].length
            for p in range(line.best_length):
                memory.best_marks[v, p] = state.steps[v, p].mark
            line.stale = 0
