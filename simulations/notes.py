"""What is noted about the sample's elders: birth dates, registration, classes, care levels, cards, contacts, risks.

Every draw has a topic of its own, so that nothing here moves a door or a meal. The shares are set so that every rule of
the city scheme has somebody it fits and somebody it does not; they are no statistics of the district.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from service.tables import (
    CardKind,
    CardState,
    Elder,
    ElderCard,
    ElderCareLevel,
    ElderClass,
    ElderContact,
    ElderPlace,
    ElderRisk,
    PlaceKind,
    Risk,
    StatusClass,
)
from simulations import people
from simulations.district import Places
from simulations.people import drawing, pick

CITY, DISTRICT = "广州市", "海珠区"
OTHER_DISTRICTS = ("越秀区", "荔湾区", "天河区", "白云区", "番禺区")
OTHER_CITIES = ("佛山市", "清远市", "梅州市")
OTHER_DISTRICT, OTHER_CITY = 0.08, 0.06
FIRST_DAY = date(2025, 1, 1)
CLASSES: tuple[tuple[StatusClass, float, int], ...] = (
    (StatusClass.DIBAO, 0.03, 60),
    (StatusClass.TEKUN, 0.006, 60),
    (StatusClass.DIBAO_EDGE, 0.015, 60),
    (StatusClass.YOUFU, 0.012, 60),
    (StatusClass.LOST_ONLY_CHILD, 0.008, 60),
    (StatusClass.SEVERE_DISABILITY, 0.03, 60),
    (StatusClass.LIVES_ALONE, 0.2, 80),
    (StatusClass.EMPTY_NEST, 0.15, 70),
)
"""Classes with the share of those of an age and more who belong to each."""
CARED_FOR_FROM, CARED_FOR = 75, 0.22
SOCIAL_SECURITY, BENEFIT, LOST = 0.96, 0.72, 0.02
SECOND_CONTACT, KEY_HOLDER = 0.3, 0.25
RISKY_FROM, RISKY = 78, 0.3
BENEFIT_YEARS = 2
FIRST_CARD, CARD_DAYS = date(2024, 9, 20), 780
"""Some of the earliest cards have run out in the autumn of the reference year."""
YOUNGEST, YOUNGEST_DAYS = 60, 240
"""Who turns 60 in the reference year does so by the end of August, so that the autumn's elders are all of age."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Rows beside the elders."""

    contacts: tuple[ElderContact, ...]
    places: tuple[ElderPlace, ...]
    classes: tuple[ElderClass, ...]
    care_levels: tuple[ElderCareLevel, ...]
    cards: tuple[ElderCard, ...]
    risks: tuple[ElderRisk, ...]


def set_birth_dates(elders: Sequence[Elder], seed: int) -> None:
    """Give every elder a day within the year of birth, and some first contacts the key."""
    draw = drawing(seed, "birth dates")
    for elder in elders:
        days = 366 if calendar.isleap(elder.birth_year) else 365
        if _age(elder) == YOUNGEST:
            days = YOUNGEST_DAYS
        elder.birth_date = date(elder.birth_year, 1, 1) + timedelta(days=int(draw.random() * days))
        if elder.contact_name:
            elder.contact_roles = "family key_holder" if draw.random() < KEY_HOLDER else "family"


def notes_of(elders: Sequence[Elder], places: Places, seed: int) -> Notes:
    """Return everything that is noted about the elders."""
    return Notes(
        contacts=_contacts(elders, drawing(seed, "contacts")),
        places=_places(elders, places, drawing(seed, "registration")),
        classes=_classes(elders, drawing(seed, "classes")),
        care_levels=_care_levels(elders, drawing(seed, "care")),
        cards=_cards(elders, drawing(seed, "cards")),
        risks=_risks(elders, drawing(seed, "risks")),
    )


def _age(elder: Elder) -> int:
    return people.REFERENCE_YEAR - elder.birth_year


