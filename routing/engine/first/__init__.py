"""The first echelon as a function of the load at each satellite: trucks from one depot, deliveries may be split."""
