"""
The syntax of Go templates, as far as placeholders in a container use it.

A template is text with actions between ``{{`` and ``}}``. An action is a
pipeline of commands; a command is a value, or a function and its operands.
Source: text/template/parse of the Go standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: The functions that are understood here. Go has more of them.
FUNCTIONS = frozenset({"and", "eq", "index", "len", "ne", "not", "or", "print", "printf"})

#: What Go would accept and is not understood here.
_BEYOND_US = frozenset(
    {"block", "break", "call", "continue", "define", "ge", "gt", "html", "js", "le", "lt", "nil", "println", "range"}
    | {"slice", "template", "urlquery"}
)
#: What Go calls a pipeline in parentheses.
_PARENTHESES = "parenthesized pipeline"

_BEYOND_US_SYMBOLS = frozenset("'=:,")

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<field>\.[A-Za-z_]\w*)
    | (?P<variable>\$\w*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<text>"(?:[^"\\]|\\.)*" | `[^`]*`)
    | (?P<symbol>[().|])
    | (?P<other>.)
    """,
    re.VERBOSE,
)

#: Where a number begins.
_NUMBER = re.compile(r"[+-]|\.?[0-9]")
#: The digits of a number by its prefix.
_DIGITS = {"0x": "0123456789abcdefABCDEF_", "0o": "01234567_", "0b": "01_"}
_DECIMAL_DIGITS = "0123456789_"
#: The numbers that are understood here.
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)")

#: The tokens that only some characters can follow.
_NAMES = frozenset({"field", "variable", "word"})
_TERMINATORS = " \t\r\n.,|:()"


class InvalidTemplate(ValueError):
    """Go rejects this template with this text; ``position`` is where its execution stopped, if it had begun."""

    def __init__(self, message: str, position: int | None = None) -> None:
        where = "" if position is None else f"{position}:"
        super().__init__(f"template: container-tmpl:1:{where} {message}")


class UnknownSyntax(ValueError):
    """Go may well accept this template, but what it does with it is not known here."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the template."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Fields of a value: ``.Labels.tier``. Without a start it begins at the dot; ``$`` begins at the root."""

    fields: tuple[str, ...]
    start: Pipeline | None = None
    from_root: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its operands."""

    function: str
    operands: tuple[Operand, ...]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each of which gets the value of the one before it as its last operand."""

    commands: tuple[Operand, ...]


Operand = Literal | Chain | Call | Pipeline


@dataclass(frozen=True, slots=True)
class Text:
    """Text outside of the actions."""

    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """``if`` or ``with``: the latter makes its value the dot."""

    keyword: str
    condition: Pipeline
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


Node = Text | Pipeline | Branch


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(template: str) -> tuple[Node, ...]:
    """Read a template. Raises :class:`InvalidTemplate`, and :class:`UnknownSyntax` where Go knows more than we."""
    return _Parser(template).parse()


def _pieces(template: str) -> Iterator[str | list[_Token]]:
    """Texts and actions in turn, with white space trimmed where an action requires it."""
    position, trimming = 0, False
    while True:
        opening = template.find("{{", position)
        text = template[position:] if opening < 0 else template[position:opening]
        text = text.lstrip() if trimming else text
        if opening < 0:
            yield text
            return
        position = opening + 2
        if template.startswith("- ", position):
            text, position = text.rstrip(), position + 2
        yield text
        if template.startswith("/*", position):
            position, trimming = _after_comment(template, position)
        else:
            tokens, position, trimming = _action(template, position)
            yield tokens


def _after_comment(template: str, position: int) -> tuple[int, bool]:
    end = template.find("*/", position)
    if end < 0:
        raise InvalidTemplate("unclosed comment")
    for closing, trims in ((" -}}", True), ("}}", False)):
        if template.startswith(closing, end + 2):
            return end + 2 + len(closing), trims
    raise InvalidTemplate("comment ends before closing delimiter")


