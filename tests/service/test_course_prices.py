"""What a choice in a course costs is announced ahead and dated, as the price of a dish is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from kitchens.meals import Meal
from service.board.menu import list_entry_views, menu_of
from service.clock import StoppedClock
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.importing.applying import apply
from service.importing.exporting import export
from service.menus.course_prices import announce_extra, extras_fen, extras_on, list_extras
from service.menus.offers import list_offers
from service.tables import AuditEntry, Course, CourseOption, CoursePrice, Dish, Elder, MenuEntry
from tests.service.tiny_district import previewed, sent
from tests.service.towns import MONDAY, found_town

TODAY = date(2026, 11, 20)
V1 = ("C1", "V1")
KIND = "course_prices.csv"


@pytest.fixture
def town(database: Database) -> Database:
    """D2 is a set meal with a choice of V1, at 1 yuan on top, and V2, at nothing."""
    found_town(database)
    with database.write() as session:
        session.add_all(Dish(code=code, name=f"配{code}", price_fen=0) for code in ("V1", "V2"))
        session.add(Course(code="C1", dish_code="D2", position=1, name="小菜", name_en="side", pick=1))
        session.flush()
        for rank, (code, extra) in enumerate((("V1", 100), ("V2", 0)), start=1):
            session.add(CourseOption(course_code="C1", rank=rank, dish_code=code, extra_fen=extra))
    return database


def announce(
    database: Database, clock: StoppedClock, day: date, fen: int, notice_days: int = 7, chosen: tuple[str, str] = V1
) -> None:
    announce_extra(database, chosen, day, fen, notice_days=notice_days, by="district", clock=clock)


def costs(database: Database, *days: date) -> list[int]:
    with database.read() as session:
        return [extras_on(session, ["D2"], day)[V1] for day in days]


def test_a_choice_costs_the_version_in_force_on_the_day_and_its_row_alters_no_past(
    town: Database, clock: StoppedClock
) -> None:
    announce(town, clock, date(2026, 11, 27), 150)
    announce(town, clock, date(2027, 1, 1), 180)
    with town.write() as session:
        session.get_one(CourseOption, ("C1", 1)).extra_fen = 9900
    days = (date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 31), date(2027, 1, 1))
    assert costs(town, *days) == [100, 150, 150, 180]
    with town.read() as session:
        assert extras_on(session, ["D2"], days[0])["C1", "V2"] == 0
        assert extras_fen(session, days[0], days[-1]) == {}


def test_a_choice_that_left_the_menu_still_costs_what_was_announced(town: Database, clock: StoppedClock) -> None:
    announce(town, clock, date(2026, 11, 27), 150)
    with town.write() as session:
        session.delete(session.get_one(CourseOption, ("C1", 1)))
    assert costs(town, date(2026, 11, 26), date(2026, 11, 27)) == [100, 150]


def test_the_price_of_a_choice_is_announced_so_many_days_ahead(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError, match="2026-11-27"):
        announce(town, clock, date(2026, 11, 26), 150)
    with town.read() as session:
        assert list_extras(session, "D2") == []
    announce(town, clock, date(2026, 11, 27), 150)
    with town.read() as session:
        newest = list_extras(session, "D2")[0]
        assert (newest.extra_fen, newest.announced_on, newest.announced_by) == (150, TODAY, "district")
        assert session.exec(select(AuditEntry.subject)).all() == ["C1/V1/2026-11-27"]


def test_a_choice_in_force_is_never_edited_and_one_ahead_is_announced_anew(town: Database, clock: StoppedClock) -> None:
    announce(town, clock, date(2026, 11, 27), 150)
    announce(town, clock, date(2026, 11, 27), 160)
    clock.advance(8 * 86_400)
    with pytest.raises(InvalidError):
        announce(town, clock, date(2026, 11, 27), 1, notice_days=0)
    announce(town, clock, TODAY + timedelta(days=8), 170, notice_days=0)
    with pytest.raises(InvalidError, match="2026-11-29"):
        announce(town, clock, TODAY + timedelta(days=8), 1, notice_days=0)
    with town.read() as session:
        assert [version.extra_fen for version in list_extras(session, "D2")] == [170, 160, 100]


@pytest.mark.parametrize("fen", [-1, 100_001])
def test_a_price_that_is_none_is_refused(town: Database, clock: StoppedClock, fen: int) -> None:
    with pytest.raises(InvalidError):
        announce(town, clock, date(2026, 12, 27), fen)
    with town.read() as session:
        assert session.exec(select(CoursePrice)).all() == []


@pytest.mark.parametrize("chosen", [("C1", "D1"), ("C9", "V1")])
def test_only_what_can_be_chosen_has_a_price(town: Database, clock: StoppedClock, chosen: tuple[str, str]) -> None:
    with pytest.raises(NotFoundError) as refusal:
        announce(town, clock, date(2026, 12, 27), 100, chosen=chosen)
    assert all(code in refusal.value.say("zh") and code in refusal.value.say("en") for code in chosen)


def test_elder_and_kitchen_see_the_price_of_the_day_and_the_kitchen_what_is_announced(
    town: Database, clock: StoppedClock
) -> None:
    with town.write() as session:
        for day in (MONDAY, MONDAY + timedelta(days=7)):
            session.merge(MenuEntry(kitchen_code="K1", service_day=day, meal=Meal.LUNCH, rank=2, dish_code="D2"))
    announce(town, clock, date(2026, 11, 27), 150)
    with town.read() as session:
        elder = session.get_one(Elder, "E01")
        for day, extra in ((MONDAY, 100), (MONDAY + timedelta(days=7), 150)):
            offer = next(one for one in list_offers(session, elder, day, Meal.LUNCH) if one.dish_code == "D2")
            assert [option.extra_fen for option in offer.choices[0].options] == [extra, 0]
            menu = menu_of(session, "K1", day, Meal.LUNCH, clock=clock)
            line = next(one for one in menu.lines if one.dish_code == "D2")
            assert line.courses[0].options == (("配V1", extra), ("配V2", 0))
        view = next(one for one in list_entry_views(session, menu) if one.line.dish_code == "D2")
        assert [[version.extra_fen for version in choice.extras] for choice in view.choices] == [[150, 100], []]


def test_prices_of_choices_come_in_and_go_out_as_a_file_and_one_that_stands_is_not_changed_by_it(
    town: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    head = "course_code,dish_code,from_day,extra_fen,announced_on,announced_by\n"
    line = "C1,V1,2027-01-04,150,2026-12-21,district\n"
    apply(town, previewed(town, *sent(KIND, head + line)), actor="desk", clock=clock)
    export(town, tmp_path, kinds=["course_prices"])
    assert (tmp_path / "course_prices.csv").read_text(encoding="utf-8") == head + line
    assert costs(town, date(2027, 1, 3), date(2027, 1, 4)) == [100, 150]
    found = previewed(town, *sent(KIND, head + line.replace("150", "160")))
    assert [(one.line, one.column, one.key) for one in found.refused] == [(2, "extra_fen", "import.error.price_stands")]
