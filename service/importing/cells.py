"""What a cell may hold: for each type of column, how a text becomes a value and a value becomes the same text again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from kitchens.meals import Capability, Fulfilment, Ingredient, Limit, Meal, ProvisionMode, StationKind, Texture
from service.clock import ZONE
from service.subsidies.words import class_of
from service.tables import (
    AbsenceReason,
    CardKind,
    CardState,
    ContactRole,
    Dwelling,
    ElderState,
    EntryState,
    OrderSource,
    OrderState,
    PlaceKind,
    Purpose,
    Risk,
    StatusClass,
)
from service.texts import text

LONGEST_TEXT = 500
EXPECTED_TYPE = "expected_type"
"""What pydantic calls the error that `refuse` makes."""
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{2,24}(?:[ext. ]{1,5}[0-9]{1,6})?")
TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?")
WEEKDAYS = re.compile(r"[1-7]+")
LATEST_S = 48 * 3600
DEGREE_DIGITS = 7
"""About one centimetre: finer than any source, and a position reads back as it was written."""
YES_NO = {"yes": True, "no": False, "是": True, "否": False, "true": True, "false": False, "1": True, "0": False}

EVERYDAY_STATES = {"已故": "deceased", "死亡": "deceased", "迁出": "stopped", "停止": "stopped", "恢复": "active"}


@dataclass(frozen=True, slots=True)
class CellType:
    """One type of cell.

    Attributes
    ----------
    name
        Machine word; `import.type.<name>` is the sentence that says what such a cell holds.
    read
        Turns a trimmed, non-empty text into a value; raises `PydanticCustomError`.
    write
        Turns a value into the text that `read` turns back into the same value.
    words
        The words that are possible, for types that have only some.
    least, most
        The bounds of a number; the longest text.
    """

    name: str
    read: Callable[[str], object]
    write: Callable[[Any], str] = str
    words: tuple[str, ...] = ()
    least: int = 0
    most: int = 0


def refuse(name: str, came: str, **values: object) -> PydanticCustomError:
    """Return the error that says: a cell of type `name` was expected, and what came instead."""
    return PydanticCustomError(EXPECTED_TYPE, "{name}", {"name": name, "came": came, **values})


def _matching(name: str, pattern: re.Pattern[str]) -> CellType:
    def read(cell: str) -> str:
        if pattern.fullmatch(cell) is None:
            raise refuse(name, cell)
        return cell

    return CellType(name, read)


def _read_text(cell: str) -> str:
    if len(cell) > LONGEST_TEXT:
        raise refuse("text", f"{cell[:20]}… ({len(cell)})", most=LONGEST_TEXT)
    return cell


def _number(name: str, least: int, most: int) -> CellType:
    def read(cell: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,9}", cell) is None or not least <= int(cell) <= most:
            raise refuse(name, cell, least=least, most=most)
        return int(cell)

    return CellType(name, read, least=least, most=most)


def _degrees(name: str, most: int) -> CellType:
    def read(cell: str) -> float:
        if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{1,15})?", cell) is None or abs(float(cell)) > most:
            raise refuse(name, cell, least=-most, most=most)
        return float(cell)

    return CellType(name, read, _write_degrees, least=-most, most=most)


def _write_degrees(degrees: float) -> str:
    whole, _, part = f"{degrees:.{DEGREE_DIGITS}f}".partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def _read_time(cell: str) -> int:
    match = TIME.fullmatch(cell)
    if match is None:
        raise refuse("time", cell)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    at_s = hours * 3600 + minutes * 60 + seconds
    if at_s > LATEST_S:
        raise refuse("time", cell)
    return at_s


def _write_time(at_s: int) -> str:
    hours, rest_s = divmod(at_s, 3600)
    minutes, seconds = divmod(rest_s, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _read_day(cell: str) -> date:
    try:
        return date.fromisoformat(cell.replace("/", "-") if len(cell) == len("2026-11-23") else "")
    except ValueError as error:
        raise refuse("day", cell) from error


def _read_monday(cell: str) -> date:
    day = _read_day(cell)
    if day.isoweekday() != 1:
        raise refuse("monday", cell)
    return day


def _read_instant(cell: str) -> datetime:
    try:
        instant = datetime.fromisoformat(cell)
    except ValueError as error:
        raise refuse("instant", cell) from error
    if instant.tzinfo is None:
        raise refuse("instant", cell)
    return instant.astimezone(UTC)


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(ZONE).isoformat()


def _read_yes_no(cell: str) -> bool:
    value = YES_NO.get(cell.lower())
    if value is None:
        raise refuse("yes_no", cell)
    return value


def _write_yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _read_weekdays(cell: str) -> str:
    if WEEKDAYS.fullmatch(cell) is None or len(set(cell)) != len(cell):
        raise refuse("weekdays", cell)
    return "".join(sorted(cell))


def _by_name(words: tuple[str, ...]) -> dict[str, str]:
    """Return each word by itself and by its name in both languages."""
    named = {word: word for word in words}
    for language in ("zh", "en"):
        named |= {text(language, f"import.word.{word}").lower(): word for word in words}
    return named


def _word(name: str, words: tuple[str, ...], known_as: Callable[[str], str] = str) -> CellType:
    """Return the type of cells that hold one of `words`; `known_as` tells which word an everyday name stands for."""
    named: dict[str, str] = {}

    def read(cell: str) -> str:
        named.update(named or _by_name(words))
        word = named.get(cell.lower()) or named.get(known_as(cell))
        if word is None:
            raise refuse(name, cell, words=words)
        return word

    return CellType(name, read, words=words)


def _words(name: str, words: tuple[str, ...]) -> CellType:
    one = _word(name, words)

    def read(cell: str) -> str:
        given = {one.read(part) for part in re.split(r"[\s、,，;；]+", cell) if part}
        return " ".join(word for word in words if word in given)

    return CellType(name, read, words=words)


def _values(words: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for word in words)


CRS_WORDS = ("wgs84", "gcj02", "bd09")

_CODE = _matching("code", CODE)
_TEXT = CellType("text", _read_text, most=LONGEST_TEXT)
_PHONE = _matching("phone", PHONE)
_LATITUDE = _degrees("latitude", 90)
_LONGITUDE = _degrees("longitude", 180)
_CRS = _word("crs", CRS_WORDS)
_TIME = CellType("time", _read_time, _write_time)
_DAY = CellType("day", _read_day)
_INSTANT = CellType("instant", _read_instant, _write_instant)
_YES_NO = CellType("yes_no", _read_yes_no, _write_yes_no)
_WEEKDAYS = CellType("weekdays", _read_weekdays)
_COUNT = _number("count", 0, 100_000)
_PACE = _number("pace", 1, 100_000)
_RANK = _number("rank", 1, 99)
_SECONDS = _number("seconds", 0, 7200)
_FEN = _number("fen", 0, 1_000_000)
_PERCENT = _number("percent", 0, 100)
_GRAMS = _number("grams", 1, 5_000)
_MONDAY = CellType("monday", _read_monday)
_ENTRY_STATE = _word("entry_state", _values(EntryState))
_YEAR = _number("year", 1900, 2100)
_FLOOR = _number("floor", -5, 120)
_WEEK = _number("week", 1, 8)
_WEEKDAY = _number("weekday", 1, 7)
_MEAL = _word("meal", _values(Meal))
_MODE = _word("mode", _values(ProvisionMode))
_STATION = _word("station", _values(StationKind))
_CAPABILITY = _word("capability", _values(Capability))
_FULFILMENT = _word("fulfilment", _values(Fulfilment))
_TEXTURE = _word("texture", _values(Texture))
_TEXTURES = _words("textures", _values(Texture))
_LIMITS = _words("limits", _values(Limit))
_INGREDIENTS = _words("ingredients", _values(Ingredient))
_ELDER_STATE = _word("elder_state", _values(ElderState), lambda cell: EVERYDAY_STATES.get(cell, cell))
_ORDER_STATE = _word("order_state", _values(OrderState))
_SOURCE = _word("source", _values(OrderSource))
_CALL_ORDER = _number("call_order", 2, 99)
_CARE_LEVEL = _number("care_level", 0, 5)
_ROLES = _words("roles", _values(ContactRole))
_PLACE_KIND = _word("place_kind", _values(PlaceKind))
_DWELLING = _word("dwelling", _values(Dwelling))
_CLASS = _word("status_class", _values(StatusClass), class_of)
_CARD_KIND = _word("card_kind", _values(CardKind))
_CARD_STATE = _word("card_state", _values(CardState))
_ABSENCE = _word("absence_reason", _values(AbsenceReason))
_RISK = _word("risk", _values(Risk))
_PURPOSE = _word("purpose", _values(Purpose))

Code = Annotated[str, BeforeValidator(_CODE.read), _CODE]
Text = Annotated[str, BeforeValidator(_TEXT.read), _TEXT]
Phone = Annotated[str, BeforeValidator(_PHONE.read), _PHONE]
Latitude = Annotated[float, BeforeValidator(_LATITUDE.read), _LATITUDE]
Longitude = Annotated[float, BeforeValidator(_LONGITUDE.read), _LONGITUDE]
CrsWord = Annotated[str, BeforeValidator(_CRS.read), _CRS]
TimeOfDay = Annotated[int, BeforeValidator(_TIME.read), _TIME]
Day = Annotated[date, BeforeValidator(_DAY.read), _DAY]
Instant = Annotated[datetime, BeforeValidator(_INSTANT.read), _INSTANT]
YesNo = Annotated[bool, BeforeValidator(_YES_NO.read), _YES_NO]
Weekdays = Annotated[str, BeforeValidator(_WEEKDAYS.read), _WEEKDAYS]
Count = Annotated[int, BeforeValidator(_COUNT.read), _COUNT]
Pace = Annotated[int, BeforeValidator(_PACE.read), _PACE]
Rank = Annotated[int, BeforeValidator(_RANK.read), _RANK]
Seconds = Annotated[int, BeforeValidator(_SECONDS.read), _SECONDS]
Fen = Annotated[int, BeforeValidator(_FEN.read), _FEN]
Grams = Annotated[int, BeforeValidator(_GRAMS.read), _GRAMS]
Monday = Annotated[date, BeforeValidator(_MONDAY.read), _MONDAY]
EntryStateWord = Annotated[str, BeforeValidator(_ENTRY_STATE.read), _ENTRY_STATE]
CountOrNone = Annotated[int | None, BeforeValidator(_COUNT.read), _COUNT]
Year = Annotated[int, BeforeValidator(_YEAR.read), _YEAR]
Floor = Annotated[int, BeforeValidator(_FLOOR.read), _FLOOR]
Week = Annotated[int, BeforeValidator(_WEEK.read), _WEEK]
Weekday = Annotated[int, BeforeValidator(_WEEKDAY.read), _WEEKDAY]
MealWord = Annotated[str, BeforeValidator(_MEAL.read), _MEAL]
StationWord = Annotated[str, BeforeValidator(_STATION.read), _STATION]
CapabilityWord = Annotated[str, BeforeValidator(_CAPABILITY.read), _CAPABILITY]
ModeWord = Annotated[str, BeforeValidator(_MODE.read), _MODE]
FulfilmentWord = Annotated[str, BeforeValidator(_FULFILMENT.read), _FULFILMENT]
TextureWord = Annotated[str, BeforeValidator(_TEXTURE.read), _TEXTURE]
TextureWords = Annotated[str, BeforeValidator(_TEXTURES.read), _TEXTURES]
LimitWords = Annotated[str, BeforeValidator(_LIMITS.read), _LIMITS]
IngredientWords = Annotated[str, BeforeValidator(_INGREDIENTS.read), _INGREDIENTS]
ElderStateWord = Annotated[str, BeforeValidator(_ELDER_STATE.read), _ELDER_STATE]
OrderStateWord = Annotated[str, BeforeValidator(_ORDER_STATE.read), _ORDER_STATE]
SourceWord = Annotated[str, BeforeValidator(_SOURCE.read), _SOURCE]
CallOrder = Annotated[int, BeforeValidator(_CALL_ORDER.read), _CALL_ORDER]
CareLevel = Annotated[int, BeforeValidator(_CARE_LEVEL.read), _CARE_LEVEL]
RoleWords = Annotated[str, BeforeValidator(_ROLES.read), _ROLES]
PlaceKindWord = Annotated[str, BeforeValidator(_PLACE_KIND.read), _PLACE_KIND]
DwellingWord = Annotated[str, BeforeValidator(_DWELLING.read), _DWELLING]
ClassWord = Annotated[str, BeforeValidator(_CLASS.read), _CLASS]
CardKindWord = Annotated[str, BeforeValidator(_CARD_KIND.read), _CARD_KIND]
CardStateWord = Annotated[str, BeforeValidator(_CARD_STATE.read), _CARD_STATE]
AbsenceWord = Annotated[str, BeforeValidator(_ABSENCE.read), _ABSENCE]
RiskWord = Annotated[str, BeforeValidator(_RISK.read), _RISK]
PurposeWord = Annotated[str, BeforeValidator(_PURPOSE.read), _PURPOSE]

PercentOrNone = Annotated[int | None, BeforeValidator(_PERCENT.read), _PERCENT]
StationOrNone = Annotated[str | None, BeforeValidator(_STATION.read), _STATION]
CodeOrNone = Annotated[str | None, BeforeValidator(_CODE.read), _CODE]
LatitudeOrNone = Annotated[float | None, BeforeValidator(_LATITUDE.read), _LATITUDE]
LongitudeOrNone = Annotated[float | None, BeforeValidator(_LONGITUDE.read), _LONGITUDE]
TimeOrNone = Annotated[int | None, BeforeValidator(_TIME.read), _TIME]
DayOrNone = Annotated[date | None, BeforeValidator(_DAY.read), _DAY]
InstantOrNone = Annotated[datetime | None, BeforeValidator(_INSTANT.read), _INSTANT]
YearOrNone = Annotated[int | None, BeforeValidator(_YEAR.read), _YEAR]
