"""The papers as PDF: what a paper says is a value from `kitchens.papers`, how it looks is a template in here."""
