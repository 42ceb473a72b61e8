"""The close of a meal: what blocks each step, who confirmed it, and what opens it again."""

from __future__ import annotations

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment
from service.errors import ConflictError, NotFoundError
from service.kitchen_work.closing import StepView, acknowledge, close_view, confirm_step
from service.kitchen_work.closing_facts import counts_of, left_out
from service.tables import Batch, Elder, MealOrder, OrderSource, Paper, Step
from tests.service.towns import MONDAY
from tests.service.work_day import LUNCH, Work


def steps(work: Work) -> dict[Step, StepView]:
    with work.database.read() as session:
        return {one.step: one for one in close_view(session, MONDAY, LUNCH, work.clock.now())}


def confirm(work: Work, step: Step, digest: str | None = None) -> None:
    seen = digest or steps(work)[step].digest
    confirm_step(work.database, MONDAY, LUNCH, step, seen, work.keyer("fuwutai"))


def read_all(work: Work) -> None:
    with work.database.read() as session:
        people = [one.order_id for one in left_out(session, work.plan(session))]
    acknowledge(work.database, MONDAY, LUNCH, people, work.keyer("fuwutai"))


def closed_until_runs(work: Work) -> None:
    read_all(work)
    for step in (Step.REVIEW, Step.MENU, Step.COUNT, Step.RUNS):
        confirm(work, step)


def keys(view: StepView) -> list[str]:
    return [block.key for block in view.blocks]


def test_whoever_is_left_out_blocks_until_somebody_has_read_why_by_name(work_anywhere: Work) -> None:
    before = steps(work_anywhere)
    assert keys(before[Step.REVIEW]) == ["close.no_position"]
    assert keys(before[Step.RUNS]) == ["close.left_out"]
    assert {one.elder_number for one in before[Step.RUNS].blocks[0].people} == {"E10", "E30"}
    with pytest.raises(ConflictError):
        confirm(work_anywhere, Step.REVIEW)
    read_all(work_anywhere)
    after = steps(work_anywhere)
    assert keys(after[Step.REVIEW]) == keys(after[Step.RUNS]) == []
    closed_until_runs(work_anywhere)
    assert [one.step for one in steps(work_anywhere).values() if one.stands] == [
        Step.REVIEW,
        Step.MENU,
        Step.COUNT,
        Step.RUNS,
    ]


def test_only_whoever_is_left_out_can_be_read_about(work: Work) -> None:
    with pytest.raises(NotFoundError):
        acknowledge(work.database, MONDAY, LUNCH, [1], work.keyer("fuwutai"))
    assert steps(work)[Step.RUNS].blocks


def test_a_step_waits_for_the_one_before(work: Work) -> None:
    read_all(work)
    with pytest.raises(ConflictError) as refusal:
        confirm(work, Step.MENU)
    assert refusal.value.key == "kitchen_work.step_before"


def test_a_confirmed_step_opens_again_when_what_it_rests_on_changed_and_all_after_it(work: Work) -> None:
    closed_until_runs(work)
    hungry = _without_lunch(work)
    with work.database.write() as session:
        session.add(
            MealOrder(
                elder_number=hungry,
                service_day=MONDAY,
                meal=LUNCH,
                fulfilment=Fulfilment.DINE_IN,
                source=OrderSource.PHONE,
                placed_by="jiexian",
                placed_at=work.clock.now(),
            )
        )
    now = steps(work)
    assert now[Step.REVIEW].reopened == "fuwutai"
    assert not any(one.stands for one in now.values())
    assert keys(now[Step.COUNT]) == ["close.not_in_plan"]


def _without_lunch(work: Work) -> str:
    """Write one more elder, who has ordered nothing yet."""
    with work.database.write() as session:
        like = session.get_one(Elder, "E01")
        session.add(Elder(**like.model_dump(exclude={"number"}), number="E99"))
    return "E99"


def test_a_step_looked_at_before_a_change_is_not_confirmed_on_it(work: Work) -> None:
    read_all(work)
    with pytest.raises(ConflictError) as refusal:
        confirm(work, Step.REVIEW, "an-old-look")
    assert refusal.value.key == "kitchen_work.step_changed"
    confirm(work, Step.REVIEW)
    confirm(work, Step.REVIEW, "an-old-look")
    assert len(work.dump()["close_step"]) == 1


def test_the_proof_sees_a_portion_too_much(work: Work) -> None:
    with work.database.read() as session:
        assert all(one.is_equal for one in counts_of(session, work.plan(session)))
    with work.database.write() as session:
        batch = session.exec(select(Batch).where(Batch.kitchen_code == "K1")).first()
        assert batch is not None
        batch.portions += 1
    with work.database.read() as session:
        assert [one.kitchen_code for one in counts_of(session, work.plan(session)) if not one.is_equal] == ["K1"]
    assert keys(steps(work)[Step.COUNT]) == ["close.unequal"]


def test_papers_that_are_due_or_failed_block_the_print_step(work: Work) -> None:
    assert keys(steps(work)[Step.PRINT]) == ["close.papers_due"]
    with work.database.write() as session:
        for number, paper in enumerate(session.exec(select(Paper))):
            paper.written_at = work.clock.now()
            paper.error = "no paper" if number == 0 else ""
    assert keys(steps(work)[Step.PRINT]) == ["close.papers_failed"]


def test_nothing_of_the_road_is_open_at_the_end_or_the_day_is_not_closed(work: Work) -> None:
    assert keys(steps(work)[Step.WRAP_UP]) == [
        "close.uncooked",
        "close.unsampled",
        "close.not_signed_out",
        "close.not_signed_in",
        "close.open_stops",
    ]
