"""The child process that solves published instances: one file after the other, one JSON object a line on its output.

Nothing imports this module. It is started by name, so that the command line never loads a solver.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from routing.published.families import UnknownFamilyError, UnreadableInstanceError, solve_file
from service.solving import die_with_parent


def answer_for(path: Path, *, seconds: float, cores: int, seed: int) -> dict[str, Any]:
    """Return the plan for one file with what is known about it, or `error` as a machine word with `detail`."""
    try:
        answer = solve_file(path, seconds=seconds, cores=cores, seed=seed)
    except OSError as error:
        word = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        return {"instance": path.stem, "error": word, "detail": error.strerror or str(error)}
    except UnknownFamilyError as error:
        return {"instance": path.stem, "error": "unknown", "detail": str(error)}
    except UnreadableInstanceError as error:
        return {"instance": path.stem, "error": "malformed", "detail": str(error)}
    except ValueError as error:
        return {"instance": path.stem, "error": "no_plan", "detail": str(error)}
    except MemoryError as error:
        return {"instance": path.stem, "error": "too_large", "detail": str(error)}
    found = {
        "instance": answer.instance,
        "family": answer.family,
        "cost": answer.cost,
        "seconds": answer.seconds,
        "feasible": answer.feasible,
        "violations": list(answer.violations),
        "lower_bound": answer.lower_bound,
    }
    return found | dict(answer.routes)


def main(arguments: list[str], channel: TextIO) -> None:
    """Answer for each file: `seconds cores seed file…`."""
    seconds, cores, seed, *files = arguments
    for name in files:
        found = answer_for(Path(name), seconds=float(seconds), cores=int(cores), seed=int(seed))
        channel.write(json.dumps(found, ensure_ascii=False) + "\n")
        channel.flush()


if __name__ == "__main__":
    die_with_parent()
    # What a solver prints must not land among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.argv[1:], answers)
