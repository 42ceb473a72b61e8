"""A kitchen's page: the count and its proof, batch sheets keyed in, the specials, the vans to load."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Operation
from api.deps import House, HouseDep, RowId, ServiceDay, allowed, language_of
from api.pages.forms import BackForm, DayQuery, MealQuery, go_to
from api.pages.render import page
from api.pages.working import Said, attempt, call_for, fresh_key, keyer_of, meal_and_plan, sentence
from kitchens.meals import Meal
from service.access import Login
from service.board.kitchen import TEXTURES, kitchen_view, list_plan_kitchens, list_van_loads
from service.board.late import late_rows
from service.clock import ZONE, instant_of
from service.errors import InvalidError, NotAllowedError
from service.idempotency import Answer
from service.kitchen_work.records import Keyer, key_entry, key_sheet, withdraw
from service.kitchen_work.sheets import Entry, read_line, tenths_of
from service.late import LONGEST_REASON, decide_late
from service.progress import mark_cooked, mark_van_left, undo_cooked
from service.reach import refuse_foreign_request
from service.tables import RecordKind

router = APIRouter(include_in_schema=False)
TimeForm = Annotated[str, Form(pattern=r"^(\d{2}:\d{2})?$")]
Recorder = Annotated[Login, Depends(allowed(Operation.RECORD_BATCH))]
SMALL_FIELDS = ("s", "f", "c", "h", "g", "m", "k", "l", "p", "w", "2")
"""The letters of a batch sheet, as a row of small fields asks for them."""


class Where(BaseModel):
    """Which kitchen's meal a form belongs to."""

    model_config = ConfigDict(extra="forbid")

    day: ServiceDay
    meal: Meal
    kitchen: Annotated[str, Field(max_length=40)] = ""
    key: Annotated[str, Field(min_length=8, max_length=60)]


class LineForm(Where):
    """A whole batch sheet in one line."""

    line: Annotated[str, Field(max_length=600)]


class SheetForm(Where):
    """A whole batch sheet in small fields; `two` is the second signature."""

    batch: Annotated[str, Field(max_length=40)]
    s: Annotated[str, Field(max_length=60)] = ""
    f: Annotated[str, Field(max_length=60)] = ""
    c: Annotated[str, Field(max_length=60)] = ""
    h: Annotated[str, Field(max_length=120)] = ""
    g: Annotated[str, Field(max_length=60)] = ""
    m: Annotated[str, Field(max_length=60)] = ""
    k: Annotated[str, Field(max_length=60)] = ""
    l: Annotated[str, Field(max_length=120)] = ""  # noqa: E741  the letter on the sheet
    p: Annotated[str, Field(max_length=60)] = ""
    w: Annotated[str, Field(max_length=60)] = ""
    two: Annotated[str, Field(max_length=60)] = ""
    why: Annotated[str, Field(max_length=200)] = ""

    def as_line(self) -> str:
        """Return the fields as the line that says the same."""
        said = {letter: getattr(self, "two" if letter == "2" else letter) for letter in SMALL_FIELDS}
        many = {"h", "l"}
        words = [
            f"{letter}{one}"
            for letter, value in said.items()
            for one in (value.split() if letter in many else [value.strip().replace(" ", "_")])
            if one
        ]
        why = f" !{self.why}" if self.why.strip() else ""
        return f"{self.batch} {' '.join(words)}{why}"


class ReadingForm(Where):
    """One temperature that was just taken."""

    kind: RecordKind
    core: Annotated[str, Field(max_length=20)]


class WithdrawForm(Where):
    """A line that never was, and why it stands."""

    why: Annotated[str, Field(max_length=200)]


@router.get("/kitchen")
def show_kitchen(
    request: Request,
    house: HouseDep,
    day: DayQuery = None,
    meal: MealQuery = None,
    kitchen: str = "",
    login: Login = Depends(allowed(Operation.KITCHEN)),  # noqa: B008  FastAPI's way to ask
) -> HTMLResponse:
    """Show one kitchen's meal: its own for a kitchen's login, else the chosen or the first."""
    return _shown(request, house, login, day, meal, kitchen)


def _shown(
    request: Request,
    house: House,
    login: Login,
    day: date | None,
    meal: Meal | None,
    kitchen: str,
    said: Said | None = None,
) -> HTMLResponse:
    if login.reach.kitchen and kitchen not in {"", login.reach.kitchen}:
        raise NotAllowedError("access.not_yours")
    with house.database.read() as session:
        choice, plan = meal_and_plan(session, house, day, meal)
        choices = list_plan_kitchens(session, plan) if plan else ()
        code = login.reach.kitchen or kitchen or next((code for code, _ in choices), "")
        view = kitchen_view(session, plan, code, house.clock) if plan and code else None
        vans = list_van_loads(session, plan, code, house.clock) if plan and code else ()
        late = late_rows(session, choice.service_day, choice.meal, code or None)
    return page(
        request,
        "kitchen.html",
        login=login,
        status=said.status if said else 200,
        choice=choice,
        plan=plan,
        view=view,
        vans=vans,
        late=late,
        longest_reason=LONGEST_REASON,
        choices=choices if login.reach.kitchen is None else (),
        textures=TEXTURES,
        said=said,
        fresh_key=fresh_key,
    )


