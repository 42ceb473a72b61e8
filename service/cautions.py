"""What whoever goes to a door or hands out a meal must be careful about: a short word, and never a diagnosis.

A risk that names an illness is told as what to do about it; which illness it is stands on the elder's record alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from service.people.record import holds_on
from service.tables import ElderClass, ElderRisk, Risk, StatusClass

MOST_IN_ONE_QUESTION = 500
ALONE = "alone"
WORDS: dict[Risk, str] = {
    Risk.FALLS: "falls",
    Risk.DEMENTIA: "patience",
    Risk.HARD_OF_HEARING: "speak_up",
    Risk.POOR_SIGHT: "poor_sight",
    Risk.CHOKING: "choking",
    Risk.BEDRIDDEN: "cannot_rise",
    Risk.HEART: "watch",
    Risk.DIABETES: "watch",
    Risk.DOG: "dog",
    Risk.AGGRESSION: "calm",
}
ORDER = (ALONE, *dict.fromkeys(WORDS.values()))
"""In the order in which they are shown; each is the end of a key `caution.…` of the texts."""


def cautions_of(session: Session, elder_numbers: Collection[str], day: date) -> dict[str, tuple[str, ...]]:
    """Return the words that hold on a day, by elder; whoever has none is not named."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    numbers = sorted(elder_numbers)
    for start in range(0, len(numbers), MOST_IN_ONE_QUESTION):
        some = numbers[start : start + MOST_IN_ONE_QUESTION]
        for risk in session.exec(select(ElderRisk).where(col(ElderRisk.elder_number).in_(some))):
            if holds_on(risk, day):
                found[risk.elder_number].add(WORDS[Risk(risk.risk)])
        alone = (col(ElderClass.elder_number).in_(some), ElderClass.status_class == StatusClass.LIVES_ALONE)
        for one in session.exec(select(ElderClass).where(*alone)):
            if holds_on(one, day):
                found[one.elder_number].add(ALONE)
    return {number: tuple(sorted(words, key=ORDER.index)) for number, words in found.items()}
