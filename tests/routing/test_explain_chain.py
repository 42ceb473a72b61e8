"""Why a hand-over is when it is: each link of the chain in a town where it is the one that binds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import check_runs
from routing.explain import Cause, explain_home
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.plan import Trip, VanStop
from tests.routing.by_hand import (
    DRIVE,
    ELM_READY_S,
    LANE,
    by_hand,
    causes,
    drive,
    on_site,
    values,
    why,
    with_batch,
    with_courier,
    with_home,
    with_point,
)
from tests.routing.towns import ELEVEN, TEN, van, willow_lane_plan

USUAL = {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu", "rui"])]}


def test_a_chain_is_told_from_the_kitchen_to_the_door() -> None:
    said = why(LANE, willow_lane_plan(), "mei")
    assert causes(said)[:7] == [
        Cause.BATCH_READY,
        Cause.VAN_LEAVES,
        Cause.VAN_STOP,
        Cause.COURIER_LEAVES,
        Cause.DOORS_BEFORE,
        Cause.HAND_OVER,
        Cause.FOOD_SPARE,
    ]
    assert values(said, Cause.BATCH_READY) == {"kitchen": "canteen", "at_s": TEN}
    assert values(said, Cause.VAN_LEAVES) == {"van": "van", "kitchen": "canteen", "at_s": 36_200}
    assert values(said, Cause.VAN_STOP) == {
        "van": "van",
        "number": 1,
        "point": "elm",
        "arrive_at_s": 36_300,
        "at_s": ELM_READY_S,
    }
    assert values(said, Cause.COURIER_LEAVES) == {"courier": "ann", "point": "elm", "at_s": 36_460}
    assert values(said, Cause.DOORS_BEFORE) == {"doors": 1}
    assert values(said, Cause.HAND_OVER) == {"courier": "ann", "point": "elm", "at_s": 36_780, "number": 2}
    assert values(said, Cause.FOOD_SPARE) == {"latest_at_s": 13 * 3600, "spare_s": 13 * 3600 - 36_780}


def test_the_second_stop_of_a_van_is_counted() -> None:
    assert values(why(LANE, willow_lane_plan(), "qiu"), Cause.VAN_STOP)["number"] == 2


def test_a_home_that_opens_late_is_its_own_cause() -> None:
    town = with_home(LANE, "mei", window=Window(ELEVEN, ELEVEN + 600))
    said = why(town, by_hand(town, USUAL), "mei")
    # Ann would be there at 36,780; nothing before the door matters any more.
    assert values(said, Cause.OWN_WINDOW) == {"window_at_s": ELEVEN, "wait_s": ELEVEN - 36_780}
    assert causes(said)[0] is Cause.OWN_WINDOW


def test_a_wait_at_the_meal_point_for_the_own_window_is_told_as_such() -> None:
    town = with_home(LANE, "mei", window=Window(ELEVEN, ELEVEN + 600))
    plan = plan_runs_plain(replace(town, homes=(town.homes[1],), courier_travel=_rows(town, [0, 1, 3])))
    alone = replace(town, homes=(town.homes[1],), courier_travel=_rows(town, [0, 1, 3]))
    said = why(alone, plan, "mei")
    assert plan.courier_runs[0].trips[0].visits[0].arrive_s == ELEVEN
    assert causes(said)[0] is Cause.OWN_WINDOW


def _rows(town, rows):  # type: ignore[no-untyped-def]
    ways = town.courier_travel
    return replace(ways, seconds=ways.seconds[rows][:, rows], metres=ways.metres[rows][:, rows])


def test_a_door_before_that_opens_late_holds_up_the_next() -> None:
    town = with_home(LANE, "lin", window=Window(ELEVEN, ELEVEN + 600))
    said = why(town, by_hand(town, USUAL), "mei")
    assert values(said, Cause.DOOR_BEFORE_WINDOW) == {
        "home": "lin",
        "window_at_s": ELEVEN,
        "wait_s": ELEVEN - 36_560,
    }
    assert Cause.BATCH_READY not in causes(said)


def test_a_wait_spent_at_the_meal_point_for_the_first_door_is_told_as_that_door() -> None:
    town = with_home(LANE, "lin", window=Window(ELEVEN, ELEVEN + 600))
    plan = by_hand(town, USUAL)
    ann, bo = plan.courier_runs
    trip = ann.trips[0]
    wait_s = trip.visits[0].start_s - trip.visits[0].arrive_s
    first = replace(trip.visits[0], arrive_s=trip.visits[0].start_s)
    later = Trip("elm", trip.load_s + wait_s, trip.depart_s + wait_s, trip.boxes, (first, trip.visits[1]))
    plan = replace(plan, courier_runs=(replace(ann, trips=(later,)), bo))
    assert check_runs(town, plan) == ()
    assert values(why(town, plan, "mei"), Cause.DOOR_BEFORE_WINDOW)["wait_s"] == wait_s


def test_a_shift_that_begins_late_is_the_cause() -> None:
    town = with_courier(LANE, "ann", shift=Window(ELEVEN, 15 * 3600))
    said = why(town, by_hand(town, USUAL), "lin")
    assert values(said, Cause.COURIER_SHIFT) == {"courier": "ann", "at_s": ELEVEN}
    assert causes(said)[0] is Cause.COURIER_SHIFT


def test_a_meal_point_that_opens_late_is_the_cause() -> None:
    town = with_point(on_site(LANE), "elm", window=Window(ELEVEN, 15 * 3600))
    said = why(town, by_hand(town, USUAL, drives=()), "lin")
    assert values(said, Cause.POINT_OPENS) == {"point": "elm", "at_s": ELEVEN}


def test_boxes_that_are_cooked_on_site_name_the_kitchen_alone() -> None:
    town = on_site(LANE)
    said = why(town, by_hand(town, USUAL, drives=()), "lin")
    assert causes(said)[:2] == [Cause.BATCH_READY, Cause.COURIER_LEAVES]


def test_a_trip_before_is_the_cause_and_what_held_that_up_is_told_too() -> None:
    said = why(LANE, by_hand(LANE, {"ann": [("elm", ["lin"]), ("elm", ["mei"])], "bo": USUAL["bo"]}), "mei")
    assert values(said, Cause.COURIER_TRIP_BEFORE) == {"courier": "ann", "trip": 1, "doors": 1, "at_s": 36_680}
    assert causes(said)[0] is Cause.BATCH_READY


def test_a_wait_that_nothing_explains_is_said_to_be_idle() -> None:
    plan = by_hand(LANE, USUAL)
    ann, bo = plan.courier_runs
    trip = ann.trips[0]
    idle = replace(trip, visits=(trip.visits[0], _moved(trip.visits[1], 90)))
    plan = replace(plan, courier_runs=(replace(ann, trips=(idle,), end_s=ann.end_s + 90), bo))
    assert check_runs(LANE, plan) == ()
    assert values(why(LANE, plan, "mei"), Cause.NOT_PRESSED) == {"courier": "ann", "wait_s": 90}


def _moved(visit, later_s):  # type: ignore[no-untyped-def]
    return replace(visit, arrive_s=visit.arrive_s, start_s=visit.start_s + later_s, leave_s=visit.leave_s + later_s)


def test_a_departure_later_than_needed_is_said_to_be_idle() -> None:
    plan = by_hand(LANE, USUAL)
    ann, bo = plan.courier_runs
    trip = ann.trips[0]
    visits = tuple(replace(_moved(one, 60), arrive_s=one.arrive_s + 60) for one in trip.visits)
    late = replace(trip, load_s=trip.load_s + 60, depart_s=trip.depart_s + 60, visits=visits)
    plan = replace(plan, courier_runs=(replace(ann, trips=(late,), end_s=ann.end_s + 60), bo))
    assert check_runs(LANE, plan) == ()
    assert values(why(LANE, plan, "lin"), Cause.NOT_PRESSED) == {"courier": "ann", "wait_s": 60}


ELM, OAK = DRIVE.stops


def later(later_s: int):  # type: ignore[no-untyped-def]
    stops = tuple(replace(one, arrive_s=one.arrive_s + later_s, ready_s=one.ready_s + later_s) for one in DRIVE.stops)
    return replace(DRIVE, depart_s=DRIVE.depart_s + later_s, stops=stops, back_s=DRIVE.back_s + later_s)


def test_a_van_that_comes_on_duty_late_is_the_cause() -> None:
    town = replace(LANE, vans=(van(shift=Window(TEN + 600, 15 * 3600)),))
    said = why(town, by_hand(town, USUAL, drives=[later(600)]), "lin")
    assert values(said, Cause.VAN_SHIFT) == {"van": "van", "at_s": TEN + 600}


def test_a_trip_of_the_van_before_is_the_cause() -> None:
    elm = drive(ELM, depart_s=36_200, back_s=36_500, metres=2_000)
    oak = drive(VanStop("oak", 37_100, 37_200, 5), depart_s=36_700, back_s=37_600, metres=8_000)
    said = why(LANE, by_hand(LANE, USUAL, drives=[elm, oak]), "qiu")
    assert values(said, Cause.VAN_TRIP_BEFORE) == {"van": "van", "at_s": 36_500}


def test_a_van_that_waits_for_a_meal_point_to_open_is_told() -> None:
    town = with_point(LANE, "elm", window=Window(36_350, 15 * 3600))
    stops = (VanStop("elm", 36_300, 36_450, 10), VanStop("oak", 36_750, 36_850, 5))
    said = why(town, by_hand(town, USUAL, drives=[replace(DRIVE, stops=stops, back_s=37_250)]), "qiu")
    assert values(said, Cause.VAN_WAITS_FOR_POINT) == {"van": "van", "point": "elm", "at_s": 36_350, "wait_s": 50}


def test_a_van_that_leaves_later_because_its_first_meal_point_is_closed_is_told() -> None:
    town = with_point(LANE, "elm", window=Window(ELEVEN, 15 * 3600))
    said = why(town, by_hand(town, USUAL, drives=[later(ELEVEN - 36_300)]), "lin")
    expected = {"van": "van", "point": "elm", "at_s": ELEVEN, "wait_s": ELEVEN - 36_300}
    assert values(said, Cause.VAN_WAITS_FOR_POINT) == expected


@pytest.mark.parametrize("on_the_way", [True, False])
def test_a_van_that_waits_for_a_dock_is_told(*, on_the_way: bool) -> None:
    town = with_point(replace(LANE, vans=(van(), van("other"))), "oak", docks=1)
    town = with_batch(town, "oak", boxes=6)
    elm, oak = VanStop("elm", 36_300, 36_400, 10), VanStop("oak", 36_700, 36_800, 3)
    first = drive(elm, oak, depart_s=36_200, back_s=37_200, metres=8_000)
    if on_the_way:
        # The other van could be at Oak at 36,600, and waits on the way until the dock is free.
        second = drive(VanStop("oak", 36_800, 36_900, 3), depart_s=36_200, back_s=37_300, metres=8_000, van_id="other")
    else:
        second = drive(VanStop("oak", 36_800, 36_900, 3), depart_s=36_400, back_s=37_300, metres=8_000, van_id="other")
    said = why(
        town, by_hand(town, {"bo": [("oak", ["qiu", "rui"])], "ann": USUAL["ann"]}, drives=[first, second]), "qiu"
    )
    # Two boxes come with the first van: nobody waits for the second.
    assert Cause.VAN_WAITS_FOR_DOCK not in causes(said)
    town = with_home(town, "rui", boxes=4)
    said = why(
        town, by_hand(town, {"bo": [("oak", ["qiu", "rui"])], "ann": USUAL["ann"]}, drives=[first, second]), "qiu"
    )
    assert values(said, Cause.VAN_WAITS_FOR_DOCK) == {"van": "other", "point": "oak", "at_s": 36_800, "wait_s": 200}


def test_a_van_that_leaves_later_than_needed_is_told() -> None:
    said = why(LANE, by_hand(LANE, USUAL, drives=[later(120)]), "lin")
    assert values(said, Cause.VAN_NOT_PRESSED) == {"van": "van", "wait_s": 120}


def test_an_unloading_that_takes_longer_than_it_must_is_told() -> None:
    slow = replace(DRIVE, stops=(replace(ELM, ready_s=ELM.ready_s + 40), OAK))
    slow = replace(slow, stops=(slow.stops[0], replace(OAK, arrive_s=36_740, ready_s=36_840)), back_s=37_240)
    said = why(LANE, by_hand(LANE, USUAL, drives=[slow]), "qiu")
    assert values(said, Cause.VAN_NOT_PRESSED) == {"van": "van", "wait_s": 40}


def test_a_late_home_says_by_how_much_earlier_boxes_it_would_be_in_time_and_it_is_true() -> None:
    town = with_home(LANE, "mei", due_s=36_700)
    said = why(town, by_hand(town, USUAL), "mei")
    assert values(said, Cause.LATE) == {"due_at_s": 36_700, "late_s": 80}
    assert values(said, Cause.IN_TIME_IF_BOXES) == {"point": "elm", "earlier_s": 80}
    # The same round with boxes that come 80 s earlier, and 79 s earlier.
    for earlier_s, late_s in ((80, 0), (79, 1)):
        batches = tuple(replace(one, ready_s=TEN - earlier_s) for one in town.consignments)
        earlier = replace(town, consignments=batches)
        plan = by_hand(earlier, USUAL, drives=[later(-earlier_s)])
        start_s = plan.courier_runs[0].trips[0].visits[1].start_s
        assert start_s - 36_700 == late_s


def test_a_home_that_is_late_by_the_courier_s_shift_is_not_helped_by_boxes() -> None:
    town = with_courier(with_home(LANE, "mei", due_s=36_700), "ann", shift=Window(ELEVEN, 15 * 3600))
    said = why(town, by_hand(town, USUAL), "mei")
    assert Cause.LATE in causes(said)
    assert Cause.IN_TIME_IF_BOXES not in causes(said)


def test_who_is_asked_about_must_be_there() -> None:
    with pytest.raises(ValueError, match="unknown home nobody"):
        explain_home(LANE, willow_lane_plan(), "nobody")
    forgets = replace(willow_lane_plan(), courier_runs=willow_lane_plan().courier_runs[:1])
    with pytest.raises(ValueError, match="expected the plan to visit home qiu or to leave it out"):
        explain_home(LANE, forgets, "qiu")
    strangers = replace(willow_lane_plan(), van_runs=(replace(DRIVE, van_id="ghost"),))
    with pytest.raises(ValueError, match="unknown van ghost"):
        explain_home(LANE, strangers, "lin")
