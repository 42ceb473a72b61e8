"""The papers of a tiny town, with invented facts about everybody in it."""

from __future__ import annotations

from datetime import UTC, datetime

from kitchens.facts import (
    CourierFacts,
    DayFile,
    DishFacts,
    ElderFacts,
    Facts,
    KitchenFacts,
    PlaceFacts,
    Printing,
    VanFacts,
)
from kitchens.papers import Papers, write_papers
from kitchens.problem import DayProblem
from tests.kitchens.towns import Planned

PRINTED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PRINTING = Printing("NF-1123L", 2, PRINTED, "陈师傅", desk_phone="020-0000", carrier_boxes=4)


def facts_of(town: DayProblem) -> Facts:
    elders = {
        one.elder_id: ElderFacts(
            elder_id=one.elder_id,
            name=f"陈{one.elder_id}妹",
            phone="13800000000",
            street="宝岗街1号",
            block="2",
            stairwell="3",
            floor=1 + one.order_id % 7,
            door="四零一",
            has_lift=one.order_id % 3 == 0,
            door_note="敲门重一点",
            owes_box=True,
        )
        for one in town.orders
    }
    return Facts(
        elders=elders,
        places={p.point_id: PlaceFacts(p.point_id, f"饭堂{p.point_id}", "昌岗路9号") for p in town.points},
        kitchens={
            k.kitchen_id: KitchenFacts(k.kitchen_id, f"厨房{k.kitchen_id}", "江南路", "JY1", "020-1")
            for k in town.kitchens
        },
        couriers={f"C-{p.point_id}-0": CourierFacts(f"C-{p.point_id}-0", "李送餐") for p in town.points},
        vans={f"V-{k.kitchen_id}-0": VanFacts(f"V-{k.kitchen_id}-0", "粤A0000", "王司机") for k in town.kitchens},
        dishes={"D-pork": DishFacts("D-pork", "扣肉饭", "R7", 500)},
    )


def file_of(done: Planned, printing: Printing = PRINTING) -> DayFile:
    return DayFile(done.day, done.plan, done.runs, facts_of(done.day), printing)


def papers_of(done: Planned, printing: Printing = PRINTING) -> Papers:
    return write_papers(file_of(done, printing))
