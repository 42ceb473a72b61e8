"""The formats: one class per kind of file, in the order in which they refer to each other.

Here stands, once, what each column is called, what it holds, whether it is needed, and which table column it fills.
The checker, the exporter and `docs/import-formats.md` are all made from it. What a column means in words stands in the
catalogues under `import.column.<name>`; its Chinese heading, which is accepted too, under `import.heading.<name>`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from service.importing import cells
from service.importing.columns import Column, FileRow, Fills, columns
from service.importing.menu_formats import MENU_KINDS, CoursePriceRow, PriceRow
from service.importing.people_formats import PEOPLE_KINDS, ElderRow, StateChangeRow

__all__ = [
    "KINDS",
    "KIND_BY_NAME",
    "Column",
    "CoursePriceRow",
    "ElderRow",
    "FileRow",
    "MenuCycleRow",
    "MenuRow",
    "OrderRow",
    "PriceRow",
    "StateChangeRow",
    "columns",
]


class StreetRow(FileRow):
    """A street (街道)."""

    KIND: ClassVar[str] = "streets"
    TABLE: ClassVar[str] = "street"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("440105001")]
    name: Annotated[cells.Text, Fills("赤岗街道")]
    lat: Annotated[cells.Latitude, Fills("23.099")]
    lon: Annotated[cells.Longitude, Fills("113.315")]
    crs: Annotated[cells.CrsWord, Fills("wgs84")]


class CommunityRow(FileRow):
    """A community (社区)."""

    KIND: ClassVar[str] = "communities"
    TABLE: ClassVar[str] = "community"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("440105001101")]
    name: Annotated[cells.Text, Fills("下渡社区")]
    street_code: Annotated[cells.Code, Fills("440105001", refers="streets")]
    lat: Annotated[cells.Latitude, Fills("23.103")]
    lon: Annotated[cells.Longitude, Fills("113.299")]
    crs: Annotated[cells.CrsWord, Fills("wgs84")]


class KitchenRow(FileRow):
    """A kitchen."""

    KIND: ClassVar[str] = "kitchens"
    TABLE: ClassVar[str] = "kitchen"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("HZ-K01")]
    name: Annotated[cells.Text, Fills("滨江自建厨房（样例）")]
    mode: Annotated[cells.ModeWord, Fills("own_kitchen")]
    address: Annotated[cells.Text, Fills("海珠区滨江街道远安社区例安里1号")]
    licence: Annotated[cells.Text, Fills("样例许可-HZ-K01")]
    phone: Annotated[cells.Phone, Fills("020-5550-0101")]
    lat: Annotated[cells.Latitude, Fills("23.1125")]
    lon: Annotated[cells.Longitude, Fills("113.2731")]
    crs: Annotated[cells.CrsWord, Fills("wgs84")]
    active: Annotated[cells.YesNo, Fills("yes")] = True


class KitchenMealRow(FileRow):
    """What a kitchen can cook at one meal."""

    KIND: ClassVar[str] = "kitchen_meals"
    TABLE: ClassVar[str] = "kitchen_meal"
    KEY: ClassVar[tuple[str, ...]] = ("kitchen_code", "meal")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("cooking_start", "cooking_end"),)

    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    capacity_meals: Annotated[cells.Count, Fills("130")]
    meals_per_hour: Annotated[cells.Pace, Fills("200")]
    cooking_start: Annotated[cells.TimeOfDay, Fills("09:35", column="cooking_start_s")]
    cooking_end: Annotated[cells.TimeOfDay, Fills("10:30", column="cooking_end_s")]


class StationRow(FileRow):
    """One station of a kitchen."""

    KIND: ClassVar[str] = "stations"
    TABLE: ClassVar[str] = "kitchen_station"
    KEY: ClassVar[tuple[str, ...]] = ("kitchen_code", "code")

    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    code: Annotated[cells.Code, Fills("W1")]
    station_kind: Annotated[cells.StationWord, Fills("wok", column="kind")]
    meals_per_hour: Annotated[cells.Pace, Fills("150")]
    pan_portions: Annotated[cells.Pace, Fills("40")]


class CapabilityRow(FileRow):
    """One thing a kitchen can do beyond ordinary cooking."""

    KIND: ClassVar[str] = "capabilities"
    TABLE: ClassVar[str] = "kitchen_capability"
    KEY: ClassVar[tuple[str, ...]] = ("kitchen_code", "capability")

    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    capability: Annotated[cells.CapabilityWord, Fills("puree")]


class DishRow(FileRow):
    """A dish: a set meal."""

    KIND: ClassVar[str] = "dishes"
    TABLE: ClassVar[str] = "dish"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("D01")]
    name: Annotated[cells.Text, Fills("豉汁蒸排骨、番茄炒蛋、菜心、冬瓜汤")]
    name_en: Annotated[cells.Text, Fills("Black-bean spare ribs, tomato egg, choy sum, winter melon soup")] = ""
    price_fen: Annotated[cells.Fen, Fills("1300")]
    contains: Annotated[cells.IngredientWords, Fills("pork egg soy gluten")] = ""
    textures: Annotated[cells.TextureWords, Fills("regular soft")] = "regular"
    keeps: Annotated[cells.LimitWords, Fills("low_salt low_fat")] = ""
    station: Annotated[cells.StationOrNone, Fills("steamer")] = None
    spare_percent: Annotated[cells.PercentOrNone, Fills("5")] = None


class MealPointRow(FileRow):
    """A meal point."""

    KIND: ClassVar[str] = "meal_points"
    TABLE: ClassVar[str] = "meal_point"
    KEY: ClassVar[tuple[str, ...]] = ("code",)
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("opens", "closes"),)

    code: Annotated[cells.Code, Fills("HZ-P01")]
    name: Annotated[cells.Text, Fills("海珠区赤岗街道下渡社区长者饭堂")]
    community_code: Annotated[cells.CodeOrNone, Fills("440105001101", refers="communities")] = None
    address: Annotated[cells.Text, Fills("海珠区赤岗街道下渡社区例安里2号")]
    phone: Annotated[cells.Phone, Fills("020-5550-1001")]
    lat: Annotated[cells.Latitude, Fills("23.1031")]
    lon: Annotated[cells.Longitude, Fills("113.2983")]
    crs: Annotated[cells.CrsWord, Fills("wgs84")]
    kitchen_code: Annotated[cells.CodeOrNone, Fills("HZ-K01", refers="kitchens")] = None
    kitchen_on_site: Annotated[cells.YesNo, Fills("no")] = False
    capacity_meals: Annotated[cells.Count, Fills("60")]
    handling_s: Annotated[cells.Seconds, Fills("240")] = 240
    opens: Annotated[cells.TimeOfDay, Fills("10:00", column="opens_s")] = 10 * 3600
    closes: Annotated[cells.TimeOfDay, Fills("13:30", column="closes_s")] = 13 * 3600 + 1800
    cut_off: Annotated[cells.TimeOfDay, Fills("15:00", column="cut_off_s")] = 15 * 3600
    works_weekends: Annotated[cells.YesNo, Fills("no")] = False
    active: Annotated[cells.YesNo, Fills("yes")] = True

    @model_validator(mode="after")
    def check_kitchen_on_site(self) -> Self:
        """Refuse a kitchen on site that nobody has named."""
        if self.kitchen_on_site and self.kitchen_code is None:
            raise PydanticCustomError(
                "import.expected_with", "{other}", {"column": "kitchen_code", "other": "kitchen_on_site", "came": ""}
            )
        return self


class VanRow(FileRow):
    """A van."""

    KIND: ClassVar[str] = "vans"
    TABLE: ClassVar[str] = "van"
    KEY: ClassVar[tuple[str, ...]] = ("code",)
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("shift_start", "shift_end"),)

    code: Annotated[cells.Code, Fills("HZ-V01")]
    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    plate: Annotated[cells.Text, Fills("样A·V01")]
    driver: Annotated[cells.Text, Fills("黎例和")]
    phone: Annotated[cells.Phone, Fills("199-0000-3001")]
    capacity_boxes: Annotated[cells.Count, Fills("150")]
    shift_start: Annotated[cells.TimeOfDay, Fills("09:30", column="shift_start_s")]
    shift_end: Annotated[cells.TimeOfDay, Fills("13:00", column="shift_end_s")]
    active: Annotated[cells.YesNo, Fills("yes")] = True


class CourierRow(FileRow):
    """A courier."""

    KIND: ClassVar[str] = "couriers"
    TABLE: ClassVar[str] = "courier"
    KEY: ClassVar[tuple[str, ...]] = ("code",)
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("shift_start", "shift_end"),)

    code: Annotated[cells.Code, Fills("HZ-C01")]
    name: Annotated[cells.Text, Fills("何样松")]
    phone: Annotated[cells.Phone, Fills("199-0000-4001")]
    meal_point_code: Annotated[cells.Code, Fills("HZ-P01", refers="meal_points")]
    capacity_boxes: Annotated[cells.Count, Fills("24")]
    shift_start: Annotated[cells.TimeOfDay, Fills("10:30", column="shift_start_s")]
    shift_end: Annotated[cells.TimeOfDay, Fills("13:15", column="shift_end_s")]
    max_trips: Annotated[cells.Rank, Fills("2")] = 2
    reserve: Annotated[cells.YesNo, Fills("no")] = False
    active: Annotated[cells.YesNo, Fills("yes")] = True


class MenuCycleRow(FileRow):
    """One dish of a menu that repeats every few weeks; becomes dated rows of the menu when it is imported."""

    KIND: ClassVar[str] = "menu_cycles"
    TABLE: ClassVar[str] = "menu_entry"
    KEY: ClassVar[tuple[str, ...]] = ("kitchen_code", "week", "weekday", "meal", "rank")

    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    week: Annotated[cells.Week, Fills("1")]
    weekday: Annotated[cells.Weekday, Fills("1")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    rank: Annotated[cells.Rank, Fills("1")]
    dish_code: Annotated[cells.Code, Fills("D01", refers="dishes")]


class MenuRow(FileRow):
    """One dish on one kitchen's menu of one day."""

    KIND: ClassVar[str] = "menus"
    TABLE: ClassVar[str] = "menu_entry"
    KEY: ClassVar[tuple[str, ...]] = ("kitchen_code", "service_day", "meal", "rank")

    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    service_day: Annotated[cells.Day, Fills("2026-11-23")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    rank: Annotated[cells.Rank, Fills("1")]
    dish_code: Annotated[cells.Code, Fills("D01", refers="dishes")]
    capacity_meals: Annotated[cells.CountOrNone, Fills("40")] = None
    state: Annotated[cells.EntryStateWord, Fills("offered")] = "offered"


class StandingOrderRow(FileRow):
    """A standing order."""

    KIND: ClassVar[str] = "standing_orders"
    TABLE: ClassVar[str] = "standing_order"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "meal")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"), ("paused_from", "paused_until"))

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    weekdays: Annotated[cells.Weekdays, Fills("12345")]
    fulfilment: Annotated[cells.FulfilmentWord, Fills("home")]
    dish_code: Annotated[cells.CodeOrNone, Fills("D01", refers="dishes")] = None
    from_day: Annotated[cells.Day, Fills("2025-01-01")]
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None
    paused_from: Annotated[cells.DayOrNone, Fills("2026-02-14")] = None
    paused_until: Annotated[cells.DayOrNone, Fills("2026-02-23")] = None


