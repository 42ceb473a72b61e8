"""What a price depended on is kept as JSON and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings

from service.subsidies import Case, Place
from service.subsidies.freezing import freeze_case, thaw_case
from tests.service.subsidies.meals import HAIZHU, elder, meal
from tests.service.subsidies.test_properties import CASES


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_a_case_thaws_to_what_was_frozen(case: Case) -> None:
    assert thaw_case(json.loads(json.dumps(freeze_case(case)))) == case


def test_whether_a_day_was_worked_is_kept_and_not_looked_up() -> None:
    case = replace(meal("sample", 1000, elder(70, HAIZHU), place=Place()), is_workday=False)
    assert thaw_case(freeze_case(case)).is_workday is False