def _action(template: str, position: int) -> tuple[list[_Token], int, bool]:
    tokens: list[_Token] = []
    while not template.startswith("}}", position):
        if template.startswith(" -}}", position):
            return tokens, position + 4, True
        if _NUMBER.match(template, position):
            token = _number(template, position)
            tokens.append(token)
            if token.kind == "error":
                return tokens, position, False
            position += len(token.text)
            continue
        match = _TOKEN.match(template, position)
        if match is None:
            return [*tokens, _Token("error", "unclosed action", position)], position, False
        tokens.append(_Token(str(match.lastgroup), match[0], position))
        position = match.end()
        after = template[position : position + 1]
        if (
            match.lastgroup in _NAMES
            and after
            and after not in _TERMINATORS
            and not template.startswith("}}", position)
        ):
            error = f"bad character U+{ord(after):04X} '{after}'"
            return [*tokens, _Token("error", error, position)], position, False
    return tokens, position + 2, False


def _number(template: str, begin: int) -> _Token:
    """
    A number, be it one that Go rejects later, or an error.

    Source: ``lexNumber``, text/template/parse/lex.go.
    """
    end, is_number = _scanned(template, begin)
    if is_number and template[end : end + 1] in ("+", "-"):  # A complex number ends with its imaginary part.
        end, is_number = _scanned(template, end)
        is_number = is_number and template[end - 1] == "i"
    text = template[begin:end]
    if not is_number:
        return _Token("error", f"bad number syntax: {_quoted(text)}", begin)
    if not text.strip("+-"):
        return _Token("illegal", text, begin)
    return _Token("number" if _WHOLE.fullmatch(text) else "beyond", text, begin)


def _scanned(template: str, position: int) -> tuple[int, bool]:
    """The end of a number, and whether one can end there. Source: ``scanNumber``, text/template/parse/lex.go."""

    def skip(characters: str, *, once: bool = False) -> bool:
        nonlocal position
        begin = position
        while template[position : position + 1] and template[position] in characters:
            position += 1
            if once:
                break
        return position > begin

    skip("+-", once=True)
    digits = _DIGITS.get(template[position : position + 2].lower(), _DECIMAL_DIGITS)
    position += 0 if digits == _DECIMAL_DIGITS else 2
    skip(digits)
    if skip(".", once=True):
        skip(digits)
    exponent = {_DECIMAL_DIGITS: "eE", _DIGITS["0x"]: "pP"}.get(digits, "")
    if exponent and skip(exponent, once=True):
        skip("+-", once=True)
        skip(_DECIMAL_DIGITS)
    skip("i", once=True)
    after = template[position : position + 1]
    if after == "_" or after.isalnum():
        return position + 1, False
    return position, True


