"""Carriers, two signatures, and what is missing on the way."""

from __future__ import annotations

import pytest
from sqlmodel import select

from service.access import Reach
from service.errors import ConflictError, InvalidError, NotAllowedError, NuanfanError
from service.idempotency import call_of
from service.kitchen_work.carriers import Carrier, carrier_back, find_out, list_carriers, pack_carrier, unpack_carrier
from service.kitchen_work.food import eat_by_now
from service.kitchen_work.manifests import Arrival, Warmth, sign_in, sign_out
from service.kitchen_work.missing import Settling, list_missing, report_short, settle_missing
from service.kitchen_work.records import Keyer
from service.progress import record_outcome
from service.tables import (
    CarrierLoad,
    Elder,
    Keeping,
    MissingWay,
    Notice,
    Outcome,
    Plan,
    PlannedOrder,
    VanRun,
    VanStop,
)
from tests.pages.work_town import at
from tests.service.towns import MONDAY
from tests.service.work_day import LUNCH, Work


def cooked(work: Work) -> None:
    for line in ("K1-01 f0941 c80", "K1-02 f0950 c80", "K2-01 f0946 c80", "K2-02 f0950 c80"):
        work.sheet(line)


def left(work: Work, run: str = "V01") -> int:
    """Cook, pack and sign a run out; return how many boxes left."""
    cooked(work)
    boxes = work.pack(f"{run}-1")
    work.carry(run, 1, len(boxes))
    work.sign_out(run)
    return len(boxes)


def arrive(work: Work, arrival: Arrival, run: str = "V01", name: str = "peican") -> None:
    sign_in(work.database, work.run(run).id or 0, 1, arrival, work.keyer(name))


def missing_id(work: Work) -> int:
    with work.database.read() as session:
        return list_missing(session, work.plan(session))[0].id or 0


def test_a_run_is_signed_out_and_in_in_either_database(work_anywhere: Work) -> None:
    boxes = left(work_anywhere)
    arrive(work_anywhere, Arrival(boxes, warmth=Warmth(65.0)))
    dump = work_anywhere.dump()
    assert len(dump["manifest_out"]) == len(dump["manifest_in"]) == 1
    assert dump["missing_box"] == []


def test_nothing_is_signed_for_that_is_not_packed_signed_second_and_counted(work: Work) -> None:
    cooked(work)
    run = work.run("V01").id or 0

    def refused(key: str, hot_c: float | None = 70.0) -> None:
        before = work.dump()
        with pytest.raises(NuanfanError) as refusal:
            sign_out(work.database, run, Warmth(hot_c), work.keyer("chufang"))
        assert refusal.value.key == key
        assert work.dump() == before

    refused("kitchen_work.not_all_ticked")
    boxes = work.ramp().of_list("V01-1")
    for box in boxes:
        work.tick(box)
    refused("kitchen_work.not_all_checked")
    for box in boxes:
        if box.is_special:
            work.check(box)
    refused("kitchen_work.carriers_uneven")
    work.carry("V01", 1, len(boxes))
    refused("kitchen_work.no_warmth", None)
    refused("kitchen_work.impossible_degrees", 111.0)
    refused("kitchen_work.impossible_degrees", -1.0)
    work.sign_out("V01")
    refused("kitchen_work.signed_out")


def test_a_signature_sent_twice_is_one(work: Work) -> None:
    cooked(work)
    boxes = work.pack("V01-1")
    work.carry("V01", 1, len(boxes))
    run, call = work.run("V01").id or 0, call_of("chufang", "sign-it-once", "out", {})
    first = sign_out(work.database, run, Warmth(70.0), work.keyer("chufang"), call=call)
    work.clock.advance(60)
    assert sign_out(work.database, run, Warmth(70.0), work.keyer("chufang"), call=call) == first


