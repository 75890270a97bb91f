"""
Redaction: no credentials, host names or personal paths in a record.

A record is made to be published. Everything that a target reported is redacted
before it is written, so that no report has anything to hide. Redacting twice
changes nothing more. Each replacement says what was replaced.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kserve_conformance.record.environment import (
    SECRET,
    allowed,
    is_harmless,
    may_match,
    redact_command,
    redact_environment,
    redact_table,
)

HOST = "[host]"
ADDRESS = "[address]"

#: Names whose value is a secret, also as the end of a longer name (``HF_TOKEN``, ``client-key-data``), never as its
#: beginning (``tokenizer``, ``secretName``).
SENSITIVE = (
    r"[\w.-]*(?:token|passw(?:or)?d|passphrase|[_-]pass|pgpass|[_-]pwd|credentials?|secret|[_-]auth|[_-]salt|[_-]pin|"
    r"(?:api|access|private|account|signing|encryption|master|shared|ssh|license)[_-]?key(?:[_-]?id)?|[_-]key|"
    r"[_-]dsn|connection[_-]?string|[_-]webhook(?:[_-]url)?|"
    r"client-key-data|client-certificate-data|certificate-authority-data|authorization|cookie|\.dockerconfigjson)"
)
_QUOTE = r"""\\?["']"""
_VALUE = r"""(?:\\?"(?:[^"\\]|\\[\s\S])*?\\?"|'[^']*'|[^\s,;&"'{}\[\]]+)"""

#: The signs of which a text has at least one if the pattern matches (none: it is always tried), the pattern, and its
#: replacement. Order matters: the wide ones come first, and none matches its own replacement.
PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "-",
        re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?(?:-----END \1-----|\Z)", re.DOTALL),
        SECRET,
    ),
    # The same in base64, as kubeconfigs and webhook configurations have it.
    ("L", re.compile(r"\bLS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}"), SECRET),
    # A block of several lines below its name, or below the name of an env entry of a container.
    (
        ":",
        re.compile(
            rf"(?im)^(?P<dash>(?P<indent>[ ]*)(?:- )?)(?P<name>{SENSITIVE}{_QUOTE}?:)[ ]*[|>][\d+-]*[ ]*\n"
            r"(?:(?P=indent)[ ]+\S.*\n?|[ ]*\n)*"
        ),
        rf"\g<dash>\g<name> {SECRET}\n",
    ),
    (
        ":",
        re.compile(
            rf"(?im)(?P<before>\bname:[ ]*{_QUOTE}?{SENSITIVE}{_QUOTE}?[ ]*\n(?P<indent>[ ]+)value:)"
            r"[ ]*[|>][\d+-]*[ ]*\n(?:(?P=indent)[ ]+\S.*\n?|[ ]*\n)*"
        ),
        rf"\g<before> {SECRET}\n",
    ),
    # An env entry of a container has name and value on two lines, in either order.
    (
        ":",
        re.compile(
            rf"(?i)(\bvalue{_QUOTE}?[ \t]*:[ \t]*)(?!\[redacted\]){_VALUE}"
            rf"(?=\s*,?\s*{_QUOTE}?name{_QUOTE}?\s*:\s*{_QUOTE}?{SENSITIVE}(?![\w.-]))"
        ),
        rf"\1{SECRET}",
    ),
    (
        ":",
        re.compile(
            rf"(?i)(name{_QUOTE}?\s*:\s*{_QUOTE}?{SENSITIVE}{_QUOTE}?\s*,?\s*{_QUOTE}?value{_QUOTE}?[ \t]*:[ \t]*)"
            rf"(?!\[redacted\]){_VALUE}"
        ),
        rf"\1{SECRET}",
    ),
    (
        ":=",
        re.compile(
            rf"(?i)(authorization{_QUOTE}?[ \t]*[:=][ \t]*{_QUOTE}?(?:bearer|basic)[ \t]+)"
            r"""(?!\[redacted\])[^\s"'\\]+"""
        ),
        rf"\1{SECRET}",
    ),
    # Elsewhere the word may be prose: what follows it must look like a token.
    (
        "",
        re.compile(r"(?i)\b(bearer|basic)[ \t]+(?!\[redacted\])(?=(?-i:\S*[A-Z0-9]))[A-Za-z0-9._~+/=-]{6,}"),
        rf"\1 {SECRET}",
    ),
    (
        ":=",
        re.compile(
            rf"(?im)(?<![\w.-])({SENSITIVE}{_QUOTE}?[ \t]*[:=][ \t]*)"
            rf"(?!\[redacted\]|bearer |basic |[|>][+-]?\s*$){_VALUE}"
        ),
        rf"\1{SECRET}",
    ),
    ("-", re.compile(rf"(?i)(?<![\w.-])(--?{SENSITIVE}[ \t]+)(?!\[redacted\]|-)[^\s\]]+"), rf"\1{SECRET}"),
    # The same as two entries of a list.
    (
        "-",
        re.compile(
            rf"(?im)(?<![\w.-])(--?{SENSITIVE}{_QUOTE}?(?:[ ]*\n[ ]*-|\s*,)\s*{_QUOTE}?)"
            r"""(?!\[redacted\]|-)[^\s"'\\,\]]+"""
        ),
        rf"\1{SECRET}",
    ),
    (".", re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"), SECRET),
    (
        "",
        re.compile(
            r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b|\bgithub_pat_\w{20,}\b|\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|"
            r"\bGOCSPX-[\w-]{16,}|\b(?:sk|rk|pk)_(?:live|test)_\w{10,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|"
            r"\bdop_v1_[a-f0-9]{32,}|\bhv[sb]\.[\w-]{20,}|\bAGE-SECRET-KEY-1\w{20,}|\bdapi[a-f0-9]{32}\b|"
            r"\bdckr_pat_[\w-]{16,}|\bxapp-[\w-]{16,}|\bshp(?:at|ss)_[a-f0-9]{32}\b|\bglsa_\w{20,}|"
            r"\b(?:gh[pousr]|hf|glpat|xox[abprs]|sk|npm|pypi)[_-][A-Za-z0-9_-]{16,}\b"
        ),
        SECRET,
    ),
    # A password may contain the signs that end it.
    (
        ":",
        re.compile(
            r"(?i)(\b[a-z][a-z0-9+.-]{0,20}://)(?!\[redacted\]@)[^\s/:\"'<>]{0,200}:(?!\d{1,5}/)[^\s\"'<>]{0,300}@(?!sha256:)"
        ),
        rf"\1{SECRET}@",
    ),
    (
        ":",
        re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{0,20}://)(?!\[redacted\]@)[^\s/\"'<>]{1,300}@(?=[^\s/@])"),
        rf"\1{SECRET}@",
    ),
    # The path of a web hook is its password.
    (
        ":",
        re.compile(
            r"(?i)(\bhttps?://(?:hooks?\.[^\s/\"'<>]+|[^\s/\"'<>]+\.webhook\.[^\s/\"'<>]+|"
            r"[^\s/\"'<>]+(?:/[\w.-]+){0,3}/(?:web)?hooks?)/)(?!\[redacted\])[^\s\"'<>\\]+"
        ),
        rf"\1{SECRET}",
    ),
    # A kubeconfig in base64, from "apiVersion" or "kind" on.
    ("", re.compile(r"\b(?:YXBpVmVyc2lvbj|a2luZDog|eyJhcGlWZXJzaW9u|eyJraW5kIj)[A-Za-z0-9+/]{16,}={0,2}"), SECRET),
    (
        "=",
        re.compile(
            r"(?i)([?&](?:sig|signature|credential|key|code|x-(?:amz|goog)-[a-z-]+)=)(?!\[redacted\])[^&\s\"'<>]+"
        ),
        rf"\1{SECRET}",
    ),
)

