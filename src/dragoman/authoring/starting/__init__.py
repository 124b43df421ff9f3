"""A new benchmark of anybody's own: from pages, or from texts with or without labels, to a folder that builds."""
