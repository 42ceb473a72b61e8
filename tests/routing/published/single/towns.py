"""Tiny instances in the published formats, and the plans that are best for them."""

from __future__ import annotations

# A depot at (0, 0); two homes 3-4-5 triangles away to the east, two to the west; two fit into a vehicle.
FOUR_HOMES_TXT = """FOUR

VEHICLE
NUMBER     CAPACITY
  3         2

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0        100          0
    1      3          4          1          0        100          1
    2      3         -4          1          0        100          1
    3     -3          4          1          0        100          1
    4     -3         -4          1          0        100          1
"""

FOUR_HOMES_VRP = """NAME : FOUR
COMMENT : a town
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 3 4
3 3 -4
4 -3 4
5 -3 -4
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
1
-1
EOF
"""

# One vehicle that may come back to reload; the second home's meal is released at 20.
TWO_TRIPS_VRP = """NAME: TRIPS
TYPE: MTVRPTWR
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 1
CAPACITY: 1
SERVICE_TIME: 1
NODE_COORD_SECTION
1 0 0
2 5 0
3 -5 0
DEMAND_SECTION
1 0
2 1
3 1
TIME_WINDOW_SECTION
1 0 40
2 0 40
3 0 40
RELEASE_TIME_SECTION
1 0
2 0
3 20
VEHICLES_RELOAD_DEPOT_SECTION
1 1
DEPOT_SECTION
1
EOF
"""

# Two depots with one vehicle each, one home beside each; 8 is the longest that a vehicle may be away.
TWO_DEPOTS_VRP = """NAME: DEPOTS
TYPE: MDVRPTW
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 4
VEHICLES: 2
CAPACITY: 5
VEHICLES_MAX_DURATION: 8
NODE_COORD_SECTION
1 0 0
2 100 0
3 1.5 0
4 98.5 0
DEMAND_SECTION
1 0
2 0
3 1
4 1
SERVICE_TIME_SECTION
1 0
2 0
3 1
4 1
TIME_WINDOW_SECTION
1 0 100
2 0 100
3 50 60
4 50 60
VEHICLES_DEPOT_SECTION
1 1
2 2
DEPOT_SECTION
1
2
EOF
"""
