"""Everything that lies outside the house and is asked over a network; each file has its own time limits and refusals.

What is asked here says where elders live. The libraries below write every address they call, coordinates and all,
into the log at their lower levels; so they are kept quiet, and our own lines carry counts and machine words only.
"""

from __future__ import annotations

import logging

for _library in ("httpx", "httpcore", "geopy"):
    logging.getLogger(_library).setLevel(logging.WARNING)
