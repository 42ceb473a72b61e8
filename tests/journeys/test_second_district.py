"""A second district on real streets: the thirty elders' town, moved to Futian in Shenzhen and its road network."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select

from kitchens.meals import Meal
from service.clock import StoppedClock
from service.daily import Kitbag, plan_day, run_meal
from service.db import Database
from service.errors import InvalidError
from service.planning import read_question
from service.settings import Settings
from service.tables import Elder, Kitchen, MealPoint, Notice
from tests.service.towns import LAT, LON, MONDAY, found_town

FUTIAN_LAT, FUTIAN_LON = 22.530, 114.025


@pytest.fixture
def futian(sqlite_database: Database) -> Database:
    """The thirty elders' town among the streets of Futian."""
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        for table in (Kitchen, MealPoint, Elder):
            for row in session.exec(select(table).where(col(table.lat).is_not(None))):
                row.lat, row.lon = FUTIAN_LAT + row.lat - LAT, FUTIAN_LON + row.lon - LON
                session.add(row)
    return sqlite_database


def roads(shared_data: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        effort="quick",
        travel="roads",
        road_nodes=shared_data / "geo" / "shenzhen_futian_nodes.csv",
        road_edges=shared_data / "geo" / "shenzhen_futian_edges.csv",
    )


def test_a_lunch_is_planned_on_real_streets(futian: Database, clock: StoppedClock, shared_data: Path) -> None:
    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(futian, clock, roads(shared_data), "test"), early=True)
    assert (published.travel_source, published.fell_back, published.made_by) == ("road_graph", "", "engine")
    assert {elder: reason for elder, reason, _ in published.left_out} == {"E10": "no_dish", "E30": "no_position"}


def test_real_streets_are_longer_than_the_crow_flies(futian: Database, clock: StoppedClock, shared_data: Path) -> None:
    kit = Kitbag(futian, clock, roads(shared_data), "test")
    run_meal(MONDAY, Meal.LUNCH, kit, early=True)
    with futian.read() as session:
        question = read_question(session, MONDAY, Meal.LUNCH)
    _, on_roads = plan_day(question, kit, meanwhile=lambda: None)
    estimate = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]
    _, by_estimate = plan_day(question, Kitbag(futian, clock, estimate, "test"), meanwhile=lambda: None)
    assert on_roads.van_travel.source != by_estimate.van_travel.source
    assert (on_roads.van_travel.metres != by_estimate.van_travel.metres).any()


def test_a_road_server_that_does_not_answer_falls_back_aloud(futian: Database, clock: StoppedClock) -> None:
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, effort="quick", travel="valhalla", road_server_url="http://127.0.0.1:9"
    )
    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(futian, clock, settings, "test"), early=True)
    assert published.travel_source == "estimate"
    assert published.fell_back
    with futian.read() as session:
        notice = session.exec(select(Notice).where(Notice.key == "notice.travel_fell_back")).one()
    assert notice.values["why"] == [f"fell_back.{one}" for one in published.fell_back.split()]


def test_road_files_that_cannot_be_read_are_refused_before_anything_is_published(
    futian: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    (tmp_path / "nodes.csv").write_text("this is no table\n")
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, travel="roads", road_nodes=tmp_path / "nodes.csv", road_edges=tmp_path / "nodes.csv"
    )
    with pytest.raises(InvalidError):
        run_meal(MONDAY, Meal.LUNCH, Kitbag(futian, clock, settings, "test"), early=True)
