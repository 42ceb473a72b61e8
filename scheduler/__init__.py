"""What time starts: the daily work, each piece a row that is done once."""
