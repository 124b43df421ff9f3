"""Submissions: read in columns when they are good, and line by line when somebody must be told what is wrong."""
