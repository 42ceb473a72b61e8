"""Why this meal point and why this courier: each answer in a town where it is the true one."""

from __future__ import annotations

from dataclasses import replace

from routing.costs import costs_of
from routing.explain import Cause
from routing.places import Window
from routing.plan import VanStop
from routing.problem import Alternative, Prices, RunProblem
from tests.routing.by_hand import (
    LANE,
    Rounds,
    by_hand,
    causes,
    drive,
    on_site,
    values,
    why,
    with_courier,
    with_home,
    with_point,
)
from tests.routing.towns import TEN, courier, home, owes, point, town, willow_lane_plan

HERE = on_site(LANE)
USUAL = {"ann": [("elm", ["lin", "mei"])], "bo": [("oak", ["qiu", "rui"])]}


def two_points(price_m: int = 200, *, at_m: int = 2_400) -> RunProblem:
    """Elm at 1,000 m and Oak at 4,000 m, cooking on site; Sun belongs to Elm and may be served from Oak, too."""
    sun = replace(home("sun", "elm"), alternatives=(Alternative("oak", price_m),))
    return town(
        {"canteen": 0, "elm": 1_000, "oak": 4_000, "lin": 1_500, "qiu": 3_500, "sun": at_m},
        points=[point("elm"), point("oak")],
        homes=[home("lin", "elm"), home("qiu", "oak"), sun],
        couriers=[courier("ann", "elm"), courier("bo", "oak")],
        consignments=[owes("elm", 4, here=True), owes("oak", 4, here=True)],
        vans=[],
    )


FROM_OAK: Rounds = {"ann": [("elm", ["lin"])], "bo": [("oak", ["qiu", "sun"])]}
FROM_ELM: Rounds = {"ann": [("elm", ["lin", "sun"])], "bo": [("oak", ["qiu"])]}


def test_the_own_meal_point_needs_no_reason() -> None:
    assert values(why(LANE, willow_lane_plan(), "lin"), Cause.OWN_POINT) == {"point": "elm"}


def test_another_meal_point_says_what_it_saves_and_what_it_is_priced_at() -> None:
    # From Oak Bo rides 500 m to Qiu and 700 m on; from Elm Ann would ride 1,300 m on from Lin.
    there = two_points(200, at_m=2_800)
    said = why(there, by_hand(there, FROM_OAK, drives=()), "sun")
    expected = {"point": "oak", "own_point": "elm", "saved_m": 600, "price_m": 200}
    assert values(said, Cause.OTHER_POINT_SAVES) == expected
    own, other = (costs_of(there, by_hand(there, rounds, drives=())) for rounds in (FROM_ELM, FROM_OAK))
    assert own.total_m - other.total_m == 600 - 200


def test_another_meal_point_that_does_not_pay_says_so() -> None:
    there = two_points(900, at_m=2_800)
    said = why(there, by_hand(there, FROM_OAK, drives=()), "sun")
    assert values(said, Cause.OTHER_POINT_COSTS) == {"point": "oak", "own_point": "elm", "more_m": 300}


def test_another_meal_point_may_spare_a_courier() -> None:
    there = two_points(at_m=2_800)
    idle = by_hand(there, {"bo": [("oak", ["qiu", "sun"])]}, drives=())
    alone = with_courier(with_courier(there, "bo", max_trips=1), "ann", fixed_cost_m=10)
    said = why(alone, idle, "sun")
    expected = {"point": "oak", "own_point": "elm", "next_courier": "ann"}
    assert values(said, Cause.OTHER_POINT_SPARES_COURIER) == expected


def test_a_home_locked_to_a_courier_of_another_meal_point_goes_there() -> None:
    there = with_home(two_points(at_m=2_800), "sun", courier_id="bo")
    said = why(there, by_hand(there, FROM_OAK, drives=()), "sun")
    expected = {"courier": "bo", "point": "oak", "own_point": "elm"}
    assert values(said, Cause.OTHER_POINT_LOCKED) == expected
    assert values(said, Cause.COURIER_LOCKED) == {"courier": "bo"}


def test_a_full_own_meal_point_sends_a_home_elsewhere() -> None:
    there = with_point(two_points(), "elm", capacity_boxes=3)
    said = why(there, by_hand(there, FROM_OAK, drives=()), "sun")
    assert values(said, Cause.OWN_POINT_FULL) == {"boxes": 1, "point": "oak", "own_point": "elm"}


def test_a_home_whose_batch_never_comes_to_its_own_meal_point_is_served_from_another() -> None:
    there = replace(two_points(), consignments=(owes("elm", 1), owes("oak", 4, here=True)))
    there = replace(there, homes=there.homes[1:], courier_travel=_rows(there, [0, 1, 3, 4]))
    said = why(there, by_hand(there, {"bo": FROM_OAK["bo"]}, drives=()), "sun")
    assert values(said, Cause.OWN_POINT_NO_BOXES) == {"point": "oak", "own_point": "elm"}


def test_a_home_that_its_own_meal_point_would_serve_too_late_says_by_how_much() -> None:
    # Ann could be at Sun's door at 10:00 + 60 s + 360 s, behind nobody.
    there = with_home(two_points(at_m=2_800), "sun", window=Window(0, TEN + 400))
    there = with_courier(there, "bo", shift=Window(0, 15 * 3600))
    quick = {"ann": [("elm", ["lin"])], "bo": [("oak", ["sun", "qiu"])]}
    said = why(there, by_hand(there, quick, drives=()), "sun")
    assert values(said, Cause.OWN_POINT_TOO_LATE) == {"late_s": 20, "point": "oak", "own_point": "elm"}


