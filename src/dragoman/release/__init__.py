"""Releases, and the source roots that they are made from: rows, read from wherever they are, in canonical form."""
