"""Feeding a decoder: whole, byte by byte, glued, and cut anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Protocol

from service.alarms.signal import Signal


class Decoder(Protocol):
    @property
    def kept_bytes(self) -> int: ...
    def feed(self, received: bytes) -> list[Signal]: ...
    def finish(self) -> list[Signal]: ...


def fed(decoder: Decoder, pieces: Iterable[bytes]) -> list[Signal]:
    signals = [signal for piece in pieces for signal in decoder.feed(piece)]
    return signals + decoder.finish()


def whole(make: Callable[[], Decoder], frame: bytes) -> list[Signal]:
    return fed(make(), [frame])


def byte_by_byte(make: Callable[[], Decoder], stream: bytes) -> list[Signal]:
    return fed(make(), [bytes([one]) for one in stream])


def cut_at(stream: bytes, places: Iterable[int]) -> list[bytes]:
    marks = [0, *sorted({place % (len(stream) + 1) for place in places}), len(stream)]
    return [stream[one:other] for one, other in pairwise(marks)]
