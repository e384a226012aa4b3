"""A text by itself: its terms, language, sentences, passages and sketch."""
