"""Rows, rules and stories: people, orders, the daily cycle, papers, and what is told to whom."""
