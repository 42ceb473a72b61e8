from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.account import served_orders
from kitchens.codes import courier_run_codes, van_run_codes
from kitchens.facts import Facts, short_name
from kitchens.meals import Diet, Fulfilment, Ingredient, Limit, Texture
from kitchens.packing import pack
from kitchens.papers import CountLine, Papers, Stack, Title, write_papers
from kitchens.problem import DayProblem
from routing.places import Window
from routing.plan import Reason
from routing.travel import TravelSource
from tests.kitchens.towns import DAY, H, Planned, at, day, home, kitchen, order, planned, point, random_day
from tests.kitchens.written import PRINTED, PRINTING, file_of, papers_of

NO_PORK = Diet(excludes=frozenset({Ingredient.PORK}))
SOFT = Diet(texture=Texture.SOFT)


def small() -> Planned:
    orders = [
        order(1),
        order(2, "P1", Fulfilment.PICK_UP, diet=NO_PORK),
        home(3),
        home(4, diet=SOFT),
        home(5, diet=NO_PORK),
        home(6),
    ]
    return planned(day(orders, [kitchen()], [point()]))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("陈小妹", "陈*妹"),
        ("陈妹", "陈*"),
        ("欧阳小妹", "欧*妹"),
        ("陈", "陈*"),
        ("Chan Siu Mui", "C* S* M*"),
        ("", ""),
    ],
)
def test_a_name_is_shortened_as_on_the_slip(name: str, short: str) -> None:
    assert short_name(name) == short


def test_the_head_says_what_paper_it_is_and_of_which_plan() -> None:
    head = papers_of(small()).kitchen_counts[0].head
    assert (head.title, head.subject, head.subject_name) == (Title.KITCHEN_COUNT, "K1", "厨房K1")
    assert (head.service_day, head.meal, head.plan_number, head.version) == (DAY, "lunch", "NF-1123L", 2)
    assert (head.printed_at, head.printed_by, head.code) == (PRINTED, "陈师傅", "NF-1123L-2-KC-K1")
    assert not head.is_estimated


def test_estimated_travel_times_are_marked_on_every_paper() -> None:
    town = small()
    guessed = replace(town.runs, courier_travel=replace(town.runs.courier_travel, source=TravelSource.ESTIMATE))
    fallen = replace(town.runs, van_travel=replace(town.runs.van_travel, fell_back="server_silent"))
    for runs in (guessed, fallen):
        papers = write_papers(replace(file_of(town), runs=runs))
        assert all(head.is_estimated for head in heads(papers))


def heads(papers: Papers) -> Iterator:
    for kind in asdict(papers):
        for paper in getattr(papers, kind):
            yield paper.head


def test_papers_with_names_are_confidential_and_labels_are_not() -> None:
    told = {head.title: head.is_confidential for head in heads(papers_of(small()))}
    assert told == {
        Title.KITCHEN_COUNT: True,
        Title.BATCH_SHEET: False,
        Title.BOX_LABELS: False,
        Title.LOADING_MANIFEST: False,
        Title.ROUTE_SHEET: True,
        Title.MEAL_POINT_SHEET: True,
        Title.PICK_LIST: True,
        Title.SUBSTITUTION_SHEET: True,
        Title.PURCHASE_LIST: False,
    }


def test_the_kitchen_count_adds_up_by_dish_and_texture() -> None:
    (count,) = papers_of(small()).kitchen_counts
    assert [(line.dish, line.texture, line.portions) for line in count.lines] == [
        ("扣肉饭", Texture.REGULAR, 3),
        ("白切鸡饭", Texture.REGULAR, 2),
        ("白切鸡饭", Texture.SOFT, 1),
    ]
    assert (count.portions, count.spare, count.total) == (6, 0, 6)


def test_specials_are_grouped_by_what_clashes_with_shortened_names_and_their_run() -> None:
    (count,) = papers_of(small()).kitchen_counts
    assert [(group.avoid, group.texture, group.instead_of, group.count) for group in count.specials] == [
        (("pork",), Texture.REGULAR, "扣肉饭", 2),
        ((), Texture.SOFT, "扣肉饭", 1),
    ]
    assert {(one.short_name, one.run) for one in count.specials[0].people} == {("陈*妹", "R01"), ("陈*妹", "")}
    assert count.special_count == 3


def test_the_count_tells_what_changed_since_the_last_print() -> None:
    before = {"K1": {("D-pork", "regular"): 5, ("D-chicken", "soft"): 1}}
    (count,) = papers_of(small(), replace(PRINTING, before=before)).kitchen_counts
    assert [line.change for line in count.lines] == [-2, 2, 0]
    (first,) = papers_of(small()).kitchen_counts
    assert {line.change for line in first.lines} == {None}


