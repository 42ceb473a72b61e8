from __future__ import annotations

import pytest
from sqlmodel import select

from service.access import TooManyTriesError
from service.clock import StoppedClock
from service.db import Database
from service.devices import (
    CODE_LIFETIME,
    MOST_TRIES,
    TRY_WINDOW,
    add_kiosk,
    find_kiosk,
    list_devices,
    note_seen,
    read_aloud,
    register_kiosk,
    revoke_device,
)
from service.errors import ConflictError, NotFoundError
from service.tables import AuditEntry, Device
from tests.service.towns import found_town


@pytest.fixture
def town(database: Database) -> Database:
    found_town(database)
    return database


def found(database: Database, token: str) -> Device | None:
    with database.read() as session:
        return find_kiosk(session, token)


def test_a_code_registers_one_browser_once(town: Database, clock: StoppedClock) -> None:
    device, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    assert (device.code, len(code), code.isdecimal()) == ("P1-K1", 8, True)
    token = register_kiosk(town, read_aloud(code), clock=clock)
    kiosk = found(town, token)
    assert kiosk is not None
    assert (kiosk.code, kiosk.meal_point_code) == ("P1-K1", "P1")
    with pytest.raises(NotFoundError):
        register_kiosk(town, code, clock=clock)
    assert add_kiosk(town, "P1", by="guanli", clock=clock)[0].code == "P1-K2"


def test_the_database_holds_neither_code_nor_token(town: Database, clock: StoppedClock) -> None:
    _, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    with town.read() as session:
        assert code not in repr(session.exec(select(Device)).all())
    token = register_kiosk(town, code, clock=clock)
    with town.read() as session:
        row = session.exec(select(Device)).one()
        assert token not in repr(row)
        assert code not in repr(session.exec(select(AuditEntry)).all())
    assert row.token_digest is not None
    assert found(town, row.token_digest) is None
    assert found(town, "") is None


def test_a_code_ends_after_half_an_hour(town: Database, clock: StoppedClock) -> None:
    _, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    clock.advance(CODE_LIFETIME.total_seconds())
    with pytest.raises(NotFoundError):
        register_kiosk(town, code, clock=clock)


def test_guessing_is_slowed_and_a_right_code_waits_with_the_wrong_ones(town: Database, clock: StoppedClock) -> None:
    _, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    for _ in range(MOST_TRIES):
        with pytest.raises(NotFoundError):
            register_kiosk(town, "wrong", clock=clock)
    with pytest.raises(TooManyTriesError):
        register_kiosk(town, code, clock=clock)
    clock.advance(TRY_WINDOW.total_seconds())
    assert found(town, register_kiosk(town, code, clock=clock)) is not None


def test_a_right_code_is_not_counted_as_a_guess(town: Database, clock: StoppedClock) -> None:
    for _ in range(MOST_TRIES + 2):
        _, code = add_kiosk(town, "P1", by="guanli", clock=clock)
        register_kiosk(town, code, clock=clock)


def test_a_revoked_kiosk_opens_nothing_from_that_moment(town: Database, clock: StoppedClock) -> None:
    device, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    token = register_kiosk(town, code, clock=clock)
    revoke_device(town, device.code, by="guanli", clock=clock)
    assert found(town, token) is None
    with pytest.raises(ConflictError):
        revoke_device(town, device.code, by="guanli", clock=clock)
    with pytest.raises(NotFoundError):
        revoke_device(town, "P9-K1", by="guanli", clock=clock)


def test_a_revoked_kiosk_cannot_be_registered_any_more(town: Database, clock: StoppedClock) -> None:
    device, code = add_kiosk(town, "P1", by="guanli", clock=clock)
    revoke_device(town, device.code, by="guanli", clock=clock)
    with pytest.raises(NotFoundError):
        register_kiosk(town, code, clock=clock)


def test_no_kiosk_without_a_meal_point(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(NotFoundError):
        add_kiosk(town, "P9", by="guanli", clock=clock)


def test_a_kiosk_notes_that_it_is_there_once_a_minute(town: Database, clock: StoppedClock) -> None:
    _, code = add_kiosk(town, "P2", by="guanli", clock=clock)
    token = register_kiosk(town, code, clock=clock)
    clock.advance(59)
    kiosk = found(town, token)
    assert kiosk is not None
    assert not note_seen(town, kiosk, clock)
    clock.advance(1)
    assert note_seen(town, kiosk, clock)
    with town.read() as session:
        (line,) = list_devices(session)
    assert (line.code, line.seen_at, line.waits_until) == ("P2-K1", clock.now(), None)
