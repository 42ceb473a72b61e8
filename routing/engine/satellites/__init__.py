"""The second echelon without times, searched together with the cost of the first: ruin and recreate, annealing."""
