"""A family's link: who gets one, what it shows, what it may do, and when it opens nothing any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Meal
from service.clock import StoppedClock
from service.db import Database
from service.desk.acts import Choice
from service.desk.grid import stamp_of
from service.errors import ConflictError, InvalidError, NotFoundError
from service.family import (
    FamilyMeal,
    LinkGoneError,
    cancel_by_link,
    list_links,
    make_link,
    order_by_link,
    read_weeks,
    revoke_link,
)
from service.people import get_record, merge
from service.standing import generate_ahead
from service.tables import (
    AuditEntry,
    Elder,
    ElderAbsence,
    ElderConsent,
    ElderContact,
    ElderState,
    FamilyLink,
    MealOrder,
    OrderSource,
)
from tests.pages.desk_town import REGULAR, furnish
from tests.pages.town import DAY, build_town, lunch_at

STANDING = "E0007"
TUESDAY = DAY + timedelta(days=1)
DAUGHTER = "女儿样"


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 11:00: Tuesday can be ordered until 15:00."""
    return StoppedClock(lunch_at(11, 0))


def agree(town: Database, elder: str, at: datetime, *, agreed: bool = True, version: str = "2026-01") -> None:
    values = {"purpose": "family_sharing", "given_at": at, "agreed": agreed, "text_version": version}
    with town.write() as session:
        session.add(ElderConsent(elder_number=elder, **values))


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The tiny town; two elders have a daughter on record, and have agreed."""
    build_town(database)
    furnish(database)
    for elder in (REGULAR, STANDING):
        agree(database, elder, lunch_at(9, 0))
        with database.write() as session:
            contact = {"name": DAUGHTER, "phone": "13800000077", "roles": "family", "call_order": 2}
            session.add(ElderContact(elder_number=elder, **contact))
    generate_ahead(database, clock)
    return database


def linked(town: Database, clock: StoppedClock, elder: str = REGULAR, days: int = 92) -> str:
    return make_link(town, elder, holder=DAUGHTER, days=days, by="jiexian", clock=clock)[1]


def meal(town: Database, clock: StoppedClock, token: str, day: date = TUESDAY, which: Meal = Meal.LUNCH) -> FamilyMeal:
    with town.read() as session:
        weeks = read_weeks(session, token, clock=clock).weeks
    (found,) = (
        one for week in weeks for shown in week if shown.day == day for one in shown.meals if one.cell.meal == which
    )
    return found


def choice(town: Database, clock: StoppedClock, token: str, number: int = 0) -> Choice:
    return Choice(TUESDAY, Meal.LUNCH, meal(town, clock, token).cell.stamp, number)


def orders(town: Database, elder: str) -> list[MealOrder]:
    with town.read() as session:
        mine = select(MealOrder).where(MealOrder.elder_number == elder, MealOrder.service_day == TUESDAY)
        return list(session.exec(mine))


def test_a_link_orders_changes_and_cancels_and_the_audit_says_which_link(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock)
    order_by_link(town, token, choice(town, clock, token), key="press-one", clock=clock)
    (order,) = orders(town, REGULAR)
    assert (order.source, order.placed_by, order.state) == (OrderSource.FAMILY, "E0004-F1", "placed")
    order_by_link(town, token, choice(town, clock, token, 2), key="press-two", clock=clock)
    assert orders(town, REGULAR)[0].dish_code == "D03"
    cancel_by_link(town, token, choice(town, clock, token), key="press-three", clock=clock)
    assert orders(town, REGULAR)[0].state == "cancelled"
    with town.read() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.actor == "E0004-F1")).all()
        assert [one.action for one in noted] == ["place_order", "change_order", "cancel_order"]
        (line,) = list_links(session, get_record(session, REGULAR), clock.now())
        assert (line.last_used_at, line.is_open) == (clock.now(), True)


def test_a_cancelled_standing_meal_does_not_come_back(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock, STANDING)
    assert meal(town, clock, token).cell.state == "default"
    cancel_by_link(town, token, choice(town, clock, token), key="press-one", clock=clock)
    generate_ahead(town, clock)
    assert orders(town, STANDING)[0].state == "cancelled"


def test_one_form_sent_twice_is_one_act(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock)
    asked = choice(town, clock, token)
    for _ in range(2):
        order_by_link(town, token, asked, key="one-and-the-same", clock=clock)
    assert len(orders(town, REGULAR)) == 1
    with pytest.raises(ConflictError):
        order_by_link(town, token, asked, key="another-form", clock=clock)


def test_what_somebody_changed_since_the_page_was_shown_is_left_alone(town: Database, clock: StoppedClock) -> None:
    mine, brothers = linked(town, clock), linked(town, clock)
    asked = choice(town, clock, mine)
    order_by_link(town, brothers, choice(town, clock, brothers), key="press-one", clock=clock)
    with pytest.raises(ConflictError, match="E0004-F2"):
        cancel_by_link(town, mine, asked, key="press-two", clock=clock)
    assert orders(town, REGULAR)[0].state == "placed"


def test_after_the_cut_off_nothing_is_ordered_or_cancelled(town: Database, clock: StoppedClock) -> None:
    token, standing = linked(town, clock), linked(town, clock, STANDING)
    clock.instant = lunch_at(15, 1)
    for one in (token, standing):
        shown = meal(town, clock, one)
        assert (shown.may_order, shown.may_cancel, shown.dishes) == (False, False, ())
    with pytest.raises(ConflictError):
        order_by_link(town, token, choice(town, clock, token), key="press-one", clock=clock)
    with pytest.raises(ConflictError) as refusal:
        cancel_by_link(town, standing, choice(town, clock, standing), key="press-two", clock=clock)
    assert refusal.value.key == "family.too_late"
    assert (orders(town, REGULAR), orders(town, STANDING)[0].state) == ([], "placed")


def test_a_link_shows_a_name_in_part_two_weeks_and_only_dishes_that_may_be_eaten(
    town: Database, clock: StoppedClock
) -> None:
    with town.write() as session:
        name = session.get_one(Elder, REGULAR).name
    token = linked(town, clock)
    with town.read() as session:
        shown = read_weeks(session, token, clock=clock)
    assert (name in shown.short_name, shown.short_name[0]) == (False, name[0])
    days = [one.day for week in shown.weeks for one in week]
    assert (days[0], days[-1], len(days)) == (DAY, DAY + timedelta(days=13), 14)
    every = {offer.dish_code for _, offer in meal(town, clock, token).dishes}
    with town.write() as session:
        session.get_one(Elder, REGULAR).excludes = "fish"
    fewer = {offer.dish_code for _, offer in meal(town, clock, token).dishes}
    assert fewer < every


@pytest.mark.parametrize("how", ["revoked", "over", "withdrawn", "never"])
def test_a_link_that_is_revoked_over_or_without_consent_opens_nothing(
    town: Database, clock: StoppedClock, how: str
) -> None:
    token = linked(town, clock, days=30)
    asked = choice(town, clock, token)
    if how == "revoked":
        revoke_link(town, "E0004-F1", by="jiexian", clock=clock)
        with pytest.raises(ConflictError):
            revoke_link(town, "E0004-F1", by="jiexian", clock=clock)
    elif how == "over":
        clock.advance(30 * 86400)
        asked = replace(asked, service_day=DAY + timedelta(days=31))
    elif how == "withdrawn":
        agree(town, REGULAR, clock.now(), agreed=False)
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    with pytest.raises(LinkGoneError), town.read() as session:
        read_weeks(session, token, clock=clock)
    for act in (order_by_link, cancel_by_link):
        with pytest.raises(LinkGoneError):
            act(town, token, asked, key="press-one", clock=clock)
    assert orders(town, REGULAR) == []


def test_without_the_elders_consent_to_the_right_text_no_link_is_made(town: Database, clock: StoppedClock) -> None:
    for elder, refusal in (("E0010", ConflictError), ("E9999", NotFoundError)):
        with pytest.raises(refusal):
            linked(town, clock, elder)
    agree(town, REGULAR, lunch_at(10, 0), version="2019-01")
    with pytest.raises(ConflictError) as told:
        linked(town, clock)
    assert told.value.key == "family.no_consent"
    agree(town, REGULAR, lunch_at(10, 30))
    for holder, days in (("陌生人", 92), (DAUGHTER, 3650)):
        with pytest.raises(InvalidError):
            make_link(town, REGULAR, holder=holder, days=days, by="jiexian", clock=clock)
    assert linked(town, clock)
    with town.read() as session:
        (link,) = session.exec(select(FamilyLink)).all()
        assert (link.consent_version, link.consent_at) == ("2026-01", lunch_at(10, 30))


def test_a_day_beyond_the_page_is_refused(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock)
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=14)):
        with pytest.raises(InvalidError):
            order_by_link(town, token, Choice(day, Meal.LUNCH, ""), key="press-one", clock=clock)


def test_who_is_away_or_not_served_is_not_ordered_for(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock)
    with town.write() as session:
        session.add(ElderAbsence(elder_number=REGULAR, from_day=TUESDAY, until_day=TUESDAY, reason="hospital"))
    with pytest.raises(ConflictError):
        order_by_link(town, token, Choice(TUESDAY, Meal.LUNCH, stamp_of(None)), key="press-one", clock=clock)
    with town.write() as session:
        session.get_one(Elder, REGULAR).state = ElderState.STOPPED
    with pytest.raises(InvalidError):
        order_by_link(
            town, token, Choice(TUESDAY + timedelta(days=1), Meal.DINNER, stamp_of(None)), key="press-two", clock=clock
        )
    assert orders(town, REGULAR) == []


def test_a_link_of_a_merged_double_is_about_the_person(town: Database, clock: StoppedClock) -> None:
    token = linked(town, clock)
    agree(town, "E0013", clock.now())
    merge(town, keep="E0013", double=REGULAR, by="fuwutai", clock=clock)
    order_by_link(town, token, choice(town, clock, token), key="press-one", clock=clock)
    assert [one.placed_by for one in orders(town, "E0013")] == ["E0004-F1"]


def test_the_audit_of_a_link_says_whose_it_is_by_number_and_names_nobody(town: Database, clock: StoppedClock) -> None:
    linked(town, clock)
    with town.read() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "make_family_link")).all()
    assert entry.subject == REGULAR
    assert DAUGHTER not in str(entry.details)
