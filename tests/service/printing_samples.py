"""Tiny invented papers of a made-up kitchen, for the tests of printing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kitchens.meals import Fulfilment, Limit, Meal, Texture
from kitchens.papers import (
    Arrival,
    BatchSheet,
    BoxLabel,
    CallLine,
    CallList,
    CallWhy,
    Carrier,
    Cell,
    ChangeSlip,
    CountLine,
    DishLine,
    Guest,
    HandOut,
    IngredientLine,
    KitchenCount,
    LoadingManifest,
    ManifestStop,
    MealPointSheet,
    Move,
    PaperHead,
    PickList,
    PickLoad,
    PickSpecial,
    PointLine,
    PurchaseLine,
    PurchaseList,
    PurchaseNeed,
    RouteMeal,
    RouteSheet,
    RouteStop,
    RouteTrip,
    SlipLine,
    Special,
    SpecialGroup,
    Stack,
    SubstitutionGroup,
    SubstitutionLine,
    SubstitutionSheet,
    SubstitutionWhy,
    Title,
    Unserved,
)
from routing.places import Place, Window
from routing.plan import Reason

HOUR_S = 3600
DAY = date(2026, 11, 23)
PRINTED_AT = datetime(2026, 11, 22, 10, 3, tzinfo=UTC)
KITCHEN = "样例中央厨房"
POINT = "样例社区长者饭堂"
DISH = "豉汁蒸排骨、冬瓜汤"
OTHER_DISH = "清蒸鲩鱼、节瓜汤"
STREET = "样例街道例和苑 12 号大院"
PHONE = "199-0001-0007"
DESK_PHONE = "020-5550-0000"


def head(title: Title, subject: str, *, confidential: bool = False, version: int = 2) -> PaperHead:
    return PaperHead(
        title=title,
        subject=subject,
        subject_name=KITCHEN,
        service_day=DAY,
        meal=Meal.LUNCH,
        plan_number="12",
        version=version,
        printed_at=PRINTED_AT,
        printed_by="样管理员",
        code=f"12-{version}-{title.removeprefix('paper.')[:2].upper()}-{subject}",
        is_estimated=True,
        is_confidential=confidential,
    )


def kitchen_count(*, dishes: int = 2, specials: bool = True, unserved: bool = True) -> KitchenCount:
    lines = tuple(
        CountLine(f"D{n}", f"{DISH}{n}", Texture.REGULAR, (Limit.LOW_SALT,) if n else (), 40 + n, 2, 42 + n, n - 1)
        for n in range(dishes)
    )
    people = (
        Special("K01-0001", "陈*妹", OTHER_DISH, Texture.SOFT, "R01"),
        Special("K01-0002", "欧*䶮", OTHER_DISH, Texture.SOFT, ""),
    )
    groups = (SpecialGroup(("peanut", "shellfish"), Texture.SOFT, DISH, 2, people),) if specials else ()
    return KitchenCount(
        head=head(Title.KITCHEN_COUNT, "K01", confidential=True),
        lines=lines,
        portions=sum(line.portions for line in lines),
        spare=sum(line.spare for line in lines),
        total=sum(line.total for line in lines),
        specials=groups,
        special_count=sum(group.count for group in groups),
        unserved=(Unserved(812, "李*", Reason.NO_POSITION),) if unserved else (),
    )


def batch_sheet(number: int = 1, *, special: bool = True) -> BatchSheet:
    batch_id = f"K01-{number:02d}"
    finish_s = 9 * HOUR_S + 1800
    return BatchSheet(
        head=head(Title.BATCH_SHEET, "K01"),
        batch_id=batch_id,
        dish=DISH,
        recipe="R-7 v3",
        texture=Texture.MINCED,
        limits=(Limit.LOW_SALT,),
        contains=("pork", "soy"),
        avoid=("peanut",) if special else (),
        portions=44,
        spare=2,
        total=46,
        weight_g=29_900,
        start_s=8 * HOUR_S + 2700,
        finish_s=finish_s,
        eat_by_s=finish_s + 4 * HOUR_S,
        holding_s=tuple(range(finish_s + 1800, finish_s + 4 * HOUR_S + 1, 1800)),
        hot_min_c=60.0,
        sample_min_g=125,
        sample_keep_s=48 * HOUR_S,
        is_special=special,
        points=(PointLine("P01", POINT, 30), PointLine("P02", "样例二饭堂", 14)),
        ingredients=(
            IngredientLine("I1", "排骨", 5_520, ("pork",)),
            IngredientLine("I2", "豆豉", 368, ("soy", "gluten"), lot="B20261120"),
            IngredientLine("I3", "冬瓜", 6_900),
        ),
        station="steamer",
    )


def box_label(
    number: int = 1,
    *,
    avoid: tuple[str, ...] = ("peanut", "shellfish"),
    run: str = "R01",
    texture: Texture = Texture.SOFT,
    name: str = "欧*䶮",
    dish: str = OTHER_DISH,
) -> BoxLabel:
    return BoxLabel(
        head=head(Title.BOX_LABELS, "K01"),
        label=f"K01-{number:04d}",
        stack=Stack.CLASH if avoid else Stack.PLAIN,
        run=run,
        stop=number if run else 0,
        number=1,
        of=2,
        point=POINT,
        fulfilment=Fulfilment.HOME if run else Fulfilment.PICK_UP,
        short_name=name,
        dish=dish,
        texture=texture,
        avoid=avoid,
        instead_of=DISH if avoid else "",
        cooked_s=9 * HOUR_S + 1800,
        eat_by_s=13 * HOUR_S + 1800,
        kitchen=KITCHEN,
        licence="样例许可-K01",
        phone="020-5550-0001",
    )


def loading_manifest(*, stops: int = 2) -> LoadingManifest:
    lines = (
        DishLine("D1", DISH, Texture.REGULAR, (), 20),
        DishLine("D2", OTHER_DISH, Texture.SOFT, (Limit.LOW_SALT,), 4),
    )
    return LoadingManifest(
        head=head(Title.LOADING_MANIFEST, "V01"),
        run="V01",
        plate="样A·V01",
        driver="张样康",
        driver_phone="199-0003-0001",
        kitchen=KITCHEN,
        kitchen_address="样例街道例膳路 1 号",
        load_from_s=10 * HOUR_S,
        depart_s=10 * HOUR_S + 300,
        back_s=11 * HOUR_S + 2400,
        eat_by_s=13 * HOUR_S + 1800,
        boxes=24 * stops,
        carriers=2 * stops,
        lines=(
            DishLine("D1", DISH, Texture.REGULAR, (), 20 * stops),
            DishLine("D2", OTHER_DISH, Texture.SOFT, (Limit.LOW_SALT,), 4 * stops),
        ),
        stops=tuple(
            ManifestStop(
                position=n,
                point_id=f"P{n:02d}",
                point=POINT,
                address=f"样例街道例餐巷 {n} 号",
                phone="020-5550-1001",
                arrive_s=10 * HOUR_S + 600 * n,
                boxes=24,
                lines=lines,
                carriers=(Carrier(2 * n - 1, f"P{n:02d}", 20), Carrier(2 * n, f"P{n:02d}", 4)),
                special_labels=(f"K01-{n:04d}",),
            )
            for n in range(1, stops + 1)
        ),
        hot_min_c=60.0,
    )


def route_stop(position: int, *, name: str = "欧阳𬱖䶮", street: str = STREET, special: bool = True) -> RouteStop:
    meal = RouteMeal(f"K01-{position:04d}", OTHER_DISH, Texture.SOFT, ("renal",) if special else (), DISH, special)
    return RouteStop(
        position=position,
        home_id=f"E{position}",
        place=Place(23.09 + 0.0007 * (position % 7), 113.31 + 0.0009 * (position % 5)),
        planned=Window(11 * HOUR_S, 11 * HOUR_S + 900),
        window=Window(10 * HOUR_S + 2700, 12 * HOUR_S + 2700),
        arrive_s=11 * HOUR_S + 120,
        latest_s=13 * HOUR_S,
        name=name,
        phone=PHONE,
        street=street,
        block="6栋",
        stairwell="2梯",
        floor=7,
        door="703",
        has_lift=False,
        climb=6,
        entry="西侧小门",
        door_note="大声敲门，等两分钟",
        handover="可交邻居 704 李样姨",
        carry="体检通知书",
        owes_box=True,
        is_changed=position == 1,
        boxes=1,
        meals=(meal,),
    )


def route_sheet(*stops: RouteStop) -> RouteSheet:
    doors = stops or (route_stop(1), route_stop(2, special=False))
    trip = RouteTrip(
        number=1,
        point_id="P01",
        point=POINT,
        place=Place(23.09, 113.31),
        load_s=10 * HOUR_S + 2400,
        depart_s=10 * HOUR_S + 3000,
        boxes=len(doors),
        stops=doors,
    )
    return RouteSheet(
        head=head(Title.ROUTE_SHEET, "R01", confidential=True),
        run="R01",
        courier="何例禾",
        courier_phone="199-0000-4001",
        desk_phone=DESK_PHONE,
        leave_s=10 * HOUR_S + 3000,
        end_s=12 * HOUR_S,
        last_eat_by_s=13 * HOUR_S + 1800,
        first_eat_by_s=13 * HOUR_S + 1800,
        metres=3_210,
        doors=len(doors),
        boxes=len(doors),
        floors=6 * len(doors),
        lines=(DishLine("D2", OTHER_DISH, Texture.SOFT, (Limit.LOW_SALT,), len(doors)),),
        trips=(trip,),
    )


def meal_point_sheet(*, eat_in: int = 3, pick_up: int = 2, idle: int = 1) -> MealPointSheet:
    guests = [
        Guest(f"K01-{n:04d}", f"E{n:04d}", "欧*䶮", OTHER_DISH, Texture.SOFT, ("egg",) if n % 2 else (), bool(n % 2))
        for n in range(1, eat_in + pick_up + 1)
    ]
    boxes = eat_in + pick_up + idle + 18
    return MealPointSheet(
        head=head(Title.MEAL_POINT_SHEET, "P01", confidential=True),
        point=POINT,
        address="样例街道例餐巷 1 号",
        eat_by_s=13 * HOUR_S + 1800,
        boxes=boxes,
        idle=idle,
        arrivals=(Arrival("V01", "样A·V01", "K01", KITCHEN, 10 * HOUR_S + 1260, 10 * HOUR_S + 1500, boxes),),
        eat_in=tuple(guests[:eat_in]),
        pick_up=tuple(guests[eat_in:]),
        hand_outs=(HandOut("R01", 1, "何例禾", 10 * HOUR_S + 2400, 10 * HOUR_S + 3000, 18),),
    )


def pick_list(*, run: str = "", specials: int = 2, dishes: int = 2) -> PickList:
    lines = tuple(DishLine(f"D{n}", f"{DISH}{n}", Texture.REGULAR, (), 20 + n) for n in range(dishes))
    special = tuple(
        PickSpecial(f"K01-{n:04d}", "欧*䶮", OTHER_DISH, Texture.SOFT, ("peanut", "renal"), run or "R01", n)
        for n in range(1, specials + 1)
    )
    boxes = sum(line.portions for line in lines) + len(special)
    return PickList(
        head=head(Title.PICK_LIST, "P01" if run else "K01", confidential=bool(special)),
        kitchen=KITCHEN,
        point=POINT,
        run=run,
        courier="何例禾" if run else "",
        van_runs=() if run else ("V01",),
        leave_s=10 * HOUR_S + 2100,
        arrive_s=10 * HOUR_S + 2700,
        eat_by_s=13 * HOUR_S + 1800,
        boxes=boxes,
        hot=-(-boxes // 20),
        cold=1,
        lines=lines,
        specials=special,
        loads=() if run else (PickLoad("R01", 1, "何例禾", 10 * HOUR_S + 3000, boxes),),
    )


def purchase_list(*, lines: int = 3) -> PurchaseList:
    some = tuple(
        PurchaseLine(
            IngredientLine(f"I{n}", f"样例食材{n}", 5_520 + n, ("pork", "soy") if n % 2 else ()),
            8 * HOUR_S + 2700,
            (PurchaseNeed("K01-01", DISH, 5_000), PurchaseNeed("K01-02", OTHER_DISH, 520 + n)),
        )
        for n in range(lines)
    )
    return PurchaseList(
        head=head(Title.PURCHASE_LIST, "K01"),
        portions=92,
        grams=sum(line.ingredient.grams for line in some),
        lines=some,
        unknown=("没有配方的样例菜",),
    )


def substitution_sheet(*, people: int = 2) -> SubstitutionSheet:
    lines = tuple(
        SubstitutionLine(
            order_id=n,
            short_name="欧*䶮",
            label=f"K01-{100 + n:04d}",
            old_label=f"K01-{n:04d}" if n % 2 else "",
            missing=DISH,
            given=OTHER_DISH,
            texture=Texture.SOFT,
            why=SubstitutionWhy.FAILURE,
            avoid=("peanut",) if n % 2 else (),
            run="R01" if n % 2 else "",
            point=POINT,
            asked=(None, True, False)[n % 3],
        )
        for n in range(1, people + 1)
    )
    group = SubstitutionGroup(DISH, OTHER_DISH, SubstitutionWhy.FAILURE, people, lines)
    sheet_head = head(Title.SUBSTITUTION_SHEET, "K01", confidential=True)
    return SubstitutionSheet(sheet_head, people, (group,), "李调度", PRINTED_AT)


def call_list(*, people: int = 4) -> CallList:
    lines = tuple(
        CallLine(
            elder_id=f"E{n:04d}",
            name="欧阳𬱖䶮",
            phone=PHONE,
            why=list(CallWhy)[n % len(CallWhy)],
            missing=DISH,
            given=OTHER_DISH,
            from_s=11 * HOUR_S,
            until_s=11 * HOUR_S + 900,
            was_from_s=10 * HOUR_S + 1800,
            call_before_s=10 * HOUR_S,
            run="R01",
            label=f"K01-{n:04d}",
            urgent=n % len(CallWhy) == 0,
        )
        for n in range(people)
    )
    return CallList(head(Title.CALL_LIST, "desk", confidential=True), people, lines, DESK_PHONE)


def change_slip(*, lines: int = 4) -> ChangeSlip:
    stop = (Cell("door", "703"), Cell("name", "欧阳𬱖䶮"))
    kinds = (
        SlipLine(Move.OUT, "RouteStop:E1", stop, 1, 0, (), stop),
        SlipLine(
            Move.IN, "RouteStop:E2", stop, 0, 1, (*stop, Cell("phone", PHONE), Cell("planned", "11:00–11:15")), ()
        ),
        SlipLine(Move.MOVED, "RouteStop:E3", stop, 3, 2, (), ()),
        SlipLine(
            Move.CHANGED,
            "RouteStop:E4>RouteMeal:",
            stop,
            4,
            4,
            (Cell("label", "K01-0107"), Cell("texture", "soft"), Cell("avoid", "peanut")),
            (Cell("label", "K01-0007"), Cell("texture", "regular"), Cell("avoid", "")),
        ),
    )
    return ChangeSlip(
        head=head(Title.CHANGE_SLIP, "RS-R01", confidential=True),
        of_kind="route_sheet",
        void_code="12-1-RS-R01",
        new_code="12-2-RS-R01",
        old_version=1,
        new_version=2,
        ordered_by="李调度",
        ordered_at=PRINTED_AT,
        why=("failure",),
        facts=(Cell("doors", "11"),),
        facts_was=(Cell("doors", "12"),),
        lines=tuple(kinds[n % len(kinds)] for n in range(lines)),
    )
