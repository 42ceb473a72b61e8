"""What a round must be able to take back, and the best rows ever met."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.search.field import Records
from routing.engine.search.state import Rows, State

LINE = np.dtype([(name, np.int64) for name in ("touched", "stale", "best_length", "seen")])
"""Of a row: whether this round has changed it; whether it has changed since the best rows were copied, and their
length. Of a kind of vehicle: when it was last seen idle."""

ACCOUNT = np.dtype([(name, np.int64) for name in ("now", "best", "waiting", "stamp", "unblinking")])
"""Cost of the present and of the best rows, how many stops have no vehicle, a running number, and how
many places are still looked at before one is overlooked."""

ENTRY = np.dtype([("stop", np.int64), ("key", np.int64)])
"""A stop to be put back, and what the queue is sorted by."""


class Memory(NamedTuple):
    """Rows as they were before the round, `ROW` (k,) and `STEP` (k, w), the best ones, and their accounts.

    Marks have shape (k, w), `LINE` (k,), `ACCOUNT` (1,), `ENTRY` (n,).
    """

    old_rows: Records
    old_steps: Records
    best_marks: Rows
    lines: Records
    account: Records
    queue: Records


def fresh_memory(state: State) -> Memory:
    """Return a memory for a state of this shape."""
    return Memory(
        np.zeros_like(state.rows),
        np.zeros_like(state.steps),
        np.zeros(state.steps.shape, dtype=np.int64),
        np.zeros(len(state.rows), dtype=LINE),
        np.zeros(1, dtype=ACCOUNT),
        np.zeros(len(state.spots), dtype=ENTRY),
    )


@compiled
def save_row(state: State, memory: Memory, v: int) -> None:
    """Note row `v` before this round changes it."""
    for p in range(state.rows[v].length + 1):
        memory.old_steps[v, p] = state.steps[v, p]
    memory.old_rows[v] = state.rows[v]
    memory.lines[v].touched = 1


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
def take_back(state: State, memory: Memory, count: int) -> None:
    """Undo a round that put `count` stops back, or tried to."""
    for n in range(count):
        state.spots[memory.queue[n].stop].vehicle = -1
    for v in range(len(state.rows)):
        if memory.lines[v].touched == 1:
            state.rows[v] = memory.old_rows[v]
            for p in range(state.rows[v].length + 1):
                state.steps[v, p] = memory.old_steps[v, p]
                if p < state.rows[v].length and state.steps[v, p].mark >= 0:
                    spot = state.spots[state.steps[v, p].mark]
                    spot.vehicle, spot.at = v, p
            memory.lines[v].touched = 0


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
