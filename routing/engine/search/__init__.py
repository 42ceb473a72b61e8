"""The compiled search: ruin and recreate over trips of vehicles from several depots."""
