"""One open index for a page, an HTTP API and tools for language models."""
