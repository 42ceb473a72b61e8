from __future__ import annotations

import csv
import heapq
import math
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.estimate import great_circle_m
from routing.places import Place
from routing.road_table import OTHER_KMH, SPEEDS_KMH, RoadTableError, read_roads
from routing.roads import ACCESS_KMH, RoadGraph
from routing.travel import UNREACHABLE_S, Mode, TravelSource, TravelTimes
from simulations.street_network import COLUMNS, RIVER_ABOVE_ROW, make_streets, write_streets

STREETS = Path(__file__).parents[1] / "data" / "streets"
NODE_HEADER = "osm_node_id,lon,lat"
EDGE_HEADER = "u,v,length_m,highway,oneway,car,bicycle,maxspeed_kmh,coords"
METRES_A_DEGREE = math.radians(1) * 6_371_008.8


def spot(east_m: float, north_m: float) -> Place:
    """A place so many metres from where the equator meets Greenwich."""
    return Place(north_m / METRES_A_DEGREE, east_m / METRES_A_DEGREE)


def tables(folder: Path, nodes: dict[str, tuple[float, float]], *edges: str) -> tuple[Path, Path]:
    """Write nodes (metres east and north of the origin) and edges, and return both paths."""
    rows = [f"{name},{spot(*at).lon!r},{spot(*at).lat!r}" for name, at in nodes.items()]
    paths = folder / "nodes.csv", folder / "edges.csv"
    paths[0].write_text("\n".join([NODE_HEADER, *rows]) + "\n", encoding="utf-8")
    paths[1].write_text("\n".join([EDGE_HEADER, *edges]) + "\n", encoding="utf-8")
    return paths


def graph(folder: Path, nodes: dict[str, tuple[float, float]], *edges: str, **options: float) -> RoadGraph:
    return RoadGraph(read_roads(*tables(folder, nodes, *edges)), **options)


ROW = {"A": (0.0, 0.0), "B": (200.0, 0.0), "C": (400.0, 0.0)}
A, B, C = (spot(*at) for at in ROW.values())


# A tiny town, by hand


