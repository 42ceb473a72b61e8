"""Ticking boxes out: every swap is caught, and nothing that clashes with its elder passes the gate."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlmodel import select

from kitchens.lid_marks import letters_of, lid_mark
from kitchens.meals import Course, Dish, Ingredient
from kitchens.road_papers import LoadingManifest
from service.access import Reach
from service.clock import StoppedClock
from service.db import Database, open_database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, NuanfanError
from service.kitchen_work import packing
from service.kitchen_work.boxes import PackBox, Side, read_ramp
from service.kitchen_work.packing import Scan, tick_box, untick_box
from service.kitchen_work.records import Keyer
from service.tables import (
    Batch,
    CourseOption,
    Elder,
    MealOrder,
    MenuSwap,
    OrderState,
    Paper,
    PaperKind,
    Plan,
    PlannedOrder,
    RecipeLine,
)
from service.tables import (
    Course as CourseRow,
)
from service.tables import Dish as DishRow
from service.tables import Ingredient as IngredientRow
from tests.pages.work_town import at, plan_lunch
from tests.service.towns import MONDAY, found_town
from tests.service.work_day import LUNCH, Work


def first_of(work: Work, key: str) -> PackBox:
    return work.ramp().of_list(key)[0]


def refused(work: Work, box: PackBox, key: str, **other: str) -> None:
    before = work.dump()
    with pytest.raises(NuanfanError) as refusal:
        work.tick(box, **other)
    assert refusal.value.key == key
    assert refusal.value.say("zh") != refusal.value.say("en")
    assert work.dump() == before


def test_the_lists_are_what_the_manifests_say(work: Work) -> None:
    with work.database.read() as session:
        papers = session.exec(select(Paper).where(Paper.kind == PaperKind.LOADING_MANIFEST)).all()
        manifests = [one for paper in papers for one in TypeAdapter(list[LoadingManifest]).validate_json(paper.content)]
    assert {manifest.run for manifest in manifests} == {"V01", "V02"}
    ramp = work.ramp()
    for manifest in manifests:
        for stop in manifest.stops:
            boxes = ramp.of_list(f"{manifest.run}-{stop.position}")
            assert len(boxes) == stop.boxes
            assert set(stop.special_labels) <= {box.label for box in boxes}
    assert sum(len(ramp.of_list(head.key)) for head in ramp.lists) == len(ramp.boxes)


def test_a_list_is_packed_in_either_database(work_anywhere: Work) -> None:
    packed = work_anywhere.pack("V01-1")
    assert packed
    ticked = {row[2] for row in work_anywhere.dump()["box_tick"]}
    assert ticked == {box.order_id for box in packed}


def test_unknown_foreign_double_and_old_labels_are_refused_and_change_nothing(work: Work) -> None:
    box = first_of(work, "V01-1")
    refused(work, box, "kitchen_work.unknown_label", label="K1-9999")
    refused(work, box, "kitchen_work.no_label", label="hello")
    refused(work, box, "kitchen_work.unknown_list", list_key="V09-1")
    refused(work, first_of(work, "V02-1"), "kitchen_work.other_kitchen", list_key="V01-1")
    refused(work, first_of(work, "K1-P1"), "kitchen_work.other_list", list_key="V01-1")
    refused(work, box, "kitchen_work.mark_missing", mark="")
    refused(work, box, "kitchen_work.other_version", label=f"{box.label} V2")
    work.tick(box)
    refused(work, box, "kitchen_work.ticked_already")
    with pytest.raises(NotAllowedError):
        tick_box(
            work.database,
            MONDAY,
            LUNCH,
            Scan(box.pick_list, box.label, box.mark),
            Keyer("x", Reach(kitchen="K2"), work.clock),
        )


def test_a_label_that_only_a_former_version_knew_is_called_old(work: Work) -> None:
    with work.database.write() as session:
        session.add(
            Plan(
                service_day=MONDAY,
                meal="lunch",
                version=2,
                seed=1,
                made_by="test",
                travel_source="estimate",
                marks=[],
                figures={},
                published_at=work.clock.now(),
            )
        )
        session.flush()
        plan = work.plan(session)
        assert plan.version == 2
    with pytest.raises(NotFoundError):
        tick_box(work.database, MONDAY, LUNCH, Scan("V01-1", "K1-0003", "01"), work.keyer("chufang"))
    with work.database.write() as session:
        former = session.exec(select(Batch)).first()
        assert former is not None
        session.add(Batch(**former.model_dump(exclude={"id", "plan_id"}), plan_id=plan.id))
        session.flush()
        batch = session.exec(select(Batch).where(Batch.plan_id == plan.id)).one()
        order = session.exec(select(PlannedOrder).where(PlannedOrder.label == "K1-0003")).one()
        again = order.model_dump() | {"plan_id": plan.id, "label": "K1-0099", "batch_id": batch.id, "visit_id": None}
        session.add(PlannedOrder(**again))
    key = f"K1-{work.ramp().boxes['K1-0099'].point_code}"
    with pytest.raises(ConflictError) as refusal:
        tick_box(work.database, MONDAY, LUNCH, Scan(key, "K1-0003", "01"), work.keyer("chufang"))
    assert refusal.value.key == "kitchen_work.other_version"


def test_a_special_box_needs_another_pair_of_eyes(work: Work) -> None:
    special = next(box for box in work.ramp().boxes.values() if box.is_special)
    plain = next(box for box in work.ramp().boxes.values() if not box.is_special)
    with pytest.raises(ConflictError):
        work.check(special)
    work.tick(special)
    work.tick(plain)
    with pytest.raises(ConflictError) as same:
        work.check(special, "chufang")
    assert same.value.key == "kitchen_work.same_hands"
    with pytest.raises(ConflictError) as needless:
        work.check(plain)
    assert needless.value.key == "kitchen_work.not_special"
    work.check(special)
    with pytest.raises(ConflictError) as twice:
        work.check(special)
    assert twice.value.key == "kitchen_work.checked_already"


def test_a_box_taken_back_can_be_ticked_again(work: Work) -> None:
    box = first_of(work, "V01-1")
    work.tick(box)
    untick_box(work.database, MONDAY, LUNCH, box.label, work.keyer("chufang"))
    assert work.dump()["box_tick"] == []
    work.tick(box)


def test_the_gate_asks_the_elders_record_as_it_is_now_and_not_the_plan(work: Work) -> None:
    box = next(one for one in work.ramp().of_list("V01-1") if one.batch.dish_code == "D1")
    with work.database.write() as session:
        session.get_one(Elder, box.elder.number).excludes = "pork"
    refused(work, box, "kitchen_work.clash")


def test_the_gate_asks_that_days_real_ingredients(work: Work) -> None:
    box = next(one for one in work.ramp().of_list("V01-1") if one.batch.dish_code == "D1")
    with work.database.write() as session:
        session.get_one(Elder, box.elder.number).excludes = "peanut"
        session.add(IngredientRow(code="OIL", name="菜油", name_en="rape oil", contains=""))
        session.add(IngredientRow(code="NUT", name="花生油", name_en="peanut oil", contains="peanut"))
        session.flush()
        session.add(RecipeLine(dish_code="D1", ingredient_code="OIL", grams=10))
    work.tick(box)
    untick_box(work.database, MONDAY, LUNCH, box.label, work.keyer("chufang"))
    with work.database.write() as session:
        session.add(
            MenuSwap(
                kitchen_code="K1",
                service_day=MONDAY,
                meal="lunch",
                dish_code="D1",
                out_code="OIL",
                in_code="NUT",
                made_at=work.clock.now(),
                made_by="chufang",
            )
        )
    refused(work, box, "kitchen_work.clash")


def test_a_softer_texture_or_a_limit_that_came_after_the_plan_stops_the_box(work: Work) -> None:
    box = next(one for one in work.ramp().of_list("V01-1") if one.batch.dish_code == "D1")
    for change in ({"texture": "soft"}, {"limits": "low_salt"}):
        with work.database.write() as session:
            elder = session.get_one(Elder, box.elder.number)
            elder.texture, elder.limits = "regular", ""
            for name, value in change.items():
                setattr(elder, name, value)
        refused(work, box, "kitchen_work.clash")


def test_what_is_cancelled_too_old_or_raw_stays_at_the_ramp(work: Work) -> None:
    box = next(one for one in work.ramp().of_list("V01-1") if one.batch.code == "K1-02")
    work.sheet("K1-02 f0950 c64")
    refused(work, box, "kitchen_work.raw")
    work.sheet("K1-02 c75 !再加热")
    work.clock.instant = at(13, 50)
    refused(work, box, "kitchen_work.too_old")
    work.clock.instant = at(10)
    with work.database.write() as session:
        session.get_one(MealOrder, box.order_id).state = OrderState.CANCELLED
    refused(work, box, "kitchen_work.called_off")


@pytest.fixture(scope="module")
def set_lunch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The town with a side dish to each of its sets, of which some must have another one."""
    folder = tmp_path_factory.mktemp("sets")
    shutil.copy(sqlite_template, folder / "planned.db")
    database = open_database(f"sqlite:///{folder / 'planned.db'}")

    def with_sides(database: Database) -> None:
        found_town(database)
        with database.write() as session:
            for code, contains in (("R1", "egg"), ("R2", "")):
                session.add(DishRow(code=code, name=f"样菜{code}", price_fen=0, contains=contains))
            session.flush()
            session.add(CourseRow(code="D1-1", dish_code="D1", position=1, name="小菜", name_en="Side", pick=1))
            session.flush()
            for rank, code in enumerate(("R1", "R2"), start=1):
                session.add(CourseOption(course_code="D1-1", rank=rank, dish_code=code))
            for number in ("E03", "E13", "E16"):
                session.get_one(Elder, number).excludes = "egg"

    patched = pytest.MonkeyPatch()
    with patched.context() as patch:
        patch.setattr("tests.pages.work_town.found_town", with_sides)
        plan_lunch(database, StoppedClock(at(0)), folder)
    database.engine.dispose()
    return folder / "planned.db"


