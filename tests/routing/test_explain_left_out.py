"""Why a home is left out, and what would have served it: every such change is made, and the town planned again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.explain import Cause
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.plan import LeftOutConsignment, LeftOutHome, Reason, VanStop
from routing.problem import RunProblem
from tests.routing.by_hand import (
    DRIVE,
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
from tests.routing.towns import ALL_DAY, ELEVEN, TEN, courier, cut_off, home, owes, point, town, van

HERE = on_site(LANE)
BO_AT_OAK = {"bo": [("oak", ["qiu", "rui"])]}


def one_home(**changes: object) -> RunProblem:
    """Lin at 1,500 m and Ann, who may load at Elm (1,000 m) from 10:00 on and be at the door at 10:02:40."""
    there = town(
        {"canteen": 0, "elm": 1_000, "lin": 1_500},
        points=[point("elm")],
        homes=[home("lin", "elm")],
        couriers=[courier("ann", "elm")],
        consignments=[owes("elm", 1, here=True)],
        vans=[],
    )
    return with_home(there, "lin", **changes)


DOOR_S = TEN + 60 + 100
"""When Ann is at Lin's door."""


def is_served(problem: RunProblem, home_id: str) -> bool:
    return home_id not in {one.home_id for one in plan_runs_plain(problem).left_out_homes}


def left_out(problem: RunProblem, home_id: str = "lin"):  # type: ignore[no-untyped-def]
    plan = plan_runs_plain(problem)
    assert home_id in {one.home_id for one in plan.left_out_homes}
    return why(problem, plan, home_id)


def test_a_window_that_ends_too_early_says_how_much_longer_it_must_be() -> None:
    there = one_home(window=Window(0, DOOR_S - 70))
    said = left_out(there)
    assert values(said, Cause.LEFT_OUT) == {"reason": Reason.WINDOW}
    assert values(said, Cause.LACKS_TIME) == {"lack_s": 70}
    assert values(said, Cause.BOXES_AT) == {"point": "elm", "at_s": TEN}
    expected = {"at_s": DOOR_S, "latest_at_s": DOOR_S - 70, "late_s": 70}
    assert values(said, Cause.EARLIEST_TOO_LATE) == expected
    lever = values(said, Cause.IF_WINDOW_LONGER)
    assert lever == {"courier": "ann", "point": "elm", "at_s": DOOR_S, "longer_s": 70}
    assert is_served(one_home(window=Window(0, DOOR_S)), "lin")
    assert not is_served(one_home(window=Window(0, DOOR_S - 1)), "lin")


def test_food_that_grows_too_old_says_how_much_earlier_it_must_come_and_never_bends_the_food_clock() -> None:
    there = one_home(latest_s=DOOR_S - 300)
    said = left_out(there)
    assert values(said, Cause.LEFT_OUT) == {"reason": Reason.PAST_EAT_BY}
    assert values(said, Cause.IF_BOXES_EARLIER) == {
        "courier": "ann",
        "point": "elm",
        "boxes": 1,
        "by_at_s": TEN - 300,
        "at_s": DOOR_S - 300,
        "earlier_s": 300,
    }
    assert Cause.IF_WINDOW_LONGER not in causes(said)
    assert is_served(with_batch(there, "elm", ready_s=TEN - 300), "lin")
    assert not is_served(with_batch(there, "elm", ready_s=TEN - 299), "lin")


def test_a_van_that_comes_too_late_says_by_how_much_and_an_earlier_van_serves_the_home() -> None:
    there = with_home(LANE, "rui", latest_s=36_900)
    plan = by_hand(there, {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu"])]})
    said = why(there, plan, "rui")
    # By the van at 10:13:20 Bo is at Rui's door at 37,060; she must have it by 36,900.
    assert values(said, Cause.IF_BOXES_EARLIER)["earlier_s"] == 160
    assert values(said, Cause.IF_BOXES_EARLIER)["by_at_s"] == 36_640
    batches = tuple(replace(one, ready_s=TEN - 160) for one in there.consignments)
    stops = tuple(replace(one, arrive_s=one.arrive_s - 160, ready_s=one.ready_s - 160) for one in DRIVE.stops)
    earlier = replace(DRIVE, depart_s=DRIVE.depart_s - 160, stops=stops, back_s=DRIVE.back_s - 160)
    rounds = {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["rui", "qiu"])]}
    assert not by_hand(replace(there, consignments=batches), rounds, drives=[earlier]).left_out_homes


