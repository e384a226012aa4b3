"""Terms of passages and articles in one file of arrays."""
