"""Files to raw documents: one module a format, chosen by suffix, each also gzipped."""

from semsearch.files.regular import is_unicode
from semsearch.readers.decoding import LARGEST_TEXT, bounded_lines, parse_encoding, undecodable
from semsearch.readers.fields import LONGEST, Roles
from semsearch.readers.folders import FolderEncodings
from semsearch.readers.formats.delimited import read_rows
from semsearch.readers.formats.json import parse_json
from semsearch.readers.ignoring import BadPattern, IgnoreRules
from semsearch.readers.input_file import InputFile, text_lines
from semsearch.readers.names import FieldNames, parse_field_names, said_of_fields
from semsearch.readers.problems import Problems
from semsearch.readers.stream import (
    DocumentStream,
    Unpacked,
    format_name,
    is_supported,
    open_documents,
    supported_suffixes,
)
from semsearch.readers.walking import GONE, FoundFiles, find_files, open_found, real_place, watched_folder

__all__ = [
    "GONE",
    "LARGEST_TEXT",
    "LONGEST",
    "BadPattern",
    "DocumentStream",
    "FieldNames",
    "FolderEncodings",
    "FoundFiles",
    "IgnoreRules",
    "InputFile",
    "Problems",
    "Roles",
    "Unpacked",
    "bounded_lines",
    "find_files",
    "format_name",
    "is_supported",
    "is_unicode",
    "open_documents",
    "open_found",
    "parse_encoding",
    "parse_field_names",
    "parse_json",
    "read_rows",
    "real_place",
    "said_of_fields",
    "supported_suffixes",
    "text_lines",
    "undecodable",
    "watched_folder",
]
