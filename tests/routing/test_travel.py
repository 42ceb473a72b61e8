from __future__ import annotations

import numpy as np
import pytest

from routing.travel import UNREACHABLE_S, TravelMatrix, TravelSource


def square(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int32)


THERE = square([0, 60], [70, 0])
FAR = square([0, 400], [500, 0])


def test_a_matrix_says_where_it_comes_from_and_that_nothing_was_lost() -> None:
    matrix = TravelMatrix(THERE, FAR, TravelSource.ROAD_GRAPH)
    assert matrix.source is TravelSource.ROAD_GRAPH
    assert matrix.fell_back == ""
    assert matrix.off_road == ()


def test_a_matrix_of_no_places_is_one() -> None:
    empty = np.zeros((0, 0), dtype=np.int32)
    assert TravelMatrix(empty, empty, TravelSource.ESTIMATE).seconds.shape == (0, 0)


@pytest.mark.parametrize(
    ("seconds", "metres", "words"),
    [
        (square([0, 60]), square([0, 60]), "square"),
        (THERE, square([0]), "metres of shape"),
        (square([0, -1], [1, 0]), FAR, "no negative"),
        (THERE, square([0, 1], [-1, 0]), "no negative"),
        (square([1, 60], [70, 0]), FAR, "diagonal"),
        (THERE, square([0, 60], [70, 1]), "diagonal"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(seconds: np.ndarray, metres: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TravelMatrix(seconds, metres, TravelSource.ESTIMATE)


@pytest.mark.parametrize("index", [-1, 2])
def test_a_place_off_the_road_must_be_one_of_the_matrix(index: int) -> None:
    with pytest.raises(ValueError, match="indices of 2 places"):
        TravelMatrix(THERE, FAR, TravelSource.ROAD_GRAPH, off_road=(index,))


def test_unreachable_can_be_added_up_in_the_matrix_own_numbers() -> None:
    assert np.int32(UNREACHABLE_S) * np.int32(20) < np.iinfo(np.int32).max
