"""Two echelons with windows: freighters with several trips; trucks must bring the goods before a trip leaves."""
