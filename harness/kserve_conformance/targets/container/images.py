"""
The three images of a control plane: the published ones by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from testcontainers.core.config import testcontainers_config

from kserve_conformance.targets.container.daemon import image_id
from kserve_conformance.targets.spec import Progress

if TYPE_CHECKING:
    from docker.client import DockerClient

#: The API server that controlplane runs too, and the etcd that its kubeadm starts (cmd/kubeadm/app/constants).
ETCD = "registry.k8s.io/etcd:3.6.5-0"
API_SERVER = "registry.k8s.io/kube-apiserver:v1.34.4"

#: KServe's controller image, as in its install manifests.
MANAGER = "kserve/kserve-controller:{release}"


def full_name(image: str) -> str:
    """
    The name of an image, prefixed with ``TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX`` if it is on Docker Hub.

    >>> full_name("registry.k8s.io/etcd:3.6.5-0")
    'registry.k8s.io/etcd:3.6.5-0'
    """
    first, slash, _ = image.partition("/")
    has_registry = slash and ("." in first or ":" in first or first == "localhost")
    return image if has_registry else testcontainers_config.hub_image_name_prefix + image


_NAME_ANOTHER = (
    "log in to its registry, name another image with {option}, or build it without a registry: "
    "see scripts/airgapped/README.md"
)
_WITHOUT_RYUK = (
    "it is Ryuk, the reaper of testcontainers: without it, set TESTCONTAINERS_RYUK_DISABLED=true, "
    "and kserve-conformance alone removes its containers"
)


@dataclass(frozen=True, slots=True)
class Images:
    """The names of the images."""

    etcd: str
    api_server: str
    manager: str

    @classmethod
    def of(cls, release: str, chosen: Mapping[str, str]) -> Images:
        """The images of a release, unless replaced with ``etcd-image``, ``apiserver-image`` or ``manager``."""
        return cls(
            etcd=full_name(chosen.get("etcd-image") or ETCD),
            api_server=full_name(chosen.get("apiserver-image") or API_SERVER),
            manager=full_name(chosen.get("manager") or MANAGER.format(release=release)),
        )

    def digests(self, client: DockerClient, progress: Progress) -> dict[str, str]:
        """Pull missing images; return the digest of each by program. Raises ``CannotStart``."""
        if not testcontainers_config.ryuk_disabled:
            image_id(client, full_name(testcontainers_config.ryuk_image), progress, _WITHOUT_RYUK)
        parts = {
            "etcd": (self.etcd, "etcd-image=IMAGE"),
            "kube-apiserver": (self.api_server, "apiserver-image=IMAGE"),
            "manager": (self.manager, "--manager IMAGE"),
        }
        return {
            program: image_id(client, image, progress, _NAME_ANOTHER.format(option=option))
            for program, (image, option) in parts.items()
        }