def test_a_carrier_stands_once_and_never_holds_more_than_goes_there(work: Work) -> None:
    boxes = len(work.ramp().of_list("V01-1"))
    work.carry("V01", 1, 2, "12")
    before = work.dump()
    for number, count, seal, error in (
        ("12", 1, "S", ConflictError),
        ("13", boxes, "S", ConflictError),
        ("13", 0, "S", InvalidError),
        ("", 1, "S", InvalidError),
        ("13", 1, " ", InvalidError),
    ):
        with pytest.raises(error):
            pack_carrier(
                work.database,
                work.run("V01").id or 0,
                1,
                Carrier(number, Keeping.HOT, seal, count),
                work.keyer("chufang"),
            )
    with pytest.raises(NotAllowedError):
        pack_carrier(
            work.database,
            work.run("V01").id or 0,
            1,
            Carrier("14", Keeping.HOT, "S", 1),
            Keyer("x", Reach(kitchen="K2"), work.clock),
        )
    assert work.dump() == before


def test_carriers_come_off_before_the_signature_and_back_after_it(work: Work) -> None:
    work.carry("V01", 1, 2, "12")
    with work.database.read() as session:
        carrier = session.exec(select(CarrierLoad)).one().id or 0
    with pytest.raises(ConflictError):
        carrier_back(work.database, carrier, work.keyer("chufang"))
    unpack_carrier(work.database, carrier, work.keyer("chufang"))
    left(work)
    with work.database.read() as session:
        carrier = session.exec(select(CarrierLoad)).one().id or 0
    with pytest.raises(ConflictError):
        unpack_carrier(work.database, carrier, work.keyer("chufang"))
    carrier_back(work.database, carrier, work.keyer("chufang"))
    carrier_back(work.database, carrier, work.keyer("chufang"))
    with work.database.read() as session:
        assert session.get_one(CarrierLoad, carrier).returned_by == "chufang"


def test_what_left_too_cold_must_be_eaten_sooner(work: Work) -> None:
    cooked(work)
    boxes = work.pack("V01-1")
    work.carry("V01", 1, len(boxes))
    work.sign_out("V01", 58.0)
    with work.database.read() as session:
        for code in {box.batch.code for box in boxes}:
            batch = work.batch(code)
            assert batch.cooked_at is not None
            assert (eat_by_now(session, batch.id or 0) - batch.cooked_at).total_seconds() == 2 * 3600


@pytest.mark.parametrize(
    ("counted", "missing", "why", "seals_whole"),
    [(0, 1, "x", True), (-1, 0, "x", True), (-1, 1, "", True), (0, 0, "", False), (-2, 1, "x", True), (1, 0, "", True)],
)
def test_an_arrival_that_does_not_add_up_is_refused_and_changes_nothing(
    work: Work, counted: int, missing: int, why: str, seals_whole: bool
) -> None:
    boxes = left(work)
    labels = tuple(box.label for box in work.ramp().of_list("V01-1"))[:missing]
    before = work.dump()
    if (counted, missing) == (0, 1):
        labels = ("K2-0001",)
    with pytest.raises(InvalidError):
        arrive(work, Arrival(boxes + counted, labels, seals_whole=seals_whole, why=why))
    assert work.dump() == before


def test_an_arrival_is_signed_once_by_somebody_else_and_at_the_right_place(work: Work) -> None:
    cooked(work)
    with pytest.raises(ConflictError) as early:
        arrive(work, Arrival(7))
    assert early.value.key == "kitchen_work.not_out"
    boxes = work.pack("V01-1")
    work.carry("V01", 1, len(boxes))
    work.sign_out("V01")
    with pytest.raises(ConflictError) as same:
        arrive(work, Arrival(len(boxes)), name="chufang")
    assert same.value.key == "kitchen_work.same_signature"
    foreign = Keyer("peican3", Reach(meal_point="P3"), work.clock)
    with pytest.raises(NotAllowedError):
        sign_in(work.database, work.run("V01").id or 0, 1, Arrival(len(boxes)), foreign)
    arrive(work, Arrival(len(boxes)))
    with pytest.raises(ConflictError) as twice:
        arrive(work, Arrival(len(boxes)))
    assert twice.value.key == "kitchen_work.signed_in"


