"""Creation of a new benchmark: from pages, or from texts with or without labels, to a folder that builds."""
