"""States over time: asked for ahead, done once on their day, told for any day."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people import apply_due_changes, get_record, merge, plan_change, state_on, withdraw_change
from service.people.lifecycle import MOVES
from service.tables import AuditEntry, Elder, ElderState, ElderStateChange
from tests.service.towns import found_town

TODAY = date(2026, 11, 20)


@pytest.fixture
def town(database: Database) -> Database:
    """The thirty elders' town."""
    found_town(database)
    return database


def plan(database: Database, clock: StoppedClock, state: ElderState, day: date, elder: str = "E01") -> None:
    plan_change(database, elder, to_state=state, from_day=day, reason="", by="desk", clock=clock)


def state(database: Database, elder: str = "E01") -> str:
    with database.read() as session:
        return session.get_one(Elder, elder).state


def told(database: Database, day: date, elder: str = "E01") -> ElderState:
    with database.read() as session:
        record = get_record(session, elder)
        return state_on(record.elder, record.changes, day)


def go_to(clock: StoppedClock, day: date) -> None:
    clock.instant = instant_of(day, 3600)


def test_a_pause_begins_and_ends_by_itself_and_is_known_ahead(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.PAUSED, date(2026, 12, 1))
    plan(town, clock, ElderState.ACTIVE, date(2026, 12, 8))
    assert [told(town, date(2026, 12, day)) for day in (1, 7, 8)] == ["paused", "paused", "active"]
    assert (apply_due_changes(town, clock), state(town)) == (0, "active")
    go_to(clock, date(2026, 12, 1))
    assert (apply_due_changes(town, clock), state(town)) == (1, "paused")
    assert apply_due_changes(town, clock) == 0
    go_to(clock, date(2026, 12, 9))
    assert (apply_due_changes(town, clock), state(town)) == (1, "active")
    assert [told(town, day) for day in (date(2026, 11, 30), date(2026, 12, 5))] == ["active", "paused"]
    with town.read() as session:
        done = [entry.action for entry in session.exec(select(AuditEntry).where(AuditEntry.subject == "E01"))]
    assert done == ["state.plan", "state.plan", "state.apply", "state.apply"]


def test_a_change_of_today_is_done_at_once(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.STOPPED, TODAY)
    assert state(town) == "stopped"


def test_two_clocks_do_a_change_once(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.PAUSED, TODAY + timedelta(days=1))
    go_to(clock, TODAY + timedelta(days=1))
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: apply_due_changes(town, clock), range(2))) == 1


def test_a_return_planned_before_somebody_stopped_does_not_bring_them_back(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.PAUSED, TODAY)
    plan(town, clock, ElderState.ACTIVE, date(2026, 12, 8))
    clock.advance(60)
    plan(town, clock, ElderState.STOPPED, date(2026, 12, 1))
    assert told(town, date(2026, 12, 31)) == "stopped"
    go_to(clock, date(2026, 12, 31))
    apply_due_changes(town, clock)
    assert state(town) == "stopped"
    plan(town, clock, ElderState.ACTIVE, date(2026, 12, 31))
    assert state(town) == "active"


def test_the_dead_do_not_come_back_but_a_mistake_is_withdrawn(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.DECEASED, TODAY)
    with pytest.raises(InvalidError):
        plan(town, clock, ElderState.ACTIVE, TODAY + timedelta(days=1))
    withdraw_change(town, "E01", TODAY, by="desk", clock=clock)
    assert state(town) == "active"
    with pytest.raises(ConflictError):
        withdraw_change(town, "E01", TODAY, by="desk", clock=clock)


def test_what_has_been_followed_cannot_be_withdrawn(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.PAUSED, TODAY - timedelta(days=1))
    plan(town, clock, ElderState.ACTIVE, TODAY)
    with pytest.raises(ConflictError):
        withdraw_change(town, "E01", TODAY - timedelta(days=1), by="desk", clock=clock)
    assert state(town) == "active"


def test_a_change_not_done_yet_is_replaced_and_a_done_one_is_not(town: Database, clock: StoppedClock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    plan(town, clock, ElderState.PAUSED, tomorrow)
    plan(town, clock, ElderState.STOPPED, tomorrow)
    assert told(town, tomorrow) == "stopped"
    go_to(clock, tomorrow)
    apply_due_changes(town, clock)
    with pytest.raises(ConflictError):
        plan(town, clock, ElderState.ACTIVE, tomorrow)


def test_what_cannot_be_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        plan(town, clock, ElderState.ACTIVE, TODAY)
    with pytest.raises(NotFoundError):
        plan(town, clock, ElderState.PAUSED, TODAY, "E99")
    with pytest.raises(NotFoundError):
        withdraw_change(town, "E01", TODAY, by="desk", clock=clock)


def test_what_is_noted_for_a_double_happens_to_the_person(town: Database, clock: StoppedClock) -> None:
    plan(town, clock, ElderState.DECEASED, TODAY + timedelta(days=1), "E02")
    merge(town, keep="E01", double="E02", by="desk", clock=clock)
    go_to(clock, TODAY + timedelta(days=1))
    apply_due_changes(town, clock)
    assert (state(town, "E01"), state(town, "E02")) == ("deceased", "stopped")


CHANGES = st.lists(
    st.tuples(st.integers(-10, 10), st.sampled_from(list(ElderState)), st.integers(0, 20)),
    max_size=6,
    unique_by=lambda change: change[0],
)


@given(changes=CHANGES, start=st.sampled_from([one for one in ElderState if one != ElderState.DECEASED]))
def test_no_plan_ever_raises_the_dead_or_jumps_a_forbidden_move(
    changes: list[tuple[int, ElderState, int]], start: ElderState
) -> None:
    elder = Elder(number="E", name="例", birth_year=1940, phone="", address="", state=start)
    rows = [
        ElderStateChange(
            elder_number="E",
            from_day=TODAY + timedelta(days=offset),
            to_state=to,
            asked_by="",
            asked_at=instant_of(TODAY, asked),
        )
        for offset, to, asked in changes
    ]
    seen = [state_on(elder, rows, TODAY + timedelta(days=day)) for day in range(-11, 12)]
    assert seen[0] == start
    for before, after in itertools.pairwise(seen):
        assert after == before or after in MOVES[before]
    if ElderState.DECEASED in seen:
        assert set(seen[seen.index(ElderState.DECEASED) :]) == {ElderState.DECEASED}
