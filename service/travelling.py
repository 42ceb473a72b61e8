"""Where travel times come from, chosen by the settings; a better source that fails falls back aloud."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from routing.estimate import EstimatedTravel
from routing.roads import RoadGraph
from routing.travel import TravelTimes
from service.errors import InvalidError
from service.outside.road_servers import OsrmServer, ValhallaServer, with_fallback
from service.settings import Settings, TravelChoice


def travel_times(settings: Settings) -> TravelTimes:
    """Return the source of travel times that the settings ask for.

    Raises
    ------
    InvalidError
        If the chosen source needs a setting that is missing, or its road files cannot be read.
    """
    if settings.travel == TravelChoice.ESTIMATE:
        return EstimatedTravel()
    if settings.travel == TravelChoice.ROADS:
        if settings.road_nodes is None or settings.road_edges is None:
            raise InvalidError("error.setting", name="NUANFAN_ROAD_NODES, NUANFAN_ROAD_EDGES", detail="-")
        return _road_graph(settings.road_nodes, settings.road_edges)
    if not settings.road_server_url:
        raise InvalidError("error.setting", name="NUANFAN_ROAD_SERVER_URL", detail="-")
    kind = OsrmServer if settings.travel == TravelChoice.OSRM else ValhallaServer
    return with_fallback(kind(settings.road_server_url), EstimatedTravel())


@cache
def _road_graph(nodes: Path, edges: Path) -> RoadGraph:
    try:
        return RoadGraph.from_csv(nodes, edges)
    except (OSError, ValueError) as error:
        raise InvalidError("error.road_files", detail=str(error)) from error
