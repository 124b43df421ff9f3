"""Systems: anything that reads a document and gives labels back."""
