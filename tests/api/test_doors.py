"""What holds at every door: who may pass, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access import RULES, Operation, may
from api.app import create_app
from service.access import Login
from service.clock import StoppedClock
from service.db import Database, open_database
from service.settings import Settings
from service.tables import Role
from service.texts import LANGUAGES, catalogue
from tests.api.conftest import Enter
from tests.pages.town import Town

DAY = "2026-11-23"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is asked here lies before the database: one kind is enough."""
    return sqlite_database


@pytest.mark.parametrize("role", list(Role))
def test_what_does_not_stand_in_the_table_is_refused(role: Role) -> None:
    login = Login("somebody", role, None, "zh", must_change=False, ends_at=datetime.max.replace(tzinfo=UTC))
    for operation in Operation:
        assert may(login, operation) == (role in RULES[operation])
        assert not may(None, operation)


def test_every_operation_stands_in_the_table() -> None:
    assert set(RULES) == set(Operation)


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("songcan", f"/plan/{DAY}/lunch", 403),
        ("songcan", "/kitchen", 403),
        ("songcan", "/people/open", 403),
        ("songcan", "/people/E0001", 403),
        ("chufang", "/people", 403),
        ("peican", "/people/E0002", 403),
        ("peican", "/people/E0001/edit", 403),
        ("peican", "/people/alike", 403),
        ("jiexian", "/people/alike", 403),
        ("fuwutai", "/people/E9999", 404),
        ("fuwutai", "/people/E0001/shoes", 404),
        ("songcan", "/board/now?day=2026-11-23&meal=lunch", 403),
        ("chufang", "/kitchen?kitchen=K02", 403),
        ("chufang", "/courier", 403),
        ("jiexian", "/kitchen", 403),
        ("peican", "/kitchen", 403),
        ("fuwutai", "/kitchen?kitchen=K99", 404),
        ("fuwutai", "/courier/99999", 404),
        ("fuwutai", "/plan/2026-11-23/lunch/runs/99999", 404),
        ("fuwutai", "/plan/yesterday/lunch", 422),
    ],
)
def test_a_page_is_refused_to_the_wrong_role_or_scope(enter: Enter, name: str, address: str, status: int) -> None:
    assert enter(name).get(address).status_code == status


def test_a_courier_sees_the_own_run_only(enter: Enter, town: Town) -> None:
    courier = enter("songcan")
    assert courier.get(f"/courier/{town.run_ids['R01']}").status_code == 200
    assert courier.get(f"/courier/{town.run_ids['R02']}").status_code == 403
    assert courier.get("/").headers["location"] == "/courier"
    assert courier.get("/courier").headers["location"] == f"/courier/{town.run_ids['R01']}"


def test_a_meal_point_sees_its_own_runs_and_people_only(enter: Enter, town: Town) -> None:
    point = enter("peican")
    page = point.get("/").text
    assert "R01" in page
    assert "R02" not in page
    assert "E0034" in page  # left out, registered at P1
    assert "E0035" not in page
    runs = point.get(f"/plan/{DAY}/lunch/map.json").json()["runs"]
    assert [run["code"] for run in runs] == ["R01"]
    assert point.get(f"/plan/{DAY}/lunch/runs/{town.run_ids['R02']}").status_code == 404


def test_a_kitchen_sees_no_doors(enter: Enter) -> None:
    drawn = enter("chufang").get(f"/plan/{DAY}/lunch/map.json").json()
    assert drawn["runs"] == []
    assert [van["code"] for van in drawn["vans"]] == ["V01"]
    assert [kitchen["code"] for kitchen in drawn["kitchens"]] == ["K01"]


def test_shared_screens_show_no_full_name_phone_or_address(enter: Enter, town: Town) -> None:
    desk = enter("fuwutai")
    for address in ("/", f"/plan/{DAY}/lunch", f"/plan/{DAY}/lunch/runs/{town.run_ids['R01']}", "/kitchen"):
        page = desk.get(address).text
        assert "赵样本01" not in page
        assert "示例街道样本路" not in page
        assert "020-00000" not in page
    assert "赵样本01" in enter("songcan").get(f"/courier/{town.run_ids['R01']}").text


