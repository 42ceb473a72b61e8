"""A case held against its scheme: rules that it does not have are refused, places that nobody knows are warned of."""

from __future__ import annotations

from collections.abc import Iterator

from service.errors import InvalidError
from service.subsidies.cases import Case
from service.subsidies.places import Place, key_of
from service.subsidies.scheme import Scheme
from service.subsidies.words import known_words


def refuse_unknown_rules(case: Case, scheme: Scheme) -> None:
    """Refuse counts of rules that the scheme has in no version: a misspelt one would be a cap that never holds.

    Raises
    ------
    InvalidError
        Then; the sentence names them and those there are.
    """
    known = {rule.rule_id for rule in scheme.rules}
    unknown = sorted(set(case.used.by_rule or ()) - known)
    if unknown:
        raise InvalidError("money.case.unknown_rules", scheme=scheme.scheme_id, rules=unknown, known=sorted(known))


def unknown_places(case: Case, scheme: Scheme) -> tuple[str, ...]:
    """Return the cities and districts of a case that neither `words.toml` nor a rule of the scheme knows, each once.

    They are compared as they are written; a slip of the pen would be a place of its own, and a subsidy lost. Streets
    are too many to be known: one is told of only where a rule names streets of its district.
    """
    named = list(_named(scheme))
    known = known_words("place") | {key for place in named for key in place.keys}
    with_streets = {place.keys[:2] for place in named if place.street}
    found: list[str] = []
    for place in (case.place, case.elder.hukou, case.elder.residence):
        if place is None:
            continue
        names = [place.city, place.district]
        if place.keys[:2] in with_streets:
            names.append(place.street)
        found += [name for name in names if name and key_of(name) not in known]
    return tuple(dict.fromkeys(found))


def _named(scheme: Scheme) -> Iterator[Place]:
    """Yield every place that the scheme names."""
    for person in (*(rule.person for rule in scheme.rules), *(rule.person for rule in scheme.eating_rules)):
        yield from (place for place in (person.hukou_in, person.residence_in) if place is not None)
    for rule in scheme.rules:
        if rule.occasion.place_in is not None:
            yield rule.occasion.place_in
