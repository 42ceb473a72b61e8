"""Menus: what a kitchen offers on a day, what is in it, what it costs, and who it clashes with."""
