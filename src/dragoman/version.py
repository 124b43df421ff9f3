"""Version of the package, which is not that of the data."""

__version__ = "0.2.0"
