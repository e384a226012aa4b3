"""Answers to what people and programs read: text, JSON, CSV, TREC runs, Markdown."""

from semsearch.rendering.formats import FORMATS, Format, Renderer, make_renderer
from semsearch.rendering.structured import document_fields
from semsearch.rendering.visible import display_path, visible

__all__ = ["FORMATS", "Format", "Renderer", "display_path", "document_fields", "make_renderer", "visible"]
