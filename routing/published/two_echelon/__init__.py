"""2E-CVRP, Sets 2 to 7: two echelons, split first-level loads, no times."""
