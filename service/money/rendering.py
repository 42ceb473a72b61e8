"""From the account of a settlement to the bytes of its papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sqlmodel import Session, select

from service.errors import NotFoundError
from service.money.booked import Account
from service.money.report_lines import PaidBy, Scope
from service.money.reports import payer_order, settlement_report
from service.money.returns import bureau_return
from service.money.statements import ElderStatement, elder_statements
from service.printing.money_document import Document, money_words, sheets_of_document
from service.printing.money_reports import Names, exception_document, report_document
from service.printing.money_returns import return_documents
from service.printing.money_statements import statement_code, statement_document, statement_sheet
from service.printing.money_words import Print, payer_words
from service.printing.typesetting import Rendered, forget_papers, typeset
from service.printing.words import Sheet
from service.printing.workbooks import workbook
from service.tables import Kitchen, MealPoint

NO_CODE = "NONE"
"""Goes for the meals of a settlement that have no kitchen or no meal point."""


class MoneyPaper(StrEnum):
    """What is printed of a settlement."""

    DISTRICT_SETTLEMENT = "district_settlement"
    KITCHEN_SETTLEMENT = "kitchen_settlement"
    MEAL_POINT_SETTLEMENT = "meal_point_settlement"
    PAYER_SETTLEMENT = "payer_settlement"
    EXCEPTION_LIST = "exception_list"
    BUREAU_RETURN = "bureau_return"
    ELDER_STATEMENT = "elder_statement"


class PaperForm(StrEnum):
    """As what: pages to print, or a workbook to calculate with."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished paper; a workbook has no pages."""

    content: bytes
    pages: int


STATEMENTS_A_FILE = 200
MOST_TAGGED_ROWS = 600
"""Longer lists are not marked up for screen readers: that takes three times the time and ten times the size."""
LETTERS = {
    MoneyPaper.DISTRICT_SETTLEMENT: "D",
    MoneyPaper.KITCHEN_SETTLEMENT: "K",
    MoneyPaper.MEAL_POINT_SETTLEMENT: "P",
    MoneyPaper.PAYER_SETTLEMENT: "F",
    MoneyPaper.EXCEPTION_LIST: "X",
    MoneyPaper.BUREAU_RETURN: "R",
    MoneyPaper.ELDER_STATEMENT: "E",
}
SCOPES = {
    MoneyPaper.DISTRICT_SETTLEMENT: Scope.DISTRICT,
    MoneyPaper.KITCHEN_SETTLEMENT: Scope.KITCHEN,
    MoneyPaper.MEAL_POINT_SETTLEMENT: Scope.MEAL_POINT,
    MoneyPaper.PAYER_SETTLEMENT: Scope.PAYER,
    MoneyPaper.EXCEPTION_LIST: Scope.DISTRICT,
}

OF_EVERYBODY = frozenset(
    {MoneyPaper.DISTRICT_SETTLEMENT, MoneyPaper.EXCEPTION_LIST, MoneyPaper.BUREAU_RETURN, MoneyPaper.ELDER_STATEMENT}
)
"""Kinds of which a settlement has one paper; of the others it has one a subject."""


def payer_subjects(account: Account) -> dict[str, PaidBy]:
    """Return what each payer of an account goes by on papers: `city`, or `street-2` where several streets pay."""
    payers = {(part.payer, part.payer_name) for meal in account.everything for part in meal.parts}
    how_many = Counter(payer for payer, _ in payers)
    seen: Counter[str] = Counter()
    found: dict[str, PaidBy] = {}
    for one in sorted(payers, key=payer_order):
        seen[one[0]] += 1
        found[one[0] if how_many[one[0]] == 1 else f"{one[0]}-{seen[one[0]]}"] = one
    return found


