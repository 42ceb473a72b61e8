"""What a round of a repair must be able to take back, and the best rows so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.repair.field import Field, Records, Rows
from routing.engine.repair.state import State, refresh

LINE = np.dtype([(name, np.int64) for name in ("touched", "length", "cost", "stale", "best_length", "asked")])
"""Of a row: whether this round changed it and what it was before; whether it changed since the best rows were copied,
and their length; and when it was last asked for a stop."""

ACCOUNT = np.dtype([(name, np.int64) for name in ("now", "soft", "best", "waiting", "stamp")])
"""Cost of the present rows, by full and by soft prices, and of the best rows; how many stops have no vehicle; and a
running number."""

ENTRY = np.dtype([("stop", np.int64), ("key", np.int64)])
"""A stop to be put back, and what the queue is sorted by."""


class Memory(NamedTuple):
    """Rows before the round and best rows, shape (k, w); `LINE` (k,), `ACCOUNT` (1,), `ENTRY` (n,)."""

    before: Rows
    best: Rows
    lines: Records
    account: Records
    queue: Records


def fresh_memory(state: State) -> Memory:
    """Return a memory for a state of this shape."""
    return Memory(
        np.zeros(state.steps.shape, dtype=np.int64),
        np.zeros(state.steps.shape, dtype=np.int64),
        np.zeros(len(state.rows), dtype=LINE),
        np.zeros(1, dtype=ACCOUNT),
        np.zeros(len(state.spots), dtype=ENTRY),
    )


@compiled
def note_row(state: State, memory: Memory, v: int) -> None:
    """Note row `v` before this round changes it, once."""
    line = memory.lines[v]
    if line.touched == 0:
        line.touched, line.length, line.cost = 1, state.rows[v].length, state.rows[v].cost
        for p in range(line.length):
            memory.before[v, p] = state.steps[v, p].mark


@compiled
def accept(state: State, memory: Memory) -> None:
    """Keep what this round did."""
    for v in range(len(state.rows)):
        line = memory.lines[v]
        if line.touched == 1:
            line.stale, line.touched = 1, 0
    memory.account[0].waiting = count_waiting(state)


@compiled
def count_waiting(state: State) -> int:
    """Return how many stops have no vehicle."""
    waiting = 0
    for i in range(len(state.spots)):
        waiting += state.spots[i].vehicle < 0
    return waiting


@compiled
def take_back(field: Field, state: State, memory: Memory, count: int) -> None:
    """Undo a round that put `count` stops back, or tried to."""
    for n in range(count):
        state.spots[memory.queue[n].stop].vehicle = -1
    for v in range(len(state.rows)):
        line = memory.lines[v]
        if line.touched == 1:
            for p in range(line.length):
                state.steps[v, p].mark = memory.before[v, p]
            state.rows[v].length = line.length
            refresh(field, state, v)
            line.touched = 0


@compiled
def keep_best(state: State, memory: Memory) -> None:
    """Copy the rows that changed since the last copy."""
    for v in range(len(state.rows)):
        line = memory.lines[v]
        if line.stale == 1:
            line.best_length, line.stale = state.rows[v].length, 0
            for p in range(line.best_length):
                memory.best[v, p] = state.steps[v, p].mark
