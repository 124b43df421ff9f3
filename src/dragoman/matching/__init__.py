"""Matching of predicted to gold items: one-to-one, optimal, and independent of input order."""
