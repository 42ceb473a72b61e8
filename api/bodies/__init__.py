"""What comes in and goes out as JSON; never the rows themselves."""
