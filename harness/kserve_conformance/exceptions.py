"""
The root of all exceptions of this package, and how their messages are made.

::

    HarnessError                      any error, with a hint
    ├── ManifestError                 a document is not a valid manifest             (manifests)
    ├── ProfileError                  a release or a profile is unknown              (profiles)
    ├── SuiteError                    features, steps or tags are invalid            (suite)
    ├── TargetError                   a target failed or cannot be used              (targets)
    ├── RecordError                   a record is incomplete or invalid              (record)
    └── AttestationError              a key or an attestation cannot be used         (attestation)

Each family is defined in its package. "No runtime supports this model" is not
an error but a decision: an error means that there is no decision.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class HarnessError(Exception):
    """
    The harness could not do what was requested.

    ``str(error)`` says what is wrong and where; ``hint`` says what to do about
    it, or is None where there is nothing to add. ``code`` is a stable name for
    programs, a member of the enumeration that belongs to the error's family.
    """

    #: The exit code of a command that ends with this error (see ``cli.exit_codes``).
    exit_code: ClassVar[int] = 3

    code: StrEnum | None = None
    hint: str | None = None

    def __init__(self, message: str = "", *, code: StrEnum | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if hint is not None:
            self.hint = hint

    @property
    def lines(self) -> tuple[str, ...]:
        """What to print behind ``error:``; more than one text if it collects errors."""
        return (str(self),)


class ManifestError(HarnessError):
    """A document cannot be taken as the Kubernetes object that it should be."""

    exit_code = 2


class ProfileError(HarnessError):
    """A release is not known, or its profile is not whole."""

    exit_code = 2


class SuiteError(HarnessError):
    """Features, steps, tags or fixtures of a suite contradict each other."""

    exit_code = 2


class TargetError(HarnessError):
    """A target could not be started, reached or asked."""


class RecordError(HarnessError):
    """A record cannot be read as the record of one whole run."""

    exit_code = 4


class AttestationError(HarnessError):
    """A key cannot be used, or an attestation does not hold."""

    exit_code = 2
