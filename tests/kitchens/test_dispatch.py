from dataclasses import replace

import pytest

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.dispatch import runs_problem
from kitchens.meals import Diet, Fulfilment
from kitchens.problem import DayProblem
from kitchens.settling import held_supply
from kitchens.wishes import Neighbours, Wishes
from routing.places import Window
from routing.problem import Alternative, Courier, RunProblem, Van
from tests.kitchens.towns import TOFU, Bees, H, at, day, home, kitchen, order, point

LONG = Window(6 * H, 15 * H)


def asked(town: DayProblem, **times: object) -> RunProblem:
    supply = assign_supply_plain(town)
    vans = [Van("V2", "K2", 50, LONG), Van("V1", "K1", 50, LONG)]
    couriers = [Courier("C2", "P2", 20, LONG), Courier("C1", "P1", 20, LONG)]
    return runs_problem(
        town, supply, plan_batches(town, supply), vans, couriers, Bees(), **{"allowance_s": 1800, **times}
    )


def test_a_consignment_is_everything_that_a_kitchen_owes_a_point() -> None:
    problem = asked(day([order(1), order(2, "P1", Fulfilment.PICK_UP), home(3)], [kitchen()], [point()]))
    (one,) = problem.consignments
    assert (one.kitchen_id, one.point_id, one.boxes, one.on_site) == ("K1", "P1", 3, False)


def test_a_consignment_is_ready_when_its_last_batch_is_packed() -> None:
    (one,) = asked(day([home(1)], [kitchen()], [point()])).consignments
    assert one.ready_s == 10 * H + 1800, "the end of cooking hours, ten minutes after the batch"


def test_homes_alone_are_due_by_the_food_clock() -> None:
    (one,) = asked(day([home(1)], [kitchen()], [point()])).consignments
    assert one.due_s == 10 * H + 1200 + 4 * H - 1800


def test_tables_are_due_at_noon_unless_no_van_can_be_there_by_then() -> None:
    near = day([order(1)], [kitchen()], [point()])
    assert asked(near).consignments[0].due_s == 12 * H
    assert asked(near, tables_by_s=11 * H + 1800).consignments[0].due_s == 11 * H + 1800
    far = day([order(1)], [kitchen()], [point("P1", at(400))])
    assert asked(far).consignments[0].due_s == 10 * H + 1200 + 4 * H - 1800


def test_a_kitchen_that_stands_in_the_point_needs_no_van() -> None:
    (one,) = asked(day([order(1)], [kitchen(point="P1")], [point()])).consignments
    assert one.on_site


def test_a_home_carries_the_elder_the_window_and_the_food_clock() -> None:
    narrow = Window(11 * H, 11 * H + 1800)
    town = day([home(7, elder="00042", window=narrow), home(8, elder="00043")], [kitchen()], [point()])
    first, second = asked(town).homes
    assert (first.home_id, first.orders, first.boxes, first.window) == ("E00042", (7,), 1, narrow)
    assert second.window == Window(10 * H + 2700, 12 * H + 2700)
    assert first.latest_s == 10 * H + 1200 + 4 * H - 1800
    assert asked(town, home_window=narrow).homes[1].window == narrow


def test_two_meals_of_one_elder_are_one_door_and_two_elders_behind_one_door_are_two() -> None:
    orders = [home(1, elder="a", place=at(3)), home(2, elder="a", place=at(3)), home(3, elder="b", place=at(3))]
    orders[1] = replace(orders[1], service_s=400)
    homes = asked(day(orders, [kitchen()], [point()])).homes
    assert [(one.home_id, one.orders, one.boxes, one.service_s) for one in homes] == [
        ("Ea", (1, 2), 2, 400),
        ("Eb", (3,), 1, 150),
    ]


def test_two_meals_of_one_elder_for_different_times_are_two_doors() -> None:
    orders = [home(1, elder="a", window=Window(11 * H, 12 * H)), home(2, elder="a", window=Window(12 * H, 13 * H))]
    assert [one.home_id for one in asked(day(orders, [kitchen()], [point()])).homes] == ["Ea#1", "Ea#2"]


def test_only_what_occurs_is_asked_and_in_the_order_of_its_ids() -> None:
    town = day(
        [home(2, "P2", elder="z"), home(1, "P2", elder="y")],
        [kitchen("K2", at(9)), kitchen("K1")],
        [point("P2", kitchen="K2"), point("P1")],
    )
    problem = asked(town)
    assert [one.kitchen_id for one in problem.kitchens] == ["K2"]
    assert [one.point_id for one in problem.points] == ["P2"]
    assert [one.van_id for one in problem.vans] == ["V2"]
    assert [one.courier_id for one in problem.couriers] == ["C2"]
    assert [one.home_id for one in problem.homes] == ["Ey", "Ez"]
    assert problem.van_travel.seconds.shape == (2, 2)
    assert problem.courier_travel.seconds.shape == (3, 3)