def test_a_shift_that_ends_too_early_says_how_much_longer_it_must_be() -> None:
    there = with_courier(one_home(), "ann", shift=Window(0, DOOR_S + 119))
    said = left_out(there)
    lever = values(said, Cause.IF_SHIFT_LONGER)
    assert lever == {"courier": "ann", "point": "elm", "at_s": DOOR_S, "longer_s": 1}
    assert is_served(with_courier(there, "ann", shift=Window(0, DOOR_S + 120)), "lin")


def test_a_meal_point_that_closes_too_early_says_how_much_longer_it_must_be_open() -> None:
    there = with_point(one_home(), "elm", window=Window(0, TEN + 30))
    said = left_out(there)
    lever = values(said, Cause.IF_POINT_OPEN_LONGER)
    assert lever == {"courier": "ann", "point": "elm", "at_s": DOOR_S, "longer_s": 30}
    assert is_served(with_point(there, "elm", window=Window(0, TEN + 60)), "lin")
    assert not is_served(with_point(there, "elm", window=Window(0, TEN + 59)), "lin")


def test_more_boxes_than_a_courier_carries_say_how_many_more_it_takes() -> None:
    there = with_courier(with_batch(one_home(boxes=5), "elm", boxes=5), "ann", capacity_boxes=3)
    said = left_out(there)
    assert values(said, Cause.LEFT_OUT) == {"reason": Reason.TOO_LARGE}
    assert values(said, Cause.LACKS_BOXES) == {"boxes": 2}
    assert Cause.NOBODY_MAY_GO in causes(said)
    assert values(said, Cause.IF_CARRIES_MORE) == {"courier": "ann", "point": "elm", "at_s": DOOR_S, "boxes": 2}
    assert is_served(with_courier(there, "ann", capacity_boxes=5), "lin")
    assert not is_served(with_courier(there, "ann", capacity_boxes=4), "lin")


def busy() -> RunProblem:
    """Ann alone, one trip of three boxes: she can take Lin and Mei, or the two of Oak, not all."""
    return with_courier(replace(HERE, couriers=HERE.couriers[:1]), "ann", capacity_boxes=3, max_trips=1)


def test_a_trip_more_is_named_and_proved() -> None:
    there = busy()
    said = left_out(there, "qiu")
    assert values(said, Cause.COURIERS_TRIED) == {"couriers": 1}
    assert values(said, Cause.IF_TRIP_MORE)["trips"] == 1
    assert is_served(with_courier(there, "ann", max_trips=2), "qiu")


def test_a_courier_more_is_named_and_proved() -> None:
    there = busy()
    said = left_out(there, "qiu")
    told = values(said, Cause.IF_COURIER_MORE)
    shift = there.couriers[0].shift
    assert told == {"point": "oak", "from_at_s": shift.start_s, "to_at_s": shift.end_s, "at_s": TEN + 60 + 100}
    assert Cause.ANY_ONE in causes(said)
    more = replace(there.couriers[0], courier_id="new", point_id="oak")
    assert is_served(replace(there, couriers=(*there.couriers, more)), "qiu")


