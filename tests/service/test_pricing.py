from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings

from routing.check import check_runs
from routing.costs import costs_of
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.plan import RunPlan, VanRun
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.runs import courier_runs
from routing.travel import Mode
from service.frozen import freeze, thaw
from service.pricing import NoOffer, Offer, Roads
from tests.kitchens.towns import Bees, at
from tests.routing.random_towns import busy_towns, problems

H = 3600
NOON = Window(9 * H, 14 * H)


def two_points(**of_home: object) -> RunProblem:
    """P1 with C1 and two doors beside it, P2 a kilometre east with C2 and one door; a van brings to both."""
    doors = [("Ea", at(1), "P1"), ("Eb", at(2), "P1"), ("Ec", at(11), "P2")]
    homes = tuple(
        Home(name, place, point, "K1", (n,), 1, NOON, 120, 14 * H, alternatives=_other(point), **of_home)  # type: ignore[arg-type]
        for n, (name, place, point) in enumerate(doors, start=1)
    )
    kitchens, points = (Kitchen("K1", at(5, 5)),), (MealPoint("P1", at(0), NOON), MealPoint("P2", at(10), NOON))
    return RunProblem(
        kitchens=kitchens,
        points=points,
        vans=(Van("V1", "K1", 3, NOON),),
        couriers=tuple(
            Courier(name, point, boxes, NOON, fixed_cost_m=0)
            for name, point, boxes in (("C1", "P1", 2), ("C2", "P2", 2), ("C3", "P2", 0))
        ),
        consignments=(Consignment("K1", "P1", 2, 9 * H, 12 * H), Consignment("K1", "P2", 1, 9 * H, 12 * H)),
        homes=homes,
        van_travel=Bees().matrix([*(k.place for k in kitchens), *(p.place for p in points)], Mode.CAR),
        courier_travel=Bees().matrix([*(p.place for p in points), *(h.place for h in homes)], Mode.BICYCLE),
    )


def _other(point: str) -> tuple[Alternative, ...]:
    return (Alternative("P2" if point == "P1" else "P1", 400),)


def roads(problem: RunProblem) -> Roads:
    return Roads(problem, plan_runs_plain(problem))


def test_another_courier_costs_the_way_there_and_back_to_the_door() -> None:
    offers = {one.courier_id: one for one in roads(two_points()).by_couriers("Eb")}
    c2 = offers["C2"]
    assert isinstance(c2, Offer)
    # From its last door at 1,100 m to P1, 200 m on to the door; C1 saves the last 100 m.
    assert c2.point_id == "P1"
    assert abs(c2.added_m - (1_100 + 200 - 100)) <= 20
    assert c2.cost_m == c2.added_m
    assert c2.later_s > 0
    assert not c2.is_called_out


def test_a_courier_who_cannot_says_why() -> None:
    offers = {one.courier_id: one for one in roads(two_points()).by_couriers("Eb")}
    assert offers["C3"] == NoOffer("C3", "P1", "lock.no.room", 1)


def test_another_meal_point_costs_its_jurisdiction_and_whoever_rides_least_from_there() -> None:
    (offer,) = roads(two_points()).by_points("Eb")
    assert isinstance(offer, Offer)
    assert (offer.point_id, offer.courier_id) == ("P2", "C2")
    assert offer.cost_m == offer.added_m + 400


def test_a_change_of_courier_counts_as_one_where_changes_have_a_price() -> None:
    problem = two_points()
    dear = replace(problem, prices=replace(problem.prices, churn_m=500))
    plain, with_churn = (roads(one).by_couriers("Eb")[0] for one in (problem, dear))
    assert isinstance(plain, Offer)
    assert isinstance(with_churn, Offer)
    assert with_churn.cost_m == plain.cost_m + 500


def test_a_lock_of_the_plan_does_not_hide_the_price_of_lifting_it() -> None:
    assert isinstance(roads(two_points(courier_id="C1")).by_couriers("Eb")[0], Offer)


def test_a_meal_point_that_no_van_goes_to_is_no_way() -> None:
    problem = two_points()
    alone = replace(problem, homes=problem.homes[:2], courier_travel=_ways(problem, 2))
    empty = replace(alone, consignments=(alone.consignments[0], replace(alone.consignments[1], boxes=0)))
    assert roads(empty).by_points("Ea") == [NoOffer("", "P2", "lock.no.van")]


def _ways(problem: RunProblem, homes: int) -> object:
    places = [*(p.place for p in problem.points), *(h.place for h in problem.homes[:homes])]
    return Bees().matrix(places, Mode.BICYCLE)


def test_a_frozen_question_thaws_to_the_same_question_and_plan() -> None:
    problem = two_points()
    plan = plan_runs_plain(problem)
    again, runs = thaw(freeze(problem, plan), Bees())
    assert runs == plan
    assert (again.homes, again.couriers, again.consignments) == (problem.homes, problem.couriers, problem.consignments)
    assert (again.courier_travel.metres == problem.courier_travel.metres).all()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(busy_towns() | problems())
