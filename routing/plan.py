"""The answer: what each van and each courier does, and who is left out and why.

Nobody disappears: every home and every consignment of the problem stands in the plan either served or left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an order, a home or a consignment is left out; the sentence for it stands in the text catalogues."""

    NOT_SERVED = "not_served"
    NO_POSITION = "no_position"
    NO_MEAL_POINT = "no_meal_point"
    NO_KITCHEN = "no_kitchen"
    NO_DISH = "no_dish"
    KITCHEN_FULL = "kitchen_full"
    NO_STATION = "no_station"
    STATION_FULL = "station_full"
    POINT_CLOSED = "point_closed"
    NO_COURIER = "no_courier"
    NO_VAN = "no_van"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    WINDOW = "window"
    PAST_EAT_BY = "past_eat_by"
    NOT_BROUGHT = "not_brought"
    NO_CAPACITY = "no_capacity"
    NO_DOCK = "no_dock"
    NOT_CERTIFIED = "not_certified"
    LOCKED = "locked"
    FORBIDDEN = "forbidden"
    KITCHEN_FAILED = "kitchen_failed"
    NO_LINE = "no_line"


class MadeBy(StrEnum):
    """Which planner made a plan: the two-echelon engine, OR-Tools alone, or the plain insertion that needs neither."""

    ENGINE = "engine"
    ORTOOLS = "ortools"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class VanStop:
    """`boxes` of one consignment handed over at a meal point; usable by couriers from `ready_s`.

    The unloading starts at `arrive_s`, or when the meal point opens, and holds a dock until `ready_s`: a van that waits
    for a free dock arrives when it is its turn. Stops of one run that follow each other at one meal point with the same
    `arrive_s` are one unloading of several batches: one handling time, one dock, carriers shared.
    """

    point_id: str
    arrive_s: int
    ready_s: int
    boxes: int
    batch: str = ""


@dataclass(frozen=True, slots=True)
class VanRun:
    """One trip of one van from its kitchen over `stops` and back."""

    van_id: str
    kitchen_id: str
    depart_s: int
    stops: tuple[VanStop, ...]
    back_s: int
    metres: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One door: arrival, start of the hand-over (after waiting for the window), and departure."""

    home_id: str
    arrive_s: int
    start_s: int
    leave_s: int


@dataclass(frozen=True, slots=True)
class Trip:
    """One load of one courier: loaded at a meal point from `load_s`, gone at `depart_s`."""

    point_id: str
    load_s: int
    depart_s: int
    boxes: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class CourierRun:
    """All trips of one courier, in order; it ends at the last door (`end_s`)."""

    courier_id: str
    trips: tuple[Trip, ...]
    end_s: int
    metres: int


@dataclass(frozen=True, slots=True)
class LeftOutHome:
    """A home nobody visits, and why; `lack` is what it would have taken.

    Seconds for `PAST_EAT_BY`, `WINDOW`, `POINT_CLOSED`, `NO_COURIER`, and for `NOT_CERTIFIED`, `LOCKED`, `FORBIDDEN`
    (by which the couriers who may go there miss it, where somebody else would be in time); boxes for `TOO_LARGE`,
    `NOT_BROUGHT`, `NO_CAPACITY`; 0 where there is no figure.
    """

    home_id: str
    reason: Reason
    lack: int = 0


@dataclass(frozen=True, slots=True)
class LeftOutConsignment:
    """Boxes of one consignment that no van brings, or that its meal point has no room for, and why."""

    kitchen_id: str
    point_id: str
    boxes: int
    reason: Reason
    batch: str = ""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Both echelons of one meal, planned."""

    van_runs: tuple[VanRun, ...]
    courier_runs: tuple[CourierRun, ...]
    left_out_homes: tuple[LeftOutHome, ...]
    left_out_consignments: tuple[LeftOutConsignment, ...]
    made_by: MadeBy
