"""Who cooks what, when and in which batches, and what the papers say: pure functions on values."""
