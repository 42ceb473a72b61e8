"""The kiosk in a real browser, touched, typed at, swiped at, listened to and measured, screen by screen."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlmodel import select

from service.devices import add_kiosk, revoke_device
from service.kiosk.guesses import CLOSED_FOR, MOST_GUESSES, count_guess
from service.menus.choices import choices_of
from service.tables import Elder, MealOrder, MenuEntry, Notice, OrderState, TakenMeal
from service.texts import text
from tests.pages.conftest import Site
from tests.pages.kiosks import CARD, FOREIGN, LAPSED, LOST, SHAPES, TUESDAY, Kiosk, KioskSite, kiosk_site
from tests.pages.town import DAY, lunch_at

pytestmark = pytest.mark.browser

EYES = (Path(__file__).parent / "kiosk_eyes.js").read_text(encoding="utf-8")
PHONE = "020-00001"
VOICES = """
  window.spoken = [];
  const voices = ["zh-CN", "zh_HK", "en-US"].map((lang) => ({ lang, name: lang, default: false, localService: true }));
  window.SpeechSynthesisUtterance = function (words) { this.text = words; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices,
    speak: (one) => window.spoken.push({ text: one.text, voice: one.voice.lang }),
    cancel: () => { window.spoken = []; },
    addEventListener: () => {},
  } });
