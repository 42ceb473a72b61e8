"""May eat, is subsidised: two decisions about one person, each with its sentence, its rule and the rule's date."""

from __future__ import annotations

from datetime import date

import pytest

from service.db import Database
from service.entitlement import Answer, decide, standing_of
from service.people import is_usable
from service.subsidies import Dwelling as RuleDwelling
from service.subsidies import Place, get_scheme
from service.subsidies.words import known_words
from service.tables import (
    CardState,
    Community,
    Elder,
    ElderAbsence,
    ElderCard,
    ElderCareLevel,
    ElderClass,
    ElderPlace,
    StatusClass,
    Street,
)

DAY = date(2026, 11, 23)
SCHEME = get_scheme("guangzhou-2024")
HAIZHU = {"city": "广州市", "district": "海珠区"}


@pytest.fixture
def street(sqlite_database: Database) -> Database:
    """One elder, born in May 1943, in a community of the district; registered where nobody has said."""
    with sqlite_database.write() as session:
        session.add(Street(code="440105001", name="赤岗街道", lat=23.1, lon=113.3))
        session.flush()
        session.add(Community(code="440105001101", name="下渡社区", street_code="440105001", lat=23.1, lon=113.3))
        session.flush()
        session.add(
            Elder(
                number="E1",
                name="陈样梅",
                birth_year=1943,
                birth_date=date(1943, 5, 17),
                phone="199-0001-0001",
                community_code="440105001101",
                address="例安里3栋",
            )
        )
    return sqlite_database


def add(database: Database, *rows: object) -> None:
    with database.write() as session:
        session.add_all(rows)


def decided(database: Database, day: date = DAY) -> tuple[Answer, Answer]:
    with database.read() as session:
        found = decide(session, "E1", day, SCHEME)
    return found.may_eat, found.is_subsidised


def hukou(**values: str) -> ElderPlace:
    return ElderPlace(elder_number="E1", kind="hukou", **(HAIZHU | values))


def test_every_class_that_the_rules_know_can_be_noted() -> None:
    assert known_words("class") <= {one.value for one in StatusClass}


def test_who_lives_here_may_eat_and_who_is_registered_here_is_subsidised(street: Database) -> None:
    may_eat, subsidised = decided(street)
    assert (may_eat.is_yes, subsidised.is_yes) == (True, False)
    assert "GZ-EAT" in may_eat.say("zh")
    assert "2024-04-01" in may_eat.say("zh")
    assert "第3条" in may_eat.say("zh")
    assert subsidised.key == "money.why.hukou_unknown"
    add(street, hukou())
    may_eat, subsidised = decided(street)
    assert (may_eat.is_yes, subsidised.is_yes) == (True, True)
    assert "GZ-MEAL" in subsidised.say("en")
    assert "2024-04-01" in subsidised.say("en")
    for answer in (may_eat, subsidised):
        assert "{" not in answer.say("zh") + answer.say("en")


def test_a_stranger_to_the_city_may_eat_without_a_subsidy(street: Database) -> None:
    add(street, hukou(city="佛山市", district="禅城区"))
    may_eat, subsidised = decided(street)
    assert (may_eat.is_yes, subsidised.is_yes, subsidised.key) == (True, False, "money.why.hukou")
    assert "广州市" in subsidised.say("zh")


def test_a_residence_that_nobody_has_noted_keeps_nobody_from_eating_but_pays_no_subsidy(street: Database) -> None:
    add(street, hukou())
    with street.write() as session:
        elder = session.get_one(Elder, "E1")
        elder.community_code = None
        session.add(elder)
    may_eat, subsidised = decided(street)
    assert (may_eat.is_yes, subsidised.is_yes) == (True, False)
    assert (may_eat.key, subsidised.key) == ("people.why.residence_unknown", "money.why.residence_unknown")
    assert "广州市" in may_eat.say("zh")
    assert "full price" in may_eat.say("en")


def test_a_lost_card_takes_nothing_away(street: Database) -> None:
    add(street, hukou(), ElderCard(elder_number="E1", kind="benefit", card_number="S1", state=CardState.LOST))
    assert [answer.is_yes for answer in decided(street)] == [True, True]


