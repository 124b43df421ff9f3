"""Error bars and tests, all from rows of counts: one row of integers a document."""