def test_a_missing_box_is_open_until_somebody_says_what_became_of_it(work: Work) -> None:
    boxes = left(work)
    short = work.ramp().of_list("V01-1")[1]
    arrive(work, Arrival(boxes - 1, (short.label,), why="少一盒"))
    with work.database.read() as session:
        [row] = list_missing(session, work.plan(session), only_open=True)
        told = session.exec(select(Notice).where(Notice.key == "notice.box_missing")).all()
        assert (row.order_id, row.why) == (short.order_id, "少一盒")
        assert sorted(notice.to for notice in told) == ["district", "operator"]
    settle_missing(work.database, row.id or 0, Settling(MissingWay.FOUND), work.keyer("fuwutai"))
    with work.database.read() as session:
        assert list_missing(session, work.plan(session), only_open=True) == []
    with pytest.raises(ConflictError):
        settle_missing(work.database, row.id or 0, Settling(MissingWay.CALLED_OFF, "x"), work.keyer("fuwutai"))


def test_a_substitute_passes_the_same_gate(work: Work) -> None:
    box = next(one for one in work.ramp().of_list("V01-1") if one.is_special)
    with work.database.read() as session:
        assert session.get_one(Elder, box.elder.number).excludes == "pork"
    report_short(work.database, MONDAY, LUNCH, box.label, "翻倒了", work.keyer("chufang"))
    before = work.dump()
    for dish, kitchen, texture, key in (
        ("D1", "K1", "regular", "kitchen_work.substitute_clashes"),
        ("D9", "K1", "regular", "kitchen_work.not_on_menu"),
        ("D2", "K1", "pureed", "kitchen_work.not_on_menu"),
    ):
        settling = Settling(MissingWay.SUBSTITUTE, "补", dish, kitchen, texture)
        with pytest.raises(InvalidError) as refusal:
            settle_missing(work.database, missing_id(work), settling, work.keyer("fuwutai"))
        assert refusal.value.key == key
    assert work.dump() == before
    settling = Settling(MissingWay.SUBSTITUTE, "补做", "D2", "K1", "regular")
    assert settle_missing(work.database, missing_id(work), settling, work.keyer("fuwutai")).dish_code == "D2"


def test_a_box_reported_at_the_ramp_lets_the_rest_leave_and_its_door_is_never_called_served(work: Work) -> None:
    cooked(work)
    box = next(one for one in work.ramp().of_list("V02-1") if one.run)
    report_short(work.database, MONDAY, LUNCH, box.label, "锅里不够", work.keyer("chufang"))
    with pytest.raises(ConflictError):
        work.tick(box)
    packed = work.pack("V02-1", but=(box.label,))
    work.carry("V02", 1, len(packed))
    assert work.sign_out("V02")["boxes"] == len(packed)
    with work.database.read() as session:
        visit = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == box.order_id)).one().visit_id or 0
    keyer = work.keyer("songcan")

    def served() -> None:
        record_outcome(
            work.database, visit, outcome=Outcome.IN_PERSON, by="songcan", reach=keyer.reach, clock=work.clock
        )

    with pytest.raises(ConflictError):
        served()
    settle_missing(work.database, missing_id(work), Settling(MissingWay.CALLED_OFF, "告诉了"), work.keyer("fuwutai"))
    with pytest.raises(ConflictError):
        served()
    work.clock.instant = at(11)
    record_outcome(work.database, visit, outcome=Outcome.OTHER, by="songcan", reach=keyer.reach, clock=work.clock)


@pytest.mark.parametrize("other_stops", [False, True])
def test_what_was_signed_for_still_is_in_a_later_version_that_keeps_the_run(work: Work, *, other_stops: bool) -> None:
    left(work)
    run = work.run("V01")
    with work.database.write() as session:
        former = work.plan(session)
        later = Plan(**former.model_dump(exclude={"id", "version"}), version=2)
        session.add(later)
        session.flush()
        again = VanRun(**run.model_dump(exclude={"id", "plan_id"}), plan_id=later.id)
        session.add(again)
        session.flush()
        for stop in session.exec(select(VanStop).where(VanStop.van_run_id == run.id)).all():
            boxes = stop.boxes + other_stops
            session.add(VanStop(**stop.model_dump(exclude={"van_run_id", "boxes"}), van_run_id=again.id, boxes=boxes))
    with work.database.read() as session:
        assert (find_out(session, again) is None) == other_stops
        assert (list_carriers(session, again.id or 0) == []) == other_stops
