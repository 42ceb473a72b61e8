"""One fact of an explanation: a cause and its figures. The sentences stand in the text catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Cause(StrEnum):
    """Each fact that an explanation can be made of."""

    # The chain from the kitchen to the door, in its order.
    BATCH_READY = "batch_ready"
    VAN_SHIFT = "van_shift"
    VAN_TRIP_BEFORE = "van_trip_before"
    VAN_WAITS_FOR_POINT = "van_waits_for_point"
    VAN_WAITS_FOR_DOCK = "van_waits_for_dock"
    VAN_NOT_PRESSED = "van_not_pressed"
    VAN_LEAVES = "van_leaves"
    VAN_STOP = "van_stop"
    COURIER_SHIFT = "courier_shift"
    COURIER_TRIP_BEFORE = "courier_trip_before"
    POINT_OPENS = "point_opens"
    NOT_PRESSED = "not_pressed"
    DOOR_BEFORE_WINDOW = "door_before_window"
    OWN_WINDOW = "own_window"
    COURIER_LEAVES = "courier_leaves"
    DOORS_BEFORE = "doors_before"
    HAND_OVER = "hand_over"
    LATE = "late"
    IN_TIME_IF_BOXES = "in_time_if_boxes"
    FOOD_SPARE = "food_spare"

    # Why this meal point.
    OWN_POINT = "own_point"
    OTHER_POINT_LOCKED = "other_point_locked"
    OWN_POINT_FULL = "own_point_full"
    OWN_POINT_NO_BOXES = "own_point_no_boxes"
    OWN_POINT_TOO_LATE = "own_point_too_late"
    OWN_POINT_NO_ROOM = "own_point_no_room"
    OTHER_POINT_SAVES = "other_point_saves"
    OTHER_POINT_COSTS = "other_point_costs"
    OTHER_POINT_SPARES_COURIER = "other_point_spares_courier"

    # Why this courier.
    COURIER_LOCKED = "courier_locked"
    COURIER_FAMILIAR = "courier_familiar"
    COURIER_CERTIFIED = "courier_certified"
    COURIER_AS_BEFORE = "courier_as_before"
    COURIER_ALONE = "courier_alone"
    COURIER_ONLY = "courier_only"
    COURIER_SHORTEST = "courier_shortest"
    COURIER_AS_SHORT = "courier_as_short"
    COURIER_NOT_SHORTEST = "courier_not_shortest"
    COURIER_SPARES_ANOTHER = "courier_spares_another"

    # Why left out, and what it would have taken.
    LEFT_OUT = "left_out"
    LACKS_TIME = "lacks_time"
    LACKS_BOXES = "lacks_boxes"
    NO_WAY = "no_way"
    NOBODY_ON_DUTY = "nobody_on_duty"
    WINDOW_AFTER_FOOD = "window_after_food"
    BOXES_AT = "boxes_at"
    BOXES_MISSING = "boxes_missing"
    BOXES_NEVER = "boxes_never"
    EARLIEST_TOO_LATE = "earliest_too_late"
    COURIERS_TRIED = "couriers_tried"
    NOBODY_MAY_GO = "nobody_may_go"
    ANY_ONE = "any_one"
    FITS_NOW = "fits_now"
    IF_BOXES_BY = "if_boxes_by"
    IF_BOXES_EARLIER = "if_boxes_earlier"
    IF_WINDOW_LONGER = "if_window_longer"
    IF_SHIFT_LONGER = "if_shift_longer"
    IF_POINT_OPEN_LONGER = "if_point_open_longer"
    IF_CARRIES_MORE = "if_carries_more"
    IF_TRIP_MORE = "if_trip_more"
    IF_COURIER_MORE = "if_courier_more"
    IF_CERTIFIED_COURIER_MORE = "if_certified_courier_more"
    IF_CERTIFIED = "if_certified"
    IF_UNLOCKED = "if_unlocked"
    IF_ALLOWED = "if_allowed"
    IF_COURIER_AND_BOXES = "if_courier_and_boxes"
    NO_SINGLE_CHANGE = "no_single_change"

    # A courier's run, a van's run, a meal point, the whole plan.
    COURIER_IDLE = "courier_idle"
    RUN = "run"
    RUN_FULL = "run_full"
    RUN_ROOM = "run_room"
    RUN_MAY_SLIP = "run_may_slip"
    SLIP_SHIFT = "slip_shift"
    SLIP_WINDOW = "slip_window"
    SLIP_FOOD = "slip_food"
    SLIP_POINT = "slip_point"
    RUN_TIGHTEST = "run_tightest"
    VAN_IDLE = "van_idle"
    VAN_RUN = "van_run"
    VAN_FULL = "van_full"
    VAN_ROOM = "van_room"
    VAN_MAY_SLIP = "van_may_slip"
    VAN_SLIP_SHIFT = "van_slip_shift"
    VAN_SLIP_DUE = "van_slip_due"
    VAN_SLIP_POINT = "van_slip_point"
    VAN_SLIP_TRIP = "van_slip_trip"
    VAN_SLIP_DOCK = "van_slip_dock"
    VAN_SLIP_COURIER = "van_slip_courier"
    VAN_COURIER_WAITS = "van_courier_waits"
    POINT_COMES = "point_comes"
    POINT_OWN_KITCHEN = "point_own_kitchen"
    POINT_ROOM = "point_room"
    POINT_COURIERS = "point_couriers"
    POINT_LEFT_OUT = "point_left_out"
    POINT_IDLE = "point_idle"
    PLAN_SERVES = "plan_serves"
    PLAN_LEAVES_OUT = "plan_leaves_out"
    PLAN_REASON = "plan_reason"
    PLAN_BOXES_LEFT = "plan_boxes_left"
    PLAN_LATE = "plan_late"
    PLAN_TIGHTEST = "plan_tightest"
    PLAN_MOST_LOADED = "plan_most_loaded"
    PLAN_TRAVEL = "plan_travel"
    PLAN_COST = "plan_cost"
    PLAN_COST_PART = "plan_cost_part"


@dataclass(frozen=True, slots=True)
class Because:
    """One cause with its figures.

    Attributes
    ----------
    values
        What the sentence says, by name. `home`, `courier`, `next_courier`, `van`, `point`, `own_point` and `kitchen`
        are ids; a name that ends in `at_s` is seconds after midnight, any other `_s` a length of time, `_m` metres;
        `boxes`, `doors`, `homes`, `couriers`, `trips` and `stops` count; `number` and `trip` are ordinals; `reason` is
        a `Reason`, `part` a part of the costs.
    """

    cause: Cause
    values: Mapping[str, str | int] = field(default_factory=dict)


def because(cause: Cause, **values: str | int) -> Because:
    """Return the fact `cause` with its figures."""
    return Because(cause, values)