def _contacts(elders: Sequence[Elder], draw: Random) -> tuple[ElderContact, ...]:
    return tuple(
        ElderContact(
            elder_number=elder.number,
            name=f"{people.sample_name(draw)}（{pick(draw, ('邻居', '居委会', '外甥', '儿媳'))}）",
            phone=people.sample_phone(3, 5000 + i),
            roles="emergency key_holder" if draw.random() < KEY_HOLDER else "emergency",
            call_order=2,
        )
        for i, elder in enumerate(elders)
        if elder.contact_name and draw.random() < SECOND_CONTACT
    )


def _places(elders: Sequence[Elder], places: Places, draw: Random) -> tuple[ElderPlace, ...]:
    """Return where each household is registered: most in their own street, some elsewhere, some in another city."""
    streets = {street.code: street.name for street in places.streets}
    street_of = {community.code: streets[community.street_code] for community in places.communities}
    rows: list[ElderPlace] = []
    for elder in elders:
        chance, elsewhere = draw.random(), draw.random()
        city, district, street = CITY, DISTRICT, street_of[elder.community_code or ""]
        if chance < OTHER_CITY:
            city, district, street = OTHER_CITIES[int(elsewhere * len(OTHER_CITIES))], "", ""
        elif chance < OTHER_CITY + OTHER_DISTRICT:
            district, street = OTHER_DISTRICTS[int(elsewhere * len(OTHER_DISTRICTS))], ""
        rows.append(
            ElderPlace(
                elder_number=elder.number,
                kind=PlaceKind.HUKOU.value,
                city=city,
                district=district,
                street=street,
                dwelling="at_home",
            )
        )
    return tuple(rows)


def _classes(elders: Sequence[Elder], draw: Random) -> tuple[ElderClass, ...]:
    return tuple(
        ElderClass(
            elder_number=elder.number,
            status_class=status.value,
            from_day=FIRST_DAY,
            proof=f"样例证-{status.value}-{elder.number}",
        )
        for elder in elders
        for status, share, from_age in CLASSES
        if draw.random() < share and _age(elder) >= from_age
    )


def _care_levels(elders: Sequence[Elder], draw: Random) -> tuple[ElderCareLevel, ...]:
    return tuple(
        ElderCareLevel(
            elder_number=elder.number,
            level=int(draw.random() * 6),
            from_day=FIRST_DAY + timedelta(days=int(draw.random() * 500)),
            proof=f"样例评估-{elder.number}",
        )
        for elder in elders
        if draw.random() < CARED_FOR and _age(elder) >= CARED_FOR_FROM
    )


def _cards(elders: Sequence[Elder], draw: Random) -> tuple[ElderCard, ...]:
    rows: list[ElderCard] = []
    for i, elder in enumerate(elders):
        if draw.random() < SOCIAL_SECURITY:
            state = CardState.LOST if draw.random() < LOST else CardState.IN_USE
            rows.append(_card(elder, CardKind.SOCIAL_SECURITY, f"SAMPLE-S-{i + 1:06d}", state))
        if draw.random() < BENEFIT:
            card = _card(elder, CardKind.BENEFIT, f"SAMPLE-B-{i + 1:06d}", CardState.IN_USE)
            card.issued_on = FIRST_CARD + timedelta(days=int(draw.random() * CARD_DAYS))
            card.valid_until = card.issued_on + timedelta(days=365 * BENEFIT_YEARS)
            rows.append(card)
    return tuple(rows)


def _card(elder: Elder, kind: CardKind, number: str, state: CardState) -> ElderCard:
    return ElderCard(elder_number=elder.number, kind=kind.value, card_number=number, state=state.value)


def _risks(elders: Sequence[Elder], draw: Random) -> tuple[ElderRisk, ...]:
    return tuple(
        ElderRisk(elder_number=elder.number, risk=pick(draw, list(Risk)).value, from_day=FIRST_DAY)
        for elder in elders
        if draw.random() < RISKY and _age(elder) >= RISKY_FROM
    )
