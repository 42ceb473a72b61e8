"""What is written down while a published meal is cooked, packed, loaded and received, and the close of the day."""
