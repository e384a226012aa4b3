"""Vectors of passages in a FAISS file."""
