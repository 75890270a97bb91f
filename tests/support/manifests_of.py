"""Files for tests of the command line: services, runtimes, and what kubectl prints of them."""

from __future__ import annotations

SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, namespace: team-a}
spec:
  predictor:
    model:
      modelFormat: {name: sklearn}
      storageUri: gs://example/models/model
"""

LEGACY = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: old, namespace: team-a}
spec:
  predictor:
    sklearn: {storageUri: gs://example/models/model}
"""

OURS = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: ours, namespace: team-a}
spec:
  supportedModelFormats:
    - {name: sklearn, version: "1", autoSelect: true}
  containers:
    - {name: kserve-container, image: "example.com/ours:1"}
"""

THEIRS = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata: {name: theirs}
spec:
  protocolVersions: [v2]
  supportedModelFormats:
    - {name: sklearn, version: "1", autoSelect: true, priority: 1}
    - {name: onnx, autoSelect: true}
  containers:
    - {name: kserve-container, image: "example.com/theirs:1"}
"""

#: A runtime that lint finds mistakes in: it is never selected, and has no priority.
MINE = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: mine, namespace: team-a}
spec:
  supportedModelFormats: [{name: sklearn, version: "1"}]
  protocolVersions: [v1]
  containers: [{name: kserve-container, image: "example.com/mine:1"}]
"""

#: A service without a protocol, which an upgrade can leave without a runtime.
MLFLOW = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: mlflow}, storageUri: "gs://models/fraud"}}}
"""
