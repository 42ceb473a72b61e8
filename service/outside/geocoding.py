"""From an address to a position: Nominatim, Photon, Baidu or AMap, behind one function that never guesses.

An answer that is not a door, that fits several doors, or that lies outside the district is not used: the caller gets a
machine reason and a person places the address. Positions come back in WGS-84 whatever the provider's maps are in.
No answer is kept here; whoever asks stores it, so that nobody is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from geopy.adapters import URLLibAdapter
from geopy.distance import geodesic
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderTimedOut,
    GeopyError,
)
from geopy.geocoders import BaiduV3, Nominatim, Photon
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from routing.coordinates import Crs, to_wgs84
from routing.places import Place

USER_AGENT = "nuanfan/0.1"
MOST_ANSWERS = 5


class Provider(StrEnum):
    """Who is asked."""

    NOMINATIM = "nominatim"
    PHOTON = "photon"
    BAIDU = "baidu"
    AMAP = "amap"


class Reason(StrEnum):
    """Why an address has no position; the text is `address.<reason>`."""

    EMPTY = "empty"
    NO_ANSWER = "no_answer"
    AMBIGUOUS = "ambiguous"
    TOO_COARSE = "too_coarse"
    OUTSIDE_DISTRICT = "outside_district"
    TIMEOUT = "geocoder_timeout"
    UNREACHABLE = "geocoder_unreachable"
    QUOTA = "geocoder_quota"
    REFUSED = "geocoder_refused"
    WRONG_ANSWER = "geocoder_wrong_answer"

    @property
    def may_pass(self) -> bool:
        """Return whether asking again later can help; all others need a person."""
        return self in {Reason.TIMEOUT, Reason.UNREACHABLE, Reason.QUOTA}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The district's bounding box in WGS-84 degrees, edges included.

    Raises
    ------
    ValueError
        If the south lies north of the north, or the west east of the east.
    """

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        if not (self.south <= self.north and self.west <= self.east):
            raise ValueError(f"expected south <= north and west <= east, got {self}")

    def holds(self, place: Place) -> bool:
        """Return whether `place` lies inside."""
        return self.south <= place.lat <= self.north and self.west <= place.lon <= self.east


@dataclass(frozen=True, slots=True)
class Found:
    """A door: its place in WGS-84, the address as the provider writes it, and the datum the provider gave it in."""

    place: Place
    label: str
    provider: Provider
    given_in: Crs


@dataclass(frozen=True, slots=True)
class NotFound:
    """No door."""

    reason: Reason


