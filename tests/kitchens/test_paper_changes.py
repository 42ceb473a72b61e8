"""A later version: what stays the sheet it was, and that old sheet and slip together are the new sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.codes import FormerCodes, read_short_code, short_code
from kitchens.facts import Printing
from kitchens.packing import PackedDay, pack, written_on
from kitchens.paper_changes import Difference, Shown, difference, shown, together
from kitchens.papers import (
    AnyPaper,
    BoxLabel,
    CallWhy,
    Move,
    Papers,
    SubstitutionWhy,
    next_papers,
    papers_of,
)
from kitchens.problem import DayProblem
from kitchens.write_change import OF_ONE_VERSION, key_of
from tests.kitchens.towns import CHICKEN, PORK, TOFU, Planned, at, day, home, kitchen, order, planned, point, random_day
from tests.kitchens.written import PRINTING, file_of


def version(done: Planned, before: tuple[PackedDay, Papers] | None = None) -> tuple[PackedDay, Papers]:
    """Return a town's papers as the version after `before`."""
    if before is None:
        packed = pack(file_of(done, replace(PRINTING, version=1)))
        return packed, papers_of(packed)
    packed, papers = before
    printing = after(packed, papers)
    again = pack(file_of(done, printing))
    return again, next_papers(papers.everything(), papers_of(again), printing)


def after(packed: PackedDay, papers: Papers) -> Printing:
    old = packed.file.printing
    orders = {box.label: order_id for order_id, box in packed.boxes.items()}
    vans: dict[tuple[str, str], tuple[str, ...]] = {}
    for code, run in packed.van_runs.items():
        vans[run.van_id, run.kitchen_id] = (*vans.get((run.van_id, run.kitchen_id), ()), code)
    numbers = dict(old.former.last_label)
    for label in papers.box_labels:
        kitchen_id, number = label.label.rsplit("-", 1)
        numbers[kitchen_id] = max(numbers.get(kitchen_id, 0), int(number))
    return replace(
        old,
        version=old.version + 1,
        former=FormerCodes(
            couriers={run.courier_id: code for code, run in packed.courier_runs.items()},
            vans=vans,
            labels={orders[label.label]: (label.label, written_on(label)) for label in papers.box_labels},
            last_label=numbers,
            last_van=max([old.former.last_van, *(int(code[1:]) for code in packed.van_runs)]),
        ),
        told={
            stop.home_id[1:]: stop.planned.start_s
            for sheet in papers.route_sheets
            for trip in sheet.trips
            for stop in trip.stops
        },
        dishes={order_id: box.supplied.dish_id for order_id, box in packed.boxes.items()},
        first=old.first or {order_id: (box.label, box.supplied.dish_id) for order_id, box in packed.boxes.items()},
        ordered_by="李调度",
        why=("replan",),
    )


def sheets(papers: Papers) -> dict[tuple[str, str, str], Shown]:
    """Return what every sheet shows; the labels of a kitchen are one."""
    found: dict[tuple[str, str, str], list[AnyPaper]] = {}
    for paper in papers.everything():
        title, subject, part = key_of(paper)
        if paper.head.title not in OF_ONE_VERSION:
            found.setdefault((title, subject, "" if isinstance(paper, BoxLabel) else part), []).append(paper)
    return {key: shown(*some) for key, some in found.items()}


def apply(papers: Papers, later: Papers) -> dict[tuple[str, str, str], Shown]:
    """Return what whoever holds the old sheets and the slips can read off them, sheet by sheet."""
    letters = {slip.head.code.split("-CS-", 1)[1].split("-")[0]: f"paper.{slip.of_kind}" for slip in later.change_slips}
    known = sheets(papers)
    for slip in later.change_slips:
        kind, part = slip.head.code.split("-CS-", 1)[1].split("-", 1)
        (key,) = [one for one in known if one[0] == letters[kind] and (one[2] or one[1]) == part]
        if slip.void_code and not slip.new_code:
            del known[key]
        else:
            known[key] = together(known[key], Difference(slip.facts, slip.facts_was, slip.lines))
    return {key: one for key, one in known.items() if one.facts or one.lines}


def changed(town: DayProblem, gone: Sequence[int], *, menu: bool) -> DayProblem:
    orders = tuple(one for one in town.orders if one.order_id not in gone)
    kitchens = tuple(replace(one, menu=tuple(reversed(one.menu))) if menu else one for one in town.kitchens)
    return replace(town, orders=orders, kitchens=kitchens)


towns = st.builds(
    random_day,
    st.randoms(use_true_random=False),
    orders=st.integers(0, 40),
    kitchens=st.integers(1, 3),
    points=st.integers(1, 4),
    slack=st.floats(0.8, 2.0),
    homes=st.floats(0, 1),
)


@settings(deadline=None, max_examples=40)
@given(towns, st.sets(st.integers(1, 40), max_size=6), st.booleans(), st.integers(0, 2))
def test_old_sheets_and_slips_together_are_the_new_sheets(
    town: DayProblem, gone: set[int], menu: bool, couriers: int
) -> None:
    first = version(planned(town, couriers=1))
    second = version(planned(changed(town, sorted(gone), menu=menu), couriers=couriers), first)
    now = sheets(second[1])
    rebuilt = apply(first[1], second[1])
    assert {key: one for key, one in now.items() if key in rebuilt} == rebuilt
    # What no old sheet could become is a new sheet of the later version, and printed whole.
    made = {key_of(paper)[:2] for paper in second[1].everything() if paper.head.version == 2}
    assert {key[:2] for key in now if key not in rebuilt} <= made


