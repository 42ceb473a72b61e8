"""Settings, all from the environment (`NUANFAN_…`) or a `.env` file beside the data; each with a working default."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict


class TravelChoice(StrEnum):
    """Where travel times come from."""

    ESTIMATE = "estimate"
    ROADS = "roads"
    OSRM = "osrm"
    VALHALLA = "valhalla"


class EffortChoice(StrEnum):
    """How hard the solver tries; each is bounded by rounds, so that the same effort gives the same plan."""

    QUICK = "quick"
    NORMAL = "normal"
    THOROUGH = "thorough"


class EngineChoice(StrEnum):
    """Who plans the roads: the two-echelon engine, or OR-Tools alone."""

    ENGINE = "engine"
    ORTOOLS = "ortools"


class Settings(BaseSettings):
    """How this installation runs.

    Attributes
    ----------
    home
        Folder of the embedded database, the papers and the logs.
    database_url
        `postgresql://…`, or empty for the embedded SQLite database in `home`.
    host, port
        Where the pages are served; loopback unless said otherwise.
    language
        First language of pages and papers, "zh" or "en"; each user may choose otherwise.
    travel, road_server_url, road_nodes, road_edges
        Where travel times come from, and what that source needs. An OSRM server answers for one way of travelling:
        for both write `car=http://…,bicycle=http://…`.
    geocoder, geocoder_domain, geocoder_scheme, geocoder_key, geocoder_context, district_bounds
        Who looks up addresses ("nominatim", "photon", "baidu", "amap"; empty: nobody), and within which box of
        south,west,north,east degrees; `geocoder_context` is what every address of the district begins with.
    engine
        Who plans the roads: "engine" searches both echelons together, "ortools" plans with OR-Tools alone.
    seed
        Seed of every plan; the same seed, orders and versions give the same plan.
    effort
        How hard the solver tries.
    solve_limit_s
        Seconds after which the solver is stopped and the plain plan is published instead.
    basemap
        The district's schematic map as GeoJSON, for the map page and the route sheets; may be absent.
    desk_phone
        The district desk's telephone, printed on route sheets.
    exchange_token
        What the telephone exchange says to prove itself when it tells of calls; empty: no exchange is believed.
    subsidy_scheme
        The scheme of `service/subsidies/schemes` that says who may eat here and who is subsidised.
    price_notice_days
        How many days ahead a new price of a dish is announced.
    eating_allowance_s
        Seconds between hand-over and eat-by that are left to the elder for eating.
    alternative_points, alternative_within_m, other_street_m
        How many further meal points of its kitchen a home may be served from, how far from the door such a point may be
        as the crow flies, and the price in metres of riding when it lies in another sub-district (街道); 0 points keep
        every home at its own.
    familiar_m, churn_m, floor_m
        What plans may ride further for, in metres: a courier whom the elder knows from the meal before, not changing
        the courier when a published plan is replaced, and an even share of the floors climbed (this times the square of
        a courier's floors, by hundred).
    """

    model_config = SettingsConfigDict(env_prefix="NUANFAN_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8711
    language: Annotated[str, StringConstraints(pattern="^(zh|en)$")] = "zh"
    travel: TravelChoice = TravelChoice.ESTIMATE
    road_server_url: str = ""
    road_nodes: Path | None = None
    road_edges: Path | None = None
    geocoder: str = ""
    geocoder_domain: str = ""
    geocoder_scheme: str = "https"
    geocoder_key: str = ""
    geocoder_context: str = ""
    district_bounds: str = "23.03,113.23,23.13,113.42"
    engine: EngineChoice = EngineChoice.ENGINE
    seed: Annotated[int, Field(ge=0)] = 1
    effort: EffortChoice = EffortChoice.NORMAL
    solve_limit_s: Annotated[int, Field(ge=1, le=3600)] = 150
    basemap: Path = Path(__file__).resolve().parents[1] / "data" / "haizhu" / "basemap.geojson"
    desk_phone: str = "020-5550-0000"
    exchange_token: str = ""
    subsidy_scheme: str = "guangzhou-2024"
    price_notice_days: Annotated[int, Field(ge=0, le=365)] = 7
    eating_allowance_s: Annotated[int, Field(ge=0, le=7200)] = 1800
    alternative_points: Annotated[int, Field(ge=0, le=5)] = 2
    alternative_within_m: Annotated[int, Field(ge=0, le=10_000)] = 1500
    other_street_m: Annotated[int, Field(ge=0, le=100_000)] = 400
    familiar_m: Annotated[int, Field(ge=0, le=100_000)] = 200
    churn_m: Annotated[int, Field(ge=0, le=100_000)] = 500
    floor_m: Annotated[int, Field(ge=0, le=1000)] = 20

    def url(self) -> str:
        """Return the database URL that is in force."""
        return self.database_url or f"sqlite:///{(self.home / 'nuanfan.db').resolve()}"

    def papers_folder(self) -> Path:
        """Return the folder that papers are written to."""
        return self.home / "papers"
