"""The papers of money of a settlement: which there are, who may have them, and each as a page or a workbook.

Every paper that leaves the house is a disclosure and stands in the audit.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from sqlmodel import Session, col, select

from service import audit
from service.access import EVERYTHING, Reach
from service.clock import Clock
from service.db import Database
from service.errors import InvalidError, NotAllowedError, NotFoundError, StorageError
from service.money.booked import WHOLE, Account, Share, get_head, read_account
from service.money.rendering import (
    NO_CODE,
    OF_EVERYBODY,
    STATEMENTS_A_FILE,
    MoneyPaper,
    PaperForm,
    Printed,
    Source,
    payer_subjects,
)
from service.printing.money_words import Print
from service.printing.typesetting import forget_papers
from service.printing.writing import store
from service.tables import Kitchen, MealPoint, SettledMeal

MANY_PAGES = 40
"""After so many pages the typesetter's memory is given back."""
UNFIT = re.compile(r"[^0-9A-Za-z_-]")


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A paper that can be printed; `subject` is "" where there is only one of the kind."""

    kind: MoneyPaper
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class WrittenPaper:
    """One file that was written, or was not: then `error` says why and `file` is None.

    Many statements come as several files: `part` of `parts`.
    """

    kind: MoneyPaper
    subject: str
    form: PaperForm
    file: Path | None
    pages: int
    sha256: str
    seconds: float
    part: int = 1
    parts: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to write; `part` of `parts` where there are many statements."""

    kind: MoneyPaper
    subject: str
    form: PaperForm
    part: int = 1
    parts: int = 1

    def file_name(self, settlement_id: int, language: str) -> str:
        subject = "_" + UNFIT.sub(lambda letter: f"%{ord(letter[0]):x}", self.subject) if self.subject else ""
        part = f"_{self.part}_of_{self.parts}" if self.parts > 1 else ""
        return f"settlement_{settlement_id}_{self.kind}{subject}{part}_{language}.{self.form}"


def list_money_papers(session: Session, settlement_id: int, reach: Reach) -> tuple[PaperChoice, ...]:
    """Return the papers of a settlement that belong to `reach`; a kitchen and a meal point have their own alone.

    Raises
    ------
    NotFoundError
        If there is no such settlement.
    """
    head = get_head(session, settlement_id)
    found = [*_choices_of(session, head.number, MoneyPaper.KITCHEN_SETTLEMENT)]
    found += _choices_of(session, head.number, MoneyPaper.MEAL_POINT_SETTLEMENT)
    if reach != EVERYTHING:
        return tuple(one for one in found if _is_within(reach, one.kind, one.subject))
    single = [PaperChoice(kind, "", "") for kind in MoneyPaper if kind in OF_EVERYBODY]
    single.insert(0, PaperChoice(MoneyPaper.PAYER_SETTLEMENT, "", ""))
    order = list(MoneyPaper)
    return tuple(sorted([*single, *found], key=lambda one: (order.index(one.kind), one.subject)))


def print_money_paper(
    database: Database,
    settlement_id: int,
    kind: MoneyPaper,
    form: PaperForm,
    *,
    subject: str,
    reach: Reach,
    language: str,
    by: str,
    clock: Clock,
) -> Printed:
    """Return one paper as a file, and note in the audit who had it.

    Without a `subject` all papers of the kind come in one file, each with its own head and page numbers; a kitchen or
    meal point gets its own. The subject of a statement is an elder's number.

    Raises
    ------
    NotFoundError
        If there is no such settlement, or it has nothing of this subject.
    NotAllowedError
        If the paper lies outside `reach`.
    InvalidError
        If these are more statements than one file takes.
    """
    asked = subject or (reach.kitchen or reach.meal_point or "")
    if not _is_within(reach, kind, asked):
        raise NotAllowedError("access.not_yours")
    made = Print(language, clock.now(), by)
    with database.read() as session:
        source = Source(session, read_account(session, settlement_id, _share(kind, asked)), made)
        parts = source.count_parts(form, asked) if kind is MoneyPaper.ELDER_STATEMENT else 1
        if parts > 1:
            raise InvalidError("account.too_many", most=STATEMENTS_A_FILE, count=source.count_statements())
        printed = source.make(kind, form, asked)
    with database.write() as session:
        _note(session, settlement_id, kind, asked, form, made)
    return printed


