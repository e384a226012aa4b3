"""Answers to what people and programs read: text, JSON, CSV, TREC runs, Markdown."""
