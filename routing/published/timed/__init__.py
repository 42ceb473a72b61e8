"""2E-VRPTW and 2E-MTVRPTW: two echelons with windows, several trips and vehicles that wait for each other."""
