"""The money pages in a real browser: a period looked at, settled, doubts cleared, rules replayed, at two widths."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment
from service.clock import instant_of
from service.subsidies.reading import FOLDER
from service.tables import (
    Batch,
    ClearedClaim,
    Community,
    Elder,
    ElderAbsence,
    ElderPlace,
    LedgerEntry,
    MealOrder,
    MealPoint,
    Settlement,
    Street,
    TakenMeal,
    Visit,
)
from tests.pages.conftest import Look, Site
from tests.pages.seeing import troubles_of
from tests.pages.town import DAY, lunch_at

pytestmark = pytest.mark.browser

PERIOD = f"/money?since={DAY}&until={DAY}"


def eat_up(site: Site, *, open_stops: int = 0) -> None:
    """Let the lunch be over: cooked, brought and eaten, with five swipes in as many seconds at one terminal."""
    site.clock.instant = instant_of(DAY + timedelta(days=1), 9 * 3600)
    with site.database.write() as session:
        session.add(Street(code="440105001", name="素社街道", lat=23.09, lon=113.3))
        session.flush()
        session.add(Community(code="Q1", name="样例社区", street_code="440105001", lat=23.09, lon=113.3))
        session.flush()
        for point in session.exec(select(MealPoint)):
            point.community_code = "Q1"
        for elder in session.exec(select(Elder)):
            for kind in ("hukou", "residence"):
                session.add(ElderPlace(elder_number=elder.number, kind=kind, city="广州市", district="海珠区"))
        for batch in session.exec(select(Batch)):
            batch.cooked_at = lunch_at(10, 30)
        at_home = session.exec(select(MealOrder).where(MealOrder.fulfilment == Fulfilment.HOME)).first()
        assert at_home is not None
        session.add(ElderAbsence(elder_number=at_home.elder_number, from_day=DAY, reason="hospital"))
        visits = [one for one in session.exec(select(Visit)) if one.outcome is None]
        for visit in visits[open_stops:]:
            visit.outcome, visit.outcome_at, visit.outcome_by = "in_person", lunch_at(12, 0), "songcan"
        others = session.exec(select(MealOrder).where(MealOrder.fulfilment != Fulfilment.HOME)).all()
        for number, order in enumerate(others[:7]):
            at = instant_of(DAY, 12 * 3600 + number * (1 if number < 5 else 300))
            session.add(TakenMeal(order_id=order.id or 0, at=at, way="swipe", terminal="T1", by="peican"))


def corrected() -> str:
    """The Guangzhou scheme with a cap of 3.20 yuan in a second version."""
    shipped = (FOLDER / "guangzhou-2024.toml").read_text(encoding="utf-8")
    head, rest = shipped.split('[[rules]]\nid = "GZ-MEAL"\nversion = 1', 1)
    second = '[[rules]]\nid = "GZ-MEAL"\nversion = 2' + rest.replace("cap_fen = 300", "cap_fen = 320", 1)
    return head.replace("version = 1", "version = 2", 1) + second


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_money_page_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    eat_up(site, open_stops=2)
    found = {}
    for name, path in (("empty", "/money"), ("outlook", PERIOD), ("one", "/money/1"), ("list", "/money")):
        if name == "one":
            page = look(PERIOD, "fuwutai")
            page.fill("[name=despite_open]", "路线单遗失")
            page.click("form.settle button")
            page.wait_for_url("**/money/1")
        page = look(path, "fuwutai", width=width, language=language)
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        troubles = troubles_of(page)
        if troubles:
            found[name] = troubles
    assert found == {}


def test_a_period_is_settled_a_burst_cleared_by_name_and_the_rest_paid(look: Look, site: Site) -> None:
    eat_up(site)
    page = look(PERIOD, "fuwutai")
    assert page.locator("input[name=order_ids]").count() == 5
    page.click("form.settle button")
    page.wait_for_url("**/money/1")
    refused = page.locator("section.trouble tbody tr").all_inner_texts()
    assert sum("5" in row and "T1" in row for row in refused) == 5
    assert any("住院" in row for row in refused)
    for box in page.locator("input[name=order_ids]").all()[:2]:
        box.check()
    page.fill("section.trouble [name=reason]", "看过录像")
    page.click("section.trouble .inline button")
    page.wait_for_load_state("networkidle")
    assert page.locator("text=已由 fuwutai 放行").count() == 2
    page = look(PERIOD, "fuwutai")
    page.click("form.settle button")
    page.wait_for_url("**/money/2")
    assert page.locator("dl.figures dd").first.inner_text() == "2"
    with site.database.read() as session:
        assert len(session.exec(select(ClearedClaim)).all()) == 2


def test_a_corrected_rule_is_shown_before_it_is_booked(look: Look, site: Site, tmp_path: Path) -> None:
    eat_up(site)
    page = look(PERIOD, "fuwutai")
    page.click("form.settle button")
    page.wait_for_url("**/money/1")
    rules = tmp_path / "rules.toml"
    rules.write_text(corrected(), encoding="utf-8")
    page.set_input_files("[name=rules]", rules)
    page.click("form[action='/money/1/replay'] button")
    page.wait_for_load_state("networkidle")
    assert "+0.20" in page.locator("main").inner_text()
    with site.database.read() as session:
        assert len(session.exec(select(Settlement)).all()) == 1
        before = len(session.exec(select(LedgerEntry)).all())
    page.click("form.settle button")
    page.wait_for_url("**/money/2")
    with site.database.read() as session:
        assert len(session.exec(select(LedgerEntry)).all()) > before
    assert "更正结算 1" in page.locator("main").inner_text()


def test_what_cannot_be_is_refused_in_words_and_nothing_is_settled(look: Look, site: Site) -> None:
    eat_up(site)
    page = look(f"/money?since={DAY}&until=2020-01-01", "fuwutai")
    assert "366" in page.locator("main").inner_text()
    page = look("/money/99", "fuwutai")
    assert "99" in page.locator("main").inner_text()
    page = look("/money", "chufang")
    assert page.locator("h1").inner_text() != "餐费结算"
    with site.database.read() as session:
        assert session.exec(select(Settlement)).all() == []
