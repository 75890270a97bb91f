"""What ``scripts/airgapped/cert-manager`` applies: CRDs without Helm's placeholders, and its two controllers."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from kserve_conformance.exceptions import HarnessError

FOLDER = Path(__file__).parents[4] / "scripts" / "airgapped"


@pytest.fixture
def installer(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("cert_manager")


CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: issuers.cert-manager.io
  labels:
    app: '{{ template "cert-manager.name" . }}'
    plain: stays
    # Generated labels {{- include "labels" . | nindent 4 }}
spec:
  group: cert-manager.io
"""


class TestDefinitions:
    def test_have_no_placeholders_of_helms(self, installer, tmp_path):
        """No API server takes one as a label."""
        (tmp_path / "crd-issuers.yaml").write_text(CRD)
        (tmp_path / "README.md").write_text("not a CRD")

        (definition,) = installer.definitions(tmp_path)

        assert definition.name == "issuers.cert-manager.io"
        assert "{{" not in definition.text
        assert '"plain":"stays"' in definition.text

    def test_with_a_template_elsewhere_are_an_error(self, installer, tmp_path):
        """What it would have to be is not guessed."""
        (tmp_path / "crd-issuers.yaml").write_text(
            CRD.replace("group: cert-manager.io", "group: '{{ .Values.group }}'")
        )

        with pytest.raises(HarnessError, match=r"issuers\.cert-manager\.io has templates outside"):
            tuple(installer.definitions(tmp_path))


class TestObjects:
    def test_of_a_part_belong_together(self, installer):
        """Its Deployment selects its own pods, which run as the account that its role is bound to."""
        controller, cainjector = (installer.objects(part, "image:1") for part in installer.PARTS)

        for account, binding, deployment in (controller, cainjector):
            (subject,) = binding["subjects"]
            template = deployment["spec"]["template"]
            assert subject["name"] == account["metadata"]["name"] == template["spec"]["serviceAccountName"]
            assert deployment["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
        assert controller[2]["spec"]["selector"] != cainjector[2]["spec"]["selector"]
