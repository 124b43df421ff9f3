"""Releases of a benchmark as canonical rows, the source roots they are built from, and their file formats."""
