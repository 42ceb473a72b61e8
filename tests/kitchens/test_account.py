from dataclasses import replace
from itertools import pairwise
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.account import figures, forgotten_orders, left_out_orders, served_orders
from kitchens.meals import Fulfilment
from kitchens.plan import DayPlan, LeftOut
from kitchens.problem import DayProblem
from routing.check import check_runs
from routing.plan import LeftOutConsignment, LeftOutHome, Reason, VanStop
from tests.kitchens.towns import Planned, at, day, home, kitchen, order, planned, point, random_day


def small() -> Planned:
    """Two tables and two homes at one point, all served."""
    orders = [order(1), order(2, "P1", Fulfilment.PICK_UP), home(3), home(4)]
    return planned(day(orders, [kitchen()], [point()]))


def test_on_a_good_day_everybody_is_served_and_nobody_forgotten() -> None:
    town = small()
    assert served_orders(town.day, town.plan) == {1, 2, 3, 4}
    assert left_out_orders(town.day, town.plan) == ()
    assert forgotten_orders(town.day, town.plan) == ()


def test_a_door_that_nobody_visits_is_forgotten() -> None:
    town = small()
    (run,) = town.plan.runs.courier_runs
    (trip,) = run.trips
    short = replace(run, trips=(replace(trip, visits=trip.visits[:1]),))
    plan = replace(town.plan, runs=replace(town.plan.runs, courier_runs=(short,)))
    (missed,) = {"E00003": 3, "E00004": 4}.keys() - {visit.home_id for visit in short.trips[0].visits}
    assert forgotten_orders(town.day, plan) == (int(missed[1:]),)
    told = replace(plan, runs=replace(plan.runs, left_out_homes=(LeftOutHome(missed, Reason.NO_COURIER, 2),)))
    assert forgotten_orders(town.day, told) == ()
    assert left_out_orders(town.day, told) == (LeftOut(int(missed[1:]), Reason.NO_COURIER, "2"),)


def test_boxes_that_no_van_brings_leave_tables_and_doors_without_a_meal() -> None:
    town = small()
    plan = replace(town.plan, runs=replace(town.plan.runs, van_runs=()))
    assert served_orders(town.day, plan) == frozenset()
    assert forgotten_orders(town.day, plan) == (1, 2, 3, 4)
    lost = (LeftOutConsignment("K1", "P1", 4, Reason.NO_VAN),)
    told = replace(plan, runs=replace(plan.runs, left_out_consignments=lost, courier_runs=()))
    assert forgotten_orders(town.day, told) == ()
    assert {one.reason for one in left_out_orders(town.day, told)} == {Reason.NO_VAN}


def test_when_too_few_boxes_come_the_doors_that_are_visited_have_them() -> None:
    town = small()
    (run,) = town.plan.runs.van_runs
    (stop,) = run.stops
    fewer = replace(run, stops=(VanStop(stop.point_id, stop.arrive_s, stop.ready_s, 3),))
    lost = (LeftOutConsignment("K1", "P1", 1, Reason.NO_CAPACITY),)
    plan = replace(town.plan, runs=replace(town.plan.runs, van_runs=(fewer,), left_out_consignments=lost))
    assert served_orders(town.day, plan) == {1, 3, 4}
    assert left_out_orders(town.day, plan) == (LeftOut(2, Reason.NO_CAPACITY, "K1 P1"),)
    assert forgotten_orders(town.day, plan) == ()


def test_boxes_of_a_kitchen_on_site_need_no_van() -> None:
    town = planned(day([order(1), home(2)], [kitchen(point="P1")], [point()]))
    assert town.plan.runs.van_runs == ()
    assert served_orders(town.day, town.plan) == {1, 2}


def test_somebody_both_served_and_left_out_is_not_accounted_for() -> None:
    town = small()
    plan = replace(town.plan, supply=replace(town.plan.supply, left_out=(LeftOut(1, Reason.NO_DISH),)))
    assert forgotten_orders(town.day, plan) == (1,)


def test_somebody_visited_twice_is_not_accounted_for() -> None:
    town = small()
    runs = town.plan.runs
    plan = replace(town.plan, runs=replace(runs, courier_runs=(*runs.courier_runs, *runs.courier_runs)))
    assert forgotten_orders(town.day, plan) == (3, 4)


def test_a_door_whose_box_lies_at_another_point_than_its_courier_loads_at_is_forgotten() -> None:
    town = small()
    (run,) = town.plan.runs.courier_runs
    elsewhere = replace(run, trips=tuple(replace(trip, point_id="P2") for trip in run.trips))
    plan = replace(town.plan, runs=replace(town.plan.runs, courier_runs=(elsewhere,)))
    assert forgotten_orders(town.day, plan) == (3, 4)


def test_somebody_cooked_for_twice_is_not_accounted_for() -> None:
    town = small()
    batches = town.plan.batches
    again = replace(batches.batches[0], batch_id="K1-99", orders=(1,), portions=1)
    plan = replace(town.plan, batches=replace(batches, batches=(*batches.batches, again)))
    assert forgotten_orders(town.day, plan) == (1,)


def test_an_order_that_nobody_placed_is_reported() -> None:
    town = small()
    fewer = replace(town.day, orders=town.day.orders[1:])
    assert forgotten_orders(fewer, town.plan) == (1,)


