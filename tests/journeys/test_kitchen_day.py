"""A day at work: from orders to manifests signed twice, with food that stood too cold and a box that never came."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.app import create_app
from service.clock import StoppedClock, seconds_into
from service.db import Database
from service.settings import Settings
from service.tables import Notice, Outcome, Paper, PaperKind, PaperPrint, PlannedOrder, VanRun, Visit
from tests.pages.logins import PASSWORD
from tests.pages.work_town import at
from tests.service.towns import MONDAY
from tests.service.work_day import Work, work_at

DAY = {"service_day": str(MONDAY), "meal": "lunch"}


class Hands:
    """Somebody at a screen of their own."""

    def __init__(self, work: Work, home: Path, name: str) -> None:
        app = create_app(work.database, Settings(home=home), work.clock)
        self.client = TestClient(app, follow_redirects=False)
        assert self.client.post("/api/session", json={"name": name, "password": PASSWORD}).status_code == 200

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"/api{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def form(self, path: str, **fields: str) -> Any:
        return self.client.post(path, data=fields)

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.text


def scanned(box: Any) -> dict[str, str]:
    return {"list": box.pick_list, "label": box.label, "mark": box.mark}


def test_a_day_from_orders_to_signed_manifests_with_cold_food_and_a_missing_box(
    sqlite_database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    work = work_at(sqlite_database, clock, tmp_path)
    cook, checker = Hands(work, tmp_path, "chufang"), Hands(work, tmp_path, "fuhe")
    point, desk = Hands(work, tmp_path, "peican"), Hands(work, tmp_path, "fuwutai")
    other_cook, other_point = Hands(work, tmp_path, "chufang2"), Hands(work, tmp_path, "peican3")

    # The kitchen keys its sheets in; what cannot be is refused and leaves the record as it was.
    page = cook.page(f"/kitchen?day={MONDAY}&meal=lunch")
    assert "对得上" in page
    cook.post("/batch-sheets", **DAY, line="01 s0935 f0941 c82 g130 m冷柜2 k陈例")
    cook.post("/batch-sheets", **DAY, line="02 s0905 f0920 c74 g130 m冷柜2 k陈例")
    before = work.dump()
    for line in ("02 c-3", "02 h111", "02 s0951", "02 h70@1130", "09 c74", "02 f2560", "02 x9", "02 c71"):
        refused = cook.client.post("/api/batch-sheets", json={**DAY, "line": line})
        assert refused.status_code in {404, 409, 422}, line
        assert refused.json()["zh"] != refused.json()["en"], line
    assert cook.client.post("/api/batch-sheets", json={**DAY, "line": "K2-01 c74"}).status_code == 403
    assert work.dump() == before

    # At half past ten it is too cold: the eat-by moves at once, and the runs that are late now stand on the page.
    clock.instant = at(10, 30)
    cook.post(f"/batches/{work.batch('K1-02').id}/readings", kind="holding", core_c=48)
    late = cook.client.get(f"/api/late-stops/{MONDAY}/lunch").json()
    eat_by_s = seconds_into(MONDAY, at(11, 20))
    assert all(stop["latest_s"] == eat_by_s - 1800 for stop in late)
    with sqlite_database.read() as session:
        starts = {visit.position: visit.start_s for visit in session.exec(select(Visit))}
        assert session.exec(select(Notice).where(Notice.key == "notice.food_clock")).all()
    brought = [box for box in work.ramp().boxes.values() if box.batch.code == "K1-02" and box.run]
    due = {box.label for box in brought if max(starts[box.stop], seconds_into(MONDAY, at(10, 30))) > eat_by_s - 1800}
    assert due
    assert {stop["label"] for stop in late if stop["run"]} == due
    assert [stop["latest_s"] for stop in late] == sorted(stop["latest_s"] for stop in late)
    assert re.search(r"<s>13:50</s>.*?<b>11:20</b>", cook.page(f"/kitchen?day={MONDAY}&meal=lunch"), re.DOTALL)

    # Packing: unknown, foreign, swapped and doubled labels are refused.
    boxes = list(work.ramp().of_list("V01-1"))
    foreign = next(box for box in work.ramp().boxes.values() if box.pick_list == "K1-P1")
    before = work.dump()
    cook.post("/packing/ticks", 404, **DAY, **{**scanned(boxes[0]), "label": "K1-9999"})
    cook.post("/packing/ticks", 409, **DAY, **{**scanned(foreign), "list": "V01-1"})
    cook.post("/packing/ticks", 409, **DAY, **{**scanned(boxes[0]), "label": work.ramp().of_list("V02-1")[0].label})
    wrong = "02" if boxes[0].mark == "01" else "01"
    assert (
        cook.post("/packing/ticks", 409, **DAY, **{**scanned(boxes[0]), "mark": wrong})["key"] == "kitchen_work.swapped"
    )
    assert work.dump() == before
    for box in boxes:
        cook.post("/packing/ticks", **DAY, **scanned(box))
    cook.post("/packing/ticks", 409, **DAY, **scanned(boxes[0]))
    special = [box for box in boxes if box.is_special]
    assert special
    run = work.run("V01").id
    cook.post(f"/van-runs/{run}/carriers", 201, position=1, number="12", keeping="hot", seal="A771", boxes=len(boxes))
    cook.post(f"/van-runs/{run}/sign-out", 409, hot_c=66)
    cook.post("/packing/checks", 409, **DAY, **scanned(special[0]))
    for box in special:
        checker.post("/packing/checks", **DAY, **scanned(box))
    assert cook.post(f"/van-runs/{run}/sign-out", hot_c=66)["boxes"] == len(boxes)

    # The sheet got wet: it comes out again, but only for a reason, and each copy is counted.
    with sqlite_database.read() as session:
        sheet = session.exec(
            select(Paper).where(Paper.kind == PaperKind.LOADING_MANIFEST, Paper.subject == "V01")
        ).one()
    assert cook.form(f"/print/papers/{sheet.id}").status_code == 200
    assert cook.form(f"/print/papers/{sheet.id}", extent="all").status_code == 422
    assert cook.form(f"/print/papers/{sheet.id}", extent="all", reason="damaged").status_code == 200
    with sqlite_database.read() as session:
        copies = session.exec(select(PaperPrint).order_by(col(PaperPrint.copy_number))).all()
        assert [(one.copy_number, one.reason, one.printed_by) for one in copies] == [
            (1, "", "chufang"),
            (2, "damaged", "chufang"),
        ]

    # At the meal point one box is missing: count and labels must add up, and the order is never silently delivered.
    clock.instant = at(10, 45)
    short = next(box for box in boxes if not box.is_special)
    arrived: dict[str, Any] = {"seals_whole": True, "hot_c": 63}
    point.post(f"/van-runs/{run}/stops/1/sign-in", 422, **arrived, boxes=len(boxes) - 1, why="少一盒")
    point.post(f"/van-runs/{run}/stops/1/sign-in", 422, **arrived, boxes=len(boxes) - 1, missing=[short.label])
    other_point.post(f"/van-runs/{run}/stops/1/sign-in", 403, **arrived, boxes=len(boxes))
    signed = point.post(
        f"/van-runs/{run}/stops/1/sign-in", **arrived, boxes=len(boxes) - 1, missing=[short.label], why="少一盒"
    )
    assert signed["missing"] == [short.label]
    [missing] = desk.client.get(f"/api/missing-boxes/{MONDAY}/lunch").json()
    steps = desk.page(f"/close?day={MONDAY}&meal=lunch")
    assert "1 盒缺盒没有处理" in steps

    # The other kitchen's run goes as it should.
    for line in ("01 s0935 f0946 c82 g130", "02 s0946 f0950 c80 g130"):
        other_cook.post("/batch-sheets", **DAY, line=line)
    other = work.pack("V02-1")
    other_run = work.run("V02").id
    other_cook.post(
        f"/van-runs/{other_run}/carriers", 201, position=1, number="3", keeping="hot", seal="B1", boxes=len(other)
    )
    other_cook.post(f"/van-runs/{other_run}/sign-out", hot_c=75)
    other_point.post(f"/van-runs/{other_run}/stops/1/sign-in", **arrived, boxes=len(other))

    # What became of the missing box is said by name; only then is nothing of the road open any more.
    desk.post(f"/missing-boxes/{missing['id']}/settled", 422, way="called_off")
    desk.post(f"/missing-boxes/{missing['id']}/settled", way="called_off", note="已告诉长者")
    desk.post(f"/missing-boxes/{missing['id']}/settled", 409, way="found")
    with sqlite_database.write() as session:
        for visit in session.exec(select(Visit)):
            visit.outcome, visit.outcome_at, visit.outcome_by = Outcome.IN_PERSON, clock.now(), "songcan"
    steps = desk.page(f"/close?day={MONDAY}&meal=lunch")
    for gone in ("缺盒没有处理", "没有厨房签出", "没有助餐点签收", "没有登记出锅", "没有登记留样"):
        assert gone not in steps


def test_a_door_whose_box_is_missing_is_not_called_served(
    sqlite_database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    work = work_at(sqlite_database, clock, tmp_path)
    cook, desk = Hands(work, tmp_path, "chufang2"), Hands(work, tmp_path, "fuwutai")
    box = next(one for one in work.ramp().of_list("V02-1") if one.run)
    form = {"day": str(MONDAY), "meal": "lunch", "list": box.pick_list, "label": box.label}
    assert cook.client.post("/packing/short", data={**form, "why": "翻倒了"}).status_code == 200
    with sqlite_database.read() as session:
        planned = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == box.order_id)).one()
        assert session.exec(select(VanRun).where(VanRun.code == "V02")).one().left_at is None
    refused = desk.post(f"/visits/{planned.visit_id}/outcome", 409, outcome="in_person")
    assert refused["key"] == "progress.box_missing"
    desk.post(f"/visits/{planned.visit_id}/outcome", outcome="no_answer")
