"""Releases: the rows of the benchmark, read from wherever they are and written in canonical form."""