def test_whatever_two_boxes_are_swapped_it_is_caught_before_the_run_leaves(set_lunch: Path) -> None:
    database = open_database(f"sqlite:///{set_lunch}")
    work = Work(database, StoppedClock(at(10)))
    boxes = [box for box in work.ramp().boxes.values() if box.batch.kitchen_code == "K1"]
    marks = {box.mark for box in boxes}
    assert {"A", "B"} <= {mark[-1] for mark in marks}, "sides that differ within a batch"
    before = work.dump()
    caught = 0
    for one, other in combinations(boxes, 2):
        # The label of the one on the other's box, standing where that box stands, and the other way round.
        for label, filled in ((one, other), (other, one)):
            scan = Scan(filled.pick_list, label.label, filled.mark)
            if contents(label) == contents(filled) and label.pick_list == filled.pick_list:
                continue  # The same food in the same carrier: nothing was swapped but the paper.
            with pytest.raises(ConflictError) as refusal:
                tick_box(database, MONDAY, LUNCH, scan, work.keyer("chufang"))
            assert refusal.value.key in {"kitchen_work.swapped", "kitchen_work.other_list"}
            caught += 1
    assert caught > len(boxes)
    assert work.dump() == before
    database.engine.dispose()


def contents(box: PackBox) -> tuple[object, ...]:
    return box.batch.code, tuple(side.dish_code for side in box.sides)


