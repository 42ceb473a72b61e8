"""One echelon: VRPTW, several depots, several trips with release times, capacity alone."""