class _Parser:
    """Reads pieces one after another; ``tokens`` are those of the action that is being read."""

    def __init__(self, template: str) -> None:
        self._pieces = _pieces(template)
        self._tokens: list[_Token] = []
        self._end = ""

    def parse(self) -> tuple[Node, ...]:
        nodes = self._nodes()
        if self._end:
            raise InvalidTemplate(f"unexpected {{{{{self._end}}}}}")
        return nodes

    def _nodes(self) -> tuple[Node, ...]:
        """The nodes up to an ``else``, an ``end`` or the end of the template; ``_end`` is which."""
        nodes: list[Node] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                nodes.append(Text(piece))
                continue
            self._tokens = piece
            self._skip_space()
            keyword = self._next_text()
            if keyword in ("else", "end"):
                self._tokens.pop(0)
                self._end = keyword
                return tuple(nodes)
            nodes.append(self._branch(keyword) if keyword in ("if", "with") else self._pipeline())
        self._end = ""
        return tuple(nodes)

    def _branch(self, keyword: str) -> Branch:
        self._tokens.pop(0)
        condition = self._pipeline(keyword)
        then = self._nodes()
        otherwise: tuple[Node, ...] = ()
        if self._end == "else":
            self._skip_space()
            if self._next_text() in ("if", "with"):
                return Branch(keyword, condition, then, (self._branch(self._next_text()),))
            otherwise = self._nodes()
        if self._end != "end":
            raise InvalidTemplate("expected end; found {{else}}" if self._end else "unexpected EOF")
        return Branch(keyword, condition, then, otherwise)

    def _pipeline(self, where: str = "command", closing: str = "") -> Pipeline:
        commands = [self._command(where)]
        while self._next_text() == "|":
            self._tokens.pop(0)
            self._skip_space()
            if self._next_text() != closing:  # Go takes a pipe that leads nowhere.
                commands.append(self._command(where))
        if self._next_text() != closing:
            raise InvalidTemplate("unclosed left paren" if closing else "unexpected right paren")
        if closing:
            self._tokens.pop(0)
        for command in commands[1:]:
            if isinstance(command, Literal):
                raise InvalidTemplate("non executable command in pipeline stage 2")
        return Pipeline(tuple(commands))

    def _command(self, where: str) -> Operand:
        self._skip_space()
        if self._next_text() in ("", ")"):
            unopened = self._tokens and where != _PARENTHESES
            raise InvalidTemplate("unexpected right paren" if unopened else f"missing value for {where}")
        token = self._tokens[0]
        if token.text == "|" or (token.kind == "other" and token.text not in _BEYOND_US_SYMBOLS):
            raise InvalidTemplate(f"unexpected {_quoted(token.text)} in {where}")
        operands: list[Operand] = []
        function = token.text if token.kind == "word" and token.text not in ("true", "false") else ""
        if function:
            self._check_function(function)
            self._tokens.pop(0)
            self._skip_space()
        while self._next_text() not in ("", "|", ")"):
            operands.append(self._operand())
            self._skip_space()
        if function:
            return Call(function, tuple(operands), token.position)
        if len(operands) > 1:
            raise UnknownSyntax("operands after a value")
        return operands[0]

    def _operand(self) -> Operand:
        token = self._tokens.pop(0)
        match token.kind:
            case "field" | "symbol" | "variable":
                return self._chain(self._start(token))
            case "number":
                return Literal(int(token.text))
            case "text":
                return Literal(_unquoted(token.text))
            case "word":
                return self._word(token.text, token)
            case "illegal":
                raise InvalidTemplate(f"illegal number syntax: {_quoted(token.text)}")
        if token.kind == "beyond" or token.text in _BEYOND_US_SYMBOLS:
            raise UnknownSyntax(token.text)
        raise InvalidTemplate(f"unexpected {_quoted(token.text)} in operand")

    def _start(self, token: _Token) -> Chain:
        """Where a chain of fields begins: with a field, the dot, the root or a parenthesis."""
        if token.kind == "field":
            return Chain((token.text[1:],), position=token.position)
        if token.text == ".":
            return Chain((), position=token.position)
        if token.text == "(":
            return Chain((), self._pipeline(_PARENTHESES, ")"), position=token.position)
        if token.text != "$":
            self._skip_space()
            if self._next_text() in (":", "="):
                raise UnknownSyntax(token.text)
            raise InvalidTemplate(f'undefined variable "{token.text}"')
        return Chain((), from_root=True, position=token.position)

    def _word(self, word: str, token: _Token) -> Operand:
        if word in ("true", "false"):
            return Literal(word == "true")
        self._check_function(word)
        return Call(word, (), token.position)

    def _chain(self, chain: Chain) -> Chain:
        """Add the fields that follow; Go calls the first of them the place of the whole chain."""
        following = []
        while self._tokens and self._tokens[0].kind == "field":
            following.append(self._tokens.pop(0))
        if not following:
            return chain
        fields = (*chain.fields, *(token.text[1:] for token in following))
        return Chain(fields, chain.start, chain.from_root, following[0].position)

    def _check_function(self, word: str) -> None:
        if word in _BEYOND_US:
            raise UnknownSyntax(word)
        if word not in FUNCTIONS:
            raise InvalidTemplate(f'function "{word}" not defined')

    def _next_text(self) -> str:
        if self._tokens and self._tokens[0].kind == "error":
            raise InvalidTemplate(self._tokens[0].text)
        return self._tokens[0].text if self._tokens else ""

    def _skip_space(self) -> None:
        while self._tokens and self._tokens[0].kind == "space":
            self._tokens.pop(0)


def _unquoted(text: str) -> str:
    if text.startswith('"') and "\\" in text:
        raise UnknownSyntax(text)
    return text[1:-1]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\") + '"'
