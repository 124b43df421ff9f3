"""Error reports: one self-contained HTML page with the scores of a run and each of its errors, shown in the text."""