def test_an_order_that_the_plan_has_never_heard_of_is_forgotten() -> None:
    town = small()
    more = replace(town.day, orders=(*town.day.orders, order(9)))
    assert forgotten_orders(more, town.plan) == (9,)


def test_the_first_cause_counts() -> None:
    town = small()
    runs = replace(
        town.plan.runs,
        van_runs=(),
        courier_runs=(),
        left_out_homes=(LeftOutHome("E00003", Reason.NOT_BROUGHT), LeftOutHome("E00004", Reason.WINDOW, 60)),
        left_out_consignments=(LeftOutConsignment("K1", "P1", 4, Reason.NO_VAN),),
    )
    left_out = left_out_orders(town.day, replace(town.plan, runs=runs))
    assert [(one.order_id, one.reason) for one in left_out] == [
        (1, Reason.NO_VAN),
        (2, Reason.NO_VAN),
        (3, Reason.NOT_BROUGHT),
        (4, Reason.WINDOW),
    ]


def test_two_meals_behind_one_door_are_served_by_one_visit() -> None:
    orders = [home(1, elder="a", place=at(3)), home(2, elder="a", place=at(3))]
    town = planned(day(orders, [kitchen()], [point()]))
    assert served_orders(town.day, town.plan) == {1, 2}
    assert forgotten_orders(town.day, town.plan) == ()


def test_figures_tell_the_day() -> None:
    town = small()
    told = figures(town.day, town.plan, town.runs)
    assert (told.orders, told.served, told.left_out) == (4, 4, 0)
    assert told.by_fulfilment == {"dine_in": 1, "pick_up": 1, "home": 2}
    assert (told.kitchens, told.points, told.pairs, told.batches, told.portions) == (1, 1, 1, 1, 4)
    assert (told.vans, told.van_runs, told.couriers, told.courier_trips, told.visits) == (1, 1, 1, 1, 2)
    (run,) = town.plan.runs.courier_runs
    starts = [visit.start_s for visit in run.trips[0].visits]
    assert (told.first_handover_s, told.last_handover_s) == (min(starts), max(starts))
    eat_by_s = town.plan.batches.batches[0].eat_by_s
    assert told.margin_min_s == eat_by_s - max(starts)
    assert told.margin_median_s == int(median(eat_by_s - start for start in starts))
    assert (told.late, told.boxes_per_trip) == (0, 2.0)
    assert told.courier_m == run.metres
    assert told.riding_s == sum(_rides(town))


def _rides(town: Planned) -> list[int]:
    (run,) = town.plan.runs.courier_runs
    (trip,) = run.trips
    at_home = {one.home_id: n + 1 for n, one in enumerate(town.runs.homes)}
    stops = [0, *(at_home[visit.home_id] for visit in trip.visits)]
    return [int(town.runs.courier_travel.seconds[a, b]) for a, b in pairwise(stops)]


def test_a_late_hand_over_is_counted() -> None:
    town = small()
    homes = tuple(replace(one, latest_s=0) for one in town.runs.homes)
    assert figures(town.day, town.plan, replace(town.runs, homes=homes)).late == 2


def test_a_day_without_orders_has_figures_without_times() -> None:
    town = planned(day([], [kitchen()], [point()]))
    told = figures(town.day, town.plan, town.runs)
    assert (told.orders, told.served, told.first_handover_s, told.margin_min_s) == (0, 0, None, None)


@settings(deadline=None, max_examples=60)
@given(
    st.builds(
        random_day,
        st.randoms(use_true_random=False),
        orders=st.integers(0, 60),
        kitchens=st.integers(1, 3),
        points=st.integers(1, 5),
        slack=st.floats(0.5, 2.5),
        homes=st.floats(0, 1),
        area=st.sampled_from([10.0, 60.0, 300.0]),
        vans=st.sampled_from([1.0, 0.5]),
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([5, 60]),
)
def test_a_plan_that_keeps_the_rules_of_the_road_accounts_for_everyone(
    town: DayProblem, vans: int, couriers: int, van_boxes: int
) -> None:
    done = planned(town, vans=vans, couriers=couriers, van_boxes=van_boxes, boxes=6)
    assert check_runs(done.runs, done.plan.runs) == ()
    assert forgotten_orders(town, done.plan) == ()
    served, lost = served_orders(town, done.plan), left_out_orders(town, done.plan)
    assert len(served) + len(lost) == len(town.orders)
    told = figures(town, done.plan, done.runs)
    assert (told.served, told.left_out) == (len(served), len(lost))
    assert sum(told.left_out_by_reason.values()) == len(lost)
    assert sum(told.by_fulfilment.values()) == len(town.orders)
    assert told.late == 0


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), st.data())
def test_whoever_is_struck_from_a_plan_is_found_to_be_forgotten(chance, data: st.DataObject) -> None:
    town = random_day(chance, 30, 2, 3, slack=2.0)
    plan = planned(town).plan
    order_id = data.draw(st.sampled_from([one.order_id for one in town.orders]))
    assert order_id in forgotten_orders(town, _without(plan, order_id))


def _without(plan: DayPlan, order_id: int) -> DayPlan:
    supply = replace(
        plan.supply,
        supplied=tuple(one for one in plan.supply.supplied if one.order_id != order_id),
        left_out=tuple(one for one in plan.supply.left_out if one.order_id != order_id),
    )
    return replace(plan, supply=supply)
