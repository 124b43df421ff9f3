"""Error reports: a self-contained HTML page with the scores of a run and all of its errors, shown in the text."""
