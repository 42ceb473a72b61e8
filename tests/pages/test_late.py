"""A kitchen answers wishes that came after the cut-off, in a real browser."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.tables import LateRequest, MealOrder, OrderSource, OrderState
from tests.pages.conftest import Look, Site

pytestmark = pytest.mark.browser

TUESDAY = date(2026, 11, 24)
PAGE = f"/kitchen?day={TUESDAY}&meal=lunch"


def ask(site: Site, elder: str, *, cancels: bool, reason: str) -> int:
    with site.database.write() as session:
        order = MealOrder(
            elder_number=elder,
            service_day=TUESDAY,
            meal=Meal.LUNCH,
            fulfilment=Fulfilment.HOME,
            meal_point_code="P1",
            kitchen_code="K01",
            state=OrderState.PLACED if cancels else OrderState.REQUESTED,
            source=OrderSource.PHONE,
            placed_by="jiexian",
            placed_at=site.clock.now(),
        )
        session.add(order)
        session.flush()
        now = site.clock.now()
        request = LateRequest(
            order_id=order.id or 0, kitchen_code="K01", cancels=cancels, reason=reason, asked_at=now, asked_by="jiexian"
        )
        session.add(request)
        session.flush()
        return request.id or 0


@pytest.mark.parametrize("width", [360, 1440])
def test_the_kitchen_accepts_one_wish_and_refuses_another_with_its_reason(look: Look, site: Site, width: int) -> None:
    more = ask(site, "E0001", cancels=False, reason="今天出院回家，家里没有开火")
    less = ask(site, "E0002", cancels=True, reason="下午住院")
    page = look(PAGE, "chufang", width=width)
    assert "2 项" in page.inner_text("#late")
    page.click(f"#late-{more} .main-button")
    page.wait_for_selector(f"#late-{more}", state="detached")
    page.fill(f"#late-{less} [name=why]", "菜已下锅")
    page.click(f"#late-{less} .late-refuse button")
    page.wait_for_selector(".late", state="detached")
    assert page.complaints == []
    with site.database.read() as session:
        answers = {one: session.get_one(LateRequest, one) for one in (more, less)}
        assert (answers[more].accepted, answers[less].accepted, answers[less].why) == (True, False, "菜已下锅")
        assert session.get_one(MealOrder, answers[more].order_id).state == OrderState.PLACED
        assert session.get_one(MealOrder, answers[less].order_id).state == OrderState.PLACED


def test_another_kitchens_wishes_are_not_shown(look: Look, site: Site) -> None:
    ask(site, "E0001", cancels=False, reason="出院")
    with site.database.write() as session:
        for request in session.exec(select(LateRequest)):
            request.kitchen_code = "K02"
    assert look(PAGE, "chufang").locator(".late").count() == 0
