"""What holds for every meal: no fen is lost, nobody pays more than the price, no cap is passed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies import Case, Covers, Payer, Place, Priced, Scheme, Standing, price, shipped_schemes
from service.subsidies.using import used_before, uses_of
from service.subsidies.words import known_words
from tests.service.subsidies.meals import FOSHAN, HOMES, MONDAY, scheme

PLACES = (*HOMES.values(), FOSHAN, Place("广州市"), Place())
PEOPLE = st.builds(
    Standing,
    birth_date=st.dates(date(1920, 1, 1), date(1975, 12, 31)),
    hukou=st.sampled_from((*PLACES, None)),
    residence=st.sampled_from((*PLACES, None)),
    classes=st.frozensets(st.sampled_from(sorted(known_words("class"))), max_size=3),
    care_level=st.none() | st.integers(0, 5),
)
MEALS: dict[str, Any] = {
    "scheme_id": st.just("sample"),
    "day": st.dates(date(2019, 1, 1), date(2031, 12, 31)),
    "is_workday": st.booleans(),
    "meal": st.sampled_from(Meal),
    "price_fen": st.integers(0, 3000),
    "elder": PEOPLE,
    "delivery_fee_fen": st.integers(0, 500),
    "way": st.sampled_from(Fulfilment),
    "mode": st.none() | st.sampled_from(ProvisionMode),
    "place": st.sampled_from(PLACES),
}
CASES = st.builds(Case, **MEALS)


@st.composite
def rules(draw: st.DrawFn, rule_id: str) -> dict[str, Any]:
    """Draw any rule that makes sense by itself."""
    covers = draw(st.sampled_from(("meal", "meal", "delivery", "grant")))
    kinds = ("fixed",) if covers == "grant" else ("fixed", "up_to", "fixed_self_pay", "percent", "discount")
    kind = draw(st.sampled_from(kinds))
    found: dict[str, Any] = {
        "id": rule_id,
        "version": 1,
        "kind": kind,
        "payer": draw(st.sampled_from(("city", "district", "street", "charity", "operator"))),
        "payer_name": "样例",
        "payee": "operator" if covers == "grant" else "elder",
        "covers": covers,
        "order": draw(st.integers(1, 5)),
        "may_offset_fee": covers == "grant" and draw(st.booleans()),
        "floor_fen": draw(st.sampled_from((0, 0, 100))),
    }
    if draw(st.integers(0, 2)) == 0:
        found["group"] = "g"
    if kind in ("percent", "discount"):
        found["percent"] = draw(st.integers(1, 100))
        found["base"] = draw(st.sampled_from(("price", "remaining")))
    else:
        found["value_fen"] = draw(st.integers(0, 2000))
    if kind == "percent":
        found["cap_fen"] = draw(st.integers(0, 1000))
    found["caps"] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "per_meal": st.integers(1, 2),
                "per_day": st.integers(1, 2),
                "per_week": st.integers(1, 5),
                "fen_per_day": st.integers(1, 600),
                "fen_per_week": st.integers(1, 1500),
            },
        )
    )
    found["occasion"] = draw(
        st.fixed_dictionaries({}, optional={"min_spend_fen": st.integers(0, 1500), "workdays_only": st.booleans()})
    )
    return found


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Draw a scheme of up to five such rules, or a shipped one."""
    if draw(st.booleans()):
        return draw(st.sampled_from(list(shipped_schemes().values())))
    drawn = [draw(rules(f"R{number}")) for number in range(draw(st.integers(1, 5)))]
    choice = {
        "rounding": draw(st.sampled_from(("down", "up", "half_up", "half_even"))),
        "rounding_unit_fen": draw(st.sampled_from((1, 10, 100))),
        "delivery_grant_offsets_fee": draw(st.booleans()),
    }
    return scheme(*drawn, settings=choice)


