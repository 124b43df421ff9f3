"""Systems: anything that reads a document and returns labels, and the code that runs them."""
