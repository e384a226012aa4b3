"""Files to raw documents: one module a format, chosen by suffix, each also gzipped."""

from semsearch.readers.decoding import text_lines, undecodable
from semsearch.readers.delimited import read_rows
from semsearch.readers.fields import FieldNames, parse_field_names
from semsearch.readers.files import DocumentStream, is_supported, open_documents, supported_suffixes
from semsearch.readers.json_records import parse_json
from semsearch.readers.walking import FoundFiles, find_files, is_unicode

__all__ = [
    "DocumentStream",
    "FieldNames",
    "FoundFiles",
    "find_files",
    "is_supported",
    "is_unicode",
    "open_documents",
    "parse_field_names",
    "parse_json",
    "read_rows",
    "supported_suffixes",
    "text_lines",
    "undecodable",
]
