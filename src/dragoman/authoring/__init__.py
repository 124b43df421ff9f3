"""The maintainer's steps from pages to a benchmark. Only the command line imports this package."""
