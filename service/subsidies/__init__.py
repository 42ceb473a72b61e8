"""Subsidies: dated rules as data, and the price of a meal under them.

The door of the package: a `Case` under a `Scheme` gives a `Priced` with every line of money, or a refusal. Rules stand
in `schemes/*.toml`, each with its source, clause and days. Nothing in here knows a database or a clock.
"""

from service.subsidies.answering import answer_json, refusal_json, scheme_json
from service.subsidies.asking import Asked, case_from, parse_case
from service.subsidies.cases import Case, Standing, Tally, Used, age_on
from service.subsidies.checking import refuse_unknown_rules, unknown_places
from service.subsidies.conditions import yuan
from service.subsidies.explaining import say_may_eat, say_subsidised
from service.subsidies.places import Level, Place
from service.subsidies.priced import OWN_PART, Decision, Line, Priced
from service.subsidies.pricing import price
from service.subsidies.reading import get_scheme, parse_scheme, read_scheme, scheme_from, shipped_schemes
from service.subsidies.rules import Covers, Dwelling, Payee, Payer, Rule
from service.subsidies.scheme import Rounding, Scheme, Settings

__all__ = [
    "OWN_PART",
    "Asked",
    "Case",
    "Covers",
    "Decision",
    "Dwelling",
    "Level",
    "Line",
    "Payee",
    "Payer",
    "Place",
    "Priced",
    "Rounding",
    "Rule",
    "Scheme",
    "Settings",
    "Standing",
    "Tally",
    "Used",
    "age_on",
    "answer_json",
    "case_from",
    "get_scheme",
    "parse_case",
    "parse_scheme",
    "price",
    "read_scheme",
    "refusal_json",
    "refuse_unknown_rules",
    "say_may_eat",
    "say_subsidised",
    "scheme_from",
    "scheme_json",
    "shipped_schemes",
    "unknown_places",
    "yuan",
]
