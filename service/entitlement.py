"""May this elder eat, and is the elder subsidised: two decisions, each with a sentence, its rule and the rule's date.

Both are about the person on a day; what one meal costs whom is asked of `service.subsidies`. A card is no part of
either: whoever has lost it is as entitled as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from service.errors import InvalidError
from service.people.lifecycle import state_on
from service.people.record import Record, get_record
from service.subsidies import Covers, Place, Rule, Scheme, Standing, age_on
from service.subsidies import Dwelling as RuleDwelling
from service.subsidies.conditions import NOT_NOTED, Obstacle, person_obstacle
from service.subsidies.places import key_of, place_named
from service.subsidies.rules import EatingRule
from service.tables import Community, Dwelling, ElderPlace, ElderState, PlaceKind, Street
from service.texts import Key, text

DISTRICT_DIGITS = 6
CITY_DIGITS = 4
PROVINCE_DIGITS = 2
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Beijing, Tianjin, Shanghai, Chongqing (GB/T 2260): cities that are their own province."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The rule that a decision rests on."""

    rule_id: str
    version: int
    source: Mapping[str, str]
    since: date


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or no with its reason: the key of the sentence, the values in it, and the rule (None: our own order).

    `verdict` is the key of the yes or no in words.
    """

    verdict: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    basis: Basis | None = None

    @property
    def is_yes(self) -> bool:
        """Whether the answer is yes."""
        return self.verdict.endswith(".yes")

    def say(self, language: str) -> str:
        """Return the whole sentence."""
        said = {"verdict": Key(self.verdict), "reason": text(language, self.key, **self.values)}
        if self.basis is None:
            return text(language, "people.decided_without_rule", **said)
        rests_on = {
            "rule": self.basis.rule_id,
            "version": self.basis.version,
            "source": self.basis.source[language],
            "since": self.basis.since.isoformat(),
        }
        return text(language, "people.decided", **said, **rests_on)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What is decided about an elder on a day.

    Attributes
    ----------
    may_eat
        Whether the elder may order a meal of that day; where the record does not tell, yes, at the full price.
    is_subsidised
        Whether any rule takes something off the elder's bill, whatever the elder's state is.
    rules
        One answer for each rule of the scheme: whether it is for this elder, and why.
    is_birth_date_known
        Whether age is counted from a birth date, not from the last day of a birth year.
    """

    day: date
    may_eat: Answer
    is_subsidised: Answer
    rules: tuple[Answer, ...]
    is_birth_date_known: bool


def standing_of(session: Session, elder_number: str, on: date) -> Standing:
    """Return what money depends on in an elder, as it is noted for the day `on`.

    Without a residence on record the elder lives in the street of the community; who has a birth year only counts as
    born on its last day, so that nobody gets money too early.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If neither birth date nor birth year can be.
    """
    return standing_from(session, get_record(session, elder_number), on)


def standing_from(session: Session, record: Record, on: date, streets: Mapping[str, str] | None = None) -> Standing:
    """Return the same as `standing_of` from a record that has been read.

    `streets` holds the names of the district's streets by code, for who asks about thousands of people.
    """
    elder = record.elder
    residence = record.place_on(PlaceKind.RESIDENCE, on)
    in_care_home = residence is not None and residence.dwelling == Dwelling.CARE_HOME
    try:
        return Standing(
            birth_date=elder.birth_date or date(elder.birth_year, 12, 31),
            hukou=_place(session, record.place_on(PlaceKind.HUKOU, on), streets),
            residence=_place(session, residence, streets) or place_of_community(session, elder.community_code),
            classes=record.classes_on(on),
            care_level=record.care_level_on(on),
            dwelling=RuleDwelling.CARE_HOME if in_care_home else RuleDwelling.HOME,
        )
    except ValueError as error:
        raise InvalidError("people.no_standing", elder=elder.number, detail=str(error)) from error


def place_of_community(session: Session, community_code: str | None) -> Place | None:
    """Return city, district and street of a community; their codes begin with those of GB/T 2260."""
    community = session.get(Community, community_code) if community_code else None
    if community is None:
        return None
    code = community.street_code
    if not code[:DISTRICT_DIGITS].isdigit() or len(code) < DISTRICT_DIGITS:
        return None
    digits = PROVINCE_DIGITS if code[:PROVINCE_DIGITS] in MUNICIPALITIES else CITY_DIGITS
    city, district = code[:digits].ljust(DISTRICT_DIGITS, "0"), code[:DISTRICT_DIGITS]
    return Place(_name_of(city), _name_of(district), _street_name(session, code))


def decide(session: Session, elder_number: str, on: date, scheme: Scheme) -> Entitlement:
    """Decide about an elder on the day `on` under a scheme.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the record holds no birth date that can be.
    """
    return decide_from(session, get_record(session, elder_number), on, scheme)