def test_a_certified_courier_is_asked_for_where_the_door_wants_one() -> None:
    there = one_home(certified_only=True)
    said = left_out(there)
    assert values(said, Cause.LEFT_OUT) == {"reason": Reason.NOT_CERTIFIED}
    assert values(said, Cause.IF_CERTIFIED) == {"courier": "ann", "point": "elm", "at_s": DOOR_S}
    assert values(said, Cause.IF_CERTIFIED_COURIER_MORE)["at_s"] == DOOR_S
    assert is_served(with_courier(there, "ann", certified=True), "lin")
    assert is_served(replace(there, couriers=(*there.couriers, courier("new", "elm"))), "lin") is False
    certified = replace(courier("new", "elm"), certified=True)
    assert is_served(replace(there, couriers=(*there.couriers, certified)), "lin")


def test_a_lock_that_keeps_somebody_out_is_named() -> None:
    late = courier("bo", "elm", shift=Window(0, TEN + 100))
    there = with_home(replace(one_home(), couriers=(courier("ann", "elm"), late)), "lin", courier_id="bo")
    said = left_out(there)
    told = values(said, Cause.IF_UNLOCKED)
    assert told == {"courier": "ann", "next_courier": "bo", "point": "elm", "at_s": DOOR_S}
    assert values(said, Cause.IF_SHIFT_LONGER)["courier"] == "bo"
    assert Cause.IF_COURIER_MORE not in causes(said)
    assert is_served(with_home(there, "lin", courier_id=None), "lin")


def test_a_courier_who_is_not_allowed_is_named() -> None:
    there = one_home(not_couriers=("ann",))
    said = left_out(there)
    assert values(said, Cause.IF_ALLOWED) == {"courier": "ann", "point": "elm", "at_s": DOOR_S}
    assert is_served(one_home(), "lin")


def test_boxes_that_no_van_brings_say_by_when_they_are_needed() -> None:
    there = replace(LANE, vans=())
    plan = plan_runs_plain(there)
    said = why(there, plan, "rui")
    assert values(said, Cause.BOXES_NEVER) == {"point": "oak", "boxes": 1}
    told = values(said, Cause.IF_BOXES_BY)
    assert (told["courier"], told["boxes"], told["at_s"]) == ("bo", 1, 13 * 3600)
    # Loaded by then, Bo is there at the last moment of the food clock; a second later is too late.
    for later_s, served in ((0, True), (1, False)):
        ready_s = told["by_at_s"] + later_s
        by_then = with_batch(replace(there, homes=there.homes), "oak", on_site=True, ready_s=ready_s)
        alone = replace(by_then, homes=by_then.homes[3:], courier_travel=_rows(by_then, [0, 1, 5]))
        assert is_served(alone, "rui") is served


def _rows(there, rows):  # type: ignore[no-untyped-def]
    ways = there.courier_travel
    return replace(ways, seconds=ways.seconds[rows][:, rows], metres=ways.metres[rows][:, rows])


