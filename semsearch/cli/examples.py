"""Examples below a command's help, a line each."""


def examples(*lines: str) -> str:
    """The epilogue of a command; the backspace keeps its lines as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
