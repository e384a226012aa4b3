"""The truth: tables of one SQLite file, and who may change them."""