def test_boxes_that_are_too_few_are_counted() -> None:
    there = with_batch(LANE, "oak", boxes=2)
    stops = (DRIVE.stops[0], VanStop("oak", 36_700, 36_800, 1))
    standing = [LeftOutConsignment("canteen", "oak", 1, Reason.NO_CAPACITY)]
    rounds = {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu"])]}
    left = {"rui": LeftOutHome("rui", Reason.NOT_BROUGHT, 1)}
    plan = by_hand(there, rounds, drives=[replace(DRIVE, stops=stops)], left=left, standing=standing)
    said = why(there, plan, "rui")
    assert values(said, Cause.LEFT_OUT) == {"reason": Reason.NOT_BROUGHT}
    assert values(said, Cause.BOXES_MISSING) == {"point": "oak", "boxes": 1}
    assert values(said, Cause.IF_BOXES_BY)["courier"] == "bo"
    everything = replace(DRIVE, stops=(DRIVE.stops[0], VanStop("oak", 36_700, 36_800, 2)))
    assert not by_hand(there, rounds | BO_AT_OAK, drives=[everything]).left_out_homes


def test_a_home_that_would_fit_after_all_is_not_excused() -> None:
    plan = by_hand(HERE, {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu"])]}, drives=())
    said = why(HERE, plan, "rui")
    assert values(said, Cause.FITS_NOW)["added_m"] == 500
    assert not by_hand(HERE, {"ann": [("elm", ["lin", "mei"])], **BO_AT_OAK}, drives=()).left_out_homes


def test_what_no_change_would_mend_is_said_alone() -> None:
    nowhere = replace(one_home(), courier_travel=cut_off(one_home().courier_travel, 0, 1))
    assert causes(left_out(nowhere)) == [Cause.LEFT_OUT, Cause.NO_WAY]
    nobody = with_courier(one_home(), "ann", capacity_boxes=0)
    assert causes(left_out(nobody)) == [Cause.LEFT_OUT, Cause.NOBODY_ON_DUTY]
    late = one_home(window=Window(ELEVEN, ELEVEN), latest_s=TEN + 1_800)
    said = left_out(late)
    expected = {"window_at_s": ELEVEN, "latest_at_s": TEN + 1_800, "late_s": 1_800}
    assert values(said, Cause.WINDOW_AFTER_FOOD) == expected


def test_a_courier_more_and_earlier_boxes_are_told_together_where_neither_is_enough() -> None:
    there = with_home(busy(), "qiu", latest_s=TEN + 100)
    said = left_out(there, "qiu")
    told = values(said, Cause.IF_COURIER_AND_BOXES)
    # From Oak it is 60 s of loading and 100 s to the door.
    assert told == {"point": "oak", "boxes": 1, "by_at_s": TEN - 60, "at_s": TEN + 100}
    more = replace(there, couriers=(*there.couriers, replace(there.couriers[0], courier_id="new", point_id="oak")))
    assert not is_served(more, "qiu")
    assert not is_served(with_batch(there, "oak", ready_s=TEN - 60), "qiu")
    assert is_served(with_batch(more, "oak", ready_s=TEN - 60), "qiu")
    assert not is_served(with_batch(more, "oak", ready_s=TEN - 59), "qiu")


def test_where_two_things_stand_in_the_way_no_single_change_is_promised() -> None:
    there = with_courier(one_home(window=Window(0, DOOR_S - 70)), "ann", shift=Window(DOOR_S, ALL_DAY.end_s))
    there = with_courier(there, "ann", max_trips=1, shift=Window(DOOR_S - 50, DOOR_S - 10))
    said = left_out(there)
    assert values(said, Cause.NO_SINGLE_CHANGE) == {"point": "elm"}


def test_a_van_s_boxes_for_others_are_not_taken_from_them() -> None:
    # One box comes for Lin; Mei's two come at 11:00. Kai, left out, could only have Lin's.
    there = town(
        {"canteen": 0, "elm": 1_000, "lin": 1_500, "kai": 1_600},
        points=[point("elm")],
        homes=[home("lin", "elm"), home("kai", "elm", latest_s=TEN + 1_800)],
        couriers=[courier("ann", "elm")],
        consignments=[owes("elm", 2)],
        vans=[van(boxes=1)],
    )
    first = drive(VanStop("elm", 36_300, 36_400, 1), depart_s=36_200, back_s=36_500, metres=2_000)
    second = drive(VanStop("elm", 39_600, 39_700, 1), depart_s=39_500, back_s=39_800, metres=2_000)
    early = with_courier(there, "ann", max_trips=2)
    plan = by_hand(early, {"ann": [("elm", ["lin"])]}, drives=[second, first])
    trip = plan.courier_runs[0].trips[0]
    assert trip.load_s == 39_700
    # Nobody has taken the first box: Kai could have it at once, while Lin's comes later.
    said = why(early, plan, "kai")
    assert values(said, Cause.BOXES_AT) == {"point": "elm", "at_s": 36_400}
    assert Cause.FITS_NOW in causes(said)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_can_be_told(reason: Reason) -> None:
    plan = by_hand(HERE, {"ann": [("elm", ["lin", "mei"])]}, drives=(), left={"qiu": LeftOutHome("qiu", reason, 3)})
    assert values(why(HERE, plan, "qiu"), Cause.LEFT_OUT) == {"reason": reason}
