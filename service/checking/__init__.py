"""What is published, read from the rows alone and held against the rules by code that planning does not use."""