class AMap(Geocoder):  # type: ignore[misc] # geopy has no types
    """AMap (高德) web service `/v3/geocode/geo` as a geopy geocoder; answers are in GCJ-02."""

    # Its own codes for "too often" and "too much", from the list of infocodes; 30001 is how it says "never heard of".
    _QUOTA_CODES = frozenset({"10003", "10004", "10014", "10015", "10019", "10020", "10021", "10029", "10044", "10045"})
    _UNKNOWN_ADDRESS = "30001"

    def __init__(self, api_key: str, *, domain: str = "restapi.amap.com", **options: Any) -> None:
        super().__init__(**options)
        self.api_key = api_key
        self.api = f"{self.scheme}://{domain.strip('/')}/v3/geocode/geo"

    def geocode(self, query: str, *, exactly_one: bool = True, city: str = "") -> Location | list[Location] | None:
        """Return the answers to `query`, None for none.

        Raises
        ------
        GeopyError
            In geopy's own sorts.
        """
        asked = {"key": self.api_key, "address": query, "output": "JSON"} | ({"city": city} if city else {})

        def parsed(answer: Mapping[str, Any]) -> Location | list[Location] | None:
            found = [self._location(one) for one in self._checked(answer)]
            if not found:
                return None
            return found[0] if exactly_one else found

        return self._call_geocoder(f"{self.api}?{urlencode(asked)}", parsed)

    def _checked(self, answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        if answer["status"] == "1":
            geocodes: Sequence[Mapping[str, Any]] = answer["geocodes"]
            return geocodes
        code = str(answer["infocode"])
        if code == self._UNKNOWN_ADDRESS:
            return []
        if code in self._QUOTA_CODES:
            raise GeocoderQuotaExceeded(code)
        raise GeocoderAuthenticationFailure(code) if code.startswith("10") else GeocoderQueryError(code)

    def _location(self, one: Mapping[str, Any]) -> Location:
        lon, _, lat = one["location"].partition(",")
        # Where it knows no address it sends an empty list in place of a string.
        return Location(one["formatted_address"] or "-", (float(lat), float(lon)), dict(one))


class Baidu(BaiduV3):  # type: ignore[misc] # geopy has no types
    """geopy's Baidu, but for status 1: that is how Baidu says "nothing fits", not only "internal error"."""

    _NOTHING_FITS = 1

    def _check_status(self, status: int) -> None:
        if status != self._NOTHING_FITS:
            super()._check_status(status)


@dataclass(frozen=True, slots=True, eq=False)
class DistrictGeocoder:
    """A provider, asked for doors of one district.

    Attributes
    ----------
    context
        What every address of the district begins with ("广州市海珠区"); put before an address that does not.
    apart_m
        Doors nearer to each other than this are taken for one.
    """

    provider: Provider
    geocoder: Geocoder
    bounds: Bounds
    context: str = ""
    apart_m: float = 150.0

    def ask(self, address: str) -> list[Location]:
        """Return the provider's answers, raising as geopy does."""
        query = address if address.startswith(self.context) else self.context + address
        box = self.bounds
        match self.provider:
            case Provider.NOMINATIM:
                corners = [(box.south, box.west), (box.north, box.east)]
                found = self.geocoder.geocode(query, exactly_one=False, limit=MOST_ANSWERS, viewbox=corners)
            case Provider.PHOTON:
                middle = ((box.south + box.north) / 2, (box.west + box.east) / 2)
                found = self.geocoder.geocode(query, exactly_one=False, limit=MOST_ANSWERS, location_bias=middle)
            case Provider.BAIDU:
                one = self.geocoder.geocode(query)  # this service gives one answer; geopy cannot list it
                found = [one] if one else []
            case Provider.AMAP:
                found = self.geocoder.geocode(query, exactly_one=False)
        return list(found or [])


def make_geocoder(
    provider: Provider,
    bounds: Bounds,
    *,
    domain: str = "",
    scheme: str = "https",
    key: str = "",
    context: str = "",
    timeout_s: float = 5.0,
) -> DistrictGeocoder:
    """Return a geocoder for one district.

    Parameters
    ----------
    domain, scheme
        Where the provider is asked; "" for its public address. Nominatim's and Photon's public addresses are for
        a few questions a day at most one a second: run one's own for an import.
    key
        Baidu's and AMap's key; the other two have none.

    Raises
    ------
    ValueError
        If a provider that needs a key has none.
    """
    if provider in {Provider.BAIDU, Provider.AMAP} and not key:
        raise ValueError(f"expected a key for {provider.value}, got none")
    options: dict[str, Any] = {
        "scheme": scheme,
        "timeout": timeout_s,
        "user_agent": USER_AGENT,
        "adapter_factory": URLLibAdapter,
        # One's own server is asked directly; a public one through whatever proxy the machine is set to.
        "proxies": {} if domain else None,
    }
    own = {"domain": domain} if domain else {}
    geocoder: Geocoder
    match provider:
        case Provider.NOMINATIM:
            geocoder = Nominatim(**own, **options)
        case Provider.PHOTON:
            geocoder = Photon(**own, **options)
        case Provider.AMAP:
            geocoder = AMap(key, **own, **options)
        case Provider.BAIDU:
            geocoder = Baidu(key, **options)
            if domain:  # geopy has no parameter for it
                geocoder.api = f"{scheme}://{domain.strip('/')}{Baidu.api_path}"
    return DistrictGeocoder(provider, geocoder, bounds, context)


def find_place(address: str, geocoder: DistrictGeocoder) -> Found | NotFound:
    """Return the one door in the district that `address` names, or why there is none."""
    if not address.strip():
        return NotFound(Reason.EMPTY)
    try:
        answers = [_read(answer, geocoder.provider) for answer in geocoder.ask(address.strip())]
    except GeopyError as error:
        return NotFound(_reason(error))
    except (KeyError, TypeError, ValueError, AttributeError):
        # What geopy's parsers and ours raise on JSON of another shape.
        return NotFound(Reason.WRONG_ANSWER)
    inside = [(found, is_door) for found, is_door in answers if geocoder.bounds.holds(found.place)]
    doors = [found for found, is_door in inside if is_door]
    if not answers:
        return NotFound(Reason.NO_ANSWER)
    if not inside:
        return NotFound(Reason.OUTSIDE_DISTRICT)
    if not doors:
        return NotFound(Reason.TOO_COARSE)
    if any(distance_m(doors[0].place, other.place) > geocoder.apart_m for other in doors[1:]):
        return NotFound(Reason.AMBIGUOUS)
    return doors[0]


def distance_m(one: Place, other: Place) -> float:
    """Return the geodesic metres between two places (WGS-84 ellipsoid, Karney's method)."""
    return float(geodesic((one.lat, one.lon), (other.lat, other.lon)).m)


_DATUM: Mapping[Provider, Crs] = {
    Provider.NOMINATIM: Crs.WGS84,
    Provider.PHOTON: Crs.WGS84,
    Provider.BAIDU: Crs.BD09,
    Provider.AMAP: Crs.GCJ02,
}


def _read(answer: Location, provider: Provider) -> tuple[Found, bool]:
    """Return an answer in WGS-84, and whether it is as exact as a door."""
    datum = _DATUM[provider]
    place = to_wgs84(answer.latitude, answer.longitude, datum)
    return Found(place, str(answer.address), provider, datum), _IS_DOOR[provider](answer.raw)


def _is_nominatim_door(raw: Mapping[str, Any]) -> bool:
    """Rank 28 and finer are houses and points of interest, 26 and 27 streets; older servers give the class only."""
    if "place_rank" in raw:
        return int(raw["place_rank"]) >= 28
    areas = {"boundary", "highway", "landuse", "natural", "railway", "waterway"}
    return raw["class"] not in areas and (raw["class"] != "place" or raw["type"] == "house")


_IS_DOOR: Mapping[Provider, Callable[[Mapping[str, Any]], bool]] = {
    Provider.NOMINATIM: _is_nominatim_door,
    Provider.PHOTON: lambda raw: raw["properties"]["type"] == "house",
    # Baidu's scale: 80 and more means that the point is less than 100 m off.
    Provider.BAIDU: lambda raw: raw["confidence"] >= 80,
    Provider.AMAP: lambda raw: raw["level"] in {"门牌号", "门址", "单元号", "楼栋", "楼栋号", "兴趣点"},
}


def _reason(error: GeopyError) -> Reason:
    if isinstance(error, GeocoderTimedOut):
        return Reason.TIMEOUT
    if isinstance(error, GeocoderQuotaExceeded):
        return Reason.QUOTA
    if isinstance(error, GeocoderParseError):
        return Reason.WRONG_ANSWER
    if isinstance(error, GeocoderAuthenticationFailure | GeocoderInsufficientPrivileges | GeocoderQueryError):
        return Reason.REFUSED
    return Reason.UNREACHABLE
