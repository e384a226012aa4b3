"""What documents and passages are filtered by, in one file of arrays."""
