"""
The target ``controlplane``: etcd, kube-apiserver and KServe's own manager, as plain processes.

:class:`ControlPlane` is the target, :func:`prepare` only builds what it needs,
:func:`requirements` says what of it is there.
"""

from kserve_conformance.targets.controlplane.target import ControlPlane

__all__ = ["ControlPlane"]
