"""The kiosk's questions without a browser: who is known, what is drawn, what is kept and forgotten."""

from __future__ import annotations

from datetime import date

import pytest

from kitchens.meals import Ingredient
from service.clock import StoppedClock
from service.db import Database
from service.devices import add_kiosk
from service.errors import InvalidError
from service.kiosk import Said, answer, screen_of
from service.kiosk.guesses import CLOSED_FOR, GUESS_WINDOW, MOST_GUESSES
from service.kiosk.pictures import drawing_of, drawings
from service.kiosk.screens import in_part
from service.kiosk.visits import FORGOTTEN_AFTER
from service.kiosk.who import UnfitCardError, UnknownPersonError, find_by_card, get_by_number
from service.settings import Settings
from service.tables import Device, Elder, ElderCard, KioskVisit
from tests.service.towns import found_town

TODAY = date(2026, 11, 20)
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def town(database: Database) -> Database:
    found_town(database)
    with database.write() as session:
        session.add(ElderCard(elder_number="E01", kind="benefit", card_number="SAMPLE-1"))
        session.add(ElderCard(elder_number="E02", kind="benefit", card_number="SAMPLE-2", state="lost"))
        session.add(
            ElderCard(elder_number="E03", kind="benefit", card_number="SAMPLE-3", valid_until=TODAY.replace(month=1))
        )
        session.add(ElderCard(elder_number="E11", kind="benefit", card_number="SAMPLE-11"))
        session.add(ElderCard(elder_number="E12", kind="benefit", card_number="SAMPLE-1"))
    return database


@pytest.fixture
def kiosk(town: Database, clock: StoppedClock) -> Device:
    return add_kiosk(town, "P1", by="guanli", clock=clock)[0]


def known(database: Database, given: str) -> tuple[str, bool]:
    """Return who was recognised, and whether by a card."""
    with database.read() as session:
        by_card = find_by_card(session, given, "P1", TODAY)
        return (by_card or get_by_number(session, given, "P1")).number, by_card is not None


def say(database: Database, device: Device, clock: StoppedClock, pressed: str, given: str = "") -> str:
    with database.read() as session:
        turn = screen_of(session, device, settings=SETTINGS, clock=clock).turn
    answer(database, device, Said(turn, pressed, given), settings=SETTINGS, clock=clock)
    with database.read() as session:
        return screen_of(session, device, settings=SETTINGS, clock=clock).step


@pytest.mark.parametrize("given", ["E04", "e04", " E 04", "4", "04", "0004"])
def test_a_number_is_known_however_it_is_typed_but_is_asked_about(town: Database, given: str) -> None:
    assert known(town, given) == ("E04", False)


@pytest.mark.parametrize("given", ["4", "E04", "NUANFAN:E04"])
def test_a_number_is_asked_about_on_a_slip_too(town: Database, kiosk: Device, clock: StoppedClock, given: str) -> None:
    assert say(town, kiosk, clock, "who", given) == "sure"
    with town.read() as session:
        assert session.get_one(KioskVisit, kiosk.code).elder_number is None


@pytest.mark.parametrize("given", ["", "   ", "E99", "99", "NUANFAN:", "NUANFAN:NUANFAN:E04", "%", "x" * 500, "\x00"])
def test_what_is_nobodys_is_refused(town: Database, given: str) -> None:
    with pytest.raises(UnknownPersonError):
        known(town, given)


def test_a_card_that_stands_on_two_people_is_nobodys_until_the_desk_has_looked(town: Database) -> None:
    with pytest.raises(UnknownPersonError):
        known(town, "SAMPLE-1")


@pytest.mark.parametrize("given", ["SAMPLE-11", "E11"])
def test_somebody_of_another_meal_point_is_sent_to_the_desk(town: Database, given: str) -> None:
    with pytest.raises(UnknownPersonError) as refusal:
        known(town, given)
    assert refusal.value.key == "kiosk.trouble.other_point"


