"""What a courier's run, a van's run, a meal point and the whole plan come to, and what bounds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from routing.check import check_runs
from routing.costs import costs_of
from routing.explain import Cause, explain_plan, explain_point, explain_run, explain_van
from routing.places import Window
from routing.plan import LeftOutConsignment, LeftOutHome, Reason, RunPlan, VanStop
from routing.problem import RunProblem
from tests.routing.by_hand import (
    DRIVE,
    LANE,
    by_hand,
    causes,
    drive,
    on_site,
    values,
    with_batch,
    with_courier,
    with_home,
    with_point,
)
from tests.routing.towns import ELEVEN, NOON, TEN, van, willow_lane_plan

USUAL = {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu", "rui"])]}
PLAN = willow_lane_plan()


def test_a_courier_s_run_is_summed_up() -> None:
    said = explain_run(LANE, PLAN, "ann")
    assert values(said, Cause.RUN) == {
        "courier": "ann",
        "doors": 2,
        "boxes": 3,
        "trips": 1,
        "ridden_m": 1_000,
        "from_at_s": 36_460,
        "to_at_s": 36_900,
    }
    assert values(said, Cause.RUN_ROOM) == {"boxes": 17}
    expected = {"home": "mei", "latest_at_s": 13 * 3600, "spare_s": 13 * 3600 - 36_780}
    assert values(said, Cause.RUN_TIGHTEST) == expected


def test_a_full_trip_is_said_to_be_full() -> None:
    there = with_courier(LANE, "ann", capacity_boxes=3)
    said = explain_run(there, by_hand(there, USUAL), "ann")
    assert values(said, Cause.RUN_FULL) == {"trips": 1, "boxes": 3}
    assert Cause.RUN_ROOM not in causes(said)


def test_a_courier_without_a_run_is_idle() -> None:
    there = on_site(LANE)
    plan = by_hand(there, {"ann": [*USUAL["ann"], *USUAL["bo"]]}, drives=())
    assert causes(explain_run(there, plan, "bo")) == [Cause.COURIER_IDLE]


@pytest.mark.parametrize(
    ("changes", "cause", "expected"),
    [
        ({"home": {"latest_s": 37_000}}, Cause.SLIP_FOOD, {"home": "mei", "at_s": 37_000}),
        ({"home": {"window": Window(0, 37_000)}}, Cause.SLIP_WINDOW, {"home": "mei", "at_s": 37_000}),
        ({"courier": {"shift": Window(0, 37_120)}}, Cause.SLIP_SHIFT, {"courier": "ann", "at_s": 37_120}),
        ({"point": {"window": Window(0, 36_680)}}, Cause.SLIP_POINT, {"point": "elm", "at_s": 36_680}),
    ],
)
def test_what_binds_a_late_start_is_named_and_true(
    changes: Mapping[str, Mapping[str, object]], cause: Cause, expected: Mapping[str, object]
) -> None:
    there = with_home(LANE, "mei", **changes.get("home", {}))
    there = with_point(with_courier(there, "ann", **changes.get("courier", {})), "elm", **changes.get("point", {}))
    plan = by_hand(there, USUAL)
    said = explain_run(there, plan, "ann")
    assert values(said, Cause.RUN_MAY_SLIP) == {"courier": "ann", "spare_s": 220}
    assert values(said, cause) == expected
    assert check_runs(there, _slipped(plan, 220)) == ()
    assert check_runs(there, _slipped(plan, 221)) != ()


def _slipped(plan: RunPlan, later_s: int) -> RunPlan:
    ann, bo = plan.courier_runs
    trip = ann.trips[0]
    visits = tuple(
        replace(one, arrive_s=one.arrive_s + later_s, start_s=one.start_s + later_s, leave_s=one.leave_s + later_s)
        for one in trip.visits
    )
    late = replace(trip, load_s=trip.load_s + later_s, depart_s=trip.depart_s + later_s, visits=visits)
    return replace(plan, courier_runs=(replace(ann, trips=(late,), end_s=ann.end_s + later_s), bo))


def test_a_van_s_run_is_summed_up_with_who_waits_for_it() -> None:
    said = explain_van(LANE, PLAN, "van")
    assert values(said, Cause.VAN_RUN) == {
        "van": "van",
        "number": 1,
        "stops": 2,
        "boxes": 15,
        "driven_m": 8_000,
        "from_at_s": 36_200,
        "to_at_s": 37_200,
    }
    assert values(said, Cause.VAN_ROOM) == {"van": "van", "boxes": 85}
    assert values(said, Cause.VAN_COURIER_WAITS) == {"couriers": 2, "courier": "ann"}


def test_a_courier_who_can_wait_a_while_says_how_long() -> None:
    there = with_courier(with_courier(LANE, "ann", shift=Window(ELEVEN, NOON)), "bo", shift=Window(NOON, NOON + 3_600))
    said = explain_van(there, by_hand(there, USUAL), "van")
    assert values(said, Cause.VAN_SLIP_COURIER) == {"couriers": 2, "courier": "ann", "spare_s": ELEVEN - 36_400}


def test_a_full_van_is_said_to_be_full() -> None:
    there = replace(LANE, vans=(van(boxes=15),))
    assert values(explain_van(there, PLAN, "van"), Cause.VAN_FULL) == {"van": "van", "boxes": 15}


def test_a_van_that_stays_is_idle() -> None:
    there = replace(LANE, vans=(*LANE.vans, van("other")))
    assert causes(explain_van(there, PLAN, "other")) == [Cause.VAN_IDLE]


def van_at_two(problem: RunProblem) -> RunProblem:
    return with_batch(replace(problem, vans=(van(), van("other"))), "oak", boxes=10)


OTHER = drive(VanStop("oak", 36_900, 37_000, 5), depart_s=36_500, back_s=37_400, metres=8_000, van_id="other")
AGAIN = drive(VanStop("oak", 37_900, 38_000, 5), depart_s=37_500, back_s=38_400, metres=8_000)


@pytest.mark.parametrize(
    ("there", "drives", "cause", "spare_s", "expected"),
    [
        (with_batch(LANE, "oak", due_s=36_800), [DRIVE], Cause.VAN_SLIP_DUE, 100, {"point": "oak"}),
        (
            with_point(LANE, "oak", window=Window(0, 36_950)),
            [DRIVE],
            Cause.VAN_SLIP_POINT,
            150,
            {"point": "oak", "at_s": 36_950},
        ),
        (
            replace(LANE, vans=(van(shift=Window(0, 37_250)),)),
            [DRIVE],
            Cause.VAN_SLIP_SHIFT,
            50,
            {"van": "van", "at_s": 37_250},
        ),
        (with_batch(LANE, "oak", boxes=10), [DRIVE, AGAIN], Cause.VAN_SLIP_TRIP, 100, {"van": "van"}),
        (with_point(van_at_two(LANE), "oak", docks=1), [DRIVE, OTHER], Cause.VAN_SLIP_DOCK, 60, {"point": "oak"}),
    ],
)
def test_what_binds_a_late_van_is_named_and_true(
    there: RunProblem, drives: list, cause: Cause, spare_s: int, expected: Mapping[str, object]
) -> None:
    rounds = USUAL if there.points[1].window.end_s > 37_000 else {"ann": USUAL["ann"]}
    plan = by_hand(there, rounds, drives=drives)
    said = [one for one in explain_van(there, plan, "van") if one.cause is not Cause.VAN_RUN]
    may = [dict(one.values) for one in said if one.cause is Cause.VAN_MAY_SLIP]
    assert may[0] == {"van": "van", "spare_s": spare_s}
    assert dict(next(one for one in said if one.cause is cause).values) == expected


def test_a_meal_point_tells_what_comes_when_and_who_goes_out() -> None:
    said = explain_point(with_point(LANE, "elm", capacity_boxes=12), PLAN, "elm")
    assert values(said, Cause.POINT_COMES) == {"kitchen": "canteen", "van": "van", "boxes": 10, "at_s": 36_400}
    assert values(said, Cause.POINT_ROOM) == {"boxes": 2}
    assert values(said, Cause.POINT_COURIERS) == {
        "couriers": 1,
        "doors": 2,
        "from_at_s": 36_460,
        "to_at_s": 36_780,
    }


def test_a_meal_point_with_a_kitchen_of_its_own_and_homes_left_out_says_both() -> None:
    there = on_site(LANE)
    plan = by_hand(there, {"ann": USUAL["ann"]}, drives=())
    said = explain_point(there, plan, "oak")
    assert values(said, Cause.POINT_OWN_KITCHEN) == {"kitchen": "canteen", "boxes": 5, "at_s": TEN}
    assert values(said, Cause.POINT_LEFT_OUT) == {"homes": 2}


def test_a_meal_point_without_anything_says_so() -> None:
    there = with_batch(on_site(LANE), "oak", boxes=0)
    there = replace(there, homes=there.homes[:2], courier_travel=_rows(there, [0, 1, 2, 3]))
    plan = by_hand(there, {"ann": USUAL["ann"]}, drives=())
    assert causes(explain_point(there, plan, "oak")) == [Cause.POINT_IDLE]


def _rows(there, rows):  # type: ignore[no-untyped-def]
    ways = there.courier_travel
    return replace(ways, seconds=ways.seconds[rows][:, rows], metres=ways.metres[rows][:, rows])


def test_the_plan_in_a_few_sentences() -> None:
    there = with_home(with_home(LANE, "mei", due_s=36_700), "lin", latest_s=37_000)
    standing = [LeftOutConsignment("canteen", "elm", 7, Reason.NO_CAPACITY)]
    stops = (replace(DRIVE.stops[0], boxes=3), DRIVE.stops[1])
    left = {name: LeftOutHome(name, Reason.NO_COURIER) for name in ("qiu", "rui")}
    plan = by_hand(there, {"ann": USUAL["ann"]}, drives=[replace(DRIVE, stops=stops)], left=left, standing=standing)
    said = explain_plan(there, plan)
    assert values(said, Cause.PLAN_SERVES) == {"homes": 2, "couriers": 1, "left_homes": 2}
    assert values(said, Cause.PLAN_LEAVES_OUT) == {"homes": 2}
    assert values(said, Cause.PLAN_REASON) == {"reason": Reason.NO_COURIER, "homes": 2}
    assert values(said, Cause.PLAN_BOXES_LEFT) == {"boxes": 7}
    assert values(said, Cause.PLAN_LATE) == {"homes": 1, "home": "mei", "late_s": 80}
    assert values(said, Cause.PLAN_TIGHTEST) == {"home": "lin", "latest_at_s": 37_000, "spare_s": 37_000 - 36_560}
    loaded = values(said, Cause.PLAN_MOST_LOADED)
    assert (loaded["courier"], loaded["doors"], loaded["boxes"]) == ("ann", 2, 3)
    costs = costs_of(there, plan)
    assert values(said, Cause.PLAN_TRAVEL) == {"driven_m": costs.vans_m, "ridden_m": costs.couriers_m}
    assert values(said, Cause.PLAN_COST) == {"total_m": costs.total_m}
    parts = {one.values["part"]: one.values["amount_m"] for one in said if one.cause is Cause.PLAN_COST_PART}
    assert parts == {"vans": 8_000, "van_use": 5_000, "couriers": 1_000, "courier_use": 3_000}


@pytest.mark.parametrize(
    ("ask", "who"), [(explain_run, "courier"), (explain_van, "van"), (explain_point, "meal point")]
)
def test_whoever_is_asked_about_must_be_known(ask, who) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"unknown {who} nobody"):
        ask(LANE, PLAN, "nobody")
