"""
The KServe releases that have runtimes: one table with everything that is known about each.

A release is named after its Git tag, ``v0.15.2``; the ``v`` can be left out
in arguments and in scenario tags. ``main`` is KServe's development
branch: known, but unreleased.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache

from packaging.version import InvalidVersion, Version

from kserve_conformance.exceptions import ProfileError

#: KServe's development branch. It comes after every release.
MAIN = "main"

#: Where webhooks listen if the manager has no flag for it: cmd/manager/main.go has no ``webhook-port`` until v0.10.0.
FIXED_WEBHOOK_PORT = 9443

#: The deployment mode without Knative, as every release accepts it in its ConfigMap.
RAW = "RawDeployment"

#: The deployment mode with Knative, as every release accepts it in its ConfigMap.
SERVERLESS = "Serverless"

#: The deployment mode with Knative, as v0.16.0 and later name it.
KNATIVE = "Knative"

_MAIN_VERSION = Version("1!0")


class ReleaseErrorCode(StrEnum):
    """Why a release cannot be used; the ``code`` of a ``ProfileError``."""

    UNKNOWN_RELEASE = "unknown-release"
    NO_CATALOGUE = "no-catalogue"
    INCOMPLETE_CATALOGUE = "incomplete-catalogue"


#: How many releases a hint names.
_NEAREST = 3


class UnknownRelease(ProfileError):
    """A name that is not in the table of releases. ``known`` has every name that is, the nearest first."""

    def __init__(self, text: str) -> None:
        super().__init__(f"unknown KServe release {text!r}", code=ReleaseErrorCode.UNKNOWN_RELEASE)
        self.known = nearest(text)
        self.hint = f"nearest: {', '.join(self.known[:_NEAREST])}; list all with: kserve-conformance releases"


class Origin(StrEnum):
    """Where the rules of a release were read."""

    #: The release's own Go module, downloaded and verified.
    MODULE = "module"
    #: A source tree, for example a checkout of KServe's repository.
    SOURCE = "source tree"
    #: Not read: taken to follow the releases named with it.
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    What is known about one release, other than its rules (:mod:`kserve_conformance.profiles`).

    ``name``: its Git tag, or ``main``.
    ``origin`` and ``inferred_from``: where its rules were read, or the neighbours that they were inferred from.
    ``catalogue``: the release whose shipped runtimes it has; None for its own.
    ``has_chart``: does it have a Helm chart?
    ``default_mode``: the deployment mode of services that name none, as the release itself is configured.
    ``target_mode``: the default deployment mode that targets configure when they install the release, under a name
    that every release accepts.
    ``fixed_webhook_port``: the only port that its manager's webhooks can listen on; None if any can be chosen.
    ``multi_node_autoscaler``: the autoscaler class that a multi-node service must have; None if every class will do.
    ``keeps_zeros``: does its webhook keep fields of a service that Go does not write, like ``maxReplicas: 0``?
    ``runs_by_default``: is it one of the releases that run on a real controller when ``all`` is requested?
    ``remark``: what else a reader of its results should know.
    """

    name: str
    origin: Origin = Origin.MODULE
    inferred_from: tuple[str, ...] = ()
    catalogue: str | None = None
    has_chart: bool = True
    default_mode: str
    target_mode: str = RAW
    fixed_webhook_port: int | None = None
    multi_node_autoscaler: str | None = None
    keeps_zeros: bool = False
    runs_by_default: bool = False
    remark: str | None = None

    @property
    def version(self) -> Version:
        """Its version, for comparisons."""
        return version_of(self.name)

    @property
    def is_released(self) -> bool:
        """Is it a release, and not the development branch?"""
        return self.name != MAIN

    @property
    def read_from(self) -> str:
        """Where its rules were read, in words."""
        if self.origin is Origin.INFERRED:
            return f"inferred from {' and '.join(self.inferred_from)}"
        return str(self.origin)

    @property
    def caveat(self) -> str | None:
        """Why a result for this release says less than one for others; None if it does not."""
        if not self.is_released:
            return f"unreleased, behaviour {self.read_from}"
        return f"behaviour {self.read_from}" if self.origin is Origin.INFERRED else None


