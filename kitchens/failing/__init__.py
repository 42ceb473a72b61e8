"""A kitchen fails in the middle of a day: who else cooks for whom, and what becomes of vans and couriers."""
