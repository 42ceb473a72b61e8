"""Jobs in fresh processes that are thrown away before they grow, and that may die without losing anybody else's job.

A process that sets label after label grows: a pool is closed after a few heavy jobs and a new one is started.
`multiprocessing.Pool` would do that by itself, but waits for ever for the job of a worker that was killed;
`ProcessPoolExecutor(max_tasks_per_child=…)` hangs on Python 3.11 (gh-115634).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


class Failed(NamedTuple):
    """A job without an answer: it raised, or its process died on it twice."""

    error: BaseException


def run_jobs(
    work: Callable[[Job], Answer], jobs: Sequence[Job], weights: Sequence[int], *, workers: int, life: int
) -> Iterator[tuple[int, Answer | Failed]]:
    """Yield (index of the job, its answer) as they come; every job is answered exactly once.

    Parameters
    ----------
    work
        A function of a module, so that a fresh process can find it. What it raises becomes `Failed`.
    weights
        How much each job makes its process grow.
    workers
        Processes at a time; 0 runs the jobs in this process, one after another.
    life
        Weight after which a worker is replaced.
    """
    if workers == 0:
        with ThreadPoolExecutor(1) as executor:
            yield from _answers(executor, work, dict(enumerate(jobs)))
        return
    lost: dict[int, Job] = {}
    for generation in _generations(jobs, weights, workers * life):
        with _fresh(workers) as executor:
            for index, answer in _answers(executor, work, generation):
                if isinstance(answer, Failed) and isinstance(answer.error, BrokenProcessPool):
                    lost[index] = generation[index]
                else:
                    yield index, answer
    for index, job in lost.items():
        with _fresh(1) as executor:
            yield from _answers(executor, work, {index: job})


def _fresh(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _answers(
    executor: Executor, work: Callable[[Job], Answer], jobs: dict[int, Job]
) -> Iterator[tuple[int, Answer | Failed]]:
    futures: dict[Future[Answer], int] = {}
    lost: list[tuple[int, Failed]] = []
    for index, job in jobs.items():
        try:
            futures[executor.submit(work, job)] = index
        except BrokenProcessPool as broken:
            lost.append((index, Failed(broken)))
    for future in as_completed(futures):
        raised = future.exception()
        yield futures[future], future.result() if raised is None else Failed(raised)
    yield from lost


def _generations(jobs: Sequence[Job], weights: Sequence[int], most: int) -> Iterator[dict[int, Job]]:
    generation: dict[int, Job] = {}
    weight = 0
    for index, (job, more) in enumerate(zip(jobs, weights, strict=True)):
        if generation and weight + more > most:
            yield generation
            generation, weight = {}, 0
        generation[index] = job
        weight += more
    if generation:
        yield generation
