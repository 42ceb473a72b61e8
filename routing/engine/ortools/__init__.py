"""Both echelons by OR-Tools alone: one model a meal point and a kitchen, rounds of improvement between them."""
