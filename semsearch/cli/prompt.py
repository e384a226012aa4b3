"""``semsearch ask`` without a question: one after the other, answered from an index that stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from semsearch.cli.exits import DONE, emit, say
from semsearch.cli.options import Given, terminal_style
from semsearch.errors import SemsearchError, UsageError
from semsearch.files.state import state_folder
from semsearch.rendering.documents import shown_fields
from semsearch.rendering.visible import visible
from semsearch.search.option_table import Choices, Option, Presenting, options_of

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History

    from semsearch.records import Answer, Hit
    from semsearch.search.local import LocalIndex

HELP = """\
a question           its best passages, each with source and date
/open 3              the article of hit 3, whole
/similar 3           articles like that of hit 3
/timeline            when the last question was written about
/since 2022-11       an option for the questions from now on; without a value it is as at the start
/show                the options that hold now
/quit, Ctrl-D        leave
options: """
COMMANDS = ("open", "similar", "timeline", "show", "help", "quit")
_SET = {option.name: option for option in options_of("ask") if not option.why_not and option.kind is not Path}


class Conversation:
    """Questions and commands, a line each, about one index."""

    def __init__(self, index: LocalIndex, given: Given, answered: Callable[[Answer, Presenting], object]) -> None:
        self._index = index
        self._options = given.options
        self._presenting = given.presenting
        self._answered = answered
        self._own: dict[str, Any] = {}  # options that were set here, by their names
        self._last: tuple[str, tuple[Hit, ...]] = ("", ())

    @property
    def prompt(self) -> str:
        """What stands before a line: the options that hold."""
        own = " ".join(f"{name} {visible(str(value))}" for name, value in self._own.items())
        return f"[{own}] ? " if own else "? "

    def say(self, line: str) -> bool:
        """Answer a line, or do what it says; false where it says that this is the end."""
        line = line.strip()
        name, _, value = line[1:].partition(" ")
        if not line:
            return True
        if not line.startswith("/"):
            self._ask(line)
        elif name in ("quit", "exit", "q"):
            return False
        else:
            self._do(name, value.strip())
        return True

    def _ask(self, question: str) -> None:
        answer = self._index.answer(self._now().query(question))
        self._last = question, answer.hits
        self._answered(answer, self._presenting)

    def _now(self) -> Any:
        """The options that hold now."""
        choices = {_SET[name].keyword: _SET[name].value(value) for name, value in self._own.items()}
        return self._options.replaced(**cast(Choices, choices))

    def _do(self, name: str, value: str) -> None:
        if name in _SET:
            self._set(_SET[name], value)
        elif name in ("open", "similar", "timeline", "show", "help"):
            _DOES[name](self, value)
        else:
            raise UsageError(f"/{visible(name)} is no command: /help lists them")

    def _set(self, option: Option, value: str) -> None:
        before = dict(self._own)
        self._own.pop(option.name, None)
        if value or option.kind is bool:
            self._own[option.name] = _typed(option, value, before.get(option.name))
        try:
            self._now().query("words")
        except SemsearchError:
            self._own = before
            raise

    def _hit(self, value: str) -> Hit:
        """A hit of the last answer by its number. Raises UsageError."""
        found = [hit for hit in self._last[1] if str(hit.rank) == value]
        if not found:
            raise UsageError(f"there is no hit {visible(value)[:20] or '?'}: expected 1 to {len(self._last[1])}")
        return found[0]

    def open(self, value: str) -> None:
        """Print the article of a hit."""
        document = self._hit(value).document
        fields = shown_fields(document)
        text = "\n".join(visible(line) for line in document.text.split("\n"))
        emit(
            f"{visible(document.title)}\n{fields['published'] or 'undated'}  {visible(str(fields['path']))}\n\n{text}\n"
        )

    def similar(self, value: str) -> None:
        """Print articles like that of a hit."""
        document = self._hit(value).document
        answer = self._index.similar(document.doc_id, self._now().query(document.title or document.doc_id))
        self._last = document.title, answer.hits
        self._answered(answer, self._presenting)

    def timeline(self, value: str) -> None:
        """Print when the last question was written about, or another."""
        from semsearch.rendering.timelines import timeline_text

        question = value or self._last[0]
        if not question:
            raise UsageError("ask something first, or: /timeline QUESTION")
        emit(timeline_text(self._index.timeline(self._now().query(question)), terminal_style()))

    def show(self, value: str) -> None:  # noqa: ARG002
        """Print the options that were set."""
        emit("".join(f"{name} {visible(str(each))}\n" for name, each in self._own.items()) or "no options are set\n")

    def help(self, value: str) -> None:  # noqa: ARG002
        """Print what can be said."""
        emit(f"{HELP}{', '.join(_SET)}\n")


_DOES: Mapping[str, Callable[[Conversation, str], None]] = {
    "open": Conversation.open,
    "similar": Conversation.similar,
    "timeline": Conversation.timeline,
    "show": Conversation.show,
    "help": Conversation.help,
}


def _typed(option: Option, value: str, before: Any) -> Any:
    """What was typed, as the option's kind. Raises UsageError."""
    if option.kind is int:
        if not value.isascii() or not value.isdigit():
            raise UsageError(f"/{option.name} {visible(value)[:20]}: expected a whole number")
        return int(value)
    if option.kind is bool:
        return not before if not value else value in ("on", "yes", "true")
    return [*(before or []), value] if option.kind is list else value


def converse(index: LocalIndex, given: Given, answered: Callable[[Answer, Presenting], object]) -> int:
    """Ask for lines until Ctrl-D; Ctrl-C takes the line that is being typed away."""
    conversation = Conversation(index, given, answered)
    session = _session()
    say("ask in plain words; /help lists what else can be typed, Ctrl-D leaves")
    while True:
        try:
            line = session.prompt(conversation.prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return DONE
        try:
            if not conversation.say(line):
                return DONE
        except SemsearchError as error:
            say(str(error))


def _session() -> PromptSession[str]:
    """A line editor that remembers what was asked, in the user's own state folder."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter

    words = WordCompleter([f"/{name}" for name in (*COMMANDS, *_SET)], sentence=True)
    return PromptSession(history=_history(), completer=words, complete_while_typing=False)


def _history() -> History:
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    folder = state_folder()
    try:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "history").touch(mode=0o600)
            return FileHistory(str(folder / "history"))
    except OSError:
        pass
    return InMemoryHistory()
