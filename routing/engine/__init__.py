"""The solvers: vans from kitchen to meal point, couriers from meal point to home."""