#: Every release, oldest first. Runtimes exist since v0.8.0.
#:
#: Releases without a Go module (v0.10.1, v0.11.0, v0.15.1, v0.17.1, v0.18.0, v0.18.1) cannot be built, and their rules
#: are inferred. A run takes minutes, so v0.12.0, v0.13.0, v0.14.0 and v0.15.0, which a patch release with the same
#: rules replaced, run for real only if they are named.
#:
#: Catalogues: config/runtimes at the tag was compared in KServe's history for v0.11.0, v0.17.1 and v0.18.1. For
#: v0.10.1, v0.15.1 and v0.18.0 it is inferred: the releases before and after do not differ in any field that selects
#: (v0.15.1 is taken to have the pipeline size of v0.15.0, which its checks are taken to require). The Helm chart of
#: v0.11.0 lists LightGBM 2 as those of v0.10 do; its ModelMesh runtimes, all multi-model, were not compared.
#:
#: Default modes are those of ``deploy`` in config/configmap/inferenceservice.yaml: ``Serverless`` in every release,
#: which v0.16.0 and later read as ``Knative`` (``NewDeployConfig``, pkg/apis/serving/v1beta1/configmap.go). The Helm
#: chart names the same mode in ``controller.deploymentMode``. Fields are those of config/crd (since v0.13.0
#: config/crd/full) of each release.
#:
#: Targets that install a release configure raw deployments, which need no Knative. Until v0.10.2 these need the API
#: autoscaling/v2beta2 of horizontal pod autoscalers, which no supported Kubernetes version serves.
TABLE = (
    Release(
        name="v0.8.0",
        has_chart=False,
        default_mode=SERVERLESS,
        target_mode=SERVERLESS,
        fixed_webhook_port=FIXED_WEBHOOK_PORT,
        runs_by_default=True,
    ),
    Release(
        name="v0.9.0",
        default_mode=SERVERLESS,
        target_mode=SERVERLESS,
        fixed_webhook_port=FIXED_WEBHOOK_PORT,
        runs_by_default=True,
    ),
    Release(
        name="v0.10.0",
        default_mode=SERVERLESS,
        target_mode=SERVERLESS,
        runs_by_default=True,
    ),
    Release(
        name="v0.10.1",
        origin=Origin.INFERRED,
        inferred_from=("v0.10.0", "v0.10.2"),
        catalogue="v0.10.2",
        default_mode=SERVERLESS,
        target_mode=SERVERLESS,
    ),
    Release(name="v0.10.2", default_mode=SERVERLESS, target_mode=SERVERLESS, runs_by_default=True),
    Release(
        name="v0.11.0",
        origin=Origin.INFERRED,
        inferred_from=("v0.10.2", "v0.11.1"),
        catalogue="v0.10.2",
        default_mode=SERVERLESS,
        remark="its catalogue was compared with that of v0.10.2 in KServe's history",
    ),
    Release(
        name="v0.11.1",
        default_mode=SERVERLESS,
        runs_by_default=True,
    ),
    Release(name="v0.11.2", default_mode=SERVERLESS, runs_by_default=True),
    Release(name="v0.12.0", default_mode=SERVERLESS),
    Release(name="v0.12.1", default_mode=SERVERLESS, runs_by_default=True),
    Release(name="v0.13.0", default_mode=SERVERLESS),
    Release(name="v0.13.1", default_mode=SERVERLESS, runs_by_default=True),
    Release(
        name="v0.14.0",
        default_mode=SERVERLESS,
    ),
    Release(name="v0.14.1", default_mode=SERVERLESS, runs_by_default=True),
    Release(
        name="v0.15.0",
        default_mode=SERVERLESS,
        multi_node_autoscaler="external",
    ),
    Release(
        name="v0.15.1",
        origin=Origin.INFERRED,
        inferred_from=("v0.15.0", "v0.15.2"),
        catalogue="v0.15.0",
        default_mode=SERVERLESS,
        multi_node_autoscaler="external",
    ),
    Release(name="v0.15.2", default_mode=SERVERLESS, multi_node_autoscaler="none", runs_by_default=True),
    Release(
        name="v0.16.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        runs_by_default=True,
    ),
    Release(
        name="v0.17.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        runs_by_default=True,
    ),
    Release(
        name="v0.17.1",
        origin=Origin.INFERRED,
        inferred_from=("v0.17.0", "v0.19.0"),
        catalogue="v0.17.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        remark="its catalogue was compared with that of v0.17.0 in KServe's history",
    ),
    Release(
        name="v0.18.0",
        origin=Origin.INFERRED,
        inferred_from=("v0.17.0", "v0.19.0"),
        catalogue="v0.17.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
    ),
    Release(
        name="v0.18.1",
        origin=Origin.INFERRED,
        inferred_from=("v0.17.0", "v0.19.0"),
        catalogue="v0.17.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        remark="its catalogue was compared with that of v0.17.0 in KServe's history",
    ),
    Release(name="v0.19.0", default_mode=KNATIVE, keeps_zeros=True, multi_node_autoscaler="none", runs_by_default=True),
    Release(
        name="v0.20.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        runs_by_default=True,
    ),
    Release(
        name=MAIN,
        origin=Origin.INFERRED,
        inferred_from=("v0.20.0",),
        catalogue="v0.20.0",
        default_mode=KNATIVE,
        keeps_zeros=True,
        multi_node_autoscaler="none",
        remark="v0.20.0 and two changes of KServe's main branch, August 2026",
    ),
)

