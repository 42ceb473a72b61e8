"""What the pages show, read from the rows: one module a page, frozen values out, nothing written."""