#: Which patterns look for a name whose value is a secret, and what each such name contains: most texts have none.
_IS_NAMING = tuple(SENSITIVE in pattern.pattern for _, pattern, _ in PATTERNS)
STEM = re.compile(
    r"(?i)token|pass|pwd|credential|secret|auth|salt|pin|key|dsn|connection|webhook|certificate|cookie|dockerconfig"
)

#: One manifest of a dump: what is between two lines of three dashes.
_DOCUMENTS = re.compile(r"(?m)^(---.*\n)")
_KIND_SECRET = re.compile(rf"""(?m)\bkind{_QUOTE}?\s*:\s*{_QUOTE}?Secret\b""")
_DATA_OF_JSON = re.compile(rf"""({_QUOTE}(?:data|stringData){_QUOTE}\s*:\s*)\{{[^{{}}]*\}}""")
_DATA_OF_YAML = re.compile(
    r"(?m)^(?P<indent>[ ]*(?:- )?)(?P<name>data|stringData):[ ]*\n(?P<body>(?:(?P=indent)[ ]+\S.*\n?|[ ]*\n)*)"
)

#: Home directories, on any system.
_HOMES = re.compile(r"(?i)(?<![\w.~-])(?:/home/|/Users/|[A-Z]:\\+Users\\+)[^\s/\\:\"']+")
#: Keys of a manifest that name a node of the cluster.
_NODE = re.compile(rf"""(?m)(\b(?:nodeName|kubernetes\.io/hostname){_QUOTE}?\s*:\s*{_QUOTE}?)(?!\[host\])[\w.-]+""")
_AUTHORITY = re.compile(
    r"(?i)(\b(?:https?|wss?|grpcs?|tcp)://(?:\[redacted\]@)?)"
    r"([a-z0-9][\w.-]*\.[\w-]+|[a-z][\w-]*)(?=[:/\s\"'?#,;)>\]]|$)"
)
_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")