def write_money_papers(
    database: Database,
    settlement_id: int,
    folder: Path,
    *,
    kinds: Collection[MoneyPaper],
    forms: Sequence[PaperForm],
    language: str,
    by: str,
    clock: Clock,
    elder_number: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[WrittenPaper]:
    """Write the papers of a settlement into `folder`, a file each, and note each in the audit.

    All statements share a file, or there is one of `elder_number` alone. A file appears under its name only when it is
    whole; one that cannot be made spoils no other.

    Raises
    ------
    NotFoundError
        If there is no such settlement, or nothing of this elder.
    StorageError
        If `folder` cannot be made.
    """
    _make(folder)
    made = Print(language, clock.now(), by)
    written: list[WrittenPaper] = []
    with database.read() as session:
        share = (
            Share(elder_number=elder_number) if set(kinds) == {MoneyPaper.ELDER_STATEMENT} and elder_number else WHOLE
        )
        account = read_account(session, settlement_id, share)
        source = Source(session, account, made)
        jobs = list(_jobs(source, kinds, forms, elder_number))
        for job in jobs:
            written.append(_write(source, folder, job))
            if written[-1].pages > MANY_PAGES:
                forget_papers()
            if progress is not None:
                progress(len(written), len(jobs))
    with database.write() as session:
        for one in written:
            if not one.error:
                _note(session, settlement_id, one.kind, one.subject, one.form, made)
    return written


def _jobs(
    source: Source, kinds: Collection[MoneyPaper], forms: Sequence[PaperForm], elder_number: str
) -> Iterator[_Job]:
    for kind, subject in _subjects(source.account, kinds, elder_number):
        for form in forms:
            parts = source.count_parts(form, subject) if kind is MoneyPaper.ELDER_STATEMENT else 1
            yield from (_Job(kind, subject, form, part, parts) for part in range(1, parts + 1))


def _write(source: Source, folder: Path, job: _Job) -> WrittenPaper:
    began = time.perf_counter()
    whose = (job.kind, job.subject, job.form)
    try:
        printed = source.make(job.kind, job.form, job.subject, job.part, job.parts)
        path = folder / job.file_name(source.account.head.number, source.made.language)
        store(path, printed.content)
    except (StorageError, NotFoundError, InvalidError) as error:
        said = error.say(source.made.language)
        return WrittenPaper(*whose, None, 0, "", time.perf_counter() - began, job.part, job.parts, said)
    digest = hashlib.sha256(printed.content).hexdigest()
    return WrittenPaper(*whose, path, printed.pages, digest, time.perf_counter() - began, job.part, job.parts)


def file_name(settlement_id: int, kind: MoneyPaper, subject: str, form: PaperForm, language: str) -> str:
    """Return what the file of a paper is called: `settlement_12_kitchen_settlement_K01_zh.pdf`."""
    return _Job(kind, subject, form).file_name(settlement_id, language)


def _subjects(account: Account, kinds: Collection[MoneyPaper], elder_number: str) -> Iterator[tuple[MoneyPaper, str]]:
    """Yield the files of a settlement: kind and subject, in the order of kinds."""
    codes = {
        MoneyPaper.KITCHEN_SETTLEMENT: {meal.kitchen_code for meal in account.everything}
        | {one.kitchen_code for one in account.refused},
        MoneyPaper.MEAL_POINT_SETTLEMENT: {meal.meal_point_code for meal in account.everything}
        | {one.meal_point_code for one in account.refused},
        MoneyPaper.PAYER_SETTLEMENT: set(payer_subjects(account)),
    }
    for kind in MoneyPaper:
        if kind not in kinds:
            continue
        if kind is MoneyPaper.ELDER_STATEMENT:
            if elder_number or account.meals or account.corrections:
                yield kind, elder_number
        elif kind in OF_EVERYBODY:
            yield kind, ""
        else:
            yield from ((kind, code or NO_CODE) for code in sorted(codes[kind]))


def _choices_of(session: Session, settlement_id: int, kind: MoneyPaper) -> list[PaperChoice]:
    is_kitchen = kind is MoneyPaper.KITCHEN_SETTLEMENT
    table: type[Kitchen | MealPoint] = Kitchen if is_kitchen else MealPoint
    used = SettledMeal.kitchen_code if is_kitchen else SettledMeal.meal_point_code
    asked = select(used).where(SettledMeal.settlement_id == settlement_id).distinct()
    names = sqlalchemy.select(col(table.code), col(table.name)).where(col(table.code).in_(asked))
    return [PaperChoice(kind, code, name) for code, name in session.execute(names.order_by(col(table.code)))]


def _share(kind: MoneyPaper, subject: str) -> Share:
    """Return how much of the ledger a paper needs."""
    if not subject or subject == NO_CODE:
        return WHOLE
    if kind is MoneyPaper.KITCHEN_SETTLEMENT:
        return Share(kitchen_code=subject)
    if kind is MoneyPaper.MEAL_POINT_SETTLEMENT:
        return Share(meal_point_code=subject)
    if kind is MoneyPaper.ELDER_STATEMENT:
        return Share(elder_number=subject)
    return WHOLE


def _is_within(reach: Reach, kind: MoneyPaper, subject: str) -> bool:
    if reach == EVERYTHING:
        return True
    if kind is MoneyPaper.KITCHEN_SETTLEMENT:
        return reach.kitchen is not None and reach.kitchen == subject
    if kind is MoneyPaper.MEAL_POINT_SETTLEMENT:
        return reach.meal_point is not None and reach.meal_point == subject
    return False


def _note(session: Session, settlement_id: int, kind: MoneyPaper, subject: str, form: PaperForm, made: Print) -> None:
    audit.note(
        session,
        at=made.at,
        actor=made.by,
        action="print_money_paper",
        subject=str(settlement_id),
        paper=kind.value,
        whose=subject,
        form=form.value,
        language=made.language,
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("error.paper_not_stored", paper=str(folder), detail=error.strerror or "") from error
