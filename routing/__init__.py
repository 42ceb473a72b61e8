"""Who drives where, in which order, and when: pure functions on values, no rows, no clock, no network."""
