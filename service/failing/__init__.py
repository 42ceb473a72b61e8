"""A kitchen fails during a meal: reported by one, answered by a newer version of the plan."""
