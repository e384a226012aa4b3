"""Dates: a document's publication date with its provenance, and the periods that users type."""
