"""The pages at work, in a real browser: quick by keyboard and by touch, refusing in words, legible everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.axe import violations
from tests.pages.seeing import troubles_of
from tests.pages.work.conftest import Open
from tests.pages.work_town import at
from tests.service.work_day import Work

pytestmark = pytest.mark.browser

SHEETS = ("K1-01 s0935 f0941 c82 h72@0955 g130 m冷柜2 k陈例 p3", "K1-02 s0905 f0920 c74 h55@0950 g100")
SAID = "[data-said]"


def done(page: Any) -> str:
    page.wait_for_selector('[data-said="done"]')
    return str(page.inner_text(SAID))


def refused(page: Any) -> str:
    page.wait_for_selector('[data-said="refused"]')
    return str(page.inner_text(SAID))


def press_fresh(page: Any, act: Any) -> None:
    """Do something that sends a form, and wait until its answer stands on the page."""
    page.evaluate("document.querySelector('[data-said]')?.removeAttribute('data-said')")
    act()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1024, 1440])
@pytest.mark.parametrize("path", ["/kitchen", "/packing", "/loading", "/close"])
def test_a_page_is_legible_reachable_and_keeps_wcag(
    open_page: Open, work: Work, path: str, width: int, language: str
) -> None:
    for sheet in SHEETS:
        work.sheet(sheet)
    box = next(one for one in work.ramp().of_list("V01-1") if one.is_special)
    work.tick(box)
    work.carry("V01", 1, 2)
    page = open_page(path, "fuwutai", width=width, language=language)
    assert page.inner_text("h1")
    assert troubles_of(page) == {}
    assert violations(page) == []


def test_a_sheet_is_keyed_in_one_line_and_the_next_can_follow_at_once(open_page: Open) -> None:
    page = open_page("/kitchen")
    page.fill("#line", "01 s0935 f0941 c82 g130")
    page.press("#line", "Enter")
    assert "K1-01" in done(page)
    assert page.evaluate("document.activeElement.id") == "line"
    press_fresh(page, lambda: (page.fill("#line", "01 c174"), page.press("#line", "Enter")))
    assert "110" in refused(page)
    assert "82 °C" in page.inner_text("main")
    assert "174" not in page.inner_text(".sheet-facts >> nth=0")


def test_in_the_row_of_small_fields_enter_moves_on_and_sends_at_the_end(open_page: Open, work: Work) -> None:
    page = open_page("/kitchen")
    batch = work.batch("K1-02").id
    page.click(f"#sheet-{batch} > summary")
    page.focus(f"#s-{batch}")
    for typed in ("0905", "0920", "74", "", "130", "冷柜2", "陈例", "", "16", "0", "李例"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    assert "K1-02" in done(page)
    assert work.batch("K1-02").cooked_at == at(9, 20)


def test_a_cold_reading_moves_the_eat_by_on_the_screen_and_names_the_late_runs(open_page: Open, work: Work) -> None:
    work.sheet("K1-02 f0920 c74")
    batch = work.batch("K1-02").id
    work.clock.instant = at(10, 30)
    page = open_page("/kitchen")
    assert page.locator("#too-late").count() == 0
    page.fill(f"#core-{batch}", "48")
    page.press(f"#core-{batch}", "Enter")
    assert "11:20" in done(page)
    assert "R01" in page.inner_text(".late-runs")
    assert page.inner_text(f"#batch-{batch} .eat-by s") != page.inner_text(f"#batch-{batch} .eat-by b")


def test_a_label_is_scanned_its_lid_keyed_and_a_swap_is_told_in_words(open_page: Open, work: Work) -> None:
    boxes = work.ramp().of_list("V01-1")
    plain = next(one for one in boxes if not one.is_special)
    page = open_page("/packing", more="&list=V01-1")
    assert page.evaluate("document.activeElement.id") in {"", "label"}
    page.fill("#label", plain.label)
    page.press("#label", "Enter")
    assert page.evaluate("document.activeElement.id") == "mark"
    page.keyboard.type("01" if plain.mark == "02" else "02")
    page.keyboard.press("Enter")
    assert plain.label in refused(page)
    assert page.evaluate("document.activeElement.id") == "label"
    assert work.dump()["box_tick"] == []
    page.fill("#label", plain.label)
    page.press("#label", "Enter")
    page.keyboard.type(plain.mark)
    press_fresh(page, lambda: page.keyboard.press("Enter"))
    assert plain.label in done(page)
    assert len(work.dump()["box_tick"]) == 1


def test_a_touch_on_the_mark_ticks_and_a_second_person_signs_at_the_same_screen(open_page: Open, work: Work) -> None:
    special = next(one for one in work.ramp().of_list("V01-1") if one.is_special)
    page = open_page("/packing", more="&list=V01-1")
    page.click(f".pack-boxes li:has(.label:text-is('{special.label}')) button[value='{special.mark}']")
    done(page)
    page.fill(f"#second-{special.label}", special.mark)
    press_fresh(page, lambda: page.click("form[action='/packing/check'] .main-button"))
    assert "chufang" not in refused(page)
    page.fill(f"#second-{special.label}", special.mark)
    page.fill("#second-name", "fuhe")
    page.fill("#second-password", "a-warm-bowl-of-rice")
    press_fresh(page, lambda: page.click("form[action='/packing/check'] .main-button"))
    assert "fuhe" in done(page)


def test_a_run_is_signed_out_by_the_kitchen_and_in_by_the_meal_point(open_page: Open, work: Work) -> None:
    for sheet in ("K1-01 f0941 c80", "K1-02 f0950 c80"):
        work.sheet(sheet)
    boxes = work.pack("V01-1")
    page = open_page("/loading")
    page.fill("#number-V01-1", "12")
    page.fill("#seal-V01-1", "A771")
    page.press("#seal-V01-1", "Enter")
    page.press("#boxes-V01-1", "Enter")
    done(page)
    page.fill("[id^='hot-']", "68")
    press_fresh(page, lambda: page.press("[id^='hot-']", "Enter"))
    assert "chufang" in done(page)
    arrival = open_page("/loading", "peican", width=360)
    arrival.check(f"input[name='missing'][value='{boxes[0].label}']")
    arrival.check("input[name='seals']")
    arrival.fill("#in-V01-1", str(len(boxes) - 1))
    arrival.fill("#why-in-V01-1", "少一盒")
    arrival.click("form[action$='/in'] .main-button")
    done(arrival)
    desk = open_page("/loading", "fuwutai")
    assert boxes[0].label in desk.inner_text("#missing + p + ul")
    desk.select_option("[id^='way-']", "found")
    desk.click("form[action^='/loading/missing/'] .main-button")
    assert boxes[0].label in done(desk)


def test_the_close_goes_step_by_step_and_says_who_read_why(open_page: Open) -> None:
    page = open_page("/close", "fuwutai")
    assert page.locator("#step-review .main-button").count() == 0
    page.click("#step-review .blocks button")
    done(page)
    press_fresh(page, lambda: page.click("#step-review .main-button"))
    done(page)
    assert "fuwutai" in page.inner_text("#step-review .signed")
    assert page.locator("#step-menu .main-button").count() == 1