def test_age_is_counted_from_the_birth_date_and_else_from_the_end_of_the_year(street: Database) -> None:
    with street.write() as session:
        elder = session.get_one(Elder, "E1")
        elder.birth_year, elder.birth_date = 1966, date(1966, 11, 23)
        session.add(elder)
    assert [decided(street, day)[0].is_yes for day in (date(2026, 11, 22), DAY)] == [False, True]
    with street.write() as session:
        elder = session.get_one(Elder, "E1")
        elder.birth_date = None
        session.add(elder)
    with street.read() as session:
        found = decide(session, "E1", DAY, SCHEME)
    assert (found.may_eat.key, found.is_birth_date_known) == ("money.why.too_young", False)


def test_who_lives_in_a_care_home_may_not_eat_from_that_day_on(street: Database) -> None:
    add(
        street,
        ElderPlace(elder_number="E1", kind="residence", from_day=date(2026, 12, 1), dwelling="care_home", **HAIZHU),
    )
    assert [decided(street, day)[0].is_yes for day in (date(2026, 11, 30), date(2026, 12, 1))] == [True, False]


def test_who_is_away_or_not_in_service_may_not_eat_and_is_told_from_when(street: Database) -> None:
    add(street, hukou(), ElderAbsence(elder_number="E1", from_day=DAY, until_day=DAY, reason="hospital"))
    may_eat, subsidised = decided(street)
    assert (may_eat.is_yes, subsidised.is_yes) == (False, True)
    assert "住院" in may_eat.say("zh")
    assert "2026-11-23" in may_eat.say("en")
    assert decided(street, date(2026, 11, 24))[0].is_yes
    with street.write() as session:
        elder = session.get_one(Elder, "E1")
        elder.state = "paused"
        session.add(elder)
    assert decided(street, date(2026, 11, 24))[0].key == "people.why.state"


def test_each_rule_says_whether_it_is_for_this_elder(street: Database) -> None:
    add(
        street,
        hukou(),
        ElderCareLevel(elder_number="E1", level=2, from_day=date(2025, 1, 1)),
        ElderCareLevel(elder_number="E1", level=4, from_day=date(2026, 11, 1)),
    )
    with street.read() as session:
        on = [decide(session, "E1", day, SCHEME) for day in (date(2026, 10, 31), DAY)]
    fitting = [{one.basis.rule_id for one in found.rules if one.is_yes and one.basis} for found in on]
    assert ("GZ-DELIV-35" in fitting[0], "GZ-DELIV-35" in fitting[1]) == (False, True)
    assert {"GZ-MEAL"} <= fitting[0] & fitting[1]


def test_the_standing_is_that_of_the_day(street: Database) -> None:
    add(
        street,
        ElderPlace(elder_number="E1", kind="hukou", city="佛山市"),
        ElderPlace(
            elder_number="E1",
            kind="hukou",
            from_day=date(2026, 6, 1),
            city="440100",
            district="440105",
            street="440105001",
        ),
        ElderClass(elder_number="E1", status_class="dibao", from_day=date(2026, 1, 1), until_day=date(2026, 6, 30)),
        ElderClass(elder_number="E1", status_class="lives_alone"),
        ElderCareLevel(elder_number="E1", level=3, from_day=date(2026, 3, 1)),
    )
    with street.read() as session:
        spring, autumn = (standing_of(session, "E1", day) for day in (date(2026, 2, 1), DAY))
    assert (spring.hukou, spring.care_level, spring.classes) == (Place("佛山市"), None, {"dibao", "lives_alone"})
    assert autumn.hukou == Place("广州", "海珠", "赤岗街道")
    assert (autumn.care_level, autumn.classes, autumn.dwelling) == (3, {"lives_alone"}, RuleDwelling.HOME)
    assert autumn.residence == Place("广州", "海珠", "赤岗街道")
    assert autumn.birth_date == date(1943, 5, 17)


@pytest.mark.parametrize(
    ("kind", "valid_until", "day", "usable"),
    [
        ("benefit", date(2026, 11, 5), date(2026, 11, 30), True),
        ("benefit", date(2026, 11, 5), date(2026, 12, 1), False),
        ("social_security", date(2026, 11, 5), date(2026, 11, 5), True),
        ("social_security", date(2026, 11, 5), date(2026, 11, 6), False),
        ("social_security", None, date(2099, 1, 1), True),
    ],
)
def test_a_benefit_card_lapses_with_the_month_after(
    kind: str, valid_until: date | None, day: date, usable: bool
) -> None:
    card = ElderCard(elder_number="E1", kind=kind, card_number="S1", valid_until=valid_until)
    assert is_usable(card, day) == usable
    card.state = CardState.LOST
    assert not is_usable(card, day)