def test_who_is_not_cooked_for_is_not_asked_for() -> None:
    town = day([home(1), home(2)], [kitchen(capacity=1)], [point()])
    assert [one.orders for one in asked(town).homes] == [(1,)]


def test_a_day_without_orders_asks_nothing() -> None:
    problem = asked(day([], [kitchen()], [point()]))
    assert (problem.kitchens, problem.points, problem.homes, problem.consignments) == ((), (), (), ())


@pytest.mark.parametrize("allowance_s", [0, 1800, 3600])
def test_the_eating_allowance_moves_the_latest_hand_over(allowance_s: int) -> None:
    (one,) = asked(day([home(1)], [kitchen()], [point()]), allowance_s=allowance_s).homes
    assert one.latest_s == 10 * H + 1200 + 4 * H - allowance_s


def wished(town: DayProblem, **wishes: object) -> RunProblem:
    rules = Wishes(**{"neighbours": Neighbours(most=2, within_m=1_000, other_street_m=400), **wishes})  # type: ignore[arg-type]
    return asked(town, wishes=rules)


def three_points(door: float = 0, street: str = "S1") -> DayProblem:
    """One kitchen for P1, P2 and P3, three hundred metres apart; order 1 goes to a door beside P1."""
    orders = [replace(home(1, place=at(door)), street_id=street), order(2), order(3, "P2"), order(4, "P3")]
    points = [point(f"P{n}", at(3 * (n - 1))) for n in (1, 2, 3)]
    return day(orders, [kitchen()], [replace(points[0], street_id="S1"), replace(points[1], street_id="S2"), points[2]])


def test_a_home_may_also_be_served_from_the_nearest_points_of_its_kitchen() -> None:
    (one,) = wished(three_points()).homes
    assert (one.point_id, one.alternatives) == ("P1", (Alternative("P2", 400), Alternative("P3", 0)))


def test_an_unknown_street_costs_nothing_and_none_is_asked_without_neighbours() -> None:
    assert wished(three_points(street="")).homes[0].alternatives[0] == Alternative("P2", 0)
    assert asked(three_points()).homes[0].alternatives == ()


def test_a_point_too_far_from_the_door_is_not_offered() -> None:
    (one,) = wished(three_points(door=-5)).homes
    assert [other.point_id for other in one.alternatives] == ["P2"]


def test_a_point_of_another_kitchen_is_not_offered() -> None:
    town = day([home(1, place=at(0)), order(2, "P2")], [kitchen(), kitchen("K2")], [point(), point("P2", kitchen="K2")])
    assert wished(town).homes[0].alternatives == ()


def test_a_home_whose_boxes_are_packed_last_does_not_hold_up_another_point() -> None:
    town = three_points()
    early = [replace(one, diet=Diet(dislikes=frozenset())) for one in town.orders]
    late = replace(early[0], dish_id=TOFU.dish_id)
    (one,) = wished(replace(town, orders=(late, *early[1:]))).homes
    supply = assign_supply_plain(replace(town, orders=(late, *early[1:])))
    finish = {o: batch.finish_s for batch in plan_batches(town, supply).batches for o in batch.orders}
    assert (one.alternatives == ()) == (finish[1] > finish[3])


def test_a_home_that_a_person_holds_at_a_point_is_offered_no_other() -> None:
    town = three_points()
    supply = held_supply(town, assign_supply_plain(town), {"00001": "P3"})
    assert {one.order_id: one.point_id for one in supply.supplied} == {1: "P3", 2: "P1", 3: "P2", 4: "P3"}
    assert wished(town, held={"00001": "P1"}).homes[0].alternatives == ()


def test_a_person_cannot_send_a_van_where_the_kitchen_does_not_go() -> None:
    town = three_points()
    supply = held_supply(town, assign_supply_plain(town), {"00001": "P9", "00002": "P3"})
    assert {one.order_id: one.point_id for one in supply.supplied} == {1: "P1", 2: "P1", 3: "P2", 4: "P3"}


def test_what_people_have_decided_stands_in_the_question() -> None:
    town = day([home(1)], [kitchen()], [point(), point("P2", kitchen=None)])
    problem = wished(
        town, locked={"00001": "C2"}, barred={"00001": ("C9",)}, familiar={"00001": ("C1",)}, former={"00001": "C1"}
    )
    (one,) = problem.homes
    assert (one.courier_id, one.not_couriers, one.familiar, one.former_courier_id) == ("C2", ("C9",), ("C1",), "C1")
    assert [courier.courier_id for courier in problem.couriers] == ["C1", "C2"], "C2 begins at a point without boxes"
    assert [p.point_id for p in problem.points] == ["P1", "P2"]
