"""Formats: what people have, to and from submissions, and a word about everything that does not fit."""
