"""One module a format: what a file holds as records."""