def test_every_price_is_the_exact_difference_of_two_plans_that_the_checker_accepts(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    asked = Roads(problem, plan)
    assume(asked.rider)
    for n in sorted(asked.rider)[:3]:
        home = asked.settled.homes[n]
        for offer in asked.by_couriers(home.home_id):
            if isinstance(offer, Offer):
                after = asked.rides_after(n, asked.courier_at[offer.courier_id], asked.ground)
                assert after is not None
                accepted(asked, replace(plan, courier_runs=tuple(courier_runs(asked.settled, after))), plan, offer)


def open_to_all(problem: RunProblem) -> RunProblem:
    """Return the town with every home open to every meal point; where its batch does not go yet, a table gets one."""
    lots = {(one.kitchen_id, one.point_id, one.batch): one for one in problem.consignments}
    for home in problem.homes:
        own = lots[home.kitchen_id, home.point_id, home.batch]
        for point in problem.points:
            lot = (home.kitchen_id, point.point_id, home.batch)
            lots.setdefault(lot, replace(own, point_id=point.point_id, boxes=1, on_site=False))
    homes = tuple(
        replace(
            home,
            alternatives=tuple(
                Alternative(point.point_id, 300) for point in problem.points if point.point_id != home.point_id
            ),
        )
        for home in problem.homes
    )
    return replace(problem, homes=homes, consignments=tuple(lots.values()))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given((busy_towns() | problems()).map(open_to_all))
def test_the_price_of_another_meal_point_is_that_of_a_plan_that_the_checker_accepts(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    asked = Roads(problem, plan)
    assume(asked.rider)
    for n in sorted(asked.rider)[:3]:
        home = asked.settled.homes[n]
        for offer in asked.by_points(home.home_id):
            if isinstance(offer, Offer):
                moved = from_point(asked, n, offer, plan)
                if moved:
                    sound = [one for one in moved if not new_troubles(asked, one, plan)]
                    accepted(asked, (sound or moved)[0], plan, offer)


def from_point(asked: Roads, n: int, offer: Offer, plan: RunPlan) -> list[RunPlan]:
    """Return the plans with home `n` served from another meal point: its boxes may go and come on any fitting van."""
    home = asked.settled.homes[n]
    release_s = asked._release_s(n, offer.point_id)
    assert isinstance(release_s, int)
    stops = list(asked.ground.stops)
    stops[n] = replace(stops[n], depot=asked.point_at[offer.point_id], release_s=release_s)
    after = asked.rides_after(n, asked.courier_at[offer.courier_id], replace(asked.ground, stops=tuple(stops)))
    assert after is not None
    loaded = [list(plan.van_runs)]
    if not on_site(asked, home, offer.point_id):
        loaded = with_boxes(loaded[0], home, offer.point_id, home.boxes, release_s)
    if not on_site(asked, home, home.point_id):
        loaded = [fewer for runs in loaded for fewer in with_boxes(runs, home, home.point_id, -home.boxes, None)]
    courier_side = tuple(courier_runs(asked.settled, after))
    return [replace(plan, van_runs=tuple(runs), courier_runs=courier_side) for runs in loaded]


def on_site(asked: Roads, home: Home, point_id: str) -> bool:
    lot = (home.kitchen_id, point_id, home.batch)
    return any(one.on_site for one in asked.asked.consignments if (one.kitchen_id, one.point_id, one.batch) == lot)


def with_boxes(runs: list[VanRun], home: Home, point_id: str, boxes: int, ready_s: int | None) -> list[list[VanRun]]:
    """Return the van runs with so many more (or fewer) boxes of a home's lot at one stop, once for each such stop."""
    found = []
    for r, run in enumerate(runs):
        for s, stop in enumerate(run.stops):
            fits = (run.kitchen_id, stop.point_id, stop.batch) == (home.kitchen_id, point_id, home.batch)
            if fits and (stop.ready_s == ready_s if ready_s is not None else stop.boxes > -boxes):
                stops = list(run.stops)
                stops[s] = replace(stop, boxes=stop.boxes + boxes)
                found.append([*runs[:r], replace(run, stops=tuple(stops)), *runs[r + 1 :]])
    return found


def new_troubles(asked: Roads, after: RunPlan, before: RunPlan) -> set[tuple[str, str]]:
    found, known = ({(one.code, one.subject) for one in check_runs(asked.asked, plan)} for plan in (after, before))
    return found - known


def accepted(asked: Roads, after: RunPlan, before: RunPlan, offer: Offer) -> None:
    assert new_troubles(asked, after, before) == set()
    free = asked.asked
    assert costs_of(free, after).total_m - costs_of(free, before).total_m == offer.cost_m
