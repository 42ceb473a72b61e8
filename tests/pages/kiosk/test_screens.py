"""The kiosk's screens in a real browser: measured, listened to, without a mouse, without a script, without a server."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from service.kiosk.guesses import MOST_GUESSES, count_guess
from service.tables import Elder
from tests.pages.conftest import Site
from tests.pages.kiosk.conftest import Stand, orders, window_of
from tests.pages.kiosks import CARD, FOREIGN, LAPSED, LOST, TUESDAY, Kiosk, KioskSite
from tests.pages.town import lunch_at

pytestmark = pytest.mark.browser

EYES = (Path(__file__).parents[1] / "kiosk_eyes.js").read_text(encoding="utf-8")
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
    kiosk.page.wait_for_selector("#away[open]")
    assert PHONE in kiosk.page.inner_text("#away")
    assert kiosk.broken_rules() == []
    kiosk.page.context.set_offline(False)
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
    context = window_of(chromium, served, java_script_enabled=False)
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
