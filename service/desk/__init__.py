"""The telephone desk: one elder at a glance, the week as a grid, and everything that is done with one key."""