class Source:
    """Makes the papers of one account; what several papers need is read once."""

    def __init__(self, session: Session, account: Account, made: Print) -> None:
        self.session, self.account, self.made = session, account, made

    def make(self, kind: MoneyPaper, form: PaperForm, subject: str, part: int = 1, parts: int = 1) -> Printed:
        """Return one paper, or with an empty subject all of the kind in one file, or of all statements one part.

        Raises
        ------
        NotFoundError
            If the settlement has nothing of this subject.
        """
        if kind is MoneyPaper.ELDER_STATEMENT:
            return self._statements(form, subject, part, parts)
        documents = self._documents(kind, subject)
        if form is PaperForm.XLSX:
            return Printed(workbook(documents, self.made.language), 0)
        sheets = [sheet for document in documents for sheet in sheets_of_document(document, self.made.language)]
        rows = sum(len(table.rows) for document in documents for table in document.tables)
        return self._set("money_report", sheets, documents[0].head.code, tagged=rows <= MOST_TAGGED_ROWS)

    @cached_property
    def names(self) -> Names:
        """What kitchens and meal points are called."""
        return Names(
            {one.code: one.name for one in self.session.exec(select(Kitchen))},
            {one.code: one.name for one in self.session.exec(select(MealPoint))},
        )

    @cached_property
    def payers(self) -> Mapping[str, PaidBy]:
        """Payers by what they go by."""
        return payer_subjects(self.account)

    def _documents(self, kind: MoneyPaper, subject: str) -> list[Document]:
        code = f"S{self.account.head.number}-{LETTERS[kind]}"
        if kind in OF_EVERYBODY and subject:
            raise NotFoundError("account.no_subject", settlement=self.account.head.number, subject=subject)
        if kind is MoneyPaper.BUREAU_RETURN:
            return list(return_documents(bureau_return(self.session, self.account), self.made, code=code))
        if kind is MoneyPaper.EXCEPTION_LIST:
            report = settlement_report(self.account, Scope.DISTRICT)
            return [exception_document(report, self.made, self.names, code=code)]
        if kind is MoneyPaper.DISTRICT_SETTLEMENT:
            report = settlement_report(self.account, Scope.DISTRICT)
            return [report_document(report, self.made, self.names, code=code)]
        known = self._subjects(kind)
        if not known:
            raise NotFoundError("account.nothing", settlement=self.account.head.number)
        if subject and subject not in known:
            raise NotFoundError("account.no_subject", settlement=self.account.head.number, subject=subject)
        return [self._report(kind, one, f"{code}-{one.upper()}") for one in ([subject] if subject else known)]

    def _subjects(self, kind: MoneyPaper) -> list[str]:
        if kind is MoneyPaper.PAYER_SETTLEMENT:
            return list(self.payers)
        attribute = "kitchen_code" if kind is MoneyPaper.KITCHEN_SETTLEMENT else "meal_point_code"
        account = self.account
        concerned = (*account.everything, *account.refused, *account.unclaimed)
        return sorted({getattr(one, attribute) or NO_CODE for one in concerned})

    def _report(self, kind: MoneyPaper, subject: str, code: str) -> Document:
        scope, language = SCOPES[kind], self.made.language
        if scope is Scope.PAYER:
            payer = self.payers[subject]
            report = settlement_report(self.account, scope, "", payer_words(*payer, language), payer)
        else:
            plain = "" if subject == NO_CODE else subject
            known = self.names.kitchens if scope is Scope.KITCHEN else self.names.meal_points
            report = settlement_report(self.account, scope, plain, known.get(plain, ""))
        return report_document(report, self.made, self.names, code=code)

    @cached_property
    def _everybody(self) -> Sequence[ElderStatement]:
        return tuple(elder_statements(self.session, self.account))

    def count_statements(self) -> int:
        """Return how many elders have a statement."""
        return len(self._everybody)

    def count_parts(self, form: PaperForm, subject: str) -> int:
        """Return in how many files all statements come: the typesetter holds 3 MB for each until its file is done."""
        if subject or form is PaperForm.XLSX:
            return 1
        return max(1, -(-len(self._everybody) // STATEMENTS_A_FILE))

    def _statements(self, form: PaperForm, subject: str, part: int, parts: int) -> Printed:
        found = [one for one in self._everybody if not subject or one.elder_number == subject]
        if parts > 1:
            forget_papers()
            found = found[(part - 1) * STATEMENTS_A_FILE : part * STATEMENTS_A_FILE]
        number = self.account.head.number
        if not found:
            key = "account.no_line" if subject else "account.nothing"
            raise NotFoundError(key, settlement=number, elder=subject)
        code = statement_code(found[0]) if len(found) == 1 else f"S{number}-E"
        if form is PaperForm.XLSX:
            return Printed(workbook([statement_document(found, self.made, code=code)], self.made.language), 0)
        sheets = [statement_sheet(one, self.made) for one in found]
        # Read out by a screen reader it is one elder's; a stack of them goes to the printer, at an eighth of the size.
        return self._set("elder_statement", sheets, code, tagged=len(sheets) == 1)

    def _set(self, template: str, sheets: list[Sheet], code: str, *, tagged: bool = True) -> Printed:
        language = self.made.language
        data = {"language": language, "words": dict(money_words(language)), "sheets": sheets}
        rendered: Rendered = typeset(template, data, made_at=self.made.at, name=code, tagged=tagged)
        return Printed(rendered.pdf, rendered.pages)
