"""Districts in and out: documented CSV and XLSX files, checked row by row, previewed, applied as one, undone as one."""