class OrderRow(FileRow):
    """One meal for one elder on one day."""

    KIND: ClassVar[str] = "orders"
    TABLE: ClassVar[str] = "meal_order"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "service_day", "meal")

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    service_day: Annotated[cells.Day, Fills("2026-11-23")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    fulfilment: Annotated[cells.FulfilmentWord, Fills("home")]
    dish_code: Annotated[cells.CodeOrNone, Fills("D01", refers="dishes")] = None
    state: Annotated[cells.OrderStateWord, Fills("placed")] = "placed"
    source: Annotated[cells.SourceWord, Fills("bulk")] = "bulk"
    placed_by: Annotated[cells.Text, Fills("district")] = ""
    placed_at: Annotated[cells.InstantOrNone, Fills("2026-11-20T10:15:00+08:00")] = None
    changed_at: Annotated[cells.InstantOrNone, Fills("2026-11-20T11:00:00+08:00")] = None


KINDS: tuple[type[FileRow], ...] = (
    StreetRow,
    CommunityRow,
    KitchenRow,
    KitchenMealRow,
    StationRow,
    CapabilityRow,
    DishRow,
    MealPointRow,
    VanRow,
    CourierRow,
    *PEOPLE_KINDS,
    *MENU_KINDS,
    MenuCycleRow,
    MenuRow,
    StandingOrderRow,
    OrderRow,
)
"""All kinds of files; each refers only to kinds before it."""

KIND_BY_NAME = {kind.KIND: kind for kind in KINDS}