def test_without_a_login_pages_lead_to_the_login_and_programs_get_401(visitor: TestClient) -> None:
    page = visitor.get("/kitchen")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/kitchen")
    assert visitor.get(f"/api/days/{DAY}/lunch").status_code == 401
    fragment = visitor.get(f"/board/now?day={DAY}&meal=lunch", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/login")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_from_another_site_is_refused(enter: Enter, town: Town, headers: dict[str, str]) -> None:
    desk = enter("fuwutai")
    address = f"/api/van-runs/{town.van_run_id}/left"
    refused = desk.post(address, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["key"] == "access.foreign_origin"
    for own in ({"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}):
        assert desk.post(address, headers=own).status_code == 200


def test_every_answer_is_strict_and_personal_pages_are_never_stored(enter: Enter, town: Town) -> None:
    desk = enter("fuwutai")
    for address in ("/", f"/courier/{town.run_ids['R01']}", f"/api/days/{DAY}/lunch", "/nowhere"):
        headers = desk.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
    assert "max-age" in desk.get("/static/own/style.css").headers["Cache-Control"]
    assert desk.get("/static/refresh.py").status_code == 404


def test_pages_carry_no_script_or_style_of_their_own(enter: Enter, town: Town) -> None:
    admin = enter("guanli")
    for address in ("/", f"/plan/{DAY}/lunch", "/kitchen", f"/courier/{town.run_ids['R01']}", f"/print/{DAY}/lunch"):
        page = admin.get(address).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert page.count("<script") == page.count("<script src=")
        assert 'src="http' not in page
        assert 'href="http' not in page


def test_a_refusal_says_what_was_expected_and_what_came_in_both_languages(enter: Enter, town: Town) -> None:
    address = f"/api/visits/{town.visit_ids[0]}/outcome"
    answer = enter("fuwutai").post(address, json={"outcome": "eaten", "colour": "red", "at": "2026-11-23T11:00:00"})
    assert answer.status_code == 422
    problem = answer.json()
    fields = {field["where"]: field for field in problem["fields"]}
    assert "in_person" in fields["body.outcome"]["expected"]
    assert fields["body.outcome"]["came"] == "eaten"
    assert set(fields) == {"body.outcome", "body.colour", "body.at"}
    assert "body.outcome 应为" in problem["zh"]
    assert "body.outcome must be one of" in problem["en"]


def test_a_refused_login_never_repeats_the_password(visitor: TestClient) -> None:
    answer = visitor.post("/api/session", json={"name": "guanli", "password": "s" * 400})
    assert answer.status_code == 422
    assert "ssss" not in answer.text


def test_broken_json_is_400_and_a_large_body_413(visitor: TestClient) -> None:
    broken = visitor.post("/api/session", content="{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["key"]) == (400, "access.not_json")
    large = visitor.post("/api/session", json={"name": "x", "password": "y" * 300_000})
    assert (large.status_code, large.json()["key"]) == (413, "access.too_large")


def test_a_database_that_cannot_be_reached_is_503_with_a_time_to_try_again(clock: StoppedClock) -> None:
    gone = open_database("sqlite:////nowhere/at/all/nuanfan.db")
    with TestClient(create_app(gone, Settings(), clock)) as client:
        answer = client.get("/api/health")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["key"] == "error.database_gone"
        assert client.get("/login").status_code == 200


def test_a_body_that_hides_its_length_is_cut_off(visitor: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    answer = visitor.post("/api/session", content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["key"]) == (413, "access.too_large")


def test_the_openapi_document_tells_every_refusal_and_has_no_double_names(app: FastAPI) -> None:
    document = app.openapi()
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert all(path.startswith("/api/") for path, _, _ in operations)
    for path, method, operation in operations:
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)
        assert operation["tags"], (path, method)
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert "503" in refusals, (path, method)
        for status, answer in refusals.items():
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}, (path, method, status)
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names))


def test_both_languages_have_every_key() -> None:
    first, *rest = (set(catalogue(language)) for language in LANGUAGES)
    assert all(first == other for other in rest)
