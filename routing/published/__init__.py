"""Published benchmark instances: read, solved by the engine, and checked by their own rules."""
