"""Retrievers for other frameworks, a module each: LangChain, LlamaIndex, Haystack."""
