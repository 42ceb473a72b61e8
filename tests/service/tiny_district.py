"""A district of one street as the files that somebody sends: short enough to read, whole enough to import."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from service.clock import Clock
from service.db import Database
from service.importing.applying import apply
from service.importing.previewing import Preview, preview
from service.importing.reading import SourceFile, read_bytes

MONDAY = date(2026, 11, 23)

FILES = {
    "streets.csv": "code,name,lat,lon,crs\nS1,素社街道,23.107,113.276,wgs84\n",
    "communities.csv": "code,name,street_code,lat,lon,crs\nC1,怡海社区,S1,23.106,113.275,wgs84\n",
    "kitchens.csv": (
        "code,name,mode,address,licence,phone,lat,lon,crs\n"
        "K1,素社自建厨房,own_kitchen,怡海社区例安里1号,样例许可-1,020-5550-0001,23.1061,113.2751,wgs84\n"
    ),
    "kitchen_meals.csv": (
        "kitchen_code,meal,capacity_meals,meals_per_hour,cooking_start,cooking_end\nK1,lunch,120,100,09:00,10:30\n"
    ),
    "dishes.csv": (
        "code,name,price_fen,contains,textures\nA01,豉汁排骨,1300,pork soy,regular soft\nC01,红烧豆腐,1200,soy,\n"
    ),
    "meal_points.csv": (
        "code,name,community_code,address,phone,lat,lon,crs,kitchen_code,kitchen_on_site,capacity_meals\n"
        "P1,怡海社区长者饭堂,C1,怡海社区例安里1号,020-5550-1001,23.1061,113.2751,wgs84,K1,yes,60\n"
    ),
    "vans.csv": (
        "code,kitchen_code,plate,driver,phone,capacity_boxes,shift_start,shift_end\n"
        "V1,K1,样A·V01,张样康,199-0003-0001,150,09:30,13:00\n"
    ),
    "couriers.csv": (
        "code,name,phone,meal_point_code,capacity_boxes,shift_start,shift_end\n"
        "R1,李例菊,199-0000-4001,P1,24,10:30,13:15\n"
    ),
    "elders.csv": (
        "number,name,birth_year,phone,community_code,meal_point_code,address,lat,lon,crs\n"
        "E1,陈样梅,1943,199-0001-0001,C1,P1,怡海社区例安里3栋504房,23.1066,113.2755,wgs84\n"
        "E2,黄例安,1950,199-0001-0002,C1,P1,怡海社区例安里4栋101房,,,\n"
    ),
    "menu_cycles.csv": "kitchen_code,week,weekday,meal,rank,dish_code\nK1,1,1,lunch,1,A01\nK1,1,1,lunch,2,C01\n",
    "standing_orders.csv": "elder_number,meal,weekdays,fulfilment,from_day\nE1,lunch,12345,home,2026-01-01\n",
    "orders.csv": "elder_number,service_day,meal,fulfilment,dish_code\nE2,2026-11-23,lunch,dine_in,C01\n",
}


def sent(name: str, content: str | bytes | None = None) -> tuple[SourceFile, ...]:
    """Return one file as read; without content, the district's own."""
    given = FILES[name] if content is None else content
    return read_bytes(name, given if isinstance(given, bytes) else given.encode())


def district(**instead: str) -> tuple[SourceFile, ...]:
    """Return all files as read, some (named without suffix) with other content."""
    found: list[SourceFile] = []
    for name in FILES:
        found += sent(name, instead.get(Path(name).stem))
    return tuple(found)


def previewed(database: Database, *files: SourceFile) -> Preview:
    """Return the preview of `files`, menus for the Monday alone."""
    return preview(database, files, from_day=MONDAY, days=1)


def imported(database: Database, clock: Clock, *files: SourceFile) -> int:
    """Import `files` as the district does, and return the number of the import."""
    return apply(database, previewed(database, *files), actor="district", clock=clock)
