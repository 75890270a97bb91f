"""
Make a small vendor's fork of KServe v0.20.0, with which the way of a vendor's build through the harness is tested.

::

    scripts/fork FOLDER     write the source tree into FOLDER, which must not exist

The fork differs from v0.20.0 as a distribution of KServe might:

- With the build tag ``distro``, which v0.20.0 provides for distributions, its controller needs the key ``oauthProxy``
  in the ConfigMap ``inferenceservice-config``. The kustomize overlay ``config/overlays/distro`` has it, the folder
  ``config/configmap`` does not.
- Automatic selection does not skip disabled runtimes: the rule ``auto-skips-disabled`` is broken.
- The priorities of a runtime are also checked if it is the first one of its namespace, as documented: v0.20.0 breaks
  that claim, and the fork keeps it.

Nothing of KServe is committed: its module is downloaded, and each edit replaces a text that must occur in it exactly as
often as stated.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MODULE = "github.com/kserve/kserve"
RELEASE = "v0.20.0"

#: What a control plane needs of a checkout; everything else is left out.
PARTS = ("cmd", "config", "pkg", "test/crds", "go.mod", "go.sum")

#: The overlay of the fork, relative to its root.
OVERLAY = "config/overlays/distro"

TAG = "distro"
KEY = "oauthProxy"


class SourceDiffersError(Exception):
    """The module is not the source that the edits were written for."""


@dataclass(frozen=True)
class Edit:
    """One replacement in one file."""

    path: str
    old: str
    new: str
    count: int = 1

    def apply(self, folder: Path) -> None:
        """Replace the text. Raises ``SourceDiffersError`` unless it occurs exactly ``count`` times."""
        file = folder / self.path
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if (found := text.count(self.old)) != self.count:
            raise SourceDiffersError(f"{self.path}: expected {self.old!r} {self.count} times, found it {found} times")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


#: The broken rule: automatic selection takes disabled runtimes as well. It even prefers them, so that the result of a
#: run does not depend on the second in which a runtime was created.
_PREDICTOR = "pkg/apis/serving/v1beta1/predictor_model.go"
_DISABLED_FIRST = """
	sort.SliceStable({0}, func(i, j int) bool {{
		return {0}[i].Spec.IsDisabled() && !{0}[j].Spec.IsDisabled()
	}})"""
_BY_PRIORITY = "	sortSupportedRuntimeByPriority({}, m.ModelFormat)"
BROKEN = (
    Edit(_PREDICTOR, "!rt.Spec.IsDisabled() && ", ""),
    Edit(_PREDICTOR, "!crt.Spec.IsDisabled() && ", ""),
    *(
        Edit(_PREDICTOR, _BY_PRIORITY.format(name), _BY_PRIORITY.format(name) + _DISABLED_FIRST.format(name))
        for name in ("srSpecs", "clusterSrSpecs")
    ),
)

#: The kept claim: priorities are checked before the loop over a namespace's other runtimes, not within it.
KEPT = (
    Edit(
        "pkg/webhook/admission/servingruntime/servingruntime_webhook.go",
        """\
	existingRuntimeSpec := v1alpha1.ServingRuntimeSpec{}
	for i := range ExistingRuntimes.Items {
		if err := validateModelFormatPrioritySame(&servingRuntime.Spec); err != nil {
			return admission.Denied(fmt.Sprintf(ProrityIsNotSameServingRuntimeError, err.Error(), servingRuntime.Name))
		}
""",
        """\
	if err := validateModelFormatPrioritySame(&servingRuntime.Spec); err != nil {
		return admission.Denied(fmt.Sprintf(ProrityIsNotSameServingRuntimeError, err.Error(), servingRuntime.Name))
	}
	existingRuntimeSpec := v1alpha1.ServingRuntimeSpec{}
	for i := range ExistingRuntimes.Items {
""",
    ),
)

#: The required key: the controller reconciles no service without it.
REQUIRED = (
    Edit(
        "pkg/controller/v1beta1/inferenceservice/controller.go",
        """\
		return reconcile.Result{}, errors.Wrapf(err, "fails to create InferenceServicesConfig")
	}
""",
        """\
		return reconcile.Result{}, errors.Wrapf(err, "fails to create InferenceServicesConfig")
	}
	if err := v1beta1.CheckDistribution(isvcConfigMap); err != nil {
		return reconcile.Result{}, errors.Wrapf(err, "fails to create the configuration of the distribution")
	}
""",
    ),
)

#: Files that v0.20.0 compiles without the tag, and for which a distribution has one of its own: here, a copy.
HOOKS = ("pkg/controller/v1beta1/inferenceservice/reconcilers/service/service_reconciler_default.go",)

NEW_FILES = {
    "pkg/apis/serving/v1beta1/distribution.go": f"""\
//go:build {TAG}

package v1beta1

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// CheckDistribution requires what this distribution adds to the ConfigMap.
// +kubebuilder:object:generate=false
func CheckDistribution(config *corev1.ConfigMap) error {{
	if _, ok := config.Data["{KEY}"]; !ok {{
		return fmt.Errorf("the ConfigMap %s has no key {KEY}", config.Name)
	}}
	return nil
}}
""",
    "pkg/apis/serving/v1beta1/distribution_none.go": f"""\
//go:build !{TAG}

package v1beta1

import corev1 "k8s.io/api/core/v1"

// CheckDistribution requires nothing without the tag of the distribution.
func CheckDistribution(*corev1.ConfigMap) error {{ return nil }}
""",
    f"{OVERLAY}/kustomization.yaml": f"""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../configmap
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: inferenceservice-config
      namespace: kserve
    data:
      {KEY}: '{{"image": "example.com/oauth-proxy:1"}}'
""",
}


def module() -> Path:
    """The folder of KServe's module, downloaded by Go if it is not there yet. Raises ``CalledProcessError``."""
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{RELEASE}"],  # noqa: S607 - Whichever go is installed.
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(json.loads(done.stdout)["Dir"])


def make(folder: Path, source: Path | None = None) -> Path:
    """
    Write the fork into a new folder; returns the folder.

    ``source`` is the module to copy, downloaded by default. Raises ``SourceDiffersError`` if it is not v0.20.0, and
    ``FileExistsError`` if the folder exists.
    """
    source = source or module()
    folder.mkdir(parents=True)
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        # The module cache is read-only, so copied permissions would make the fork read-only too.
        if (source / part).is_dir():
            shutil.copytree(source / part, target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source / part, target)
    for one in (folder, *folder.rglob("*/")):
        one.chmod(0o755)
    for edit in (*BROKEN, *KEPT, *REQUIRED):
        edit.apply(folder)
    for path in HOOKS:
        own = path.replace("_default.go", f"_{TAG}.go")
        shutil.copyfile(folder / path, folder / own)
        Edit(own, f"//go:build !{TAG}\n", f"//go:build {TAG}\n").apply(folder)
    for path, text in NEW_FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/fork FOLDER")
    try:
        print(make(Path(sys.argv[1]).resolve()))
    except (SourceDiffersError, FileExistsError) as problem:
        sys.exit(f"fork: {problem}")
