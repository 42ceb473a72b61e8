"""Whose somebody is, where two records were merged into one."""

from __future__ import annotations

import pytest

from service.access import Reach
from service.db import Database
from service.errors import NotAllowedError
from service.reach import refuse_foreign_elder
from service.tables import Elder
from tests.service.towns import found_town


def test_a_merged_double_opens_nothing_of_another_meal_points_elder(sqlite_database: Database) -> None:
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        session.get_one(Elder, "E01").merged_into = "E11"
    with sqlite_database.read() as session:
        refuse_foreign_elder(session, Reach(meal_point="P2"), "E01")
        with pytest.raises(NotAllowedError):
            refuse_foreign_elder(session, Reach(meal_point="P1"), "E01")
