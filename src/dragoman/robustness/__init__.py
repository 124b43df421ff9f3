"""Robustness: rule-based edits of texts with their gold, and the cost of each edit for a system."""
