"""From requests to a role: each permission as RBAC needs it, and none for requests that were not made."""

from __future__ import annotations

import pytest

from kserve_conformance.targets.cluster.permissions import Permission, Permissions, permission_of

RUNTIMES = "/apis/serving.kserve.io/v1alpha1"


@pytest.mark.parametrize(
    ("method", "url", "permission"),
    [
        ("GET", "/api/v1/namespaces", ("", "namespaces", "list")),
        ("POST", "/api/v1/namespaces", ("", "namespaces", "create")),
        ("GET", "/api/v1/namespaces/team-a", ("", "namespaces", "get")),
        ("DELETE", "/api/v1/namespaces/team-a", ("", "namespaces", "delete")),
        ("GET", "/api/v1/namespaces/team-a/configmaps/settings", ("", "configmaps", "get")),
        ("GET", "/api/v1/namespaces/team-a/events?fieldSelector=type%3DWarning", ("", "events", "list")),
        ("GET", "/api/v1/namespaces/kserve/pods/manager/log?container=manager", ("", "pods/log", "get")),
        ("POST", "/api/v1/namespaces/team-a/resourcequotas", ("", "resourcequotas", "create")),
        ("GET", f"{RUNTIMES}/clusterservingruntimes", ("serving.kserve.io", "clusterservingruntimes", "list")),
        ("GET", f"{RUNTIMES}/clusterservingruntimes?watch=1", ("serving.kserve.io", "clusterservingruntimes", "watch")),
        ("PUT", f"{RUNTIMES}/clusterservingruntimes/a", ("serving.kserve.io", "clusterservingruntimes", "update")),
        ("PATCH", f"{RUNTIMES}/clusterservingruntimes/a", ("serving.kserve.io", "clusterservingruntimes", "patch")),
        (
            "DELETE",
            f"{RUNTIMES}/namespaces/team-a/servingruntimes",
            ("serving.kserve.io", "servingruntimes", "deletecollection"),
        ),
        (
            "PATCH",
            "/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices/model/status",
            ("serving.kserve.io", "inferenceservices/status", "patch"),
        ),
    ],
)
def test_a_request_needs_a_permission(method, url, permission):
    """
    Group, resource with its subresource, and the verb are RBAC's own.
    """
    assert permission_of(method, url) == Permission(*permission)


@pytest.mark.parametrize("url", ["/api", "/apis", "/version", "/healthz", "/openapi/v3", "/apis/apps/v1"])
def test_everybody_may_discover(url):
    """
    What every authenticated user may read needs no rule.
    """
    assert permission_of("GET", url) is None


class TestRole:
    def test_equal_verbs_stand_together_and_the_order_is_always_the_same(self):
        """The same requests in any order lead to the same role."""
        requests = [
            ("GET", "/apis/apps/v1/namespaces/a/deployments/x"),
            ("GET", f"{RUNTIMES}/clusterservingruntimes"),
            ("GET", "/apis/apps/v1/namespaces/a/statefulsets/x"),
            ("POST", f"{RUNTIMES}/clusterservingruntimes"),
            ("GET", "/version"),
        ]
        forwards, backwards = Permissions(), Permissions()
        for request in requests:
            forwards.watch(*request)
        for request in reversed(requests):
            backwards.watch(*request)

        assert forwards.role("r") == backwards.role("r")
        assert forwards.role("r")["rules"] == [
            {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": ["get"]},
            {"apiGroups": ["serving.kserve.io"], "resources": ["clusterservingruntimes"], "verbs": ["create", "list"]},
        ]

    def test_no_requests_need_no_rights(self):
        """
        A run without requests gets a role without rules.
        """
        assert Permissions().role("r")["rules"] == []