def test_the_swap_test_would_notice_a_check_that_looks_away(set_lunch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(f"sqlite:///{set_lunch}")
    work = Work(database, StoppedClock(at(10)))
    monkeypatch.setattr(packing, "_refuse_swapped", lambda *_: None)
    boxes = work.ramp().of_list("V01-1")
    one, other = next((a, b) for a, b in combinations(boxes, 2) if contents(a) != contents(b))
    tick_box(database, MONDAY, LUNCH, Scan(other.pick_list, one.label, other.mark), work.keyer("chufang"))
    assert work.dump()["box_tick"]
    untick_box(database, MONDAY, LUNCH, one.label, work.keyer("chufang"))
    database.engine.dispose()


def test_a_lid_tells_the_pan_and_each_side() -> None:
    sides = tuple(Dish(code, code) for code in ("R1", "R2", "R3"))
    soups = (Dish("S1", "S1"), Dish("S2", "S2", contains=frozenset({Ingredient.FISH})))
    dish = Dish("D1", "D1", courses=(Course("C1", 2, sides), Course("C2", 1, soups)))
    assert lid_mark("K01-07") == "07"
    assert lid_mark("K01-07", letters_of(dish, ("R3", "R1", "S2"))) == "07ACE"
    with pytest.raises(ValueError, match="R9"):
        letters_of(dish, ("R9",))
    assert Side("R1", "R1", "regular", "A").letter == "A"


def test_a_scan_without_a_label_is_refused() -> None:
    for scanned in ("", "K1", "K1-", "-7", "x" * 70):
        with pytest.raises(InvalidError):
            packing.read_label(scanned)
    assert packing.read_label(" k1-0007 ") == ("K1-0007", None)
    assert packing.read_label("Ｋ１-０００７ v3") == ("K1-0007", 3)


@pytest.mark.parametrize(
    ("scanned", "label", "version"),
    [
        ("K01-0007", "K01-0007", None),
        ("HZ-K01-0007", "HZ-K01-0007", None),
        ("hz-k01-0007 v2", "HZ-K01-0007", 2),
        ("ＨＺ－Ｋ０１－０００７", "HZ-K01-0007", None),
    ],
)
def test_a_label_is_read_whatever_its_kitchen_is_called(scanned: str, label: str, version: int | None) -> None:
    assert packing.read_label(scanned) == (label, version)


def test_one_kitchen_of_the_ramp_is_what_it_is_in_the_whole(work: Work) -> None:
    whole = work.ramp()
    kitchens = {box.batch.kitchen_code for box in whole.boxes.values()}
    assert len(kitchens) > 1
    with work.database.read() as session:
        for kitchen in kitchens:
            part = read_ramp(session, work.plan(session), {kitchen})
            mine = [label for label, box in whole.boxes.items() if box.batch.kitchen_code == kitchen]
            assert list(part.boxes) == mine
            assert all(part.boxes[label].pick_list == whole.boxes[label].pick_list for label in mine)
            assert [one.key for one in part.lists] == [one.key for one in whole.lists if one.kitchen_code == kitchen]
