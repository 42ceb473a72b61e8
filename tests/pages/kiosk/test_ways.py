"""What an elder does at the kiosk, in a real browser: who, what, how, when, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from service.devices import add_kiosk, revoke_device
from service.kiosk.guesses import CLOSED_FOR
from service.tables import MenuEntry, Notice, OrderState, TakenMeal
from service.texts import text
from tests.pages.conftest import Site
from tests.pages.kiosk.conftest import Stand, orders, went_with
from tests.pages.kiosks import CARD, FOREIGN, LAPSED, LOST, TUESDAY, Kiosk
from tests.pages.town import lunch_at

pytestmark = pytest.mark.browser

PHONE = "020-00001"


def test_a_week_is_ordered_by_touch_and_belongs_to_the_kiosk(stand: Stand, site: Site) -> None:
    kiosk = stand("upright")
    kiosk.swipe(CARD[28])
    kiosk.press("later")
    kiosk.press("same:no")
    kiosk.press("dish:D03")
    kiosk.press("way:pick_up")
    kiosk.press("proxy:me")
    assert kiosk.press("day:week") == "read_back"
    # On Friday that dish is not cooked: it is said before anything is ordered.
    assert kiosk.text().count("香菇蒸鸡套餐") == 3
    assert "11月27日 星期五：番茄炒蛋套餐" in kiosk.text()
    assert kiosk.press("place") == "placed"
    placed = orders(site, "E0028")
    assert [(str(one.service_day), one.dish_code, one.fulfilment) for one in placed] == [
        ("2026-11-24", "D03", "pick_up"),
        ("2026-11-25", "D03", "pick_up"),
        ("2026-11-26", "D03", "pick_up"),
        ("2026-11-27", "D01", "pick_up"),
    ]
    assert {(one.source, one.placed_by, one.state) for one in placed} == {("kiosk", "P1-K1/E0028", "placed")}


def test_the_price_is_what_is_left_after_the_subsidy_and_the_same_everywhere(stand: Stand) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    assert kiosk.press("later") == "same"
    assert "您付 12.00 元" in kiosk.text()
    assert "原价 15.00 元" in kiosk.text()
    kiosk.press("same:yes")
    kiosk.press(f"day:{TUESDAY}")
    assert "一共付 12.00 元" in kiosk.text()
    kiosk.press("place")
    slip = kiosk.page.inner_text(".slip")
    for words in (
        "华*8",
        "E0028",
        "15.00",
        "市补贴",
        "−3.00",
        "12.00 元",
        "在这里吃：样本一号助餐点",
        "15:00 前可以改",
    ):
        assert words in slip, slip
    assert PHONE in slip
    assert "华样本28" not in kiosk.page.content()


def test_a_meal_is_taken_by_its_card_once_and_a_double_swipe_does_nothing(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.page.keyboard.type(CARD[28])
    kiosk.page.keyboard.press("Enter")
    kiosk.page.wait_for_selector(".step-take")
    assert kiosk.swipe(CARD[28]) == "take"
    assert kiosk.press("take") == "taken"
    assert kiosk.swipe(CARD[28]) == "taken"
    kiosk.press("leave")
    assert kiosk.swipe(CARD[28]) == "same"
    with site.database.read() as session:
        (taken,) = session.exec(select(TakenMeal)).all()
    assert (taken.way, taken.terminal, taken.by) == ("swipe", "P1-K1", "P1-K1/E0028")


def test_a_double_tap_is_one_order(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    for do in ("later", "same:yes", f"day:{TUESDAY}"):
        kiosk.press(do)
    turn = kiosk.page.get_attribute("#kiosk", "data-turn")
    kiosk.page.locator("button[value=place]").dblclick()
    kiosk.page.wait_for_selector(".step-placed")
    assert len(orders(site, "E0028")) == 1
    # The very same answer once more, past the page: nothing is ordered, cancelled or shown anew.
    again = kiosk.page.request.post("/kiosk", form={"turn": turn, "do": "place"}, headers={"Origin": site.address})
    assert "step-placed" in again.text()
    assert len(orders(site, "E0028")) == 1


@pytest.mark.parametrize(
    ("card", "name"),
    [("NO-SUCH-CARD", "unknown"), (FOREIGN, "other_point"), (LOST, "lost_card"), (LAPSED, "lapsed_card")],
)
def test_a_card_that_opens_nothing_is_said_kindly(stand: Stand, card: str, name: str) -> None:
    kiosk = stand()
    assert kiosk.swipe(card) == "trouble"
    assert text("zh", f"kiosk.trouble.{name}") in kiosk.text()
    assert name == "unknown" or PHONE in kiosk.text()
    assert kiosk.press("back") == "who"
    kiosk.press("voice:english")
    kiosk.swipe(card)
    assert text("en", f"kiosk.trouble.{name}") in kiosk.text()


def test_who_has_a_lost_card_orders_by_number_and_is_asked_whose_it_is(stand: Stand, site: Site) -> None:
    kiosk = stand()
    for digit in "1":
        kiosk.page.locator(f"[data-key='{digit}']").tap()
    kiosk.page.locator("[data-key='0']").tap()
    kiosk.page.locator("[data-key='9']").tap()
    kiosk.page.locator("[data-key='back']").tap()
    assert kiosk.press("who") == "sure"
    assert "陈*0" in kiosk.text()
    assert "陈样本10" not in kiosk.page.content()
    # E0010 has a lunch brought home today, nothing to take here: the question is the next one.
    assert kiosk.press("sure:yes") in {"same", "dish"}


def test_past_the_cut_off_the_next_day_is_offered_and_the_desk_named(stand: Stand, site: Site) -> None:
    site.clock.instant = lunch_at(15, 1)
    kiosk = stand()
    kiosk.swipe(CARD[28])
    assert kiosk.step == "same"
    kiosk.press("same:yes")
    assert f"已截止，要改请打 {PHONE}" in kiosk.text()
    assert kiosk.page.locator(f"[value='day:{TUESDAY}']").count() == 0
    assert kiosk.press("day:2026-11-25") == "read_back"
    # It closes while the elder thinks: nothing is ordered, and another day can be chosen.
    site.clock.instant = lunch_at(24 + 15, 1)
    kiosk.page.locator("button[value=place]").tap()
    kiosk.page.wait_for_selector(".step-who, .step-trouble")
    assert orders(site, "E0028") == []


def test_orders_that_close_during_the_visit_say_so(stand: Stand, site: Site) -> None:
    site.clock.instant = lunch_at(14, 58)
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.press("same:yes")
    kiosk.press(f"day:{TUESDAY}")
    site.clock.instant = lunch_at(15, 1)
    assert kiosk.press("place") == "trouble"
    assert "订餐已经截止" in kiosk.text()
    assert PHONE in kiosk.text()
    assert orders(site, "E0028") == []
    assert kiosk.press("again:order") == "same"


def test_a_dish_that_is_sold_out_is_greyed_and_a_race_offers_another(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.press("later")
    kiosk.press("same:yes")
    kiosk.press(f"day:{TUESDAY}")
    with site.database.write() as session:
        of_day = select(MenuEntry).where(MenuEntry.service_day == TUESDAY, MenuEntry.dish_code == "D01")
        session.exec(of_day).one().capacity_meals = 0
    assert kiosk.press("place") == "trouble"
    assert "已经订满了" in kiosk.text()
    assert orders(site, "E0028") == []
    assert kiosk.press("again:dishes") == "dish"
    assert kiosk.page.locator("[value='dish:D01']").count() == 0
    assert "已订完" in kiosk.page.inner_text(".k-others")


def test_what_is_ordered_is_shown_and_cancelled_until_the_cut_off(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    for do in ("later", "same:yes", f"day:{TUESDAY}", "place", "leave"):
        kiosk.press(do)
    assert kiosk.swipe(CARD[28]) == "take"
    kiosk.press("later")
    assert kiosk.step == "already"
    assert "11月24日 星期二的午餐您已经订好了" in kiosk.text()
    kiosk.press("mine")
    (order,) = orders(site, "E0028")
    kiosk.press(f"ask_cancel:{order.id}")
    kiosk.press(f"cancel:{order.id}")
    assert "已取消" in kiosk.text()
    (order,) = orders(site, "E0028")
    assert order.state == OrderState.CANCELLED


def test_help_rings_the_desk_once_a_minute_and_is_on_every_screen(stand: Stand, site: Site) -> None:
    kiosk = stand()
    assert kiosk.press("help") == "help"
    assert PHONE in kiosk.text()
    kiosk.press("back")
    kiosk.press("help")
    with site.database.read() as session:
        notices = session.exec(select(Notice).where(Notice.key == "notice.kiosk_help")).all()
    assert sorted(notice.to for notice in notices) == ["meal_point:P1", "operator"]
    assert notices[0].values == {"device": "P1-K1", "point": "样本一号助餐点", "phone": PHONE}


def test_a_set_meal_is_asked_course_by_course_and_costs_what_is_read_back(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    assert kiosk.press("later", "same:no", "dish:D02") == "course"
    assert "小菜：5 样里请选 2 样" in kiosk.text()
    assert "虾仁豆腐" in kiosk.page.inner_text(".k-others")
    assert "虾蟹贝" in kiosk.page.inner_text(".k-others")
    assert kiosk.page.locator("[value='option:R3']").count() == 0
    kiosk.press("option:R2")
    assert "选了 1 样，再选 1 样" in kiosk.text()
    assert kiosk.page.get_attribute("[value='option:R2']", "aria-pressed") == "true"
    # Put back, the others are on the next page.
    kiosk.press("option:R2", "more:1", "option:R6", "more:0", "option:R1")
    assert "汤：请选一样" in kiosk.text()
    assert "加 1.00 元" in kiosk.text()
    # Back, the two are still chosen, and one more takes the place of the first.
    kiosk.press("back")
    assert kiosk.page.locator("[value='course:done']").count() == 1
    kiosk.press("option:R4")
    assert kiosk.press("option:R8") == "way"
    assert kiosk.press("way:dine_in", f"day:{TUESDAY}") == "read_back"
    assert "配：蒜蓉菜心、萝卜丝、莲藕排骨汤" in kiosk.text()
    assert "一共付 13.00 元" in kiosk.text()
    kiosk.press("place")
    assert "配：蒜蓉菜心、萝卜丝、莲藕排骨汤" in kiosk.page.inner_text(".slip")
    assert "16.00" in kiosk.page.inner_text(".slip")
    (order,) = orders(site, "E0028")
    assert went_with(site, order) == ("R1", "R4", "R8")


def test_what_goes_with_a_set_meal_can_be_left_to_the_kitchen(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.press("later", "same:no", "dish:D02", "course:open", "course:open", "way:dine_in")
    assert kiosk.press(f"day:{TUESDAY}") == "read_back"
    assert "配菜由厨房搭配" in kiosk.text()
    kiosk.press("place")
    (order,) = orders(site, "E0028")
    assert went_with(site, order) == ("R1", "R2", "R7")
    # The day after, the same once more is the same with what went with it.
    kiosk.press("leave")
    site.clock.instant = lunch_at(24 + 9, 0)
    assert kiosk.swipe(CARD[28]) == "same"
    assert "配：蒜蓉菜心、蒸水蛋、冬瓜汤" in kiosk.text()


def test_who_tries_number_after_number_finds_the_key_pad_closed_while_cards_work(stand: Stand, site: Site) -> None:
    kiosk = stand()
    for number in ("1", "28", "4", "9999"):
        if kiosk.type(number) == "sure":
            kiosk.press("sure:no")
        else:
            kiosk.press("back")
    assert kiosk.type("10001") == "trouble"
    assert text("zh", "kiosk.trouble.pad_closed") in kiosk.text()
    assert kiosk.press("back") == "who"
    assert kiosk.page.locator(".k-keys, [data-given]").count() == 0
    assert "11:38 再开" in kiosk.text()
    assert PHONE in kiosk.text()
    # A number is not even looked up, whoever's it is; a card opens the kiosk as always.
    assert kiosk.swipe("E0028") == "trouble"
    assert kiosk.swipe(CARD[28]) == "take"
    kiosk.press("leave")
    kiosk.page.clock.install()
    kiosk.page.reload()
    assert kiosk.page.locator("[data-given]").count() == 0
    site.clock.advance(CLOSED_FOR.total_seconds())
    kiosk.page.clock.run_for(CLOSED_FOR.total_seconds() * 1000 + 2000)
    kiosk.page.wait_for_selector("[data-given]")


def test_a_kiosk_is_registered_by_its_code_and_revoked_at_once(chromium: Any, site: Site) -> None:
    device, code = add_kiosk(site.database, "P1", by="test", clock=site.clock)
    context = chromium.new_context(base_url=site.address, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto("/kiosk")
    assert "还没有登记" in page.inner_text("main")
    assert Kiosk(page).broken_rules() == []
    page.click("text=输入登记码")
    page.fill("[name=code]", "0000 0001")
    page.click("main button")
    assert "登记码不对" in page.inner_text("main")
    page.fill("[name=code]", f"{code[:4]} {code[4:]}")
    page.click("main button")
    page.wait_for_selector(".step-who")
    (cookie,) = [one for one in context.cookies() if one["name"] == "nuanfan_kiosk"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/kiosk")
    revoke_device(site.database, device.code, by="test", clock=site.clock)
    page.locator(".k-help").click()
    page.wait_for_selector("text=还没有登记")
    context.close()
