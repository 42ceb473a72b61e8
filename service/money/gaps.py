"""What a record did not tell when a meal was settled, and tells by now: where somebody lives or is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from service.entitlement import standing_from
from service.people.record import Record
from service.people.records import list_records
from service.subsidies import Case
from service.tables import SettledMeal


@dataclass(frozen=True, slots=True)
class Gaps:
    """The records of those whose settled meals lack a place."""

    session: Session
    records: Mapping[str, Record]

    @classmethod
    def of(cls, session: Session, meals: Iterable[SettledMeal]) -> Gaps:
        """Read the records that are needed, all at once."""
        return cls(session, list_records(session, {one.elder_number for one in meals if _lacks_place(one)}))

    def filled(self, case: Case, elder_number: str) -> Case:
        """Return a case with the places that are noted by now for its day; what was known then stays as it was."""
        record = self.records.get(elder_number)
        if record is None:
            return case
        now, was = standing_from(self.session, record, case.day), case.elder
        dwelling = was.dwelling if was.residence else now.dwelling
        residence, hukou = was.residence or now.residence, was.hukou or now.hukou
        return replace(case, elder=replace(was, dwelling=dwelling, residence=residence, hukou=hukou))


def _lacks_place(meal: SettledMeal) -> bool:
    elder = meal.facts["elder"]
    return elder["residence"] is None or elder["hukou"] is None