def test_the_key_pad_finds_nobody_of_another_point(town: Database) -> None:
    with pytest.raises(UnknownPersonError) as refusal:
        known(town, "11")
    assert refusal.value.key == "kiosk.trouble.unknown"


@pytest.mark.parametrize(("card", "key"), [("SAMPLE-2", "lost_card"), ("SAMPLE-3", "lapsed_card")])
def test_a_card_that_is_lost_or_has_lapsed_opens_nothing_while_its_elder_may_eat(
    town: Database, card: str, key: str
) -> None:
    with pytest.raises(UnfitCardError) as refusal:
        known(town, card)
    assert refusal.value.key == f"kiosk.trouble.{key}"
    assert known(town, "2")[0] == "E02"


def test_a_merged_double_stands_for_the_person(town: Database) -> None:
    with town.write() as session:
        session.get_one(Elder, "E05").merged_into = "E06"
    assert known(town, "E05")[0] == "E06"


def test_an_answer_to_a_former_screen_changes_nothing(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    said = Said("", "who", "4")
    answer(town, kiosk, said, settings=SETTINGS, clock=clock)
    with town.read() as session:
        before = session.get_one(KioskVisit, kiosk.code).model_dump()
    answer(town, kiosk, said, settings=SETTINGS, clock=clock)
    answer(town, kiosk, Said("wrong.1", "sure:yes"), settings=SETTINGS, clock=clock)
    with town.read() as session:
        assert session.get_one(KioskVisit, kiosk.code).model_dump() == before


def test_what_stands_on_no_screen_is_refused(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    for pressed in ("", "drop", "__class__"):
        with pytest.raises(InvalidError):
            answer(town, kiosk, Said("", pressed), settings=SETTINGS, clock=clock)
    assert say(town, kiosk, clock, "voice:klingon") == "trouble"


def test_nothing_of_an_order_is_answered_before_anybody_is_known(
    town: Database, kiosk: Device, clock: StoppedClock
) -> None:
    for pressed in ("place", "take", "cancel:1", "dish:D1", "day:2026-11-23", "again:order", "mine", "day:week"):
        assert say(town, kiosk, clock, pressed) in {"who", "trouble"}
    with town.read() as session:
        assert session.get_one(KioskVisit, kiosk.code).elder_number is None


def guess(database: Database, device: Device, clock: StoppedClock, given: str) -> str:
    """Type a number, deny it where it is somebody's, and return which trouble there was."""
    step = say(database, device, clock, "who", given)
    if step != "trouble":
        say(database, device, clock, "sure:no")
        return step
    with database.read() as session:
        name = screen_of(session, device, settings=SETTINGS, clock=clock).says["name"]
    say(database, device, clock, "back")
    return str(name)


def test_guessing_closes_the_key_pad_of_that_kiosk_for_some_minutes(
    town: Database, kiosk: Device, clock: StoppedClock
) -> None:
    other = add_kiosk(town, "P1", by="guanli", clock=clock)[0]
    tried = [guess(town, kiosk, clock, given) for given in ("4", "99", "5", "NUANFAN:E98", "97")]
    assert tried == ["sure", "unknown", "sure", "unknown", "pad_closed"]
    # Whether it is anybody's number is not told any more.
    assert {guess(town, kiosk, clock, given) for given in ("4", "E05", "96", "SAMPLE-9")} == {"pad_closed"}
    assert guess(town, other, clock, "4") == "sure"
    clock.advance(CLOSED_FOR.total_seconds() - 1)
    assert guess(town, kiosk, clock, "4") == "pad_closed"
    clock.advance(1)
    # It opens for as many tries as before.
    tried = [guess(town, kiosk, clock, "99") for _ in range(MOST_GUESSES)]
    assert tried == ["unknown"] * (MOST_GUESSES - 1) + ["pad_closed"]


def test_a_card_opens_a_kiosk_whose_key_pad_is_closed(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    for _ in range(MOST_GUESSES):
        guess(town, kiosk, clock, "99")
    assert say(town, kiosk, clock, "who", "SAMPLE-3") == "trouble"
    say(town, kiosk, clock, "back")
    with town.write() as session:
        session.add(ElderCard(elder_number="E04", kind="benefit", card_number="SAMPLE-4"))
    say(town, kiosk, clock, "who", "SAMPLE-4")
    with town.read() as session:
        assert session.get_one(KioskVisit, kiosk.code).elder_number == "E04"


def test_who_says_that_the_number_is_theirs_has_not_guessed(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    for _ in range(2 * MOST_GUESSES):
        assert say(town, kiosk, clock, "who", "4") == "sure"
        assert say(town, kiosk, clock, "sure:yes") != "sure"
        say(town, kiosk, clock, "leave")


def test_a_number_that_was_left_unanswered_counts_as_a_guess(
    town: Database, kiosk: Device, clock: StoppedClock
) -> None:
    for _ in range(MOST_GUESSES):
        assert say(town, kiosk, clock, "who", "4") == "sure"
        say(town, kiosk, clock, "leave")
    assert say(town, kiosk, clock, "who", "4") == "trouble"


def test_wrong_numbers_hours_apart_close_nothing(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    for _ in range(2 * MOST_GUESSES):
        assert guess(town, kiosk, clock, "99") == "unknown"
        clock.advance(GUESS_WINDOW.total_seconds() / (MOST_GUESSES - 1))


def test_a_visit_that_nobody_touches_is_forgotten(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    say(town, kiosk, clock, "who", "4")
    assert say(town, kiosk, clock, "sure:yes") != "who"
    clock.advance(FORGOTTEN_AFTER.total_seconds())
    with town.read() as session:
        screen = screen_of(session, kiosk, settings=SETTINGS, clock=clock)
    assert (screen.step, screen.short_name) == ("who", "")


def test_leaving_keeps_nothing_about_anybody(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    say(town, kiosk, clock, "who", "4")
    say(town, kiosk, clock, "sure:yes")
    assert say(town, kiosk, clock, "leave") == "who"
    with town.read() as session:
        assert session.get(KioskVisit, kiosk.code) is None


def test_nobody_cancels_what_is_anothers(town: Database, kiosk: Device, clock: StoppedClock) -> None:
    say(town, kiosk, clock, "who", "4")
    say(town, kiosk, clock, "sure:yes")
    assert say(town, kiosk, clock, "cancel:9999") == "trouble"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("陈样妹", "陈*妹"),
        ("陈妹", "陈*"),
        ("欧阳明", "欧阳*"),
        ("欧阳样明", "欧阳*明"),
        ("Chan Mei", "Chan *"),
        ("陈", "陈*"),
        ("", "*"),
    ],
)
def test_a_name_is_shown_in_part(name: str, short: str) -> None:
    assert in_part(name) == short


@pytest.mark.parametrize(
    ("name", "contains", "drawing"),
    [
        ("豉汁蒸排骨、番茄炒蛋、蒜蓉菜心、冬瓜汤", "pork egg soy gluten", "pork"),
        ("白切鸡、肉末豆腐、上汤娃娃菜、莲藕汤", "pork poultry soy gluten", "chicken"),
        ("清蒸鲩鱼、荷兰豆炒肉片", "pork fish", "fish"),
        ("腰果虾仁、肉末豆腐", "pork shellfish soy nuts", "prawns"),
        ("滑蛋牛肉粥、芋泥、菜蓉", "beef egg", "congee"),
        ("西芹炒莲藕、蒸南瓜", "", "vegetables"),
        ("素鸡炒菜", "soy", "vegetables"),
        ("样餐D1", "pork gluten", "rice"),
    ],
)
def test_a_dish_is_drawn_as_what_it_contains(name: str, contains: str, drawing: str) -> None:
    assert drawing_of(name, "", contains) == drawing


def test_every_drawing_is_there_and_asks_for_a_real_ingredient() -> None:
    from api.pages.render import STATIC

    for one in drawings():
        assert (STATIC / "own" / "dishes" / f"{one.file}.svg").is_file()
        assert one.contains is None or one.contains in set(Ingredient)
