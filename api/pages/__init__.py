"""Pages rendered on the server, for people."""
