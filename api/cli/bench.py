"""`nuanfan bench`: published routing instances, solved and checked, so that anybody can compare the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.console import output, problems, read_settings
from service.benching import solve_published
from service.errors import NuanfanError
from service.texts import text

ROUTE_KEYS = ("second", "second_level", "routes")
"""Which part of an answer holds the routes to the doors, by family."""


def bench_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Instances: .dat, .json, .txt or .vrp.")],
    seconds: Annotated[float, typer.Option(help="Seconds that the search of each file may use.")] = 10.0,
    cores: Annotated[int, typer.Option(help="How many cores it may use.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    r"""Solve published instances; every plan is judged by an independent checker. Ends with 1 if any has no valid plan.

    A JSON object holds instance, family, cost (in the instance's own convention), seconds (wall time of the whole
    file), feasible, violations, lower_bound (or null), and the routes:

    2E-CVRP (.dat): first = \[\[vehicle, \[\[satellite, quantity], ...]], ...] and second = \[\[satellite, \[customer,
    ...]], ...], both numbered from 0 in file order.

    2E-VRPTW (.json): first_level and second_level as in the published .sol.json files.

    VRPTW (.txt) and VRPLIB (.vrp): routes = one list of customers a vehicle, numbered as in the published .sol files
    (the depots come first, from 0). Between two trips of one vehicle stands the number of the depot where it reloads.
    Where the file names its vehicles, list k is vehicle k, empty if that one is not used, so its depot is known.
    trips says the same at length: vehicle, depot, the customers of each trip, the reload depots.

    A file that cannot be solved gives an object with instance, file and error.
    """
    language = read_settings().language
    failed = False
    found: list[dict[str, Any]] = []
    for file, answer in zip(files, solve_published(files, seconds=seconds, cores=cores, seed=seed), strict=True):
        if isinstance(answer, NuanfanError):
            failed = True
            _complain(file, answer, as_json=as_json)
            continue
        if not answer["feasible"]:
            failed = True
            _say_infeasible(answer)
        if as_json:
            output.print(json.dumps(answer, ensure_ascii=False), markup=False, soft_wrap=True)
        else:
            found.append(answer)
    if found:
        output.print(_table(found, language))
    if failed:
        raise typer.Exit(1)


def _complain(file: Path, refusal: NuanfanError, *, as_json: bool) -> None:
    if as_json:
        said = {"instance": file.stem, "file": str(file), "error": str(refusal)}
        output.print(json.dumps(said, ensure_ascii=False), markup=False, soft_wrap=True)
    else:
        problems.print(str(refusal), style="bold red", markup=False, soft_wrap=True)


def _say_infeasible(answer: dict[str, Any]) -> None:
    wrong = answer["violations"]
    values = {"instance": answer["instance"], "count": len(wrong), "first": wrong[0]}
    said = " / ".join(text(language, "bench.infeasible", **values) for language in ("zh", "en"))
    problems.print(said, style="bold red", markup=False, soft_wrap=True)


def _table(found: list[dict[str, Any]], language: str) -> Table:
    table = Table(title=text(language, "bench.title"), title_style="bold")
    for key in ("instance", "cost", "seconds", "feasible", "lower_bound", "routes"):
        table.add_column(text(language, f"bench.{key}"), justify="left" if key == "instance" else "right")
    for answer in found:
        table.add_row(*_row(answer, language))
    return table


def _row(answer: dict[str, Any], language: str) -> Iterator[str]:
    yield answer["instance"]
    yield f"{answer['cost']:,.2f}"
    yield f"{answer['seconds']:.1f}"
    yield text(language, "cli.well" if answer["feasible"] else "cli.unwell")
    bound = answer["lower_bound"]
    yield "–" if bound is None else f"{bound:,.2f}"
    yield str(sum(1 for key in ROUTE_KEYS for route in answer.get(key, ()) if route))
