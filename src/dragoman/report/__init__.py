"""Reports: what a system got wrong, where people can see it."""