def check_sums(answer: Priced) -> None:
    """No fen is lost or made."""
    case = answer.case
    assert all(line.fen > 0 for line in answer.lines)
    if answer.refusal is not None:
        assert answer.lines == ()
        return
    by_part = Counter[Covers]()
    for line in answer.lines:
        by_part[line.covers] += line.fen
    assert by_part[Covers.MEAL] == case.price_fen
    assert by_part[Covers.DELIVERY] == case.delivery_fee_fen
    assert answer.bill_fen == case.price_fen + case.delivery_fee_fen
    assert (
        sum(answer.paid_by().values()) == sum(line.fen for line in answer.lines) == answer.bill_fen + answer.grants_fen
    )
    assert 0 <= answer.elder_pays_fen <= answer.bill_fen
    assert answer.elder_pays_fen == answer.paid_by().get(Payer.ELDER, 0)


@given(CASES, schemes())
@settings(max_examples=400, deadline=None)
def test_the_lines_sum_to_price_and_fee_and_nobody_pays_less_than_nothing(case: Case, found: Scheme) -> None:
    check_sums(price(case, found))


@given(CASES, schemes())
@settings(max_examples=200, deadline=None)
def test_rules_are_taken_in_their_order_and_only_on_their_days(case: Case, found: Scheme) -> None:
    answer = price(case, found)
    by_id = {rule.rule_id: rule for rule in found.in_force(case.day).rules}
    taken = [by_id[line.rule_id] for line in answer.lines if line.payer != Payer.ELDER]
    assert [rule.order for rule in taken] == sorted(rule.order for rule in taken)
    assert all(rule.validity.covers(case.day) for rule in taken)
    groups = [rule.group for rule in {rule.rule_id: rule for rule in taken}.values() if rule.group]
    assert len(groups) == len(set(groups))


@given(CASES, st.sampled_from(list(shipped_schemes().values())))
@settings(max_examples=200, deadline=None)
def test_a_day_outside_all_validity_takes_no_rule(case: Case, found: Scheme) -> None:
    before = min(rule.validity.since for rule in found.rules) - timedelta(days=1)
    answer = price(Case(**{**_fields(case), "day": before}), found)
    assert all(line.payer == Payer.ELDER for line in answer.lines)
    assert not answer.is_subsidised.is_yes


@given(
    PEOPLE, schemes(), st.lists(st.tuples(st.integers(0, 6), st.sampled_from(Meal), st.integers(0, 3000)), max_size=25)
)
@settings(max_examples=150, deadline=None)
def test_caps_hold_over_a_day_and_a_week(who: Standing, found: Scheme, eaten: list[tuple[int, Meal, int]]) -> None:
    answers: list[Priced] = []
    for offset, meal, price_fen in sorted(eaten, key=lambda one: one[0]):
        day = MONDAY + timedelta(days=offset)
        used = used_before([one for answer in answers for one in uses_of(answer)], day, meal)
        case = Case(
            "sample",
            day,
            offset < 5,
            meal,
            price_fen,
            who,
            way=Fulfilment.DINE_IN,
            place=who.hukou or Place(),
            used=used,
        )
        answers.append(price(case, found))
        check_sums(answers[-1])
    for rule in found.in_force(MONDAY).rules:
        by_day, by_meal, fen_by_day = Counter[date](), Counter[tuple[date, Meal]](), Counter[date]()
        for use in (use for answer in answers for use in uses_of(answer) if use.rule_id == rule.rule_id):
            by_day[use.day] += 1
            by_meal[use.day, use.meal] += 1
            fen_by_day[use.day] += use.fen
        caps = rule.caps
        assert max(by_day.values(), default=0) <= (caps.per_day or 99)
        assert max(by_meal.values(), default=0) <= (caps.per_meal or 99)
        assert by_day.total() <= (caps.per_week or 999)
        assert max(fen_by_day.values(), default=0) <= (caps.fen_per_day or 10**9)
        assert fen_by_day.total() <= (caps.fen_per_week or 10**9)


def _fields(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}