def test_a_home_that_no_courier_of_its_own_meal_point_can_take_says_so() -> None:
    there = with_courier(with_courier(two_points(), "ann", capacity_boxes=1, max_trips=1), "bo", max_trips=1)
    said = why(there, by_hand(there, FROM_OAK, drives=()), "sun")
    assert values(said, Cause.OWN_POINT_NO_ROOM) == {"point": "oak", "own_point": "elm"}


def test_the_shortest_way_is_told_against_the_next_best_courier() -> None:
    plan = by_hand(HERE, USUAL, drives=())
    said = why(HERE, plan, "mei")
    told = values(said, Cause.COURIER_SHORTEST)
    changed = by_hand(HERE, {"ann": [("elm", ["lin"])], "bo": [("oak", ["qiu", "rui"]), ("elm", ["mei"])]}, drives=())
    difference = costs_of(HERE, changed).total_m - costs_of(HERE, plan).total_m
    assert told == {"courier": "ann", "next_courier": "bo", "more_m": difference, "couriers": 1}


def test_a_courier_who_would_be_shorter_is_named() -> None:
    far = by_hand(HERE, {"ann": [("elm", ["lin", "mei"]), ("oak", ["rui"])], "bo": [("oak", ["qiu"])]}, drives=())
    told = values(why(HERE, far, "rui"), Cause.COURIER_NOT_SHORTEST)
    assert told["next_courier"] == "bo"
    difference = costs_of(HERE, far).total_m - costs_of(HERE, by_hand(HERE, USUAL, drives=())).total_m
    assert told["less_m"] == difference > 0


def twins() -> RunProblem:
    """Cai stands beside Ann at Elm."""
    return replace(HERE, couriers=(*HERE.couriers, courier("cai", "elm", cost_m=0)))


def test_couriers_who_could_go_by_the_same_distance_are_told_so() -> None:
    there = with_courier(twins(), "ann", fixed_cost_m=0)
    said = why(
        there,
        by_hand(there, {"ann": [("elm", ["lin"])], "cai": [("elm", ["mei"])], "bo": USUAL["bo"]}, drives=()),
        "lin",
    )
    # Mei's way leads past Lin's door.
    assert values(said, Cause.COURIER_NOT_SHORTEST)["next_courier"] == "cai"
    single = replace(there, homes=there.homes[:1], courier_travel=_rows(there, [0, 1, 2]))
    said = why(single, by_hand(single, {"ann": [("elm", ["lin"])]}, drives=()), "lin")
    assert values(said, Cause.COURIER_AS_SHORT) == {"courier": "ann", "next_courier": "cai"}


def _rows(there, rows):  # type: ignore[no-untyped-def]
    ways = there.courier_travel
    return replace(ways, seconds=ways.seconds[rows][:, rows], metres=ways.metres[rows][:, rows])


def test_a_courier_who_would_have_to_go_out_besides_is_spared() -> None:
    there = with_courier(twins(), "cai", fixed_cost_m=3_000)
    said = why(there, by_hand(there, USUAL, drives=()), "mei")
    assert values(said, Cause.COURIER_SPARES_ANOTHER) == {"courier": "ann", "next_courier": "cai"}


def test_the_only_courier_who_can_is_told_so() -> None:
    there = with_courier(HERE, "bo", max_trips=1)
    said = why(there, by_hand(there, USUAL, drives=()), "lin")
    assert values(said, Cause.COURIER_ONLY) == {"courier": "ann", "couriers": 1}


def test_a_courier_who_is_alone_is_told_so() -> None:
    there = replace(HERE, couriers=HERE.couriers[:1])
    said = why(there, by_hand(there, {"ann": [("elm", ["lin", "mei"]), ("oak", ["qiu", "rui"])]}, drives=()), "lin")
    assert values(said, Cause.COURIER_ALONE) == {"courier": "ann"}


def test_a_familiar_face_a_certificate_and_a_former_visit_are_reasons() -> None:
    there = with_home(HERE, "lin", familiar=("ann",), former_courier_id="ann", certified_only=True)
    there = replace(with_courier(there, "ann", certified=True), prices=Prices(familiar_m=300, churn_m=300))
    said = why(there, by_hand(there, USUAL, drives=()), "lin")
    assert values(said, Cause.COURIER_FAMILIAR) == {"courier": "ann"}
    assert values(said, Cause.COURIER_CERTIFIED) == {"courier": "ann", "couriers": 1}
    assert values(said, Cause.COURIER_AS_BEFORE) == {"courier": "ann"}
    free = replace(there, prices=Prices())
    assert Cause.COURIER_FAMILIAR not in causes(why(free, by_hand(free, USUAL, drives=()), "lin"))


def test_boxes_of_others_are_not_given_away_when_couriers_are_compared() -> None:
    # Two of Elm's boxes come at 10:06:40, the third only at 11:00: Bo cannot have Mei's earlier than she has it now.
    there = replace(LANE, consignments=(owes("elm", 3), owes("oak", 2)))
    first = drive(
        VanStop("elm", 36_300, 36_400, 1),
        VanStop("oak", 36_700, 36_800, 2),
        depart_s=36_200,
        back_s=37_200,
        metres=8_000,
    )
    second = drive(VanStop("elm", 39_600, 39_700, 2), depart_s=39_500, back_s=39_800, metres=2_000)
    plan = by_hand(there, {"ann": [("elm", ["lin", "mei"])], "bo": USUAL["bo"]}, drives=[first, second])
    said = why(there, plan, "mei")
    assert values(said, Cause.VAN_STOP)["at_s"] == 39_700
    assert values(said, Cause.COURIER_SHORTEST)["next_courier"] == "bo"
