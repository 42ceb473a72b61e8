from __future__ import annotations

from dataclasses import replace

from routing.engine.settle import settled
from routing.problem import Alternative, Consignment, RunProblem
from tests.routing.towns import NOON, TEN, courier, home, owes, point, town


def two_points(capacity_boxes: int | None = None) -> RunProblem:
    """Elm and oak, 1,000 m apart; lin is elm's, may be served from oak, and has two boxes."""
    lin = replace(home("lin", "elm", boxes=2), alternatives=(Alternative("oak", 50),))
    return town(
        {"canteen": 0, "elm": 1_000, "oak": 2_000, "lin": 2_100},
        points=[point("elm"), replace(point("oak"), capacity_boxes=capacity_boxes)],
        homes=[lin],
        couriers=[courier("ann", "oak")],
        consignments=[owes("elm", 5), Consignment("canteen", "oak", 0, TEN, NOON)],
    )


def boxes(problem: RunProblem) -> dict[str, int]:
    return {one.point_id: one.boxes for one in problem.consignments}


def test_boxes_move_with_their_home() -> None:
    moved = settled(two_points(), {0: "oak"})
    assert boxes(moved) == {"elm": 3, "oak": 2}
    assert moved.homes[0].point_id == "oak"
    assert {one.point_id for one in moved.homes[0].points} == {"elm", "oak"}


def test_settling_back_restores_the_boxes() -> None:
    there = settled(two_points(), {0: "oak"})
    assert boxes(settled(there, {0: "elm"})) == boxes(two_points())


def test_nothing_changes_where_everybody_is_at_their_own_point() -> None:
    problem = two_points()
    assert settled(problem, {0: "elm"}) is problem


def test_a_point_without_room_takes_nobody() -> None:
    assert boxes(settled(two_points(capacity_boxes=1), {0: "oak"})) == {"elm": 5, "oak": 0}
