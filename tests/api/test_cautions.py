"""What to be careful about stands on every screen and sheet of whoever meets the elder, and never as a diagnosis."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitchens.meals import Meal
from service.cautions import ORDER, WORDS, cautions_of
from service.db import Database
from service.facts import read_facts
from service.tables import ElderClass, ElderRisk, Risk, Visit
from service.texts import LANGUAGES, catalogue
from tests.api.conftest import Enter
from tests.pages.town import DAY, Town

ILLNESSES = {"zh": ("心脏病", "糖尿病", "认知障碍"), "en": ("heart", "diabetes", "dementia")}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is asked here lies before the database: one kind is enough."""
    return sqlite_database


@pytest.fixture
def warned(town: Town, database: Database) -> tuple[int, str]:
    """The first door of the first run: lives alone, falls, a heart; a dog that has gone, a deafness to come."""
    with database.write() as session:
        visit = session.get_one(Visit, town.visit_ids[0])
        number = visit.elder_number
        session.add_all(ElderRisk(elder_number=number, risk=risk) for risk in (Risk.HEART, Risk.FALLS, Risk.DEMENTIA))
        session.add(ElderRisk(elder_number=number, risk=Risk.DOG, until_day=DAY - timedelta(days=2)))
        session.add(ElderRisk(elder_number=number, risk=Risk.HARD_OF_HEARING, from_day=DAY + timedelta(days=1)))
        session.add(ElderClass(elder_number=number, status_class="lives_alone"))
    return town.visit_ids[0], number


def test_every_risk_has_a_word_in_both_languages_and_none_names_an_illness() -> None:
    assert set(WORDS) == set(Risk)
    for language in LANGUAGES:
        words = [catalogue(language)[f"caution.{one}"] for one in ORDER]
        assert not [word for word in words for illness in ILLNESSES[language] if illness in word]


def test_only_what_holds_on_the_day_is_told(database: Database, warned: tuple[int, str]) -> None:
    _, number = warned
    with database.read() as session:
        assert cautions_of(session, [number, "E0002"], DAY) == {number: ("alone", "falls", "patience", "watch")}
        assert "speak_up" in cautions_of(session, [number], DAY + timedelta(days=1))[number]
        assert read_facts(session, DAY, Meal.LUNCH).elders[number].cautions == ("alone", "falls", "patience", "watch")


def test_the_courier_the_desk_and_the_list_show_it(enter: Enter, town: Town, warned: tuple[int, str]) -> None:
    visit, number = warned
    looks = {
        "songcan": f"/courier/{town.run_ids['R01']}",
        "fuwutai": f"/plan/{DAY}/lunch/stops/{visit}",
        "jiexian": f"/people?q={number}",
    }
    for name, address in looks.items():
        page = enter(name).get(address)
        assert page.status_code == 200
        for word in ("独居", "跌倒风险", "请耐心慢讲", "多留意身体"):
            assert word in page.text, (address, word)
        for word in (*ILLNESSES["zh"], "家中有狗", "听力差"):
            assert word not in page.text, (address, word)
    assert "跌倒" in enter("fuwutai").get(f"/people/{number}").text
