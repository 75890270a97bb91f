"""
References of images, as container runtimes read them: registry, repository, tag and digest.

Source: ``ParseNormalizedNamed``, github.com/distribution/reference, normalize.go and regexp.go.
"""

from __future__ import annotations

import re

_DOMAIN_PART = r"(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
_DOMAIN = re.compile(rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?")

_PATH_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"sha256:[0-9a-f]{64}|(?!sha256:)[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}"
_REST = re.compile(rf"{_PATH_PART}(?:/{_PATH_PART})*(?::{_TAG})?(?:@(?:{_DIGEST}))?")


def is_reference(image: str) -> bool:
    """
    Can it be pulled, if it exists?

    >>> is_reference("reg.example:5000/team/server:1.0-gpu"), is_reference(":v0.7.0"), is_reference("kserve/Server")
    (True, False, False)
    """
    first, slash, rest = image.partition("/")
    has_domain = slash and (any(one in first for one in ".:") or first == "localhost" or first != first.lower())
    if has_domain and _DOMAIN.fullmatch(first) is None:
        return False
    return _REST.fullmatch(rest if has_domain else image) is not None


def repository_of(image: str) -> str:
    """
    The image without its tag and digest.

    >>> repository_of("reg.example:5000/server:1.0"), repository_of("reg.example:5000/server@sha256:0")
    ('reg.example:5000/server', 'reg.example:5000/server')
    """
    image = image.partition("@")[0]
    path, slash, last = image.rpartition("/")
    return path + slash + last.partition(":")[0]
