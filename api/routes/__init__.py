"""JSON for programs: the same service functions as the pages, another rendering."""