@settings(deadline=None, max_examples=25)
@given(towns)
def test_a_version_that_changes_nothing_keeps_every_sheet_and_prints_no_slip(town: DayProblem) -> None:
    first = version(planned(town))
    _, papers = version(planned(town), first)
    assert papers.change_slips == ()
    assert {paper.head.version for paper in papers.everything() if paper.head.title not in OF_ONE_VERSION} <= {1}
    assert papers.box_labels == first[1].box_labels


def small(*, without: int = 0, menu: tuple[object, ...] = (PORK, CHICKEN, TOFU)) -> Planned:
    orders = [order(1), order(2), home(3, place=at(6)), home(4, place=at(8)), home(5, "P2", place=at(30))]
    some = [one for one in orders if one.order_id != without]
    points = [point("P1", at(5)), point("P2", at(28))]
    return planned(day(some, [kitchen(menu=menu)], points))  # type: ignore[arg-type]


def test_only_boxes_that_changed_get_new_labels_with_numbers_nobody_has_used() -> None:
    first = version(small())
    _, second = version(small(without=3), first)
    before = {label.label: label for label in first[1].box_labels}
    fresh = [label for label in second.box_labels if label.label not in before]
    assert {label.head.version for label in fresh} == {2}
    assert {int(label.label[-4:]) for label in fresh}.isdisjoint(range(1, 6))
    kept = [label for label in second.box_labels if label.label in before]
    assert kept
    assert all(label == before[label.label] for label in kept)
    (slip,) = [one for one in second.change_slips if one.of_kind == "box_labels"]
    out = {line.key.removeprefix("BoxLabel:") for line in slip.lines if line.move is Move.OUT}
    assert out == set(before) - {label.label for label in kept}


def test_a_courier_who_still_rides_keeps_the_code_of_the_run_and_gets_a_slip_for_what_changed() -> None:
    first = version(small())
    packed, second = version(small(without=4), first)
    before = {run.courier_id: code for code, run in first[0].courier_runs.items()}
    codes = {run.courier_id: code for code, run in packed.courier_runs.items()}
    assert codes == {courier: before[courier] for courier in codes}
    for sheet in second.route_sheets:
        made = f"NF-1123L-2-RS-{sheet.run}"
        told = [one for one in second.change_slips if one.new_code == made]
        assert (sheet.head.version == 2) == bool(told)
        for slip in told:
            assert (slip.void_code, slip.old_version, slip.new_version) == (f"NF-1123L-1-RS-{sheet.run}", 1, 2)
            assert slip.ordered_by == "李调度"
    out = [line for slip in second.change_slips for line in slip.lines if line.key == "RouteStop:E00004"]
    assert [line.move for line in out] == [Move.OUT]
    assert out[0].named[0].text == "陈00004妹"


def test_a_run_that_is_gone_never_gives_its_code_to_another() -> None:
    orders = [home(1, "P1", at(5)), home(2, "P2", at(90))]
    town = day(orders, [kitchen()], [point("P1", at(5)), point("P2", at(90))])
    first = version(planned(town))
    assert list(first[0].courier_runs) == ["R01", "R02"]
    only_second = replace(town, orders=tuple(one for one in town.orders if one.point_id == "P2"))
    packed, second = version(planned(only_second), first)
    assert list(packed.courier_runs) == ["R02"]
    (slip,) = [one for one in second.change_slips if one.void_code.endswith("RS-R01")]
    assert slip.new_code == ""
    third, _ = version(planned(town), (packed, second))
    assert {run.courier_id: code for code, run in third.courier_runs.items()}["C-P2-0"] == "R02"


def test_another_dish_than_before_is_on_the_substitution_sheet_and_the_call_list() -> None:
    first = version(small())
    _, second = version(small(menu=(CHICKEN, TOFU)), first)
    (sheet,) = second.substitution_sheets
    assert {group.why for group in sheet.groups} == {SubstitutionWhy.FAILURE}
    assert {(group.missing, group.given) for group in sheet.groups} == {("扣肉饭", "白切鸡饭")}
    assert all(line.old_label and line.old_label != line.label for group in sheet.groups for line in group.lines)
    (calls,) = second.call_lists
    assert {line.why for line in calls.lines} <= {CallWhy.OTHER_DISH, CallWhy.OTHER_DISH_AND_TIME}
    assert len(calls.lines) == 5


def test_whoever_gets_nothing_is_phoned_first() -> None:
    orders = [order(1), replace(home(3), place=None)]
    _, papers = version(planned(day(orders, [kitchen()], [point()])))
    (calls,) = papers.call_lists
    assert [(line.elder_id, line.why, line.urgent) for line in calls.lines] == [("00003", CallWhy.LEFT_OUT, True)]


def test_a_line_that_moved_is_told_as_moved_and_not_as_new() -> None:
    old, new = shown(*labels("A", "B", "C", "D")), shown(*labels("D", "A", "B", "C"))
    (line,) = difference(old, new).lines
    assert (line.move, line.was_at, line.at) == (Move.MOVED, 4, 1)
    assert together(old, difference(old, new)) == new


def labels(*codes: str) -> list[BoxLabel]:
    label = version(small())[1].box_labels[0]
    return [replace(label, label=code) for code in codes]


@given(st.text(max_size=60))
def test_a_short_code_is_read_back_however_it_is_typed(code: str) -> None:
    short = short_code(code)
    for typed in (
        short,
        short.lower(),
        short.replace("-", ""),
        f" {short} ",
        short.replace("0", "O").replace("1", "l"),
    ):
        assert read_short_code(typed) == short


@given(st.text(max_size=20))
def test_what_is_no_short_code_is_none(typed: str) -> None:
    assert read_short_code(typed) == "" or len(read_short_code(typed)) == 9