_BY_NAME = {release.name: release for release in TABLE}

#: Every name in the table, oldest first.
NAMES = tuple(_BY_NAME)

#: The names of every release, oldest first; ``main`` is not one of them.
RELEASES = tuple(release.name for release in TABLE if release.is_released)

#: The newest release, which commands use unless another one is named.
LATEST = RELEASES[-1]

#: The releases that run for real where all are requested, oldest first.
RUN_BY_DEFAULT = tuple(release.name for release in TABLE if release.runs_by_default)


@cache
def release_named(name: str) -> Release:
    """
    What is known of a release. Raises ``UnknownRelease``.

    >>> release_named("0.15.1").read_from
    'inferred from v0.15.0 and v0.15.2'
    """
    full = name if name == MAIN else f"v{version_of(name)}"
    if full not in _BY_NAME:
        raise UnknownRelease(name)
    return _BY_NAME[full]


def target_mode(name: str) -> str:
    """
    The default deployment mode that targets configure when they install a release; RawDeployment for an unknown one.

    >>> target_mode("v0.10.2"), target_mode("v0.15.2")
    ('Serverless', 'RawDeployment')
    """
    try:
        return release_named(name).target_mode
    except UnknownRelease:
        return RAW


def full_name(name: str) -> str:
    """
    The full name of a release. Raises ``UnknownRelease``.

    >>> full_name("0.15.2")
    'v0.15.2'
    """
    return release_named(name).name


def caveat(name: str) -> str | None:
    """
    Why a result for this name says less than one for a release that was read; None if it does not.

    Every report that names a release shows it. A name outside the table never
    passes for a known release.

    >>> caveat("v0.15.2"), caveat("main"), caveat("v9.9.9")
    (None, 'unreleased, behaviour inferred from v0.20.0', 'unknown release')
    """
    try:
        return release_named(name).caveat
    except UnknownRelease:
        return "unknown release"


@cache
def version_of(name: str) -> Version:
    """
    The version of a release, for comparisons; it need not be in the table. Raises ``UnknownRelease``.

    >>> version_of("v0.9.0") < version_of("0.10.0") < version_of("main")
    True
    """
    if name == MAIN:
        return _MAIN_VERSION
    try:
        return Version(name)
    except InvalidVersion:
        raise UnknownRelease(name) from None


def nearest(text: str) -> tuple[str, ...]:
    """
    Every name in the table, the most similar first.

    Versions that differ only in the last number come first, then those that
    differ in the number before it; text that is not a version is compared by its
    spelling.

    >>> nearest("v0.15.3")[:2]
    ('v0.15.2', 'v0.15.1')
    """
    try:
        version = Version(text)
    except InvalidVersion:
        return tuple(sorted(NAMES, key=lambda name: -SequenceMatcher(None, text, name).ratio()))
    return (*sorted(RELEASES, key=lambda name: _distance(version, Version(name))), MAIN)


def in_range(name: str, since: str | None = None, until: str | None = None) -> bool:
    """
    Is a release within a range? Both ends belong to it; None is open. Raises ``UnknownRelease``.

    >>> in_range("v0.11.0", until="0.11.0"), in_range("v0.11.1", until="0.11.0")
    (True, False)
    """
    version = version_of(name)
    return (since is None or version_of(since) <= version) and (until is None or version <= version_of(until))


def _distance(one: Version, other: Version) -> int:
    return abs(_rank(one) - _rank(other))


def _rank(version: Version) -> int:
    return (version.major * 1000 + version.minor) * 1000 + version.micro
