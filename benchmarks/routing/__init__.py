"""Our engine side by side with the best that one gets from other solvers: `python -m benchmarks.routing`."""
