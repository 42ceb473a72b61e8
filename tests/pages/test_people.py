"""The people pages in a real browser: read, typed into, refused, kept, merged, by keyboard and at two widths."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from service.tables import (
    Elder,
    ElderAbsence,
    ElderCard,
    ElderCareLevel,
    ElderClass,
    ElderConsent,
    ElderContact,
    ElderPhone,
    ElderPlace,
    ElderRisk,
    ElderStateChange,
)
from tests.pages.conftest import Look, Site
from tests.pages.seeing import troubles_of

pytestmark = pytest.mark.browser

OPEN = "for (const one of document.querySelectorAll('main details')) one.open = true"
HAIZHU = {"city": "广州市", "district": "海珠区", "street": "赤岗街道"}
NOTED_AT = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def note_much(site: Site) -> None:
    """Note everything there is about E0002, and make E0003 look like it."""
    with site.database.write() as session:
        for number in ("E0002", "E0003"):
            elder = session.get_one(Elder, number)
            elder.name, elder.birth_year, elder.birth_date = "钱样本重", 1939, date(1939, 5, 17)
            session.add(elder)
            session.add(ElderCard(elder_number=number, kind="benefit", card_number="SAMPLE-B-000002"))
        session.add_all(
            [
                ElderPhone(elder_number="E0002", phone="020-55502001", note="座机，晚上接"),
                ElderContact(
                    elder_number="E0002", name="李样安（邻居）", phone="199-0002-0002", roles="emergency key_holder"
                ),
                ElderContact(elder_number="E0002", name="王样兰（社工）", phone="199-0002-0003", call_order=3),
                ElderPlace(elder_number="E0002", kind="hukou", proof="户口簿", **HAIZHU),
                ElderPlace(elder_number="E0002", kind="residence", from_day=date(2015, 6, 1), **HAIZHU),
                ElderClass(
                    elder_number="E0002", status_class="dibao", from_day=date(2026, 1, 1), proof="低保证 样例-0002"
                ),
                ElderClass(
                    elder_number="E0002",
                    status_class="lives_alone",
                    from_day=date(2020, 1, 1),
                    until_day=date(2025, 12, 31),
                ),
                ElderCareLevel(elder_number="E0002", level=3, from_day=date(2026, 3, 1), proof="评估报告 样例-0002"),
                ElderCard(
                    elder_number="E0002",
                    kind="social_security",
                    card_number="SAMPLE-S-000002",
                    valid_until=date(2026, 6, 30),
                ),
                ElderAbsence(
                    elder_number="E0002", from_day=date(2026, 12, 1), until_day=date(2026, 12, 9), reason="hospital"
                ),
                ElderRisk(elder_number="E0002", risk="falls", note="浴室跌倒过"),
                ElderRisk(elder_number="E0002", risk="hard_of_hearing"),
                ElderConsent(
                    elder_number="E0002",
                    purpose="family_sharing",
                    given_at=NOTED_AT,
                    agreed=True,
                    text_version="2026-01",
                ),
                ElderStateChange(
                    elder_number="E0002",
                    from_day=date(2026, 12, 20),
                    to_state="paused",
                    reason="回乡过冬",
                    asked_by="jiexian",
                    asked_at=NOTED_AT,
                ),
            ]
        )


PAGES = {
    "list": ("/people?q=E000", "jiexian"),
    "record": ("/people/E0002", "fuwutai"),
    "record at a point": ("/people/E0001", "peican"),
    "form of who": ("/people/E0002/edit", "jiexian"),
    "form of a card": ("/people/E0002/cards", "jiexian"),
    "form of a contact": ("/people/E0002/contacts", "jiexian"),
    "look-alikes": ("/people/alike", "fuwutai"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_people_page_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    note_much(site)
    found = {}
    for name, (path, user) in PAGES.items():
        page = look(path, user, width=width, language=language)
        page.evaluate(OPEN)
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        troubles = troubles_of(page)
        if troubles:
            found[name] = troubles
    assert found == {}


def test_a_record_shows_decisions_contacts_in_order_and_what_has_lapsed(look: Look, site: Site) -> None:
    note_much(site)
    page = look("/people/E0002", "fuwutai")
    assert page.locator(".state .is-late").count() == 2
    answers = page.locator("section[aria-labelledby=decisions] .alert").all_inner_texts()
    assert ["可以订餐" in answers[0], "享受补贴" in answers[1], "GZ-MEAL" in answers[1]] == [True, True, True]
    names = page.locator(".calls li b").all_inner_texts()
    assert names == ["家属甲", "李样安（邻居）", "王样兰（社工）"]
    assert page.locator("section[aria-labelledby=cards] .is-warn").inner_text() == "已过期"
    assert page.locator("section[aria-labelledby=status_classes] .is-over").count() == 1


def test_an_elder_is_found_and_a_wrong_cell_keeps_what_was_typed(look: Look, site: Site) -> None:
    page = look("/people", "jiexian")
    page.keyboard.type("E0001")
    page.keyboard.press("Enter")
    page.click("a.row-link")
    page.click("section[aria-labelledby=care_levels] h2 a")
    page.fill("[name=level]", "9")
    page.fill("[name=proof]", "评估报告 样例-9")
    page.keyboard.press("Enter")
    assert page.locator("[aria-invalid=true]").get_attribute("name") == "level"
    assert "0 到 5" in page.inner_text("#wrong-level")
    assert page.input_value("[name=proof]") == "评估报告 样例-9"
    page.fill("[name=level]", "4")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/E0001")
    assert "评估报告 样例-9" in page.inner_text("section[aria-labelledby=care_levels]")
    assert "jiexian" in page.inner_text("section[aria-labelledby=history]")


def test_a_refused_state_says_why_on_the_record(look: Look, site: Site) -> None:
    page = look("/people/E0001", "jiexian")
    page.select_option("[name=to_state]", "active")
    page.click("section[aria-labelledby=states] form:last-of-type button")
    assert "不能改为" in page.inner_text("[role=alert]")
    page.select_option("[name=to_state]", "paused")
    page.click("section[aria-labelledby=states] form:last-of-type button")
    page.wait_for_url("**/people/E0001")
    assert page.locator(".state .chip").first.inner_text() == "暂停"


def test_two_records_are_told_apart_and_the_list_is_empty(look: Look, site: Site) -> None:
    note_much(site)
    page = look("/people/alike", "fuwutai")
    assert page.locator(".pairs > li").count() == 1
    assert "卡号相同" in page.inner_text(".pairs")
    page.click("text=不是同一人")
    page.wait_for_load_state("networkidle")
    assert page.locator(".pairs").count() == 0
