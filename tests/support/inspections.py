"""Installations: runtimes, services and workloads in a few words, and the findings about them."""

from __future__ import annotations

from kserve_conformance.inspection import Stored
from kserve_conformance.lint.installation import Installation
from kserve_conformance.profiles import profile_of

V0_15 = profile_of("v0.15.2")
V0_16 = profile_of("v0.16.0")


def runtime(name, *, formats=None, namespace=None, created=None, image=None, **spec):
    kind = "ServingRuntime" if namespace else "ClusterServingRuntime"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    if created:
        metadata["creationTimestamp"] = created
    listed = formats or [{"name": "sklearn", "version": "1", "autoSelect": True}]
    container = {"name": "kserve-container", "image": image or f"example.com/{name}:1", "args": ["--model={{.Name}}"]}
    whole = {"supportedModelFormats": listed, "containers": [container], **spec}
    return {"apiVersion": "serving.kserve.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": whole}


def service(name="model", *, status=None, annotations=None, predictor=None, **model):
    requested = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/model", **model}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": name, "namespace": "team-a", "uid": f"uid-{name}", "annotations": annotations or {}},
        "spec": {"predictor": predictor or {"model": requested}},
        "status": status or {},
    }


def workload(image, *, of="model", kind="Deployment", args=("--model=model",), uid=None, env=(), form="{}-predictor"):
    owner = {"kind": "InferenceService", "name": of, "uid": uid or f"uid-{of}"}
    container = {"name": "kserve-container", "image": image, "args": list(args), "env": list(env)}
    return {
        "kind": kind,
        "metadata": {"name": form.format(of), "namespace": "team-a", "ownerReferences": [owner]},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


def found(*runtimes, services=(), workloads=(), profile=V0_15, unread=()):
    stored = Stored("RawDeployment", tuple(runtimes), tuple(services), tuple(workloads), tuple(unread))
    return Installation(stored, profile, "context test")


def findings(installation):
    return list(installation.findings_under(installation.profile))


def codes(installation):
    return {one.code for one in findings(installation)}


def of(installation, code):
    return [one for one in findings(installation) if one.code == code]


def standing(*runtimes, of_service, workloads=(), profile=V0_15, unread=()):
    (one,) = found(*runtimes, services=[of_service], workloads=workloads, profile=profile, unread=unread).standings
    return one
