"""A tiny invented town with one published lunch, as rows: two kitchens, three meal points, three courier runs.

Everybody here is invented. 36 orders: 24 brought home over three runs, 9 eaten at the points, 3 left out with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session

from kitchens.meals import Fulfilment, Meal, Texture
from service.clock import instant_of
from service.db import Database
from service.tables import (
    AddressTask,
    Batch,
    Courier,
    CourierRun,
    Dish,
    Elder,
    Kitchen,
    KitchenMeal,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    MenuEntry,
    Notice,
    OrderSource,
    Plan,
    PlannedOrder,
    Van,
    VanRun,
    VanStop,
    Visit,
)
from tests.pages.logins import add_users
from tests.pages.paper_files import add_papers

DAY = date(2026, 11, 23)
MEAL = Meal.LUNCH
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
HOMES_PER_RUN = 8

DISHES = {
    "D01": ("番茄炒蛋套餐", "tomato and egg set", "egg"),
    "D02": ("清蒸鱼片套餐", "steamed fish set", "fish"),
    "D03": ("香菇蒸鸡套餐", "chicken with mushroom set", "poultry mushroom"),
}
KITCHENS = {"K01": ("样本中央厨房", 23.0905, 113.2790), "K02": ("示例自建厨房", 23.0985, 113.3180)}
POINTS = {
    "P1": ("样本一号助餐点", 23.0932, 113.2712, "K01"),
    "P2": ("样本二号助餐点", 23.0878, 113.2885, "K01"),
    "P3": ("示例三号助餐点", 23.0985, 113.3180, "K02"),
}


@dataclass(frozen=True, slots=True)
class Town:
    """Ids that tests need."""

    plan_id: int
    batch_ids: dict[str, int]
    run_ids: dict[str, int]
    van_run_id: int
    visit_ids: list[int]
    paper_ids: list[int]


def build_town(database: Database, papers: Path | None = None) -> Town:
    """Insert the town and its published lunch of Monday 2026-11-23."""
    with database.write() as session:
        add_users(session)
        _add_kitchens(session)
        _add_points(session)
        _add_fleet(session)
        elders = _add_elders(session)
        session.flush()
        orders = _add_orders(session, elders)
        return _add_plan(session, elders, orders, papers)


def lunch_at(hours: int, minutes: int) -> datetime:
    """Return an instant of the service day."""
    return instant_of(DAY, hours * 3600 + minutes * 60)


def _add_kitchens(session: Session) -> None:
    for code, (name, english, contains) in DISHES.items():
        textures = "regular soft minced"
        session.add(Dish(code=code, name=name, name_en=english, price_fen=1500, contains=contains, textures=textures))
    for code, (name, lat, lon) in KITCHENS.items():
        mode = "enterprise" if code == "K01" else "own_kitchen"
        session.add(
            Kitchen(
                code=code,
                name=name,
                mode=mode,
                address="示例路 1 号",
                licence="SAMPLE-1",
                phone="020-0",
                lat=lat,
                lon=lon,
            )
        )
    session.flush()
    for code in KITCHENS:
        session.add(
            KitchenMeal(
                kitchen_code=code,
                meal=MEAL,
                capacity_meals=200,
                meals_per_hour=60,
                cooking_start_s=8 * 3600,
                cooking_end_s=11 * 3600,
            )
        )
        for rank, dish in enumerate(DISHES, start=1):
            session.add(MenuEntry(kitchen_code=code, service_day=DAY, meal=MEAL, rank=rank, dish_code=dish))


def _add_points(session: Session) -> None:
    for code, (name, lat, lon, kitchen) in POINTS.items():
        session.add(
            MealPoint(
                code=code,
                name=name,
                address=f"示例街 {code[1]} 号首层",
                phone=f"020-0000{code[1]}",
                lat=lat,
                lon=lon,
                kitchen_code=kitchen,
                kitchen_on_site=code == "P3",
                capacity_meals=80,
            )
        )


def _add_fleet(session: Session) -> None:
    session.add(
        Van(
            code="V1",
            kitchen_code="K01",
            plate="粤A·样本1",
            driver="司机甲",
            phone="130-0",
            capacity_boxes=120,
            shift_start_s=0,
            shift_end_s=86400,
        )
    )
    session.flush()
    for number, name in enumerate(("送餐员甲", "送餐员乙", "送餐员丙"), start=1):
        session.add(
            Courier(
                code=f"C{number}",
                name=name,
                phone="130-0",
                meal_point_code=f"P{number}",
                capacity_boxes=20,
                shift_start_s=36000,
                shift_end_s=50400,
            )
        )


def _add_elders(session: Session) -> list[Elder]:
    elders = []
    for number in range(36):
        point = list(POINTS)[number % 3]
        _, lat, lon, _ = POINTS[point]
        has_position = number != 35
        elder = Elder(
            number=f"E{number + 1:04d}",
            name=f"{SURNAMES[number]}样本{number + 1:02d}",
            birth_year=1938 + number % 12,
            phone=f"020-0000{number:04d}",
            meal_point_code=point,
            address=f"示例街道样本路 {number + 1} 号",
            block=f"{1 + number % 7}栋",
            stairwell=f"{1 + number % 3}梯",
            floor=1 + number % 8,
            door=f"{1 + number % 8}0{1 + number % 4}",
            has_lift=number % 3 == 0,
            lat=lat + 0.0016 * ((number * 7) % 9 - 4) / 2 if has_position else None,
            lon=lon + 0.0018 * ((number * 5) % 11 - 5) / 2 if has_position else None,
            texture=[Texture.REGULAR, Texture.SOFT, Texture.REGULAR, Texture.MINCED][number % 4],
            limits="low_salt low_sugar" if number % 6 == 0 else "",
            excludes="fish" if number % 5 == 0 else "",
            door_note="耳朵不好，请用力敲门，等两分钟。" if number % 4 == 1 else "",
            contact_name="家属甲" if number % 2 else "",
            contact_phone="130-0000-0000" if number % 2 else "",
        )
        elders.append(elder)
        session.add(elder)
    session.flush()
    session.add(AddressTask(elder_number="E0036", reason="not_asked", opened_at=lunch_at(-40, 0)))
    return elders


def _add_orders(session: Session, elders: list[Elder]) -> list[MealOrder]:
    orders = []
    for number, elder in enumerate(elders):
        order = MealOrder(
            elder_number=elder.number,
            service_day=DAY,
            meal=MEAL,
            fulfilment=Fulfilment.DINE_IN if 24 <= number < 33 else Fulfilment.HOME,
            source=OrderSource.STANDING,
            placed_by="standing",
            placed_at=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
        )
        orders.append(order)
        session.add(order)
    session.flush()
    return orders


def _add_plan(session: Session, elders: list[Elder], orders: list[MealOrder], papers: Path | None) -> Town:
    session.add(
        MealDay(
            service_day=DAY,
            meal=MEAL,
            state=MealState.PUBLISHED,
            closed_at=lunch_at(-57, 0),
            closed_by="clock",
            published_at=lunch_at(-56, 30),
        )
    )
    plan = Plan(
        service_day=DAY,
        meal=MEAL,
        version=1,
        seed=1,
        made_by="ortools",
        travel_source="estimate",
        marks=[],
        figures={"orders": 36, "served": 33},
        cost_m=48_320,
        bound_m=46_400,
        published_at=lunch_at(-56, 30),
    )
    session.add(plan)
    session.flush()
    batches = _add_batches(session, plan)
    van = _add_van_run(session, plan)
    runs, visits = _add_runs(session, plan, elders)
    _add_planned(session, plan, orders, elders, batches, visits)
    paper_ids = add_papers(session, plan, papers)
    session.add(
        Notice(
            dedupe="n1",
            to="district",
            key="notice.left_out",
            values={"day": "2026-11-23", "meal": "meal.lunch", "elder": "E0036", "reason": "reason.no_position"},
            made_at=lunch_at(-56, 30),
        )
    )
    session.flush()
    return Town(
        plan_id=plan.id,
        batch_ids={batch.code: batch.id for batch in batches},
        run_ids={run.code: run.id for run in runs},
        van_run_id=van.id,
        visit_ids=[visit.id for visit in visits],
        paper_ids=paper_ids,
    )


def _add_van_run(session: Session, plan: Plan) -> VanRun:
    van = VanRun(
        plan_id=plan.id,
        code="V01",
        van_code="V1",
        kitchen_code="K01",
        depart_s=10 * 3600 + 900,
        back_s=11 * 3600 + 600,
        metres=6200,
    )
    session.add(van)
    session.flush()
    for position, point in enumerate(("P1", "P2"), start=1):
        at_s = 10 * 3600 + 900 + position * 900
        session.add(
            VanStop(
                van_run_id=van.id, position=position, meal_point_code=point, arrive_s=at_s, ready_s=at_s + 240, boxes=11
            )
        )
    return van


def _add_batches(session: Session, plan: Plan) -> list[Batch]:
    batches = []
    sizes = {
        "K01": {Texture.REGULAR: 11, Texture.SOFT: 6, Texture.MINCED: 5},
        "K02": {Texture.REGULAR: 6, Texture.SOFT: 3, Texture.MINCED: 2},
    }
    for kitchen, textures in sizes.items():
        for number, (texture, portions) in enumerate(textures.items(), start=1):
            finish_s = 9 * 3600 + 900 + number * 900
            batch = Batch(
                plan_id=plan.id,
                code=f"{kitchen}-B{number}",
                kitchen_code=kitchen,
                dish_code=f"D0{number}",
                texture=texture,
                portions=portions,
                spare=1,
                start_s=finish_s - 2400,
                finish_s=finish_s,
                eat_by_s=finish_s + 4 * 3600,
            )
            batches.append(batch)
            session.add(batch)
    session.flush()
    return batches


def _add_runs(session: Session, plan: Plan, elders: list[Elder]) -> tuple[list[CourierRun], list[Visit]]:
    runs, visits = [], []
    for number in range(3):
        depart_s = 10 * 3600 + 45 * 60 + number * 300
        run = CourierRun(
            plan_id=plan.id,
            code=f"R0{number + 1}",
            courier_code=f"C{number + 1}",
            end_s=depart_s + 4200,
            metres=3400 + 250 * number,
        )
        session.add(run)
        session.flush()
        runs.append(run)
        for position in range(1, HOMES_PER_RUN + 1):
            trip = 1 if position <= 5 else 2
            start_s = depart_s + position * 480 + (trip - 1) * 300
            visit = Visit(
                courier_run_id=run.id,
                position=position,
                trip=trip,
                meal_point_code=f"P{number + 1}",
                depart_s=depart_s if trip == 1 else depart_s + 2700,
                elder_number=elders[(position - 1) * 3 + number].number,
                boxes=1,
                arrive_s=start_s - 30,
                start_s=start_s,
                leave_s=start_s + 120,
                latest_s=12 * 3600 + 2700,
            )
            visits.append(visit)
            session.add(visit)
    session.flush()
    return runs, visits


def _add_planned(
    session: Session,
    plan: Plan,
    orders: list[MealOrder],
    elders: list[Elder],
    batches: list[Batch],
    visits: list[Visit],
) -> None:
    by_elder = {visit.elder_number: visit for visit in visits}
    reasons = {33: "no_courier", 34: "past_eat_by", 35: "no_position"}
    for number, (order, elder) in enumerate(zip(orders, elders, strict=True)):
        if number in reasons:
            session.add(PlannedOrder(plan_id=plan.id, order_id=order.id, reason=reasons[number]))
            continue
        kitchen = POINTS[elder.meal_point_code][3]
        batch = next(one for one in batches if one.kitchen_code == kitchen and one.texture == elder.texture)
        session.add(
            PlannedOrder(
                plan_id=plan.id,
                order_id=order.id,
                label=f"{kitchen}-{number + 1:04d}",
                kitchen_code=kitchen,
                meal_point_code=elder.meal_point_code,
                dish_code=batch.dish_code,
                texture=elder.texture,
                instead_of="D02" if number % 5 == 0 and batch.dish_code != "D02" else None,
                batch_id=batch.id,
                visit_id=by_elder[elder.number].id if elder.number in by_elder else None,
            )
        )
