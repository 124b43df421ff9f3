"""Scoring on withheld gold for many teams: a small web service, and the same as a bundle for a platform."""