"""

Stand = Callable[..., Kiosk]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[KioskSite]:
    """One server for all tests here: each finds the town as it was at the beginning."""
    with kiosk_site(tmp_path_factory.mktemp("kiosk"), sqlite_template) as served:
        yield served


@pytest.fixture(scope="module")
def browser_of(chromium: Any, served: KioskSite) -> Iterator[Any]:
    """The one browser window that is registered as the kiosk."""
    context = _context(chromium, served)
    yield context
    context.close()


def _context(chromium: Any, served: KioskSite, **more: Any) -> Any:
    width, height = SHAPES["lying"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, base_url=served.site.address, has_touch=True, **more
    )
    cookie = {"name": "nuanfan_kiosk", "value": served.token, "domain": "127.0.0.1", "path": "/kiosk"}
    context.add_cookies([cookie])
    return context


@pytest.fixture
def site(served: KioskSite) -> Site:
    """The server, with the town as it was at the beginning."""
    served.renew()
    return served.site


@pytest.fixture
def stand(browser_of: Any, site: Site) -> Iterator[Stand]:
    """Stand in front of the kiosk of P1."""
    opened = []

    def open_kiosk(shape: str = "lying", *, script: str = "") -> Kiosk:
        width, height = SHAPES[shape]
        page = browser_of.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.complaints = []
        page.on("console", lambda one: page.complaints.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto("/kiosk")
        return Kiosk(page)

    yield open_kiosk
    for page in opened:
        page.close()


def orders(site: Site, number: str) -> list[MealOrder]:
    with site.database.read() as session:
        of_elder = select(MealOrder).where(MealOrder.elder_number == number, MealOrder.service_day > DAY)
        return sorted(session.exec(of_elder), key=lambda order: order.service_day)


def went_with(site: Site, order: MealOrder) -> tuple[str, ...]:
    with site.database.read() as session:
        return choices_of(session, order.id or 0)


def every_screen(kiosk: Kiosk, site: Site) -> Iterator[str]:
    """Go through all screens, giving the name of each while it is shown."""
    yield from _who_it_is(kiosk)
    yield from _an_order(kiosk)
    yield from _what_is_ordered(kiosk)
    kiosk.swipe(CARD[1])
    yield "dish with others greyed"
    kiosk.press("leave")
    with site.database.write() as session:
        session.get_one(Elder, "E0007").state = "paused"
    kiosk.swipe(CARD[7])
    yield f"{kiosk.step} not entitled"
    kiosk.press("leave")
    site.clock.instant = lunch_at(11 + 24 * 30, 0)
    kiosk.swipe(CARD[4])
    yield f"{kiosk.step} nothing on the menu"
    kiosk.press("leave")
    with site.database.write() as session:
        for _ in range(MOST_GUESSES - 1):
            count_guess(session, "P1-K1", site.clock.now())
    kiosk.type("9999")
    yield f"{kiosk.step} key-pad closed"
    kiosk.press("back")
    yield f"{kiosk.step} key-pad closed"


def _who_it_is(kiosk: Kiosk) -> Iterator[str]:
    yield "who"
    kiosk.type("1")
    yield kiosk.step  # sure
    kiosk.press("sure:no")
    for card in ("SAMPLE-UNKNOWN", FOREIGN, LOST, LAPSED):
        kiosk.swipe(card)
        yield f"{kiosk.step} {card}"
        kiosk.press("back")
    kiosk.swipe(CARD[28])
    yield kiosk.step  # take
    kiosk.swipe(CARD[1])
    yield kiosk.step  # other_card
    kiosk.press("sure:no", "take")
    yield kiosk.step  # taken


def _an_order(kiosk: Kiosk) -> Iterator[str]:
    kiosk.press("again:order")
    yield kiosk.step  # same
    kiosk.press("same:no")
    yield kiosk.step  # dish
    kiosk.press("dish:D02")
    yield kiosk.step  # course
    kiosk.press("option:R4")
    yield "course half chosen"
    kiosk.press("option:R2")
    yield "course of one"
    kiosk.press("option:R8")
    yield kiosk.step  # way
    kiosk.press("way:pick_up")
    yield kiosk.step  # proxy
    kiosk.press("proxy:me")
    yield kiosk.step  # day
    kiosk.press("day:week")
    yield kiosk.step  # read_back
    kiosk.press("place")
    yield kiosk.step  # placed


def _what_is_ordered(kiosk: Kiosk) -> Iterator[str]:
    kiosk.press("mine")
    yield kiosk.step  # mine
    order = kiosk.page.get_attribute("[value^='ask_cancel']", "value") or ""
    kiosk.press(order)
    yield kiosk.step  # cancel_sure
    kiosk.press(order.removeprefix("ask_"))
    yield "mine after cancelling"
    kiosk.press("help")
    yield kiosk.step  # help
    kiosk.press("leave")


STEPS = (
    *("sure", "take", "taken", "other_card", "same", "dish", "course", "way", "proxy", "day"),
    *("read_back", "placed", "mine", "cancel_sure", "help"),
)


@pytest.mark.parametrize(
    ("shape", "language", "has_axe"),
    [("upright", "mandarin", False), ("lying", "english", True), ("phone", "mandarin", True)],
)
def test_every_screen_is_large_near_and_open_to_all(
    stand: Stand, site: Site, shape: str, language: str, has_axe: bool
) -> None:
    kiosk = stand(shape)
    found: dict[str, Any] = {}
    seen = set()
    for name in every_screen(kiosk, site):
        if language == "english" and kiosk.page.get_attribute("#kiosk", "lang") != "en":
            kiosk.press("voice:english")
        seen.add(name)
        eyes = kiosk.page.evaluate(EYES)
        troubles = {key: eyes[key] for key in ("tight", "small", "close") if eyes[key]}
        troubles |= {"below": eyes["below"]} if eyes["below"] and shape != "phone" else {}
        troubles |= {"smallest": eyes["smallest"]} if eyes["smallest"] < 18 else {}
        troubles |= {"sideways": eyes["sideways"]} if eyes["sideways"] > 0 else {}
        troubles |= {} if eyes["help"] else {"help": "absent"}
        broken = kiosk.broken_rules() if has_axe else []
        troubles |= {"axe": broken} if broken else {}
        if troubles:
            found[name] = troubles
    assert found == {}
    assert kiosk.page.complaints == []
    assert set(STEPS) < seen


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


def test_after_a_minute_it_asks_and_then_forgets_who_was_there(stand: Stand) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.page.clock.install()
    kiosk.page.reload()
    kiosk.page.clock.run_for(59_000)
    assert not kiosk.page.is_visible("#still")
    kiosk.page.clock.run_for(2_000)
    assert kiosk.page.is_visible("#still")
    assert "您还在吗" in kiosk.page.inner_text("#still")
    assert kiosk.page.evaluate(EYES)["small"] == []
    assert kiosk.broken_rules() == []
    kiosk.page.locator("#still [value=still]").tap()
    kiosk.page.wait_for_selector("#still", state="hidden")
    assert kiosk.step == "take"
    kiosk.page.clock.run_for(61_000)
    kiosk.page.clock.run_for(10_000)
    assert 15 <= int(kiosk.page.inner_text("#still [data-count]")) < 25
    kiosk.page.clock.run_for(21_000)
    kiosk.page.wait_for_selector(".step-who")
    assert "华" not in kiosk.page.inner_text("#kiosk")


def test_the_server_away_is_a_screen_and_no_white_page(stand: Stand) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.page.context.set_offline(True)
    kiosk.page.locator("button[value=take]").tap()
    kiosk.page.wait_for_selector("#away[open]")
    assert PHONE in kiosk.page.inner_text("#away")
    assert kiosk.broken_rules() == []
    kiosk.page.context.set_offline(False)
    kiosk.page.locator("[data-again]").tap()
    kiosk.page.wait_for_selector("#away", state="hidden")
    assert kiosk.step == "take"


@pytest.mark.parametrize(("voice", "tag"), [("mandarin", "zh-CN"), ("cantonese", "zh_HK"), ("english", "en-US")])
def test_what_is_spoken_is_what_is_shown_in_the_voice_that_was_chosen(stand: Stand, voice: str, tag: str) -> None:
    kiosk = stand(script=VOICES)
    if voice != "mandarin":
        kiosk.press(f"voice:{voice}")
    kiosk.swipe(CARD[28])
    for do in ("later", "same:no", "dish:D01", "way:dine_in", f"day:{TUESDAY}", "place"):
        spoken = kiosk.page.evaluate("window.spoken")
        shown = [one.strip() for one in kiosk.page.locator(".k-main [data-say]").all_inner_texts()]
        assert [one["text"] for one in spoken] == [one for one in shown if one]
        assert {one["voice"] for one in spoken} == {tag}
        kiosk.press(do)
    assert kiosk.page.complaints == []


def test_without_a_voice_it_is_silent_and_nothing_breaks(stand: Stand) -> None:
    kiosk = stand(script="Object.defineProperty(window, 'speechSynthesis', { value: undefined });")
    kiosk.press("voice:cantonese")
    kiosk.swipe(CARD[28])
    assert not kiosk.page.is_visible("[data-speak]")
    assert kiosk.page.complaints == []


def test_it_can_be_used_by_keyboard_alone(stand: Stand, site: Site) -> None:
    kiosk = stand()
    keys = kiosk.page.keyboard
    keys.type("28", delay=150)
    keys.press("Enter")
    kiosk.page.wait_for_selector(".step-sure")
    for step in ("take", "same", "day", "read_back", "placed"):
        wanted = {"take": "sure:yes", "same": "later", "day": "same:yes", "placed": "place"}.get(step, f"day:{TUESDAY}")
        for _ in range(20):
            keys.press("Tab")
            focused = kiosk.page.evaluate(
                "[document.activeElement.value, document.activeElement.matches(':focus-visible')]"
            )
            if focused[0] == wanted:
                break
        assert focused == [wanted, True]
        keys.press("Enter")
        kiosk.page.wait_for_selector(f".step-{step}")
    assert len(orders(site, "E0028")) == 1


def test_every_screen_works_without_any_script(chromium: Any, served: KioskSite, site: Site) -> None:
    context = _context(chromium, served, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kiosk")
    for do in (
        *("key:2", "key:8", "who", "sure:yes", "later", "same:no", "dish:D02"),
        *("option:R1", "option:R4", "course:open", "way:dine_in", f"day:{TUESDAY}", "place"),
    ):
        with page.expect_navigation():
            page.locator(f'main button[name=do][value="{do}"]:not([aria-hidden])').first.click()
    assert page.locator(".step-placed").count() == 1
    assert len(orders(site, "E0028")) == 1
    context.close()


def test_the_size_goes_up_to_thirty_and_is_kept_for_the_visit_only(stand: Stand) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    for _ in range(2):
        kiosk.press("size:larger")
    assert kiosk.page.evaluate(EYES)["base"] == 30
    kiosk.press("later")
    assert kiosk.page.evaluate(EYES)["base"] == 30
    assert kiosk.page.evaluate(EYES)["below"] == []
    kiosk.press("leave")
    assert kiosk.page.evaluate(EYES)["base"] == 22


def test_the_slip_fits_an_eighty_millimetre_printer(stand: Stand) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    for do in ("later", "same:no", "dish:D03", "way:home", "day:week", "place"):
        kiosk.press(do)
    printed = kiosk.page.pdf(prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(io.BytesIO(printed))
    assert len(document) == 1
    width_mm = document[0].get_width() / 72 * 25.4
    assert round(width_mm) == 80
    said = document[0].get_textpage().get_text_range()
    for words in ("华*8", "E0028", "送到家里", "您付", "市补贴", PHONE, "15:00"):
        assert words in said
    assert "找人帮忙" not in said


def test_a_set_meal_is_asked_course_by_course_and_costs_what_is_read_back(stand: Stand, site: Site) -> None:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    assert kiosk.press("later", "same:no", "dish:D02") == "course"
    assert "小菜：5 样里请选 2 样" in kiosk.text()
    assert "虾仁豆腐" in kiosk.page.inner_text(".k-others")
    assert "虾蟹贝类" in kiosk.page.inner_text(".k-others")
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
    kiosk.swipe(CARD[28])
    assert kiosk.press("later") == "same"
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


def test_axe_would_notice_a_button_without_a_name(stand: Stand) -> None:
    kiosk = stand()
    kiosk.page.evaluate("document.querySelector('.k-help').replaceChildren()")
    assert any(line.startswith("button-name") for line in kiosk.broken_rules())


def test_no_address_holds_anything_about_anybody(stand: Stand) -> None:
    kiosk = stand()
    asked: list[str] = []
    kiosk.page.on("request", lambda request: asked.append(request.url))
    kiosk.swipe(CARD[28])
    for do in ("later", "same:yes", f"day:{TUESDAY}", "place", "mine"):
        kiosk.press(do)
    paths = {url.split("/", 3)[3].split("?")[0] for url in asked}
    assert all(path == "kiosk" or path.startswith("static/") for path in paths), paths
    assert kiosk.page.url.endswith("/kiosk")


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


def test_the_kitchens_own_photograph_is_shown_if_it_is_one(stand: Stand, served: KioskSite) -> None:
    pictures = served.path.parent / "pictures"
    pictures.mkdir()
    (pictures / "D01.png").write_bytes(Path("docs/pictures/board.png").read_bytes()[:200_000])
    (pictures / "D02.jpg").write_bytes(b"<script>alert(1)</script>")
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.press("later")
    kiosk.press("same:no")
    sources = kiosk.page.eval_on_selector_all(".k-tile img", "all => all.map((one) => one.getAttribute('src'))")
    assert sources[0] == "/kiosk/pictures/D01"
    assert sources[1].startswith("/static/own/dishes/fish.svg")
    assert kiosk.page.request.get("/kiosk/pictures/D01").headers["content-type"] == "image/png"
    assert kiosk.page.request.get("/kiosk/pictures/D02").status == 404
    assert kiosk.page.request.get("/kiosk/pictures/..%2Fnuanfan").status == 404
    shutil.rmtree(pictures)
