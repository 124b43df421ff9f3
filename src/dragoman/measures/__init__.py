"""Measures: each is a match, counts a document, and a finish. The catalogue lists them all."""