@router.post("/kitchen/line")
def do_line(request: Request, house: HouseDep, form: Annotated[LineForm, Form()], login: Recorder) -> HTMLResponse:
    """Keep a batch sheet that was keyed in as one line."""
    return _keyed(request, house, login, form, form.line)


@router.post("/kitchen/sheet")
def do_sheet(request: Request, house: HouseDep, form: Annotated[SheetForm, Form()], login: Recorder) -> HTMLResponse:
    """Keep a batch sheet that was keyed in field by field."""
    return _keyed(request, house, login, form, form.as_line())


def _keyed(request: Request, house: House, login: Login, form: Where, line: str) -> HTMLResponse:
    language = language_of(request, login)

    def act() -> str:
        read = read_line(line, form.kitchen)
        call = call_for(login, form.key, "sheet", line=line, day=form.day, meal=form.meal)
        kept = key_sheet(house.database, form.day, form.meal, read, keyer_of(house, login), call=call)
        return _kept(language, kept)

    return _shown(request, house, login, form.day, form.meal, form.kitchen, attempt(language, act))


def _kept(language: str, kept: Answer) -> str:
    until = f"{datetime.fromisoformat(kept['eat_by']).astimezone(ZONE):%H:%M}"
    return sentence(language, "work.kept", batch=kept["batch"], rows=kept["rows"], until=until)


@router.post("/batches/{batch_id}/reading")
def do_reading(
    request: Request, house: HouseDep, batch_id: RowId, form: Annotated[ReadingForm, Form()], login: Recorder
) -> HTMLResponse:
    """Keep a temperature that was taken just now."""
    language = language_of(request, login)

    def act() -> str:
        if form.kind not in {RecordKind.CORE, RecordKind.HOLDING}:
            raise InvalidError("kitchen_work.unknown_word", word=form.kind)
        entry = Entry(form.kind, tenths_c=tenths_of(form.core.strip(), form.core.strip()))
        call = call_for(login, form.key, "reading", batch=batch_id, kind=form.kind, core=form.core)
        kept = key_entry(house.database, batch_id, entry, keyer_of(house, login), call=call)
        return _kept(language, kept)

    return _shown(request, house, login, form.day, form.meal, form.kitchen, attempt(language, act))


@router.post("/batches/{batch_id}/second")
def do_second(
    request: Request, house: HouseDep, batch_id: RowId, form: Annotated[Where, Form()], login: Recorder
) -> HTMLResponse:
    """Sign a special batch as the second person, as whoever is logged in."""
    language = language_of(request, login)

    def act() -> str:
        entry = Entry(RecordKind.SECOND, words=login.name)
        kept = key_entry(house.database, batch_id, entry, keyer_of(house, login))
        return sentence(language, "work.signed", what=kept["batch"], by=login.name)

    return _shown(request, house, login, form.day, form.meal, form.kitchen, attempt(language, act))


@router.post("/records/{record_id}/withdraw")
def do_withdraw(
    request: Request, house: HouseDep, record_id: RowId, form: Annotated[WithdrawForm, Form()], login: Recorder
) -> HTMLResponse:
    """Say of a line that it never was."""
    language = language_of(request, login)

    def act() -> str:
        withdraw(house.database, record_id, why=form.why, keyer=Keyer(login.name, login.reach, house.clock))
        return sentence(language, "work.withdrawn")

    return _shown(request, house, login, form.day, form.meal, form.kitchen, attempt(language, act))


@router.post("/batches/{batch_id}/cooked")
def do_cooked(
    batch_id: RowId,
    house: HouseDep,
    day: Annotated[date, Form()],
    at: TimeForm = "",
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_COOKED)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note a batch as cooked, now or at the time given."""
    mark_cooked(house.database, batch_id, by=login.name, reach=login.reach, clock=house.clock, at=_instant(day, at))
    return go_to(back)


@router.post("/batches/{batch_id}/cooked/undo")
def do_undo_cooked(
    batch_id: RowId,
    house: HouseDep,
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_COOKED)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Take a mistaken mark back."""
    undo_cooked(house.database, batch_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(back)


@router.post("/late/{request_id}/decision")
def do_decide_late(
    request_id: RowId,
    house: HouseDep,
    accepts: Annotated[bool, Form()],
    why: Annotated[str, Form(max_length=LONGEST_REASON)] = "",
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.DECIDE_LATE)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Accept or refuse a wish after the cut-off."""
    with house.database.read() as session:
        refuse_foreign_request(session, login.reach, request_id)
    decide_late(house.database, request_id, accepts=accepts, by=login.name, clock=house.clock, why=why)
    return go_to(back)


@router.post("/van-runs/{run_id}/left")
def do_van_left(
    run_id: RowId,
    house: HouseDep,
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_VAN_LEFT)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note that a van is loaded and gone."""
    mark_van_left(house.database, run_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(back)


def _instant(day: date, at: str) -> datetime | None:
    if not at:
        return None
    hours, minutes = at.split(":")
    return instant_of(day, int(hours) * 3600 + int(minutes) * 60)
