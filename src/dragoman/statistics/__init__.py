"""Confidence intervals and significance tests from counts: one row of integers per document."""
