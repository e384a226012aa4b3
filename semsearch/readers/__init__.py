"""Files to raw documents: one module a format, chosen by suffix, each also gzipped."""

from semsearch.readers.fields import FieldNames, parse_field_names
from semsearch.readers.files import DocumentStream, is_supported, open_documents, supported_suffixes
from semsearch.readers.walking import FoundFiles, find_files

__all__ = [
    "DocumentStream",
    "FieldNames",
    "FoundFiles",
    "find_files",
    "is_supported",
    "open_documents",
    "parse_field_names",
    "supported_suffixes",
]
