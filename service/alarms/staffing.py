"""How many operators answer how fast: Erlang C, the queue of a desk where calls wait until somebody is free.

Calls come at random (Poisson), take exponential times around one mean, and nobody hangs up. A. K. Erlang 1917; the
waiting share by way of Erlang B, whose recursion neither overflows nor cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from service.errors import InvalidError

SECONDS_AN_HOUR = 3600
MOST_ERLANG = 10_000.0
"""A desk beyond this is a mistake in the figures, and the sum would take long."""
CLOSEST_SHARE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Staffing:
    """What a number of operators makes of a load: shares of 1, times in seconds."""

    operators: int
    service_level: float
    mean_wait_s: float
    waiting_share: float
    occupancy: float
    offered_erlang: float


def staffing(calls_per_hour: float, aht_s: float, within_s: float, share: float) -> Staffing:
    """Return the fewest operators of whom at least `share` of all calls are answered within `within_s`.

    Raises
    ------
    InvalidError
        If a figure is not finite or out of its range, or the load beyond any desk.
    """
    _check("calls_per_hour", calls_per_hour, 0, math.inf)
    _check("aht", aht_s, 0, math.inf)
    if within_s != 0:
        _check("within", within_s, 0, math.inf)
    _check("share", share, 0, CLOSEST_SHARE)
    offered = calls_per_hour * aht_s / SECONDS_AN_HOUR
    _check("load", offered, 0, MOST_ERLANG)
    blocked, operators = 1.0, 0
    while True:
        operators += 1
        blocked = offered * blocked / (operators + offered * blocked)
        if operators <= offered:
            continue
        found = _waiting(operators, offered, blocked, aht_s, within_s)
        if found.service_level >= share:
            return found


def staffed(operators: int, calls_per_hour: float, aht_s: float, within_s: float) -> Staffing:
    """Return what so many operators make of a load.

    Raises
    ------
    InvalidError
        If a figure is out of its range, or the operators are not more than the load: the queue would grow for ever.
    """
    _check("calls_per_hour", calls_per_hour, 0, math.inf)
    _check("aht", aht_s, 0, math.inf)
    offered = calls_per_hour * aht_s / SECONDS_AN_HOUR
    _check("load", offered, 0, min(MOST_ERLANG, math.nextafter(operators, 0)))
    blocked = 1.0
    for one in range(1, operators + 1):
        blocked = offered * blocked / (one + offered * blocked)
    return _waiting(operators, offered, blocked, aht_s, within_s)


def _waiting(operators: int, offered: float, blocked: float, aht_s: float, within_s: float) -> Staffing:
    """Return the figures of Erlang C, given the share of calls that Erlang B would turn away."""
    free = operators - offered
    waiting = operators * blocked / (free + offered * blocked)
    return Staffing(
        operators=operators,
        service_level=1 - waiting * math.exp(-free * within_s / aht_s),
        mean_wait_s=waiting * aht_s / free,
        waiting_share=waiting,
        occupancy=offered / operators,
        offered_erlang=offered,
    )


def _check(name: str, given: float, above: float, most: float) -> None:
    if not (math.isfinite(given) and above < given <= most):
        raise InvalidError(f"alarms.staff_{name}", given=f"{given:g}", most=f"{most:.9g}")
