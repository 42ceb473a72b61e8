"""The papers of a settlement: which there are, and each as a file. To print is to disclose, so that it is a POST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, allowed, language_of
from api.pages.papers import PAPER_POLICY
from api.pages.render import page
from service.access import Login
from service.money.booked import get_head
from service.money.papers import file_name, list_money_papers, print_money_paper
from service.money.rendering import MoneyPaper, PaperForm
from service.printing.money_words import period_words

router = APIRouter(include_in_schema=False)
MAY_PRINT = Depends(allowed(Operation.MONEY_PAPERS))
MEDIA = {
    PaperForm.PDF: "application/pdf",
    PaperForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Subject = Annotated[str, Form(max_length=64)]


@router.get("/money/{settlement_id}/papers")
def show_money_papers(
    request: Request, house: HouseDep, settlement_id: RowId, login: Login = MAY_PRINT
) -> HTMLResponse:
    """Show the papers of a settlement that belong to this login."""
    with house.database.read() as session:
        head = get_head(session, settlement_id)
        papers = list_money_papers(session, settlement_id, login.reach)
    return page(
        request,
        "money_papers.html",
        login=login,
        head=head,
        period=period_words(head, language_of(request, login)),
        papers=papers,
        kinds=tuple(MoneyPaper),
    )


@router.post("/money/{settlement_id}/papers/{kind}.{form}")
def do_print(
    request: Request,
    house: HouseDep,
    settlement_id: RowId,
    kind: MoneyPaper,
    form: PaperForm,
    subject: Subject = "",
    login: Login = MAY_PRINT,
) -> Response:
    """Print one paper: a PDF opens in the browser, a workbook is kept."""
    language = language_of(request, login)
    printed = print_money_paper(
        house.database,
        settlement_id,
        kind,
        form,
        subject=subject.strip(),
        reach=login.reach,
        language=language,
        by=login.name,
        clock=house.clock,
    )
    name = file_name(settlement_id, kind, subject.strip(), form, language)
    how = "inline" if form is PaperForm.PDF else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}"', "Content-Security-Policy": PAPER_POLICY}
    return Response(printed.content, media_type=MEDIA[form], headers=headers)