def test_people_without_a_run_or_a_position_stand_at_the_foot_of_the_count() -> None:
    orders = [order(1), home(2), replace(home(3), place=None)]
    town = planned(day(orders, [kitchen()], [point()]), couriers=0)
    (count,) = papers_of(town).kitchen_counts
    assert [(one.order_id, one.short_name, one.reason) for one in count.unserved] == [
        (2, "陈*妹", Reason.NO_COURIER),
        (3, "陈*妹", Reason.NO_POSITION),
    ]


def test_a_batch_sheet_says_what_is_in_it_and_when_warmth_is_taken() -> None:
    sheets = papers_of(small()).batch_sheets
    pork = next(sheet for sheet in sheets if sheet.dish == "扣肉饭")
    assert (pork.recipe, pork.contains, pork.portions, pork.weight_g) == ("R7", ("pork",), 3, 1500)
    assert not pork.is_special
    assert pork.holding_s == tuple(pork.finish_s + 1800 * n for n in range(1, 9))
    assert (pork.sample_min_g, pork.sample_keep_s, pork.hot_min_c) == (125, 48 * H, 60.0)
    assert [(line.point, line.portions) for line in pork.points] == [("饭堂P1", 3)]
    chicken = next(sheet for sheet in sheets if sheet.texture is Texture.REGULAR and sheet.dish == "白切鸡饭")
    assert chicken.is_special
    assert chicken.avoid == ("pork",)


def test_labels_lie_by_clash_then_texture_then_run_and_are_numbered_so() -> None:
    town = small()
    labels = papers_of(town).box_labels
    assert [label.label for label in labels] == [f"K1-{n:04d}" for n in range(1, 7)]
    assert [label.stack for label in labels] == [*[Stack.CLASH] * 2, Stack.TEXTURE, *[Stack.PLAIN] * 3]
    assert [label.run for label in labels] == ["R01", "", "R01", "R01", "R01", ""]
    stops = [label.stop for label in labels if label.stack is Stack.PLAIN and label.run]
    assert stops == sorted(stops)
    assert pack(file_of(town)).boxes[1].label == "K1-0006"


def test_a_label_tells_what_must_not_be_in_the_box_and_until_when_it_is_good() -> None:
    label = papers_of(small()).box_labels[0]
    assert (label.avoid, label.instead_of, label.dish) == (("pork",), "扣肉饭", "白切鸡饭")
    assert label.eat_by_s == label.cooked_s + 4 * H
    assert (label.short_name, label.number, label.of) == ("陈*妹", 1, 1)
    assert (label.kitchen, label.licence, label.phone) == ("厨房K1", "JY1", "020-1")


def test_two_boxes_for_one_door_are_counted() -> None:
    orders = [home(1, elder="a", place=at(3)), home(2, elder="a", place=at(3))]
    labels = papers_of(planned(day(orders, [kitchen()], [point()]))).box_labels
    assert [(label.stop, label.number, label.of) for label in labels] == [(1, 1, 2), (1, 2, 2)]


def test_a_dish_replaced_only_for_its_texture_or_because_the_kitchen_has_it_not_is_no_clash() -> None:
    orders = [home(1, diet=SOFT), home(2, dish="D-duck")]
    labels = papers_of(planned(day(orders, [kitchen()], [point()]))).box_labels
    assert [(label.stack, label.avoid) for label in labels] == [(Stack.TEXTURE, ()), (Stack.PLAIN, ())]
    assert labels[1].instead_of == "D-duck"


def test_a_manifest_counts_boxes_and_carriers_for_each_meal_point() -> None:
    orders = [order(n, "P1") for n in range(1, 10)] + [order(n, "P2") for n in range(10, 13)]
    town = planned(day(orders, [kitchen()], [point("P1", at(5)), point("P2", at(9))]), vans=1)
    (manifest,) = papers_of(town).loading_manifests
    assert (manifest.run, manifest.plate, manifest.driver, manifest.boxes) == ("V01", "粤A0000", "王司机", 12)
    assert manifest.load_from_s == manifest.depart_s - 300
    stops = {stop.point_id: stop for stop in manifest.stops}
    assert [carrier.boxes for carrier in stops["P1"].carriers] == [4, 4, 1]
    assert [carrier.boxes for carrier in stops["P2"].carriers] == [3]
    numbers = [carrier.number for stop in manifest.stops for carrier in stop.carriers]
    assert numbers == [1, 2, 3, 4]
    assert manifest.carriers == 4


def test_a_consignment_in_two_lots_is_listed_without_counting_anything_twice() -> None:
    town = planned(day([order(n) for n in range(1, 10)], [kitchen()], [point()]), van_boxes=5)
    manifests = papers_of(town).loading_manifests
    assert sorted(manifest.boxes for manifest in manifests) == [4, 5]


