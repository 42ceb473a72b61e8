"""What a made-up day starts: the sample town and its demand, always the same for the same seed."""
