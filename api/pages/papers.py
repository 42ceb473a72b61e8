"""The print centre: every paper of a meal, what was printed when, whether a code holds, and which copies are out.

To print is to disclose, so that it is a POST: nothing comes out that is not written down.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, ServiceDay, allowed, language_of
from api.pages.forms import BackForm, DayQuery, MealQuery, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.changes import count_void_papers
from service.board.heads import choose_meal, find_plan
from service.board.papers import get_paper, list_copies_out, list_papers
from service.clock import local_day
from service.paper_codes import LONGEST_CODE, read_code
from service.print_centre import LONGEST_NOTE, PrintedFile, Wanted, book_copy, print_kind, print_pack, print_paper
from service.printing.stocks import LabelStock
from service.tables import CopyFate, Extent, PaperKind, ReprintReason

router = APIRouter(include_in_schema=False)
# Browsers show a PDF in a viewer of their own, which the strict policy of our pages would leave empty.
PAPER_POLICY = "script-src 'none'; frame-ancestors 'none'"
MAY_PRINT = Depends(allowed(Operation.PAPERS))
ALL, OTHERS = "all", "others"
MANY_PAPERS = 40
"""More than these are shown kitchen by kitchen."""
ReasonForm = Annotated[ReprintReason | None, Form()]
NoteForm = Annotated[str, Form(max_length=LONGEST_NOTE)]
StockForm = Annotated[LabelStock, Form()]
ExtentForm = Annotated[Extent, Form()]
PartForm = Annotated[int, Form(ge=1, le=999)]


@router.get("/papers")
@router.get("/print")
def choose_papers(
    house: HouseDep, day: DayQuery = None, meal: MealQuery = None, login: Login = MAY_PRINT
) -> RedirectResponse:
    """Go to the papers of the chosen meal, or of the one that matters most now."""
    del login
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
    return go_to(f"/print/{choice.service_day}/{choice.meal}")


@router.get("/papers/{day}/{meal}")
def go_to_papers(day: ServiceDay, meal: Meal, login: Login = MAY_PRINT) -> RedirectResponse:
    """Lead an old link to the print centre."""
    del login
    return go_to(f"/print/{day}/{meal}")


@router.get("/papers/{paper_id}")
def go_to_paper(house: HouseDep, paper_id: RowId, login: Login = MAY_PRINT) -> RedirectResponse:
    """Lead an old link to a paper to where it is printed."""
    with house.database.read() as session:
        paper, plan = get_paper(session, paper_id, login.reach)
    return go_to(f"/print/{plan.service_day}/{plan.meal}?kitchen={ALL}#kind-{paper.kind}")


@router.get("/print/code")
def show_code(
    request: Request,
    house: HouseDep,
    code: Annotated[str, Query(max_length=LONGEST_CODE)] = "",
    day: DayQuery = None,
    meal: MealQuery = None,
    login: Login = MAY_PRINT,
) -> HTMLResponse:
    """Say whether the sheet or label with this code holds."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        answers = read_code(session, code, choice.service_day, choice.meal) if code.strip() else ()
    return page(request, "print_code.html", login=login, choice=choice, code=code.strip(), answers=answers)


@router.get("/print/{day}/{meal}")
def show_papers(
    request: Request,
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    kitchen: Annotated[str, Query(max_length=64)] = "",
    login: Login = MAY_PRINT,
) -> HTMLResponse:
    """Show the papers of the newest plan that belong to this login; of many, those of one kitchen at a time."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = find_plan(session, day, meal)
        papers = list_papers(session, plan, login.reach) if plan else ()
        copies = list_copies_out(session, plan, login.reach) if plan else ()
        void = count_void_papers(session, plan) if plan else 0
    kitchens = {row.kitchen: row.subject_name for row in papers if row.kind is PaperKind.KITCHEN_COUNT}
    chosen = kitchen or (min(kitchens) if kitchens and len(papers) > MANY_PAPERS else ALL)
    others = [row for row in papers if row.kitchen not in kitchens]
    shown = {ALL: list(papers), OTHERS: others}.get(chosen, [row for row in papers if row.kitchen == chosen])
    return page(
        request,
        "print.html",
        login=login,
        choice=choice,
        plan=plan,
        papers=shown,
        count=len(papers),
        kitchens=kitchens,
        others=len(others),
        chosen=chosen,
        copies=copies,
        void=void,
        kinds=tuple(PaperKind),
        reasons=tuple(ReprintReason),
        stocks=tuple(LabelStock),
        fates=tuple(CopyFate),
    )


@router.post("/print/papers/{paper_id}")
def do_print(
    request: Request,
    house: HouseDep,
    paper_id: RowId,
    extent: ExtentForm = Extent.NEW,
    reason: ReasonForm = None,
    note: NoteForm = "",
    stock: StockForm = LabelStock.THERMAL_60X40,
    part: PartForm = 1,
    login: Login = MAY_PRINT,
) -> Response:
    """Print one paper; it opens in the browser."""
    wanted = Wanted(language_of(request, login), stock, extent, reason, note, part)
    printed = print_paper(
        house.database,
        paper_id,
        wanted,
        reach=login.reach,
        by=login.name,
        clock=house.clock,
        settings=house.settings,
    )
    return _shown(printed)


@router.post("/print/{day}/{meal}/pack")
def do_print_pack(
    request: Request,
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    kitchen: Annotated[str, Form(max_length=64)],
    login: Login = MAY_PRINT,
) -> Response:
    """Print in one file all sheets of a kitchen that are not out yet as they stand."""
    printed = print_pack(
        house.database,
        day,
        meal,
        kitchen,
        Wanted(language_of(request, login)),
        reach=login.reach,
        by=login.name,
        clock=house.clock,
        settings=house.settings,
    )
    return _shown(printed)


@router.post("/print/{day}/{meal}/{kind}")
def do_print_kind(
    request: Request,
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    kind: PaperKind,
    stock: StockForm = LabelStock.THERMAL_60X40,
    login: Login = MAY_PRINT,
) -> Response:
    """Print in one file all papers of a kind that are not out yet as they stand."""
    printed = print_kind(
        house.database,
        day,
        meal,
        kind,
        Wanted(language_of(request, login), stock),
        reach=login.reach,
        by=login.name,
        clock=house.clock,
        settings=house.settings,
    )
    return _shown(printed)


@router.post("/print/copies/{print_id}")
def do_book(
    house: HouseDep,
    print_id: RowId,
    fate: Annotated[CopyFate, Form()],
    back: BackForm = "/print",
    login: Login = MAY_PRINT,
) -> RedirectResponse:
    """Note what became of a printed copy."""
    book_copy(house.database, print_id, fate, reach=login.reach, by=login.name, clock=house.clock)
    return go_to(back)


def _shown(printed: PrintedFile) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{printed.name}"',
        "Content-Security-Policy": PAPER_POLICY,
        "Cache-Control": "no-store",
    }
    return Response(printed.pdf, media_type="application/pdf", headers=headers)