def test_a_route_sheet_leads_from_door_to_door() -> None:
    town = small()
    (sheet,) = papers_of(town).route_sheets
    assert (sheet.run, sheet.courier, sheet.desk_phone) == ("R01", "李送餐", "020-0000")
    assert (sheet.doors, sheet.boxes, len(sheet.trips)) == (4, 4, 1)
    stops = sheet.trips[0].stops
    assert [stop.position for stop in stops] == [1, 2, 3, 4]
    climbs = {3: 0, 4: 4, 5: 5, 6: 0}
    assert {stop.home_id: stop.climb for stop in stops} == {f"E{n:05d}": floors for n, floors in climbs.items()}
    assert sheet.floors == 9
    assert sheet.leave_s == sheet.trips[0].depart_s
    assert (stops[0].street, stops[0].door, stops[0].door_note) == ("宝岗街1号", "四零一", "敲门重一点")
    assert all(stop.owes_box and not stop.is_changed for stop in stops)
    special = next(stop for stop in stops if stop.home_id == "E00005")
    assert [(meal.avoid, meal.is_special) for meal in special.meals] == [(("pork",), True)]
    assert sheet.outcomes == (
        "in_person",
        "named_person",
        "left_by_rule",
        "no_answer",
        "refused",
        "away_known",
        "address_wrong",
        "other",
    )


def test_a_route_sheet_has_the_labels_of_its_boxes() -> None:
    papers = papers_of(small())
    on_labels = {(label.label, label.stop) for label in papers.box_labels if label.run == "R01"}
    (sheet,) = papers.route_sheets
    assert {
        (meal.label, stop.position) for trip in sheet.trips for stop in trip.stops for meal in stop.meals
    } == on_labels


def test_the_promised_time_begins_on_full_five_minutes_and_ends_with_the_food_clock() -> None:
    town = small()
    (sheet,) = papers_of(town).route_sheets
    for stop in sheet.trips[0].stops:
        assert stop.planned.start_s % 300 == 0
        assert stop.planned.end_s - stop.planned.start_s == 900
    starts = {v.home_id: v.start_s for t in town.plan.runs.courier_runs[0].trips for v in t.visits}
    tight = tuple(replace(one, latest_s=starts[one.home_id]) for one in town.runs.homes)
    (sheet,) = write_papers(replace(file_of(town), runs=replace(town.runs, homes=tight))).route_sheets
    for stop in sheet.trips[0].stops:
        assert stop.planned == Window(starts[stop.home_id] // 300 * 300, starts[stop.home_id])


def test_changed_doors_are_marked() -> None:
    (sheet,) = papers_of(small(), replace(PRINTING, changed=frozenset({"E00005"}))).route_sheets
    assert [stop.home_id for stop in sheet.trips[0].stops if stop.is_changed] == ["E00005"]


def test_a_meal_point_sheet_lists_arrivals_guests_and_loads() -> None:
    (sheet,) = papers_of(small()).meal_point_sheets
    assert (sheet.point, sheet.boxes, sheet.idle) == ("饭堂P1", 6, 0)
    assert [(one.run, one.kitchen, one.boxes) for one in sheet.arrivals] == [("V01", "厨房K1", 6)]
    assert [(one.elder_id, one.short_name, one.is_special) for one in sheet.eat_in] == [("00001", "陈*妹", False)]
    assert [(one.elder_id, one.avoid) for one in sheet.pick_up] == [("00002", ("pork",))]
    assert [(one.run, one.courier, one.boxes) for one in sheet.hand_outs] == [("R01", "李送餐", 4)]


def test_boxes_for_doors_that_nobody_visits_are_idle_at_the_meal_point() -> None:
    town = planned(day([order(1), home(2)], [kitchen(point="P1")], [point()]), couriers=0)
    (sheet,) = papers_of(town).meal_point_sheets
    assert (sheet.boxes, sheet.idle, len(sheet.eat_in)) == (2, 1, 1)
    assert [(one.run, one.kitchen_id) for one in sheet.arrivals] == [("", "K1")]


def test_runs_are_named_as_they_leave_and_couriers_by_their_ids() -> None:
    same = Window(11 * H + 1800, 11 * H + 1860)
    orders = [home(1, "P1", at(5), window=same), home(2, "P2", at(90), window=same)]
    town = planned(day(orders, [kitchen()], [point("P1", at(5)), point("P2", at(90))]), vans=2)
    assert [run.courier_id for run in courier_run_codes(town.plan).values()] == ["C-P1-0", "C-P2-0"]
    leaving = [run.depart_s for run in van_run_codes(town.plan).values()]
    assert leaving == sorted(leaving)


def test_a_missing_fact_leaves_the_id_and_stops_no_paper() -> None:
    papers = write_papers(replace(file_of(small()), facts=Facts()))
    assert papers.kitchen_counts[0].head.subject_name == "K1"
    assert papers.route_sheets[0].trips[0].stops[0].name.startswith("0000")
    assert papers.batch_sheets[0].weight_g == 0


def test_a_line_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="add up to 4, got 3"):
        CountLine("D", "dish", Texture.REGULAR, (), 2, 1, 4)
    (manifest,) = papers_of(small()).loading_manifests
    with pytest.raises(ValueError, match="stops"):
        replace(manifest, boxes=7)


