"""Edited benchmarks: texts changed by rule with their gold, and what each change costs a system."""