#: Hosts that reveal nothing: in-cluster names, reserved names, and where rules are documented.
_PUBLIC_HOSTS = re.compile(
    r"(?i)(?:^|\.)(?:svc|svc\.cluster\.local|cluster\.local|example|example\.(?:com|org|net)|invalid|test|localhost|"
    r"github\.com|kserve\.github\.io|kubernetes\.io|k8s\.io|knative\.dev|kserve\.io)$"
)


#: The length from which a secret of a row is redacted wherever it occurs: a shorter one would replace parts of words.
_SHORTEST = 4

#: The length and the number of texts whose redaction is remembered.
_SHORT, _MOST_REMEMBERED = 2000, 20_000


@dataclass(frozen=True)
class Redaction:
    """
    What to redact besides credentials.

    ``folders`` maps a folder to its replacement, ``hosts`` are names of machines.
    ``of_this_machine`` returns those of the machine that it runs on.
    """

    folders: Mapping[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    #: Names of environment variables and of arguments whose values stay.
    allowed: frozenset[str] = frozenset()
    #: Texts that are secret wherever they occur.
    literals: frozenset[str] = frozenset()

    @classmethod
    def of_this_machine(cls, *hosts: str) -> Redaction:
        """Redact the home, working and temporary folders and name of this machine, and the ``hosts`` of a target."""
        named = {socket.gethostname(), os.environ.get("HOSTNAME", ""), *hosts}
        folders = {tempfile.gettempdir(): "[tmp]", str(Path.cwd()): "."}
        # A folder right below the root, such as /tmp or /app, is not personal and may be a container's own.
        deep = {folder: instead for folder, instead in folders.items() if folder.count("/") > 1}
        return cls(
            folders=deep | {str(Path.home()): "~"},
            # Very short names and the one that every machine has would replace ordinary words.
            hosts=frozenset(host for host in named if len(host) > 2 and host != "localhost"),
            allowed=allowed(),
        )

    def text(self, text: str) -> str:
        """Redact a text. A short one, which many scenarios repeat, is redacted once."""
        return _remembered(self._redacted, text, self._redact)

    def secrets(self, text: str) -> str:
        """Redact only secrets, not machines: for what the author of a suite wrote, which many records repeat."""
        return _remembered(self._without_secrets_memo, text, self._without_secrets)

    def _without_secrets(self, text: str) -> str:
        if self._literals is not None:
            text = self._literals.sub(SECRET, text)
        text = redact_environment(_without_secret_data(text), self.allowed)
        names_a_secret = STEM.search(text) is not None
        for (signs, pattern, instead), is_naming in zip(PATTERNS, _IS_NAMING, strict=True):
            if may_match(signs, text) and (names_a_secret or not is_naming):
                text = pattern.sub(instead, text)
        return text

    def row(self, row: Mapping[str, str]) -> dict[str, str]:
        """Redact a row of Examples, by its columns and values."""
        (_, values) = redact_table((tuple(row), tuple(row.values())), self.allowed) if row else ((), ())
        return {
            name: SECRET if _IS_SECRET_NAME.fullmatch(name) and not is_harmless(value) else self.secrets(value)
            for name, value in zip(row, values, strict=True)
        }

    def knowing(self, rows: Iterable[Mapping[str, str]]) -> Redaction:
        """This redaction, which also redacts the secrets of some rows wherever they occur."""
        found = {
            row[name] for row in rows for name, kept in self.row(row).items() if kept == SECRET and row[name] != SECRET
        }
        return dataclasses.replace(self, literals=self.literals | found) if found else self

    def _redact(self, text: str) -> str:
        text = self._without_secrets(text)
        if ":" in text:
            text = _AUTHORITY.sub(_host, _NODE.sub(rf"\1{HOST}", text))
        if "." in text:
            text = _IPV4.sub(_address, text)
        if self._hosts is not None:
            text = self._hosts.sub(HOST, text)
        if self._folders is not None:
            text = self._folders.sub(lambda found: self._instead_of[found.group(0)], text)
        return _HOMES.sub("~", text)

    def command(self, text: str) -> str:
        """Redact the name of a target: of a ``process:`` target also the values of its arguments."""
        return self.text(redact_command(text, self.allowed))

    def table(self, table: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        """Redact the table of a step."""
        return tuple(tuple(map(self.text, row)) for row in redact_table(table, self.allowed))

    def value(self, value: Any) -> Any:
        """Redact every string in a JSON value, and the value of every member whose name is that of a secret."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            pair = {str(name).lower(): one for name, one in value.items()}
            if isinstance(pair.get("name"), str) and isinstance(pair.get("value"), str):
                ((_, (_, kept)),) = (redact_table((("name", "value"), (pair["name"], pair["value"])), self.allowed),)
                value = {name: kept if str(name).lower() == "value" else one for name, one in value.items()}
            return {
                name: SECRET if isinstance(one, str) and _IS_SECRET_NAME.fullmatch(str(name)) else self.value(one)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return type(value)(self.value(one) for one in value)
        return value

    @cached_property
    def _redacted(self) -> dict[str, str]:
        return {"": ""}

    @cached_property
    def _without_secrets_memo(self) -> dict[str, str]:
        return {"": ""}

    @cached_property
    def _literals(self) -> re.Pattern[str] | None:
        longest_first = sorted((one for one in self.literals if len(one) >= _SHORTEST), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    @cached_property
    def _instead_of(self) -> dict[str, str]:
        return {folder.rstrip("/"): instead for folder, instead in self.folders.items() if len(folder.rstrip("/")) > 1}

    @cached_property
    def _folders(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._instead_of, key=len, reverse=True)
        if not longest_first:
            return None
        return re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")

    @cached_property
    def _hosts(self) -> re.Pattern[str] | None:
        if not self.hosts:
            return None
        names = sorted(self.hosts, key=lambda host: (-len(host), host))
        return re.compile(rf"(?i)(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")


def _remembered(memo: dict[str, str], text: str, redact: Callable[[str], str]) -> str:
    if len(text) > _SHORT:
        return redact(text)
    if text not in memo:
        if len(memo) >= _MOST_REMEMBERED:
            memo.clear()
        memo[text] = redact(text)
    return memo[text]


_IS_SECRET_NAME = re.compile(SENSITIVE, re.IGNORECASE)


def _without_secret_data(text: str) -> str:
    """Remove the data of every Secret from a dump of manifests."""
    if not _KIND_SECRET.search(text):
        return text
    return "".join(
        _DATA_OF_YAML.sub(_names_only, _DATA_OF_JSON.sub(r"\1{}", part)) if _KIND_SECRET.search(part) else part
        for part in _DOCUMENTS.split(text)
    )


def _names_only(data: re.Match[str]) -> str:
    names = re.findall(r"(?m)^[ ]*([\w.-]+):", data["body"])
    indent = " " * len(data["indent"])
    return f"{data['indent']}{data['name']}:\n" + "".join(f"{indent}  {name}: {SECRET}\n" for name in names)


def _host(found: re.Match[str]) -> str:
    scheme, host = found.groups()
    return scheme + (host if _PUBLIC_HOSTS.search(host) or _IPV4.fullmatch(host) else HOST)


def _address(found: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv4Address(found.group(0))
    except ValueError:
        return found.group(0)
    return found.group(0) if address.is_loopback or address.is_unspecified else ADDRESS