def test_printing_needs_a_carrier_and_an_aware_time() -> None:
    with pytest.raises(ValueError, match="carrier"):
        replace(PRINTING, carrier_boxes=0)
    with pytest.raises(ValueError, match="aware"):
        replace(PRINTING, printed_at=datetime(2026, 11, 22))  # noqa: DTZ001


towns = st.builds(
    random_day,
    st.randoms(use_true_random=False),
    orders=st.integers(0, 60),
    kitchens=st.integers(1, 3),
    points=st.integers(1, 5),
    slack=st.floats(0.7, 2.5),
    homes=st.floats(0, 1),
    vans=st.sampled_from([1.0, 0.5]),
)


@settings(deadline=None, max_examples=60)
@given(towns, st.integers(0, 2), st.integers(0, 2), st.sampled_from([5, 60]))
def test_every_paper_counts_the_same_orders(town: DayProblem, vans: int, couriers: int, van_boxes: int) -> None:
    done = planned(town, vans=vans, couriers=couriers, van_boxes=van_boxes, boxes=6)
    papers = papers_of(done)
    served = served_orders(town, done.plan)
    fulfilment = {one.order_id: one.fulfilment for one in town.orders}
    cooked = sum(len(batch.orders) for batch in done.plan.batches.batches)
    assert sum(count.portions for count in papers.kitchen_counts) == cooked
    assert sum(sheet.portions for sheet in papers.batch_sheets) == cooked
    assert sum(count.spare for count in papers.kitchen_counts) == sum(sheet.spare for sheet in papers.batch_sheets)
    assert len(papers.box_labels) == cooked
    assert len({label.label for label in papers.box_labels}) == cooked
    doors = [n for n in served if fulfilment[n] is Fulfilment.HOME]
    assert sum(sheet.boxes for sheet in papers.route_sheets) == len(doors)
    guests = [one for sheet in papers.meal_point_sheets for one in (*sheet.eat_in, *sheet.pick_up)]
    assert len(guests) == len(served) - len(doors)
    by_van = sum(stop.boxes for run in done.plan.runs.van_runs for stop in run.stops)
    assert sum(manifest.boxes for manifest in papers.loading_manifests) == by_van
    assert sum(sheet.boxes for sheet in papers.meal_point_sheets) >= len(served)
    specials = Counter(label.stack for label in papers.box_labels)
    assert sum(count.special_count for count in papers.kitchen_counts) == cooked - specials[Stack.PLAIN]
    lost = Counter(one.order_id for count in papers.kitchen_counts for one in count.unserved)
    assert all(times == 1 for times in lost.values())
    assert not served & set(lost)


SECRETS = ("宝岗街", "13800000000", "四零一", "敲门重", "陈00")


@settings(deadline=None, max_examples=25)
@given(towns)
def test_papers_of_the_kitchen_hold_no_address_no_phone_of_an_elder_and_no_full_name(town: DayProblem) -> None:
    papers = papers_of(planned(town))
    kitchen_papers = (*papers.kitchen_counts, *papers.batch_sheets, *papers.box_labels, *papers.loading_manifests)
    for paper in (*kitchen_papers, *papers.meal_point_sheets):
        words = " ".join(strings(asdict(paper)))
        assert not [secret for secret in SECRETS if secret in words]


def test_a_route_sheet_holds_no_diagnosis() -> None:
    """Limits and exclusions that clash with nothing in the box stay where they belong."""
    quiet = Diet(limits=frozenset({Limit.LOW_SALT}), excludes=frozenset({Ingredient.PEANUT}), texture=Texture.MINCED)
    papers = papers_of(planned(day([home(1, diet=quiet, dish="D-tofu")], [kitchen()], [point()])))
    (sheet,) = papers.route_sheets
    (meal,) = sheet.trips[0].stops[0].meals
    assert (meal.avoid, meal.texture) == ((), Texture.MINCED)
    assert "peanut" not in " ".join(strings(asdict(sheet)))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from strings(one)
    elif isinstance(value, Enum):
        yield str(value.value)
    else:
        yield str(value)
