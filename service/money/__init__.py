"""Money from rows: quotes, hand-overs, claims of a period, accounts, and what is printed of a settlement."""
