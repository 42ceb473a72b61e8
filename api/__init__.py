"""Every door: HTTP, pages and the command line."""
