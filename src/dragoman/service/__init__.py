"""Scoring on withheld gold for many teams: a small web service, and the same scoring as a Codabench bundle."""
