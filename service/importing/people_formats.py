"""The formats of people: an elder, and everything that is noted about one, each with its days."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from service.importing import cells
from service.importing.columns import FileRow, Fills
from service.tables import SINCE_EVER


class ElderRow(FileRow):
    """An elder."""

    KIND: ClassVar[str] = "elders"
    TABLE: ClassVar[str] = "elder"
    KEY: ClassVar[tuple[str, ...]] = ("number",)
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("window_start", "window_end"),)

    number: Annotated[cells.Code, Fills("HZ-E0001")]
    name: Annotated[cells.Text, Fills("陈样梅")]
    birth_year: Annotated[cells.YearOrNone, Fills("1943")] = None
    birth_date: Annotated[cells.DayOrNone, Fills("1943-05-17")] = None
    phone: Annotated[cells.Phone, Fills("199-0001-0001")]
    state: Annotated[cells.ElderStateWord, Fills("active")] = "active"
    community_code: Annotated[cells.CodeOrNone, Fills("440105001101", refers="communities")] = None
    meal_point_code: Annotated[cells.CodeOrNone, Fills("HZ-P01", refers="meal_points")] = None
    address: Annotated[cells.Text, Fills("海珠区赤岗街道下渡社区例安里3栋2梯504房")]
    block: Annotated[cells.Text, Fills("3栋")] = ""
    stairwell: Annotated[cells.Text, Fills("2梯")] = ""
    floor: Annotated[cells.Floor, Fills("5")] = 1
    door: Annotated[cells.Text, Fills("504")] = ""
    has_lift: Annotated[cells.YesNo, Fills("no")] = False
    lat: Annotated[cells.LatitudeOrNone, Fills("23.102412")] = None
    lon: Annotated[cells.LongitudeOrNone, Fills("113.299871")] = None
    crs: Annotated[cells.CrsWord, Fills("wgs84", column="given_crs")] = "wgs84"
    position_verified: Annotated[cells.YesNo, Fills("no")] = False
    texture: Annotated[cells.TextureWord, Fills("soft")] = "regular"
    limits: Annotated[cells.LimitWords, Fills("low_salt low_sugar")] = ""
    excludes: Annotated[cells.IngredientWords, Fills("shellfish")] = ""
    dislikes: Annotated[cells.IngredientWords, Fills("offal")] = ""
    window_start: Annotated[cells.TimeOrNone, Fills("11:00", column="window_start_s")] = None
    window_end: Annotated[cells.TimeOrNone, Fills("12:30", column="window_end_s")] = None
    door_note: Annotated[cells.Text, Fills("敲门声音要大")] = ""
    contact_name: Annotated[cells.Text, Fills("陈例安（女儿）")] = ""
    contact_phone: Annotated[cells.Phone, Fills("199-0002-0001")] = ""
    contact_roles: Annotated[cells.RoleWords, Fills("family key_holder")] = "family"

    @model_validator(mode="after")
    def check_birth(self) -> Self:
        """Refuse an elder of no age, and a birth date in another year than the birth year."""
        if self.birth_date is None and self.birth_year is None:
            raise PydanticCustomError(
                "import.expected_either", "{other}", {"column": "birth_date", "other": "birth_year", "came": ""}
            )
        if self.birth_date is not None and self.birth_year not in (None, self.birth_date.year):
            values = {"column": "birth_year", "other": "birth_date", "came": str(self.birth_year)}
            raise PydanticCustomError("import.expected_same_year", "{other}", values)
        return self

    @model_validator(mode="after")
    def check_pairs(self) -> Self:
        """Refuse half a position and half a window."""
        for one, other in (("lat", "lon"), ("window_start", "window_end")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                empty, full = (one, other) if getattr(self, one) is None else (other, one)
                raise PydanticCustomError(
                    "import.expected_with", "{other}", {"column": empty, "other": full, "came": ""}
                )
        return self


class PhoneRow(FileRow):
    """A further telephone of an elder."""

    KIND: ClassVar[str] = "phones"
    TABLE: ClassVar[str] = "elder_phone"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "phone")

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    phone: Annotated[cells.Phone, Fills("020-5550-2001")]
    note: Annotated[cells.Text, Fills("座机，晚上接")] = ""
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None


class ContactRow(FileRow):
    """Somebody to call after the first contact."""

    KIND: ClassVar[str] = "contacts"
    TABLE: ClassVar[str] = "elder_contact"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "name")

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    name: Annotated[cells.Text, Fills("李样安（邻居）")]
    phone: Annotated[cells.Phone, Fills("199-0002-0002")]
    roles: Annotated[cells.RoleWords, Fills("key_holder")] = "family"
    call_order: Annotated[cells.CallOrder, Fills("2")] = 2
    note: Annotated[cells.Text, Fills("住对门")] = ""
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None


class PlaceRow(FileRow):
    """Where an elder is registered or lives, from a day on."""

    KIND: ClassVar[str] = "elder_places"
    TABLE: ClassVar[str] = "elder_place"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "kind", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    kind: Annotated[cells.PlaceKindWord, Fills("hukou")]
    city: Annotated[cells.Text, Fills("广州市")]
    district: Annotated[cells.Text, Fills("海珠区")] = ""
    street: Annotated[cells.Text, Fills("赤岗街道")] = ""
    dwelling: Annotated[cells.DwellingWord, Fills("at_home")] = "at_home"
    from_day: Annotated[cells.Day, Fills("2020-03-01")] = SINCE_EVER
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None
    proof: Annotated[cells.Text, Fills("户口簿")] = ""

    @model_validator(mode="after")
    def check_no_hole(self) -> Self:
        """Refuse a street without its district: it could be anywhere."""
        if self.street and not self.district:
            raise PydanticCustomError(
                "import.expected_with", "{other}", {"column": "district", "other": "street", "came": ""}
            )
        return self


class ClassRow(FileRow):
    """A class that an elder belongs to, such as 低保."""

    KIND: ClassVar[str] = "status_classes"
    TABLE: ClassVar[str] = "elder_class"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "status_class", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    status_class: Annotated[cells.ClassWord, Fills("dibao")]
    from_day: Annotated[cells.Day, Fills("2026-01-01")] = SINCE_EVER
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None
    proof: Annotated[cells.Text, Fills("低保证 样例-0001")] = ""


class CareLevelRow(FileRow):
    """An assessed care level."""

    KIND: ClassVar[str] = "care_levels"
    TABLE: ClassVar[str] = "elder_care_level"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    level: Annotated[cells.CareLevel, Fills("3")]
    from_day: Annotated[cells.Day, Fills("2026-03-01")] = SINCE_EVER
    until_day: Annotated[cells.DayOrNone, Fills("2028-02-29")] = None
    proof: Annotated[cells.Text, Fills("评估报告 样例-0001")] = ""


class CardRow(FileRow):
    """A card by which an elder is known."""

    KIND: ClassVar[str] = "cards"
    TABLE: ClassVar[str] = "elder_card"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "kind", "card_number")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("issued_on", "valid_until"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    kind: Annotated[cells.CardKindWord, Fills("social_security")]
    card_number: Annotated[cells.Code, Fills("SAMPLE-S-000001")]
    state: Annotated[cells.CardStateWord, Fills("in_use")] = "in_use"
    issued_on: Annotated[cells.DayOrNone, Fills("2025-04-08")] = None
    valid_until: Annotated[cells.DayOrNone, Fills("2027-04-07")] = None


class AbsenceRow(FileRow):
    """Days on which an elder is known to be away."""

    KIND: ClassVar[str] = "absences"
    TABLE: ClassVar[str] = "elder_absence"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    from_day: Annotated[cells.Day, Fills("2026-12-01")]
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-10")] = None
    reason: Annotated[cells.AbsenceWord, Fills("hospital")] = "other_reason"
    note: Annotated[cells.Text, Fills("女儿陪同")] = ""


class RiskRow(FileRow):
    """Something to be careful about, shown wherever the elder is."""

    KIND: ClassVar[str] = "risks"
    TABLE: ClassVar[str] = "elder_risk"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "risk", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("from_day", "until_day"),)

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    risk: Annotated[cells.RiskWord, Fills("falls")]
    from_day: Annotated[cells.Day, Fills("2026-01-01")] = SINCE_EVER
    until_day: Annotated[cells.DayOrNone, Fills("2026-12-31")] = None
    note: Annotated[cells.Text, Fills("浴室跌倒过")] = ""


class ConsentRow(FileRow):
    """What an elder has agreed to, or no longer agrees to."""

    KIND: ClassVar[str] = "consents"
    TABLE: ClassVar[str] = "elder_consent"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "purpose", "given_at")

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    purpose: Annotated[cells.PurposeWord, Fills("family_sharing")]
    given_at: Annotated[cells.Instant, Fills("2026-11-20T10:15:00+08:00")]
    agreed: Annotated[cells.YesNo, Fills("yes")]
    text_version: Annotated[cells.Text, Fills("2026-01")]
    noted_by: Annotated[cells.Text, Fills("worker")] = ""


class StateChangeRow(FileRow):
    """A change of an elder's state from a day on: lists of the deceased, the moved, the paused."""

    KIND: ClassVar[str] = "state_changes"
    TABLE: ClassVar[str] = "elder_state_change"
    KEY: ClassVar[tuple[str, ...]] = ("elder_number", "from_day")
    MARKS: ClassVar[tuple[str, ...]] = ("applied_at", "state_before")

    elder_number: Annotated[cells.Code, Fills("HZ-E0001", refers="elders")]
    to_state: Annotated[cells.ElderStateWord, Fills("paused")]
    from_day: Annotated[cells.Day, Fills("2026-12-01")]
    reason: Annotated[cells.Text, Fills("迁往外市")] = ""
    asked_by: Annotated[cells.Text, Fills("district")] = ""
    asked_at: Annotated[cells.InstantOrNone, Fills("2026-11-20T10:15:00+08:00")] = None


PEOPLE_KINDS: tuple[type[FileRow], ...] = (
    ElderRow,
    PhoneRow,
    ContactRow,
    PlaceRow,
    ClassRow,
    CareLevelRow,
    CardRow,
    AbsenceRow,
    RiskRow,
    ConsentRow,
    StateChangeRow,
)
"""An elder first: all others refer to one."""
