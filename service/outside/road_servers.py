"""Travel times from a road server: OSRM (`/table/v1`) or Valhalla (`/sources_to_targets`).

A matrix is asked for in blocks that both servers' default limits allow. A server that does not answer is asked again a
few times, then given up as a whole: `with_fallback` answers with another source instead, and says so. One matrix
never mixes two sources.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol, TypeGuard

import httpx
import numpy as np
import structlog
from numpy.typing import NDArray

from routing.places import Place
from routing.travel import UNREACHABLE_S, Mode, TravelMatrix, TravelSource, TravelTimes
from service.errors import InvalidError, NuanfanError
from service.texts import Key

log = structlog.get_logger()

TIMEOUT, UNREACHABLE, FAILED, BUSY = "timeout", "unreachable", "failed", "busy"
REFUSED, WRONG_ANSWER, MODE_NOT_SERVED = "refused", "wrong_answer", "mode_not_served"

_HTTP_OK, _HTTP_BUSY, _HTTP_FAILED = 200, 429, 500


class RoadServerError(NuanfanError):
    """A road server gave no matrix; `reason` is a machine word such as `osrm_timeout`."""

    def __init__(self, server: TravelSource, why: str) -> None:
        self.reason = f"{server.value}_{why}"
        super().__init__("error.road_server", why=Key(f"fell_back.{self.reason}"))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for.

    Attributes
    ----------
    timeout_s
        For the connection, and again between two parts of an answer.
    retries
        How often something is asked again, counted over all blocks of one matrix.
    first_wait_s, longest_wait_s
        Wait before the first retry; it doubles with each up to the longest. A server's own `Retry-After` is
        followed up to the longest.
    """

    timeout_s: float = 10.0
    retries: int = 3
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0

    def __post_init__(self) -> None:
        if self.timeout_s <= 0 or self.retries < 0 or self.first_wait_s < 0 or self.longest_wait_s < 0:
            raise ValueError(f"expected a time-out > 0 and no negative retries or waits, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Part of a matrix: seconds and metres from some places to others, NaN where there is no way."""

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    off_road: frozenset[int] = frozenset()


class _AskBlock(Protocol):
    def __call__(self, calls: _Calls, rows: range, columns: range) -> _Block: ...


class _Calls:
    """The calls for one matrix: one pool of connections and one budget of retries."""

    def __init__(self, server: TravelSource, patience: Patience, sleep: Callable[[float], None]) -> None:
        self.server = server
        self._patience = patience
        self._sleep = sleep
        self._retried = 0
        # A road server stands in one's own network; where elders live is not to pass through a proxy by accident.
        self._client = httpx.Client(timeout=patience.timeout_s, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def json(self, method: str, url: str, body: object = None) -> Any:
        """Return the decoded answer, asking again while the budget lasts where that can help.

        Raises
        ------
        RoadServerError
            If the server cannot be reached, refuses, or answers something that is no JSON.
        """
        while True:
            why, wait_s = "", self._next_wait_s()
            try:
                answer = self._client.request(method, url, json=body)
            except httpx.TimeoutException:
                why = TIMEOUT
            except httpx.TransportError:
                why = UNREACHABLE
            else:
                if answer.status_code == _HTTP_OK:
                    return self._decoded(answer)
                why = self._why_not(answer)
                wait_s = min(max(wait_s, _retry_after_s(answer)), self._patience.longest_wait_s)
            if self._retried >= self._patience.retries:
                raise RoadServerError(self.server, why)
            self._retried += 1
            self._sleep(wait_s)

    def _next_wait_s(self) -> float:
        return min(self._patience.first_wait_s * 2.0**self._retried, self._patience.longest_wait_s)

    def _why_not(self, answer: httpx.Response) -> str:
        if answer.status_code == _HTTP_BUSY:
            return BUSY
        if answer.status_code >= _HTTP_FAILED:
            return FAILED
        # Anything else is about what we asked, and asking the same again gives the same.
        raise RoadServerError(self.server, REFUSED)

    def _decoded(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise RoadServerError(self.server, WRONG_ANSWER) from None


def _retry_after_s(answer: httpx.Response) -> float:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() else 0.0


class OsrmServer:
    """OSRM's table service, version 1.

    An OSRM process serves one way of travelling and ignores the profile in the address: a bicycle matrix asked of a
    process built for cars comes back as cars', without a word. So each mode has an address of its own, and a mode
    without one is refused (`osrm_mode_not_served`) rather than guessed.

    Parameters
    ----------
    url
        "http://host:5000" of a process built for cars, or "car=http://host:5000,bicycle=http://host:5001".
    block_places
        OSRM's own limit `max-table-size` (default 100): sources times destinations may be its square.
    snap_limit_m
        A place that OSRM moves farther than this to its nearest road is listed as off the road and unreachable.

    Raises
    ------
    InvalidError
        If an address is not http or https.
    """

    def __init__(
        self,
        url: str,
        *,
        block_places: int = 100,
        snap_limit_m: float = 400.0,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._urls = _urls_by_mode(url)
        self._block_places = block_places
        self._snap_limit_m = snap_limit_m
        self._patience = patience or Patience()
        self._sleep = sleep

    _PROFILES: Mapping[Mode, str] = MappingProxyType({Mode.CAR: "driving", Mode.BICYCLE: "cycling"})

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return the matrix as OSRM gives it.

        Raises
        ------
        RoadServerError
            If there is none to be had.
        """
        if mode not in self._urls:
            raise RoadServerError(TravelSource.OSRM, MODE_NOT_SERVED)
        base = f"{self._urls[mode]}/table/v1/{self._PROFILES[mode]}"

        def ask(calls: _Calls, rows: range, columns: range) -> _Block:
            asked = list(rows) if rows == columns else [*rows, *columns]
            coordinates = ";".join(f"{places[at].lon:.6f},{places[at].lat:.6f}" for at in asked)
            url = f"{base}/{coordinates}?annotations=duration,distance&generate_hints=false"
            if rows != columns:
                url += f"&sources={_indices(0, len(rows))}&destinations={_indices(len(rows), len(columns))}"
            answer = calls.json("GET", url)
            if not isinstance(answer, dict) or answer.get("code") != "Ok":
                raise RoadServerError(TravelSource.OSRM, WRONG_ANSWER)
            shape = (len(rows), len(columns))
            seconds = _figures(TravelSource.OSRM, answer.get("durations"), shape)
            metres = _figures(TravelSource.OSRM, answer.get("distances"), shape)
            return _Block(seconds, metres, self._off_road(answer, rows, columns))

        return _asked(TravelSource.OSRM, len(places), self._block_places, ask, self._patience, self._sleep)

    def _off_road(self, answer: Mapping[str, Any], rows: range, columns: range) -> frozenset[int]:
        """Return the places that OSRM had to move too far, from the waypoints' own `distance` in metres."""
        far: set[int] = set()
        for indices, name in ((rows, "sources"), (columns, "destinations")):
            waypoints = answer.get(name)
            if not isinstance(waypoints, list) or len(waypoints) != len(indices):
                raise RoadServerError(TravelSource.OSRM, WRONG_ANSWER)
            for index, waypoint in zip(indices, waypoints, strict=True):
                moved_m = waypoint.get("distance", 0.0) if isinstance(waypoint, dict) else None
                if not _is_figure(moved_m):
                    raise RoadServerError(TravelSource.OSRM, WRONG_ANSWER)
                if moved_m > self._snap_limit_m:
                    far.add(index)
        return frozenset(far)


class ValhallaServer:
    """Valhalla's time-distance matrix; one process serves cars and bicycles.

    It does not say how far it moved a place to its nearest road, so `off_road` stays empty.

    Parameters
    ----------
    url
        Such as "http://host:8002".
    block_places
        Sources and targets a call; Valhalla's default limit is 2,500 pairs.

    Raises
    ------
    InvalidError
        If the address is not http or https.
    """

    def __init__(
        self,
        url: str,
        *,
        block_places: int = 50,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = _checked(url)
        self._block_places = block_places
        self._patience = patience or Patience()
        self._sleep = sleep

    # 15 km/h is what an e-bike may ride in the lane for non-motor vehicles (Road Traffic Safety Law, article 58).
    _COSTING: Mapping[Mode, Mapping[str, object]] = MappingProxyType(
        {
            Mode.CAR: {"costing": "auto"},
            Mode.BICYCLE: {"costing": "bicycle", "costing_options": {"bicycle": {"cycling_speed": 15}}},
        }
    )

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return the matrix as Valhalla gives it.

        Raises
        ------
        RoadServerError
            If there is none to be had.
        """

        def ask(calls: _Calls, rows: range, columns: range) -> _Block:
            sources, targets = (
                [{"lat": round(places[at].lat, 6), "lon": round(places[at].lon, 6)} for at in indices]
                for indices in (rows, columns)
            )
            body = {"sources": sources, "targets": targets, **self._COSTING[mode], "units": "kilometers"}
            answer = calls.json("POST", f"{self._url}/sources_to_targets", body | {"verbose": True})
            cells = answer.get("sources_to_targets") if isinstance(answer, dict) else None
            if not isinstance(cells, list) or not all(_is_row_of_cells(row) for row in cells):
                raise RoadServerError(TravelSource.VALHALLA, WRONG_ANSWER)
            shape = (len(rows), len(columns))
            seconds = _figures(TravelSource.VALHALLA, [[cell["time"] for cell in row] for row in cells], shape)
            km = _figures(TravelSource.VALHALLA, [[cell["distance"] for cell in row] for row in cells], shape)
            return _Block(seconds, km * 1000)

        return _asked(TravelSource.VALHALLA, len(places), self._block_places, ask, self._patience, self._sleep)


@dataclass(frozen=True, slots=True)
class Fallback:
    """One source of travel times, and another for when it gives no answer."""

    first: TravelTimes
    second: TravelTimes

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return the first source's matrix, or the second's with `fell_back` saying why."""
        try:
            return self.first.matrix(places, mode)
        except RoadServerError as error:
            log.warning("travel_fell_back", why=error.reason, mode=mode.value, places=len(places))
            return replace(self.second.matrix(places, mode), fell_back=error.reason)


def with_fallback(server: TravelTimes, second: TravelTimes) -> Fallback:
    """Return `server` with `second` behind it; the fall is written into the matrix and into the log."""
    return Fallback(server, second)


def _asked(
    server: TravelSource,
    n: int,
    block_places: int,
    ask: _AskBlock,
    patience: Patience,
    sleep: Callable[[float], None],
) -> TravelMatrix:
    """Return the matrix of n places, asked for block by block; with fewer than two places nothing is asked."""
    seconds = np.full((n, n), np.nan)
    metres = np.full((n, n), np.nan)
    off_road: set[int] = set()
    calls = _Calls(server, patience, sleep)
    try:
        for rows, columns in _blocks(n, block_places):
            block = ask(calls, rows, columns)
            seconds[rows.start : rows.stop, columns.start : columns.stop] = block.seconds
            metres[rows.start : rows.stop, columns.start : columns.stop] = block.metres
            off_road |= block.off_road
    finally:
        calls.close()
    cut_off = sorted(off_road)
    for figures in (seconds, metres):
        figures[cut_off, :] = figures[:, cut_off] = np.nan
    has_way = (seconds < UNREACHABLE_S) & (metres < UNREACHABLE_S)
    whole = [np.where(has_way, np.rint(figures), UNREACHABLE_S).astype(np.int32) for figures in (seconds, metres)]
    for figures in whole:
        np.fill_diagonal(figures, 0)
    return TravelMatrix(whole[0], whole[1], server, off_road=tuple(cut_off))


def _blocks(n: int, block_places: int) -> Iterator[tuple[range, range]]:
    if n > 1:
        parts = [range(at, min(at + block_places, n)) for at in range(0, n, block_places)]
        yield from ((rows, columns) for rows in parts for columns in parts)


def _indices(first: int, count: int) -> str:
    return ";".join(str(index) for index in range(first, first + count))


def _is_figure(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_row_of_cells(row: object) -> bool:
    return isinstance(row, list) and all(isinstance(cell, dict) and {"time", "distance"} <= cell.keys() for cell in row)


def _is_row_of_figures(row: object, length: int) -> bool:
    return isinstance(row, list) and len(row) == length and all(value is None or _is_figure(value) for value in row)


def _figures(server: TravelSource, rows: object, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return a block of figures, NaN for null; anything but rows of figures >= 0 of that shape is a wrong answer."""
    if (
        not isinstance(rows, list)
        or len(rows) != shape[0]
        or not all(_is_row_of_figures(row, shape[1]) for row in rows)
    ):
        raise RoadServerError(server, WRONG_ANSWER)
    return np.array(rows, dtype=np.float64).reshape(shape)


def _urls_by_mode(url: str) -> Mapping[Mode, str]:
    modes = {mode.value: mode for mode in Mode}
    if url.partition("=")[0] not in modes:
        return {Mode.CAR: _checked(url)}
    urls: dict[Mode, str] = {}
    for part in url.split(","):
        name, _, address = part.strip().partition("=")
        if name not in modes:
            raise InvalidError("error.setting", name="NUANFAN_ROAD_SERVER_URL", detail=part)
        urls[modes[name]] = _checked(address)
    return urls


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise InvalidError("error.setting", name="NUANFAN_ROAD_SERVER_URL", detail=url)
    return url.rstrip("/")
