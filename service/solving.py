"""Run a planning step in a child process with a deadline, and go on without it when it fails.

A routing solve holds Python's lock for its whole length: in this process it would stop the pages, the lease and the
alarms. The child gets one question at a time and may be killed, hang or run out of memory; then the plain planner
answers here, the plan is marked, and a person is told. The day is always published.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Self, TypeVar

import structlog

log = structlog.get_logger()

LENGTH = struct.Struct(">Q")
PIECE = 1 << 16
LONGEST_WAIT_S = 0.5
"""How long the parent waits at most before it looks after its lease again."""

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when its parent ends."""

Answer = TypeVar("Answer")
Report = Callable[[str, int, int], None]


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends: nothing must go on for nobody."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class _ChildLostError(Exception):
    """The child ended, overran its time, or raised; the message is a machine word."""


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


def _nothing() -> None:
    return None


@dataclass
class Solver:
    """One child process that answers planning questions, with a plain answer for each when it cannot.

    Attributes
    ----------
    limit_s
        Seconds that all questions together may take.
    report
        Told (stage, done, total) while the child works.
    meanwhile
        Called at least twice a second while waiting; may raise to give up the whole story.
    marks
        Machine words: `plain:plan_runs:child_killed` for a question that was answered plainly, `cut_short:plan_runs`
        for a search that the clock ended, so that another machine may find another plan.
    """

    limit_s: float
    report: Report = _quiet
    meanwhile: Callable[[], None] = _nothing
    marks: list[str] = field(default_factory=list)
    _child: subprocess.Popen[bytes] | None = None
    _said: IO[bytes] | None = None
    _deadline: float = 0.0

    def __enter__(self) -> Self:
        self._deadline = time.monotonic() + self.limit_s
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_child()

    def ask(self, step: str, *question: object, otherwise: Callable[[], Answer], **named: object) -> Answer:
        """Return the child's answer to `step`, or `otherwise()` with a mark when the child cannot give one."""
        try:
            answer: Answer = self._ask_child(step, question, named)
        except _ChildLostError as lost:
            self._give_up(step, lost)
            self.marks.append(f"plain:{step}:{lost}")
            return otherwise()
        return answer

    def ask_besides(self, step: str, *question: object, **named: object) -> Any | None:
        """Return the child's answer to what a plan can do without; None, and no mark, when there is none."""
        try:
            return self._ask_child(step, question, named)
        except _ChildLostError as lost:
            self._give_up(step, lost)
            return None

    def _give_up(self, step: str, lost: _ChildLostError) -> None:
        log.warning("solver_child_lost", step=step, why=str(lost), said=self._last_words())
        self._end_child()

    def _ask_child(self, step: str, question: tuple[object, ...], named: dict[str, object]) -> Any:
        if time.monotonic() >= self._deadline:
            raise _ChildLostError("out_of_time")
        child = self._child or self._start_child()
        body = pickle.dumps((step, question, named), protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self._write(child, LENGTH.pack(len(body)) + body)
        except BrokenPipeError as error:
            raise _ChildLostError(self._why_ended()) from error
        while True:
            kind, *rest = self._next_message(child)
            if kind == "done":
                return rest[0]
            if kind == "failed":
                raise _ChildLostError(f"child_raised_{rest[0]}")
            if rest[0] == "cut_short":
                self.marks.append(f"cut_short:{step}")
            else:
                self.report(*rest)

    def _write(self, child: subprocess.Popen[bytes], message: bytes) -> None:
        """Hand a question over piece by piece: a child that does not read must not stop the clock of its parent."""
        if child.stdin is None:
            raise _ChildLostError("child_gone")
        rest = memoryview(message)
        os.set_blocking(child.stdin.fileno(), False)
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdin, selectors.EVENT_WRITE)
            while rest:
                if self._is_ready(selector):
                    rest = rest[os.write(child.stdin.fileno(), rest[:PIECE]) :]

    def _is_ready(self, selector: selectors.BaseSelector) -> bool:
        """Wait a moment for the child's pipe; look after the lease meanwhile, and give up at the deadline."""
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise _ChildLostError("out_of_time")
        if selector.select(min(left_s, LONGEST_WAIT_S)):
            return True
        self.meanwhile()
        return False

    def _next_message(self, child: subprocess.Popen[bytes]) -> tuple[Any, ...]:
        (length,) = LENGTH.unpack(self._read(child, LENGTH.size))
        message: tuple[Any, ...] = pickle.loads(self._read(child, length))  # noqa: S301  our own child wrote it
        return message

    def _read(self, child: subprocess.Popen[bytes], size: int) -> bytes:
        if child.stdout is None:
            raise _ChildLostError("child_gone")
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while size:
                if not self._is_ready(selector):
                    continue
                part = os.read(child.stdout.fileno(), min(size, PIECE))
                if not part:
                    raise _ChildLostError(self._why_ended())
                parts.append(part)
                size -= len(part)
        self.meanwhile()
        return b"".join(parts)

    def _start_child(self) -> subprocess.Popen[bytes]:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the child
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.solver_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            bufsize=0,
            start_new_session=True,
        )
        return self._child

    def _why_ended(self) -> str:
        if self._child is None:
            return "child_gone"
        try:
            status = self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "child_silent"
        return "child_killed" if status < 0 else f"child_ended_{status}"

    def _last_words(self) -> str:
        if self._said is None:
            return ""
        self._said.seek(0)
        return self._said.read()[-2000:].decode(errors="replace")

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            # The whole group: the child may have workers of its own.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                child.poll()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        if self._said is not None:
            self._said.close()
            self._said = None
