"""An index on disk: SQLite as the truth, FAISS as an accelerator that can be rebuilt from it."""