def test_a_residential_street_of_200_m_takes_a_van_36_s_and_an_e_bike_58_s(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,")
    van, bike = (roads.matrix([A, B], mode) for mode in (Mode.CAR, Mode.BICYCLE))
    assert van.seconds.tolist() == [[0, 36], [36, 0]]  # 20 km/h
    assert bike.seconds.tolist() == [[0, 58], [58, 0]]  # 12.5 km/h
    assert van.metres.tolist() == bike.metres.tolist() == [[0, 200], [200, 0]]
    assert van.source is TravelSource.ROAD_GRAPH


def test_a_road_graph_is_a_source_of_travel_times(tmp_path: Path) -> None:
    travel: TravelTimes = RoadGraph.from_csv(*tables(tmp_path, ROW, "A,B,200,residential,0,1,1,,"))
    assert travel.matrix([], Mode.CAR).seconds.shape == (0, 0)
    assert travel.matrix([A], Mode.CAR).seconds.tolist() == [[0]]


def test_a_one_way_sign_is_for_vans_and_not_for_e_bikes(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,1,1,1,,")
    assert roads.matrix([A, B], Mode.CAR).seconds.tolist() == [[0, 36], [UNREACHABLE_S, 0]]
    assert roads.matrix([A, B], Mode.CAR).metres[1, 0] == UNREACHABLE_S
    assert roads.matrix([A, B], Mode.BICYCLE).seconds.tolist() == [[0, 58], [58, 0]]


def test_a_footway_is_no_road_for_a_van(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,footway,0,0,1,,", "B,C,200,motorway,0,1,0,,", snap_limit_m=5)
    assert roads.matrix([A, B, C], Mode.CAR).off_road == (0,)
    assert roads.matrix([A, B, C], Mode.BICYCLE).off_road == (2,)


def test_a_van_keeps_to_the_speed_limit(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,primary,0,1,1,15,", "B,C,200,primary,0,1,1,120,")
    assert roads.matrix([A, B, C], Mode.CAR).seconds[0, 1] == 48  # 15 km/h
    assert roads.matrix([A, B, C], Mode.CAR).seconds[1, 2] == 16  # 46 km/h: a sign makes nobody faster


def test_an_unlisted_kind_of_road_is_taken_slowly(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,busway,0,1,1,,")
    assert roads.matrix([A, B], Mode.CAR).seconds[0, 1] == 40  # 18 km/h


def test_the_faster_way_wins_and_its_own_metres_are_told(tmp_path: Path) -> None:
    nodes = ROW | {"D": (200.0, 300.0)}
    edges = ("A,B,200,service,0,1,1,,", "B,C,200,service,0,1,1,,", "A,D,400,primary,0,1,1,,", "D,C,400,primary,0,1,1,,")
    roads = graph(tmp_path, nodes, *edges)
    matrix = roads.matrix([A, C], Mode.CAR)
    assert (matrix.seconds[0, 1], matrix.metres[0, 1]) == (63, 800)  # 46 km/h, not 111 s over 400 m
    assert spot(200, 300) in roads.path(A, C, Mode.CAR)


def test_among_equally_fast_ways_the_shorter_is_told(tmp_path: Path) -> None:
    nodes = {"A": (0.0, 0.0), "B": (0.0, 90.0), "C": (200.0, 0.0)}
    # 100 m at 10 km/h and 200 m at 20 km/h take the same 36 s.
    roads = graph(
        tmp_path, nodes, "A,B,200,residential,0,1,1,,", "B,C,0,service,0,1,1,,", "A,C,100,living_street,0,1,1,,"
    )
    assert roads.matrix([spot(0, 0), spot(200, 0)], Mode.CAR).metres[0, 1] == 100


def test_a_home_half_way_along_a_street_is_half_as_far(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,")
    matrix = roads.matrix([A, spot(100, 0), B], Mode.CAR)
    assert matrix.seconds.tolist() == [[0, 18, 36], [18, 0, 18], [36, 18, 0]]


def test_a_van_past_a_door_in_a_one_way_street_drives_round_the_block(tmp_path: Path) -> None:
    nodes = {"A": (0.0, 0.0), "B": (200.0, 0.0), "C": (200.0, 200.0), "D": (0.0, 200.0)}
    edges = [f"{u},{v},200,residential,1,1,1,," for u, v in ("AB", "BC", "CD", "DA")]
    roads = graph(tmp_path, nodes, *edges)
    matrix = roads.matrix([spot(50, 0), spot(150, 0)], Mode.CAR)
    assert matrix.metres.tolist() == [[0, 100], [700, 0]]


def test_the_way_from_the_road_to_the_door_is_added(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,")
    matrix = roads.matrix([spot(50, 30), spot(150, -20)], Mode.BICYCLE)
    assert matrix.metres[0, 1] == 150
    assert matrix.seconds[0, 1] == round(100 * 3.6 / 12.5 + 50 * 3.6 / ACCESS_KMH[Mode.BICYCLE])


def test_two_doors_of_one_yard_need_not_go_by_the_street(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,")
    doors = [spot(100, 60), spot(110, 60), spot(100, 60)]
    matrix = roads.matrix(doors, Mode.BICYCLE)
    assert matrix.metres.tolist() == [[0, 10, 0], [10, 0, 10], [0, 10, 0]]
    assert roads.path(doors[0], doors[1], Mode.BICYCLE) == doors[:2]


# Places off the road


def test_a_place_beyond_the_limit_is_unreachable_and_listed_with_its_distance(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,", snap_limit_m=400)
    places = [spot(100, 401), A, spot(100, 399)]
    matrix = roads.matrix(places, Mode.CAR)
    assert matrix.off_road == (0,)
    assert matrix.seconds[0].tolist() == [0, UNREACHABLE_S, UNREACHABLE_S]
    assert matrix.metres[:, 0].tolist() == [0, UNREACHABLE_S, UNREACHABLE_S]
    assert 0 < matrix.seconds[1, 2] < UNREACHABLE_S
    snapped = roads.snapped(places, Mode.CAR)
    assert snapped.off_road == (0,)
    assert snapped.distance_m == pytest.approx([401, 0, 399], abs=0.01)
    assert snapped.limit_m == 400
    assert snapped.feet[2] == pytest.approx([0, spot(100, 0).lon], abs=1e-9)
    assert roads.path(places[0], places[1], Mode.CAR) == []


def test_the_nearest_street_is_measured_to_its_line_and_not_to_its_ends(tmp_path: Path) -> None:
    nodes = {"A": (0.0, 0.0), "B": (3000.0, 0.0), "C": (1500.0, 120.0), "D": (1500.0, 400.0)}
    roads = graph(tmp_path, nodes, "A,B,3000,residential,0,1,1,,", "C,D,280,residential,0,1,1,,", island_share=0)
    assert roads.snapped([spot(1490, 50)], Mode.CAR).distance_m[0] == pytest.approx(50, abs=0.01)


@settings(deadline=None)
@given(east_m=st.floats(-300, 900), north_m=st.floats(-400, 400))
def test_snapping_finds_the_truly_nearest_point(east_m: float, north_m: float) -> None:
    bent = [(0.0, 0.0), (130.0, 90.0), (140.0, -60.0), (400.0, 0.0)]
    coords = " ".join(f"{spot(*at).lon:.12f},{spot(*at).lat:.12f}" for at in bent)
    with tempfile.TemporaryDirectory() as folder:
        roads = graph(Path(folder), ROW, f'A,C,500,residential,0,1,1,,"{coords}"', snap_limit_m=5000)
    expected_m = min(_gap_m((east_m, north_m), start, end) for start, end in pairwise(bent))
    assert roads.snapped([spot(east_m, north_m)], Mode.CAR).distance_m[0] == pytest.approx(expected_m, abs=0.01)


def _gap_m(at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    step = end[0] - start[0], end[1] - start[1]
    along = ((at[0] - start[0]) * step[0] + (at[1] - start[1]) * step[1]) / (step[0] ** 2 + step[1] ** 2)
    along = min(1.0, max(0.0, along))
    return math.dist(at, (start[0] + along * step[0], start[1] + along * step[1]))


def test_a_home_beside_an_island_is_snapped_to_the_town(tmp_path: Path) -> None:
    nodes = {f"N{index}": (index * 100.0, 0.0) for index in range(60)}
    nodes |= {"P": (1000.0, 60.0), "Q": (1100.0, 60.0)}
    edges = [f"N{index},N{index + 1},100,residential,0,1,1,," for index in range(59)]
    edges.append("P,Q,100,service,0,1,1,,")  # a car park drawn without its exit: 2 of 62 junctions
    home = spot(1050, 50)
    assert graph(tmp_path, nodes, *edges, island_share=0.05).snapped([home], Mode.CAR).distance_m[0] == pytest.approx(
        50
    )
    assert graph(tmp_path, nodes, *edges, island_share=0.0).snapped([home], Mode.CAR).distance_m[0] == pytest.approx(10)


def test_the_largest_part_counts_even_if_it_is_small(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,1,1,1,,", "B,C,200,residential,1,1,1,,", island_share=1.0)
    assert roads.matrix([A, C], Mode.CAR).seconds[0, 1] == 72


@pytest.mark.parametrize("wrong", [{"snap_limit_m": -1}, {"snap_limit_m": math.nan}, {"island_share": 1.1}])
def test_limits_without_sense_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a s"):
        graph(tmp_path, ROW, "A,B,200,residential,0,1,1,,", **wrong)


# Tables as they come


@pytest.mark.parametrize("nodes", [{}, ROW], ids=["no nodes", "nodes only"])
def test_on_an_empty_table_every_place_is_off_the_road(tmp_path: Path, nodes: dict[str, tuple[float, float]]) -> None:
    roads = graph(tmp_path, nodes)
    for mode in Mode:
        matrix = roads.matrix([A, B], mode)
        assert matrix.off_road == (0, 1)
        assert matrix.seconds.tolist() == [[0, UNREACHABLE_S], [UNREACHABLE_S, 0]]
        assert roads.snapped([A], mode).distance_m.tolist() == [math.inf]
        assert roads.path(A, B, mode) == []


def test_a_street_said_twice_counts_once_and_at_its_best(tmp_path: Path) -> None:
    edges = ["A,B,200,service,0,1,1,,", "A,B,200,residential,0,1,1,,", "B,A,200,service,1,1,1,,"]
    assert len(read_roads(*tables(tmp_path, ROW, *edges)).length_m) == 1
    assert graph(tmp_path, ROW, *edges).matrix([A, B], Mode.CAR).seconds.tolist() == [[0, 36], [36, 0]]


def test_a_table_with_one_row_a_direction_is_a_street_both_ways_for_a_door_in_it(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,200,residential,1,1,1,,", "B,A,200,residential,1,1,1,,")
    assert roads.matrix([spot(100, 0), A, B], Mode.CAR).seconds[0].tolist() == [0, 18, 18]


def test_of_two_streets_between_two_junctions_the_faster_is_taken_and_drawn(tmp_path: Path) -> None:
    over = "0,0 0.0009,0.0009 0.0018,0"
    edges = ("A,B,200,living_street,0,1,1,,", f'A,B,283,primary,0,1,1,,"{over}"')
    roads = graph(tmp_path, ROW, *edges)
    assert roads.matrix([A, B], Mode.CAR).metres[0, 1] == 283
    assert Place(0.0009, 0.0009) in roads.path(A, B, Mode.CAR)


def test_a_street_of_no_length_joins_its_ends(tmp_path: Path) -> None:
    roads = graph(tmp_path, ROW, "A,B,0,residential,0,1,1,,", "B,C,200,residential,0,1,1,,")
    assert roads.matrix([A, C], Mode.CAR).seconds[0, 1] == 36
    assert roads.matrix([A, C], Mode.CAR).metres[0, 1] == 200


def test_a_ring_street_reaches_the_doors_on_it_both_ways_round(tmp_path: Path) -> None:
    ring = " ".join(
        f"{spot(*at).lon:.9f},{spot(*at).lat:.9f}" for at in ((0, 0), (100, 100), (200, 0), (100, -100), (0, 0))
    )
    roads = graph(tmp_path, ROW, f'A,A,566,residential,0,1,1,,"{ring}"', "A,B,200,primary,0,1,1,,", island_share=0)
    matrix = roads.matrix([A, spot(50, 50), spot(50, -50)], Mode.BICYCLE)
    assert matrix.metres[0].tolist() == pytest.approx([0, 71, 71], abs=1)
    assert spot(100, 100) not in roads.path(spot(50, 50), A, Mode.BICYCLE)


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        ("A,X,200,residential,0,1,1,,", "edges.csv line 3: expected a node of the nodes table in v, got 'X'"),
        ("X,B,200,residential,0,1,1,,", "edges.csv line 3: expected a node of the nodes table in u, got 'X'"),
        ("A,B,far,residential,0,1,1,,", "line 3: expected a number in length_m, got 'far'"),
        ("A,B,-1,residential,0,1,1,,", "line 3: expected a number from 0 to inf in length_m, got '-1'"),
        ("A,B,nan,residential,0,1,1,,", "length_m"),
        ("A,B,200,residential,2,1,1,,", "line 3: expected 0 or 1 in oneway, got '2'"),
        ("A,B,200,residential,0,yes,1,,", "line 3: expected 0 or 1 in car, got 'yes'"),
        ("A,B,200,residential,0,1,,,", "line 3: expected 0 or 1 in bicycle, got ''"),
        ("A,B,200,residential,0,1,1,0,", "maxspeed_kmh"),
        ("A,B,200,residential,0,1,1,,12;13", "line 3: expected pairs lon,lat in coords"),
        ("A,B,200,residential,0,1,1,,a,b", "line 3: expected 9 cells, got another number"),
        ('A,B,200,residential,0,1,1,,"a,b"', "line 3: expected pairs lon,lat in coords, got 'a,b'"),
        ('A,B,200,residential,0,1,1,,"181,0 0,0"', "degrees"),
        ('A,B,200,residential,0,1,1,,"0.001798,0 0,0"', "line 3: expected points from u to v in coords"),
        ("A,B,200", "line 3: expected 9 cells"),
    ],
)
def test_an_edge_that_cannot_be_is_refused_with_its_line(tmp_path: Path, edge: str, words: str) -> None:
    paths = tables(tmp_path, ROW, "B,C,200,residential,0,1,1,,", edge)
    with pytest.raises(RoadTableError) as refused:
        read_roads(*paths)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nodes.csv line 1: expected the columns"),
        ("osm_node_id,lon\n1,0\n", "missing ['lat']"),
        (f"{NODE_HEADER}\n1,0,0\n1,0,1\n", "line 3: expected each node at one position"),
        (f"{NODE_HEADER}\n1,0,91\n", "line 2: expected a number from -90 to 90 in lat"),
        (f"{NODE_HEADER}\n1,east,0\n", "line 2: expected a number in lon"),
    ],
)
def test_a_node_that_cannot_be_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    nodes, edges = tables(tmp_path, ROW)
    nodes.write_text(text, encoding="utf-8")
    with pytest.raises(RoadTableError) as refused:
        read_roads(nodes, edges)
    assert words in str(refused.value)


def test_a_node_said_twice_at_one_position_is_one_node(tmp_path: Path) -> None:
    nodes, edges = tables(tmp_path, ROW, "A,B,200,residential,0,1,1,,")
    nodes.write_text(nodes.read_text() + nodes.read_text().splitlines()[1] + "\n")
    assert len(read_roads(nodes, edges).junctions) == 3


# Brute force


@dataclass(frozen=True)
class Street:
    """One drawn street: an unordered pair of nodes, and what each mode may do forwards and back."""

    u: int
    v: int
    length_m: int
    highway: str
    oneway: bool
    car: bool
    bicycle: bool

    def seconds(self, mode: Mode) -> float:
        return self.length_m * 3.6 / SPEEDS_KMH[mode].get(self.highway, OTHER_KMH[mode])

    def ways(self, mode: Mode) -> list[tuple[int, int]]:
        if not (self.car if mode is Mode.CAR else self.bicycle):
            return []
        return [(self.u, self.v)] + [(self.v, self.u)] * (mode is Mode.BICYCLE or not self.oneway)


# In general position: no node lies on the line between two others, and no three lines meet.
SPOTS = [(0.0, 13.0), (700.0, -40.0), (1010.0, 620.0), (530.0, 1090.0), (-170.0, 770.0), (410.0, 437.0)]
PART = 0.371_928_3
PAIRS = [(u, v) for u in range(6) for v in range(u + 1, 6)]
STREET_LISTS = st.lists(
    st.tuples(
        st.sampled_from(PAIRS),
        st.booleans(),
        st.integers(60, 900),
        st.sampled_from(["primary", "residential", "service", "footway", "odd"]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=9,
    unique_by=lambda drawn: drawn[0],
).map(lambda drawn: [Street(*(pair[::-1] if turned else pair), *figures) for pair, turned, *figures in drawn])


def brute_force(streets: list[Street], mode: Mode, one: tuple, other: tuple) -> tuple[int, int] | None:
    """Return (seconds, metres) between two spots by Floyd and Warshall on a graph with both cut into their streets.

    A spot is ("node", index) or ("street", index). None where there is no way.
    """
    best: dict[tuple[object, object], tuple[int, int]] = defaultdict(lambda: (10**12, 10**12))
    for index, street in enumerate(streets):
        cuts = [(0.0, street.u), (1.0, street.v)] + [(PART, ("street", index))] * (("street", index) in (one, other))
        for (at, start), (to, end) in pairwise(sorted(cuts, key=lambda cut: cut[0])):
            for u, v in street.ways(mode):
                ends = (start, end) if (u, v) == (street.u, street.v) else (end, start)
                part = to - at
                cost = round(part * street.seconds(mode) * 100), round(part * street.length_m * 10)
                best[ends] = min(best[ends], cost)
    spots = sorted({end for ends in best for end in ends}, key=str)
    for middle, start, end in product(spots, repeat=3):
        through = tuple(map(sum, zip(best[start, middle], best[middle, end], strict=True)))
        best[start, end] = min(best[start, end], through)
    one, other = (spot[1] if spot[0] == "node" else spot for spot in (one, other))
    hundredths, tenths = best[one, other]
    return None if hundredths >= 10**12 else (round(hundredths / 100), round(tenths / 10))


@settings(deadline=None, max_examples=80)
@given(streets=STREET_LISTS, mode=st.sampled_from(Mode))
def test_a_matrix_equals_brute_force(streets: list[Street], mode: Mode) -> None:
    rows = [f"{s.u},{s.v},{s.length_m},{s.highway},{s.oneway:d},{s.car:d},{s.bicycle:d},," for s in streets]
    with tempfile.TemporaryDirectory() as folder:
        nodes = {str(index): at for index, at in enumerate(SPOTS)}
        roads = graph(Path(folder), nodes, *rows, snap_limit_m=0.01, island_share=0)
    spots = [("node", index) for index in range(6)] + [("street", index) for index in range(len(streets))]
    places = [spot(*SPOTS[index]) for _, index in spots[:6]]
    for street in streets:
        start, end = np.array(SPOTS[street.u]), np.array(SPOTS[street.v])
        places.append(spot(*(start + PART * (end - start))))
    matrix = roads.matrix(places, mode)
    for i, j in product(range(len(spots)), repeat=2):
        if i == j:
            continue
        expected = brute_force(streets, mode, spots[i], spots[j])
        told = int(matrix.seconds[i, j]), int(matrix.metres[i, j])
        assert told == ((UNREACHABLE_S, UNREACHABLE_S) if expected is None else expected)
        assert bool(roads.path(places[i], places[j], mode)) == (expected is not None)
    in_use = {end for street in streets if street.ways(mode) for end in (street.u, street.v)}
    off = [
        i for i, (kind, at) in enumerate(spots) if (at not in in_use if kind == "node" else not streets[at].ways(mode))
    ]
    assert matrix.off_road == tuple(off)


# The generated town


@pytest.fixture(scope="module")
def town() -> RoadGraph:
    return RoadGraph.from_csv(STREETS / "nodes.csv", STREETS / "edges.csv")


@pytest.fixture(scope="module")
def corners() -> list[Place]:
    return [Place(lat, lon) for lat, lon in read_roads(STREETS / "nodes.csv", STREETS / "edges.csv").junctions]


def test_the_committed_town_is_what_its_generator_makes(tmp_path: Path) -> None:
    write_streets(tmp_path / "made", make_streets())
    for name in ("nodes.csv", "edges.csv"):
        assert (tmp_path / "made" / name).read_bytes() == (STREETS / name).read_bytes()


def test_another_seed_makes_another_town() -> None:
    assert make_streets(1) != make_streets(2)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_corner_of_the_town_is_reached_from_every_other(town, corners, mode: Mode) -> None:
    matrix = town.matrix(corners, mode)
    assert matrix.off_road == ()
    assert (matrix.seconds < UNREACHABLE_S).all()


def test_the_other_bank_is_far_although_it_is_in_sight(town, corners) -> None:
    south = corners[RIVER_ABOVE_ROW * COLUMNS + 4]
    north = corners[(RIVER_ABOVE_ROW + 1) * COLUMNS + 4]
    metres = town.matrix([south, north], Mode.BICYCLE).metres[0, 1]
    assert metres > 2.5 * great_circle_m([south, north])[0, 1]


def test_an_e_bike_goes_back_the_way_it_came_and_a_van_cannot_always(town, corners) -> None:
    bike, van = (town.matrix(corners, mode).seconds for mode in (Mode.BICYCLE, Mode.CAR))
    assert (bike == bike.T).all()
    assert (van != van.T).any()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_drawn_path_is_as_long_as_its_metres_and_hangs_together(town, corners, mode: Mode) -> None:
    doors = [Place(corner.lat + 0.0002, corner.lon + 0.0003) for corner in corners[::7]]
    metres = town.matrix(doors, mode).metres
    for i, j in product(range(len(doors)), repeat=2):
        points = town.path(doors[i], doors[j], mode)
        assert points[0] == doors[i]
        assert points[-1] == doors[j]
        assert len(set(pairwise(points))) == len(points) - 1
        steps_m = great_circle_m(points).diagonal(1)
        assert steps_m.sum() == pytest.approx(metres[i, j], rel=0.002, abs=2)


def test_a_town_without_its_bridges_is_two_towns(tmp_path: Path) -> None:
    edges = (STREETS / "edges.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "edges.csv").write_text(
        "\n".join(line for line in edges if "试验桥" not in line) + "\n", encoding="utf-8"
    )
    assert sum("试验桥" in line for line in edges) == 2
    roads = RoadGraph.from_csv(STREETS / "nodes.csv", tmp_path / "edges.csv")
    table = read_roads(STREETS / "nodes.csv", tmp_path / "edges.csv")
    places = [Place(lat, lon) for lat, lon in table.junctions]
    is_south = np.arange(len(places)) < (RIVER_ABOVE_ROW + 1) * COLUMNS
    seconds = roads.matrix(places, Mode.BICYCLE).seconds
    assert (seconds[np.ix_(is_south, ~is_south)] == UNREACHABLE_S).all()
    assert (seconds[np.ix_(is_south, is_south)] < UNREACHABLE_S).all()


# Real streets: western Futian, Shenzhen


@pytest.fixture(scope="module")
def futian(shared_data: Path) -> tuple[Path, Path]:
    paths = shared_data / "geo" / "shenzhen_futian_nodes.csv", shared_data / "geo" / "shenzhen_futian_edges.csv"
    if not all(path.is_file() for path in paths):
        pytest.skip(f"the real streets are not here: {', '.join(path.name for path in paths)}")
    return paths


@pytest.fixture(scope="module")
def futian_roads(futian: tuple[Path, Path]) -> RoadGraph:
    return RoadGraph.from_csv(*futian)


def plain_dijkstra(edges_path: Path, mode: Mode, start: str) -> dict[str, float]:
    """Seconds from one node to all, straight from the table, with a heap."""
    arcs: dict[str, list[tuple[str, float]]] = defaultdict(list)
    with edges_path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row[mode.value] == "1":
                speed_kmh = SPEEDS_KMH[mode].get(row["highway"], OTHER_KMH[mode])
                speed_kmh = min(speed_kmh, float(row["maxspeed_kmh"] or math.inf))
                seconds = float(row["length_m"]) * 3.6 / speed_kmh
                arcs[row["u"]].append((row["v"], seconds))
                if mode is Mode.BICYCLE or row["oneway"] == "0":
                    arcs[row["v"]].append((row["u"], seconds))
    done: dict[str, float] = {}
    heap = [(0.0, start)]
    while heap:
        seconds, node = heapq.heappop(heap)
        if node not in done:
            done[node] = seconds
            for other, more in arcs[node]:
                heapq.heappush(heap, (seconds + more, other))
    return done


@pytest.mark.parametrize("mode", list(Mode))
def test_on_real_streets_the_matrix_is_that_of_a_plain_dijkstra(futian, futian_roads, mode: Mode) -> None:
    with futian[0].open(encoding="utf-8", newline="") as file:
        places = {row["osm_node_id"]: Place(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)}
    snapped = futian_roads.snapped(list(places.values()), mode)
    names = [name for name, gap_m in zip(places, snapped.distance_m, strict=True) if gap_m < 0.05][::9]
    assert len(names) > 140
    seconds = futian_roads.matrix([places[name] for name in names], mode).seconds
    for row in range(0, len(names), 40):
        expected = plain_dijkstra(futian[1], mode, names[row])
        for column, name in enumerate(names):
            assert seconds[row, column] == pytest.approx(expected.get(name, UNREACHABLE_S), abs=1)


@pytest.mark.parametrize(
    ("mode", "speed_kmh", "circuities"),
    [(Mode.CAR, 33.1, (2.24, 1.90, 1.88, 1.59, 1.32)), (Mode.BICYCLE, 11.9, (1.36, 1.38, 1.40, 1.35, 1.25))],
)
def test_on_real_streets_speeds_and_detours_are_the_measured_ones(
    futian, futian_roads, mode: Mode, speed_kmh: float, circuities: tuple[float, ...]
) -> None:
    places = [Place(lat, lon) for lat, lon in read_roads(*futian).junctions]
    on_road = [
        place for place, gap in zip(places, futian_roads.snapped(places, mode).distance_m, strict=True) if gap < 1
    ]
    matrix, straight_m = futian_roads.matrix(on_road, mode), great_circle_m(on_road)
    ways = (matrix.seconds < UNREACHABLE_S) & (matrix.seconds > 0)
    assert ways.mean() > 0.99
    assert 3.6 * matrix.metres[ways].sum() / matrix.seconds[ways].sum() == pytest.approx(speed_kmh, rel=0.02)
    for (least_m, most_m), circuity in zip(
        ((50, 300), (300, 700), (700, 1500), (1500, 3000), (3000, 6000)), circuities, strict=True
    ):
        there = ways & (straight_m >= least_m) & (straight_m < most_m)
        # The fastest way is a little longer than the shortest, which is what was measured.
        assert np.median(matrix.metres[there] / straight_m[there]) == pytest.approx(circuity, rel=0.2)


def test_on_real_streets_a_place_in_the_hills_is_listed(futian_roads) -> None:
    town, hills = Place(22.5444, 114.0397), Place(22.60, 114.02)
    matrix = futian_roads.matrix([town, hills], Mode.BICYCLE)
    assert matrix.off_road == (1,)
    assert matrix.seconds[0, 1] == UNREACHABLE_S
    assert futian_roads.snapped([hills], Mode.BICYCLE).distance_m[0] > 3000
