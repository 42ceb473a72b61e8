"""The question "why" on the plan's page, in a real browser: opened, read, and at home on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select

from routing.estimate import EstimatedTravel
from routing.insertion import plan_runs_plain
from routing.places import Place, Window
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem
from routing.travel import Mode
from service.frozen import freeze
from service.tables import Elder, MealOrder, PlannedOrder, PlanQuestion
from tests.pages.conftest import Look, Site
from tests.pages.seeing import EYES
from tests.pages.town import KITCHENS, POINTS

pytestmark = pytest.mark.browser

DAY = "2026-11-23"
OPEN_ALL = "for (const one of document.querySelectorAll('main details:not(.other-day)')) one.open = true"
LATEST_S = 12 * 3600 + 2700


@pytest.fixture
def asked(site: Site) -> Site:
    """The town's lunch with the question it was made from: three couriers, a home too far and one without a courier."""
    with site.database.write() as session:
        rows = session.exec(
            select(PlannedOrder, Elder)
            .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
            .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
            .where(PlannedOrder.plan_id == site.town.plan_id)
            .order_by(col(PlannedOrder.order_id))
        ).all()
        problem = _problem([(planned, elder) for planned, elder in rows if planned.visit_id or planned.reason])
        runs = plan_runs_plain(problem)
        reasons = {one.home_id: one.reason for one in runs.left_out_homes}
        assert set(reasons) == {"EE0034", "EE0035"}
        for planned, elder in rows:
            if f"E{elder.number}" in reasons:
                planned.reason = reasons[f"E{elder.number}"]
                session.add(planned)
        session.add(PlanQuestion(plan_id=site.town.plan_id, content=freeze(problem, runs)))
    return site


def _problem(rows: Sequence[tuple[PlannedOrder, Elder]]) -> RunProblem:
    points = tuple(MealPoint(code, Place(one[1], one[2]), Window(0, 86_400)) for code, one in POINTS.items())
    homes = tuple(
        Home(
            f"E{elder.number}",
            Place(elder.lat, elder.lon),
            elder.meal_point_code or "",
            POINTS[elder.meal_point_code or ""][3],
            (planned.order_id,),
            1,
            Window(10 * 3600 + 2700, LATEST_S),
            150,
            # One meal would be too old before anybody could be there; one door wants a certificate that nobody has.
            9 * 3600 + 1800 if elder.number == "E0035" else LATEST_S,
            certified_only=elder.number == "E0034",
        )
        for planned, elder in rows
        if elder.lat is not None and elder.lon is not None
    )
    travel = EstimatedTravel()
    doors = [*(one.place for one in points), *(one.place for one in homes)]
    kitchens = tuple(Kitchen(code, Place(one[1], one[2])) for code, one in KITCHENS.items())
    return RunProblem(
        kitchens=kitchens,
        points=points,
        vans=(),
        couriers=tuple(Courier(f"C{n}", f"P{n}", 20, Window(36_000, 50_400), max_trips=2) for n in range(1, 4)),
        consignments=tuple(
            Consignment(
                one[3], code, sum(home.point_id == code for home in homes), 10 * 3600 + 1800, LATEST_S, on_site=True
            )
            for code, one in POINTS.items()
        ),
        homes=homes,
        van_travel=travel.matrix([*(one.place for one in kitchens), *(one.place for one in points)], Mode.CAR),
        courier_travel=travel.matrix(doors, Mode.BICYCLE),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_a_stop_and_a_home_left_out_say_why(look: Look, asked: Site, tmp_path: Path, width: int, language: str) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai", width=width, language=language)
    page.wait_for_selector("#map[data-ready]")
    page.click(f".run-list [data-run='{asked.town.run_ids['R02']}']")
    page.wait_for_selector(".stop-list li[id]")
    stop = page.locator(f"#stop-{asked.town.visit_ids[9]}")
    stop.locator("summary").click()
    page.wait_for_selector(f"#stop-{asked.town.visit_ids[9]} .because li")
    said = stop.locator(".because").inner_text()
    assert ("按食用时限最晚 12:45 交到手" if language == "zh" else "must be handed over by 12:45") in said
    assert ("样本二号助餐点是这一户自己的助餐点" if language == "zh" else "own meal point") in said
    page.locator("#why + p + details > summary").click()
    page.wait_for_selector(".left-out-why li")
    order = page.locator(".left-out-why li", has_text="E0034")
    order.locator("summary").click()
    order.locator(".because li").first.wait_for()
    told = order.locator(".because").inner_text()
    assert ("持证" if language == "zh" else "certified") in told
    page.evaluate(OPEN_ALL)
    page.locator(".left-out-why .because").nth(2).wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=tmp_path / f"why-{width}-{language}.png", full_page=True)
    seen = page.evaluate(EYES)
    assert page.complaints == []
    assert seen["sideways"] <= 0
    assert {key: seen[key] for key in ("faint", "small", "unnamed", "doubled") if seen[key]} == {}


def test_an_order_that_never_reached_the_roads_says_so(look: Look, asked: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai")
    page.locator("#why + p + details > summary").click()
    order = page.locator(".left-out-why li", has_text="E0036")
    order.locator("summary").click()
    order.locator(".because li").first.wait_for()
    assert "没有走到排送餐班次这一步" in order.locator(".because").inner_text()


def test_a_plan_whose_question_was_not_kept_says_so(look: Look, site: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai", width=360)
    page.locator("#why + p + details > summary").click()
    page.wait_for_selector("text=没有留下排班的依据")
    assert page.locator(".left-out-why li").count() == 3


def test_a_meal_point_asks_about_its_own_doors_alone(look: Look, asked: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "peican")
    assert page.locator("#why").count() == 0
    own, other = asked.town.visit_ids[1], asked.town.visit_ids[9]
    assert page.context.request.get(f"/plan/{DAY}/lunch/why/visits/{own}").status == 200
    assert page.context.request.get(f"/plan/{DAY}/lunch/why/visits/{other}").status == 404
    assert page.context.request.get(f"/plan/{DAY}/lunch/why").status == 404
    assert page.context.request.get(f"/plan/{DAY}/lunch/why/runs/{asked.town.run_ids['R02']}").status == 404