def decide_from(session: Session, record: Record, on: date, scheme: Scheme) -> Entitlement:
    """Decide about an elder whose record has been read."""
    standing = standing_from(session, record, on)
    in_force, age = scheme.in_force(on), age_on(standing.birth_date, on)
    rules = tuple(_rule_answer(rule, standing, age) for rule in in_force.rules)
    return Entitlement(
        day=on,
        may_eat=_own_obstacle(record, on) or _may_eat(in_force.eating, standing, age),
        is_subsidised=_not_noted(in_force.eating, standing, age)
        or _is_subsidised(in_force.rules, rules, standing, age, on),
        rules=rules,
        is_birth_date_known=record.elder.birth_date is not None,
    )


def _own_obstacle(record: Record, on: date) -> Answer | None:
    """Return the no that the service itself gives: not in service, or away."""
    state = state_on(record.elder, record.changes, on)
    if state != ElderState.ACTIVE:
        brought = [
            one for one in record.changes if one.to_state == state and one.from_day <= on and one.withdrawn_at is None
        ]
        named = {"state": Key(f"people.state.{state}")}
        if not brought:
            return Answer("people.may_eat.no", "people.why.state", named)
        return Answer(
            "people.may_eat.no", "people.why.state_since", {**named, "since": brought[-1].from_day.isoformat()}
        )
    absence = record.absence_on(on)
    if absence is None:
        return None
    reason = Key(f"people.absence.{absence.reason}")
    values: dict[str, object] = {"reason": reason, "since": absence.from_day.isoformat()}
    if absence.until_day is None:
        return Answer("people.may_eat.no", "people.why.away", values)
    return Answer("people.may_eat.no", "people.why.away_until", {**values, "until": absence.until_day.isoformat()})


def _may_eat(rule: EatingRule | None, standing: Standing, age: int) -> Answer:
    if rule is None:
        return Answer("people.may_eat.yes", "people.why.no_eating_rule")
    obstacle = person_obstacle(rule.person, standing, age)
    if obstacle is not None and obstacle.key in NOT_NOTED:
        # Nobody goes hungry because something was not written down: the desk asks, and no subsidy is paid until then.
        return Answer("people.may_eat.yes", obstacle.key.replace("money.", "people."), obstacle.values, _basis(rule))
    if obstacle is not None:
        return Answer("people.may_eat.no", obstacle.key, obstacle.values, _basis(rule))
    return Answer("people.may_eat.yes", "people.why.may_eat", {"age": age}, _basis(rule))


def _not_noted(rule: EatingRule | None, standing: Standing, age: int) -> Answer | None:
    """Return the no to a subsidy that a gap in the record gives: nobody can tell yet that the meal is one of these."""
    obstacle = person_obstacle(rule.person, standing, age) if rule is not None else None
    if rule is None or obstacle is None or obstacle.key not in NOT_NOTED:
        return None
    return Answer("people.subsidised.no", obstacle.key, obstacle.values, _basis(rule))


def _is_subsidised(rules: Sequence[Rule], answers: Sequence[Answer], standing: Standing, age: int, on: date) -> Answer:
    """Return whether any rule takes something off the bill; if none does, the one that came furthest says why."""
    about_bill = [(rule, one) for rule, one in zip(rules, answers, strict=True) if rule.covers != Covers.GRANT]
    fitting = [one for _, one in about_bill if one.is_yes]
    if fitting:
        names = [rule.payer_name for rule, one in about_bill if one.is_yes]
        values = {"age": age, "payers": list(dict.fromkeys(names))}
        return Answer("people.subsidised.yes", "people.why.subsidised", values, fitting[0].basis)
    obstacles: list[tuple[Rule, Obstacle]] = [
        (rule, obstacle)
        for rule, _ in about_bill
        if (obstacle := person_obstacle(rule.person, standing, age)) is not None
    ]
    if not obstacles:
        return Answer("people.subsidised.no", "people.why.no_rule", {"day": on.isoformat()})
    rule, nearest = max(obstacles, key=lambda one: one[1].step)
    return Answer("people.subsidised.no", nearest.key, nearest.values, _basis(rule))


def _rule_answer(rule: Rule, standing: Standing, age: int) -> Answer:
    obstacle = person_obstacle(rule.person, standing, age)
    if obstacle is not None:
        return Answer("people.rule.no", obstacle.key, obstacle.values, _basis(rule))
    values = {"payer": rule.payer_name, "covers": Key(f"people.covers.{rule.covers}")}
    return Answer("people.rule.yes", "people.why.rule_fits", values, _basis(rule))


def _basis(rule: Rule | EatingRule) -> Basis:
    source = {language: rule.source.said_in(language) for language in ("zh", "en")}
    return Basis(rule.rule_id, rule.version, source, rule.validity.since)


def _place(session: Session, row: ElderPlace | None, streets: Mapping[str, str] | None) -> Place | None:
    if row is None:
        return None
    street = _street_name(session, row.street) if streets is None else streets.get(row.street, row.street)
    return place_named(_name_of(row.city), _name_of(row.district), street)


def _name_of(given: str) -> str:
    """Return the name that a code of GB/T 2260 stands for where the rules know it; a name stays as it is."""
    return key_of(given) if given.isdigit() else given


def _street_name(session: Session, given: str) -> str:
    """Return the name of one of the district's streets, given by its code."""
    street = session.get(Street, given) if given else None
    return given if street is None else street.name
