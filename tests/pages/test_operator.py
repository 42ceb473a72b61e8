"""The telephone desk driven by keyboard alone, in a real browser."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlmodel import select

from api.app import create_app
from service.clock import StoppedClock
from service.db import open_database
from service.desk.acts import Seat
from service.desk.standing_by import worry_about
from service.settings import Settings
from service.standing import generate_ahead
from service.tables import CallBack, ElderAbsence, ElderPhone, MealOrder, PhoneCall, Worry
from tests.pages.conftest import Look, Site, serving
from tests.pages.desk_town import ALONE, EXCHANGE_TOKEN, FAMILY_PHONE, REGULAR, furnish
from tests.pages.seeing import troubles_of
from tests.pages.town import DAY, build_town, lunch_at

pytestmark = pytest.mark.browser

TUESDAY = str(DAY + timedelta(days=1))
STANDING = "E0007"


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Iterator[Site]:
    """The town's desk on Monday at 11:33; Tuesday can be ordered until 15:00."""
    shutil.copy(sqlite_template, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    settings = Settings(home=tmp_path, exchange_token=EXCHANGE_TOKEN)
    town = build_town(database)
    furnish(database)
    clock = StoppedClock(lunch_at(11, 33))
    generate_ahead(database, clock)
    app = create_app(database, settings, clock)
    with serving(app) as address:
        yield Site(address, database, clock, town, app)
    database.engine.dispose()


def ring(page: Any, call_id: str, caller: str, line: str = "8001", event: str = "ringing") -> None:
    """Tell of a call as the exchange does."""
    answer = page.context.request.post(
        "/api/calls",
        data={
            "call_id": call_id,
            "line": line,
            "caller": caller,
            "event": event,
            "at": "2026-11-23T11:32:58+08:00",
        },
        headers={"Authorization": f"Bearer {EXCHANGE_TOKEN}"},
    )
    assert answer.ok, answer.text()


def settle(page: Any) -> None:
    """Wait until every key that was pressed has been answered."""
    page.wait_for_selector("body:not([data-busy])")


def popped(page: Any, elder: str) -> None:
    page.wait_for_selector(f".desk-now[data-elder={elder}]")
    settle(page)


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def state(page: Any, day: str = TUESDAY, meal: str = "lunch") -> str:
    return page.locator(f".cell[data-day='{day}'][data-meal={meal}]").get_attribute("data-state")


def orders(site: Site, elder: str) -> dict[tuple[str, str], tuple[str, str | None, str, str]]:
    with site.database.read() as session:
        rows = session.exec(select(MealOrder).where(MealOrder.elder_number == elder, MealOrder.service_day > DAY))
        return {(str(o.service_day), o.meal): (o.state, o.dish_code, o.fulfilment, o.source) for o in rows}


def at_desk(look: Look, line: str = "8001", user: str = "jiexian", **view: Any) -> Any:
    page = look(f"/operator?line={line}", user, **view)
    page.wait_for_selector("body[data-shown]")
    return page


def test_a_call_opens_its_elder_before_the_receiver_is_up_and_enter_orders_the_usual(look: Look, site: Site) -> None:
    page = at_desk(look)
    ring(page, "x1", "020-00000003")
    popped(page, REGULAR)
    assert "本人" in page.inner_text(".caller")
    assert page.evaluate("document.activeElement.dataset.day") == TUESDAY
    press(page, "Enter")
    assert state(page) == "ordered"
    assert orders(site, REGULAR) == {(TUESDAY, "lunch"): ("placed", None, "home", "phone")}
    press(page, "Escape")
    page.wait_for_selector("#nobody")
    with site.database.read() as session:
        call = session.exec(select(PhoneCall)).one()
        assert (call.taken_by, call.elder_number, call.outcome) == ("jiexian", REGULAR, "ordered")
    assert page.complaints == []


def test_the_same_fields_in_another_order_give_the_same_order(look: Look, site: Site) -> None:
    found = []
    for keys, acts in ((("d", "2", "f", "2"), 2), (("f", "2", "d"), 2), (("f", "d", "2"), 1)):
        page = look(f"/operator?elder={REGULAR}", "jiexian")
        press(page, *keys)
        found.append(orders(site, REGULAR)[TUESDAY, "lunch"])
        press(page, *["u"] * acts)
        assert state(page) == "open"
    assert set(found) == {("placed", "D03", "dine_in", "family")}


def test_every_key_does_what_it_says_and_u_takes_it_back(look: Look, site: Site) -> None:
    page = look(f"/operator?elder={STANDING}", "jiexian")
    before = orders(site, STANDING)
    assert state(page) == "default"
    press(page, "ArrowLeft", "x")
    page.keyboard.type("2")
    press(page, "Enter")
    assert state(page) == "cancelled"
    press(page, "u")
    assert state(page) == "default"
    press(page, "s")
    assert page.evaluate("document.activeElement.name") == "from_day"
    page.keyboard.press("Tab")
    page.keyboard.type("26")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    press(page, "Enter")
    assert [state(page), state(page, "2026-11-26"), state(page, "2026-11-27")] == ["stopped", "stopped", "default"]
    with site.database.read() as session:
        stop = session.exec(select(ElderAbsence)).one()
        assert (str(stop.from_day), str(stop.until_day), stop.reason) == (TUESDAY, "2026-11-26", "hospital")
    press(page, "r")
    assert state(page) == "default"
    press(page, "u", "u")
    assert orders(site, STANDING) == before
    press(page, "c")
    page.keyboard.type("15:30")
    press(page, "Enter")
    press(page, "w")
    page.keyboard.type("2")
    press(page, "Enter")
    assert "可能摔倒" in page.inner_text(".worries")
    press(page, "u", "u")
    with site.database.read() as session:
        assert session.exec(select(CallBack.state)).all() == ["withdrawn"]
        assert session.exec(select(Worry.state)).all() == ["withdrawn"]
    assert page.complaints == []


def test_a_late_wish_waits_for_the_kitchen(look: Look, site: Site) -> None:
    site.clock.instant = lunch_at(15, 30)
    page = look(f"/operator?elder={REGULAR}", "jiexian")
    press(page, "ArrowUp", "ArrowUp", "ArrowDown")
    page.locator(f".cell[data-day='{TUESDAY}'][data-meal=lunch]").focus()
    press(page, "l")
    page.keyboard.type("1")
    press(page, "Enter")
    assert {row[0] for row in orders(site, REGULAR).values()} <= {"requested", "placed"}


def test_an_elder_is_found_by_pinyin_opened_and_the_number_is_kept(look: Look, site: Site) -> None:
    page = at_desk(look, "")
    ring(page, "x2", "13900000123", line="8009")
    page.wait_for_selector("#waiting:not([hidden])")
    page.keyboard.press("a")
    page.wait_for_selector("#nobody >> text=13900000123")
    settle(page)
    page.keyboard.press("/")
    page.keyboard.type("zybz 07")
    page.keyboard.press("Control+a")
    page.keyboard.type("zhengyangben07")
    page.wait_for_selector(f"#found .pick[data-elder={STANDING}]")
    press(page, "Enter")
    popped(page, STANDING)
    assert "号码未登记" in page.inner_text(".caller")
    press(page, "+")
    assert "本人" in page.inner_text(".caller")
    with site.database.read() as session:
        assert session.exec(select(ElderPhone.phone)).all() == ["13900000123"]


def test_several_elders_on_one_number_are_chosen_by_a_digit(look: Look, site: Site) -> None:
    page = at_desk(look)
    ring(page, "x3", FAMILY_PHONE)
    page.wait_for_selector(".choose .pick")
    settle(page)
    press(page, "2")
    popped(page, "E0013")
    assert "女儿样" in page.inner_text(".caller")


def test_two_operators_at_one_elder_get_one_order_and_one_clear_message(look: Look, site: Site) -> None:
    first = look(f"/operator?elder={REGULAR}", "jiexian")
    second = look(f"/operator?elder={REGULAR}", "fuwutai")
    press(first, "Enter")
    press(second, "2")
    assert "jiexian" in second.inner_text("#said.is-wrong")
    assert state(second) == "ordered"
    assert orders(site, REGULAR)[TUESDAY, "lunch"] == ("placed", None, "home", "phone")


def test_a_call_that_another_operator_has_taken_says_so(look: Look, site: Site) -> None:
    first, second = at_desk(look, ""), at_desk(look, "", "fuwutai")
    ring(first, "x4", "020-00000003")
    for page in (first, second):
        page.wait_for_selector("#waiting:not([hidden])")
    press(first, "a")
    popped(first, REGULAR)
    # The second one's page still shows the call for a moment.
    second.evaluate(
        "fetch('/operator/calls/1/take', {method: 'POST'}).then((a) => document.body.dataset.got = a.status)"
    )
    second.wait_for_selector("body[data-got]")
    assert second.evaluate("document.body.dataset.got") == "409"


def test_keys_can_be_turned_off(look: Look, site: Site) -> None:
    page = look(f"/operator?elder={REGULAR}", "jiexian")
    page.click("#keys-on")
    page.locator(".cell.is-chosen").focus()
    press(page, "Enter", "1", "w")
    assert orders(site, REGULAR) == {}
    assert page.locator(".prompt:not([hidden])").count() == 0


CALLS = (
    [("usual", ("Enter",))] * 30
    + [("two days", ("Enter", "Enter"))] * 6
    + [("a dish", ("3",))] * 5
    + [("eat there", ("d", "Enter"))] * 3
    + [("a worry", ("w", "4", "Enter"))] * 2
    + [("call back", ("c", "Enter"))] * 2
    + [("question only", ())] * 2
)


def test_fifty_calls_take_few_keys(look: Look, site: Site) -> None:
    """The set of 50 calls of the specification: most want the usual, some a dish, a stop, or only to ask."""
    page = at_desk(look)
    people = [f"E{number:04d}" for number in range(1, 36) if number % 3 != 0 and number % 5 != 1]
    counts = []
    for turn, (_, keys) in enumerate(CALLS):
        elder = people[turn % len(people)]
        ring(page, f"call-{turn}", f"020-0000{int(elder[1:]) - 1:04d}")
        popped(page, elder)
        for key in keys:
            page.keyboard.press(key)
            settle(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("#nobody")
        settle(page)
        counts.append(int(page.evaluate("document.body.dataset.steps")))
    print(f"50 calls: median {statistics.median(counts)} keys, most {max(counts)}")
    assert statistics.median(counts) <= 2
    assert max(counts) <= 4
    with site.database.read() as session:
        outcomes = session.exec(select(PhoneCall.outcome)).all()
    assert len(outcomes) == 50
    assert {"ordered", "worry", "call_back", "nothing"} <= set(outcomes)
    assert page.complaints == []


PAGES = {
    "idle": "/operator",
    "elder": f"/operator?elder={ALONE}",
    "standing": f"/operator?elder={STANDING}",
    "lists": "/operator/lists",
    "ticket": f"/operator/ticket?q={REGULAR}",
    "choose": "/operator/ticket?q=样本",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_desk_can_be_read_reached_and_hit_by_everybody(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    worry_about(site.database, Seat(ALONE, "jiexian"), "说话糊涂", clock=site.clock)
    found = {}
    for name, path in PAGES.items():
        page = look(path, "guanli", width=width, language=language)
        page.wait_for_timeout(100)
        if name == "elder":
            press(page, "s")
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        troubles = troubles_of(page)
        axe = Axe().run(page)
        if axe.violations_count:
            troubles["axe"] = [
                (one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in axe.response["violations"]
            ]
        if troubles:
            found[name] = troubles
    assert found == {}


def test_the_keys_that_act_all_stand_on_the_page(look: Look, site: Site) -> None:
    page = look(f"/operator?elder={REGULAR}", "jiexian")
    shown = " ".join(page.locator(".keys kbd").all_inner_texts())
    for key in "HDPXSRCWLUTFKBA/+":
        assert key in shown


def test_lists_are_walked_by_arrows_and_a_try_is_one_key(look: Look, site: Site) -> None:
    page = look(f"/operator?elder={REGULAR}", "jiexian")
    press(page, "c")
    page.keyboard.type("+5")
    press(page, "Enter")
    page.goto("/operator/lists")
    assert page.evaluate("document.activeElement.href").endswith(f"elder={REGULAR}")
    page.keyboard.press("n")
    page.wait_for_selector("#list-no_reply .chip.is-warn")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/operator?*")


def test_a_ticket_is_keyed_by_digits_alone(look: Look, site: Site) -> None:
    page = look("/operator/ticket", "jiexian")
    page.keyboard.type(REGULAR)
    page.keyboard.press("Enter")
    page.wait_for_selector("#ticket")
    page.keyboard.type("120")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert.is-ok")
    assert sorted(orders(site, REGULAR)) == [(str(DAY + timedelta(days=n)), "lunch") for n in (1, 2, 3)]
    assert {row[3] for row in orders(site, REGULAR).values()} == {"bulk"}
