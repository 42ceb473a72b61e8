"""The compiled repair: ruin and recreate over rows that begin anywhere, fetch boxes on their way and may be late."""
