"""Services: apply, change and delete them, and whether a write is accepted."""

from __future__ import annotations

from pytest_bdd import given, then, when

from kserve_conformance.objects import SERVICE, Namespace, ObjectKey
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import DEFAULT_NAME, legacy_service, objects_of, service, service_of
from kserve_conformance.world.objects import on_several_nodes


@given("these objects")
def add_objects(world: World, docstring: str) -> None:
    """Add objects of any kind, one YAML document for each."""
    world.add_objects(*objects_of(docstring))


@given("this service is stored without passing any webhook")
def store_service(world: World, docstring: str) -> None:
    """Store a service as an earlier release left it: no webhook of this release sees the write."""
    world.store_service(service_of(docstring))


@given(parse('the default deployment mode is "{mode}"'))
def set_default_mode(world: World, mode: str) -> None:
    """Set the deployment mode of services that set none. A scenario with this step needs `@needs-default-mode`."""
    world.configure(mode)


@when(parse('a service in namespace "{namespace}" requests "{model_format}"'))
@when(parse('a service in namespace "{namespace}" requests "{model_format}" version "{version}"'))
@when(parse('a service in namespace "{namespace}" requests "{model_format}" over "{protocol}"'))
@when(parse('a service in namespace "{namespace}" requests "{model_format}" with runtime "{runtime}"'))
@when(parse('a service in namespace "{namespace}" requests "{model_format}" version "{version}" over "{protocol}"'))
@when(
    parse('a service in namespace "{namespace}" requests "{model_format}" version "{version}" with runtime "{runtime}"')
)
@when(
    parse('a service in namespace "{namespace}" requests "{model_format}" over "{protocol}" with runtime "{runtime}"')
)
@when(
    parse(
        'a service in namespace "{namespace}" requests "{model_format}" version "{version}" over "{protocol}" with runtime "{runtime}"'
    )
)
@when(parse('a service "{name}" in namespace "{namespace}" requests "{model_format}"'))
@when(parse('a service "{name}" in namespace "{namespace}" requests "{model_format}" version "{version}"'))
@when(parse('a service "{name}" in namespace "{namespace}" requests "{model_format}" over "{protocol}"'))
@when(parse('a service "{name}" in namespace "{namespace}" requests "{model_format}" with runtime "{runtime}"'))
@when(
    parse(
        'a service "{name}" in namespace "{namespace}" requests "{model_format}" version "{version}" over "{protocol}"'
    )
)
@when(
    parse(
        'a service "{name}" in namespace "{namespace}" requests "{model_format}" version "{version}" with runtime "{runtime}"'
    )
)
@when(
    parse(
        'a service "{name}" in namespace "{namespace}" requests "{model_format}" over "{protocol}" with runtime "{runtime}"'
    )
)
@when(
    parse(
        'a service "{name}" in namespace "{namespace}" requests "{model_format}" version "{version}" over "{protocol}" with runtime "{runtime}"'
    )
)
def apply_service(
    world: World,
    namespace: str,
    model_format: str,
    name: str = DEFAULT_NAME,
    version: str | None = None,
    protocol: str | None = None,
    runtime: str | None = None,
) -> None:
    """Apply a service that requests a model format. Without a name it is called `model`."""
    world.apply_service(service(name, namespace, model_format, version=version, protocol=protocol, runtime=runtime))


@when(parse('a service in namespace "{namespace}" requests "{model_format}" on multiple nodes'))
@when(
    parse('a service in namespace "{namespace}" requests "{model_format}" with runtime "{runtime}" on multiple nodes')
)
@when(parse('a service "{name}" in namespace "{namespace}" requests "{model_format}" on multiple nodes'))
def apply_multi_node_service(
    world: World, namespace: str, model_format: str, name: str = DEFAULT_NAME, runtime: str | None = None
) -> None:
    """Apply a service with a `workerSpec`, and with the settings that its release requires of such a service."""
    world.apply_service(on_several_nodes(service(name, namespace, model_format, runtime=runtime), world.release))


@when(parse('a service in namespace "{namespace}" uses the legacy key "{key}"'))
@when(parse('a service in namespace "{namespace}" uses the legacy key "{key}" over "{protocol}"'))
@when(parse('a service "{name}" in namespace "{namespace}" uses the legacy key "{key}"'))
@when(parse('a service "{name}" in namespace "{namespace}" uses the legacy key "{key}" over "{protocol}"'))
def apply_legacy_service(
    world: World, namespace: str, key: str, name: str = DEFAULT_NAME, protocol: str | None = None
) -> None:
    """Apply a service in the legacy schema, with its framework as a key of the predictor."""
    world.apply_service(legacy_service(name, namespace, key, protocol))


@when("this service is applied")
def apply_manifest(world: World, docstring: str) -> None:
    """Apply a service from its manifest. Kind, API version and namespace may be left out."""
    world.apply_service(service_of(docstring))


@when("the service is applied again")
def apply_again(world: World) -> None:
    """Apply the same manifest once more."""
    world.apply_service_again()


@when("the service is updated to")
def update_service(world: World, docstring: str) -> None:
    """Apply another manifest of the same service."""
    world.apply_service_again(service_of(docstring))


@when(parse('annotation "{key}" of the service is set to "{text}"'))
def annotate(world: World, key: str, text: str) -> None:
    """Write an annotation: an update like any other, which passes the webhooks."""
    world.annotate_service(key, text)


@when("KServe reconciles the service again")
def reconcile(world: World) -> None:
    """Make the controller decide again without a write to the service."""
    world.reconcile()


@when(parse('KServe reconciles service "{name}" in namespace "{namespace}" again'))
def reconcile_other(world: World, name: str, namespace: str) -> None:
    """Make the controller decide again on an earlier service; the steps that follow are about that service."""
    world.refer_to(ObjectKey(SERVICE, name, Namespace(namespace)))


@when("the service is deleted")
def delete_service(world: World) -> None:
    """Delete the service."""
    world.delete_service()


@when("deletion of the service is requested")
def request_deletion(world: World) -> None:
    """Delete the service as `kubectl delete` does. A scenario with this step needs `@needs-deletion`."""
    world.request_deletion()


@then("the service is gone")
@then(parse('the service is never gone: "{text}"'))
def service_is_gone(world: World, text: str | None = None) -> None:
    """
    The controller removed its finalizer, so the deleted service does not exist any more.

    It is never gone if a webhook rejects that, with a message that contains the text.
    """
    world.expect_deletion(blocked_by=text)


@then(parse('it is deployed as "{workloads}"'))
def service_is_deployed_as(world: World, workloads: str) -> None:
    """
    All workloads of its predictor, as in `Deployment model-predictor, Knative Service model-predictor`.

    A scenario with this step needs `@needs-workloads`.
    """
    world.expect_workloads(tuple(workloads.split(", ")))


@then("the service is accepted")
def service_is_accepted(world: World) -> None:
    """The service was stored."""
    world.expect_service_admission(accepted=True)


@then("the service is rejected")
@then(parse('the service is rejected with "{text}"'))
def service_is_rejected(world: World, text: str = "") -> None:
    """A webhook or the API server rejected the service, so nothing was stored. Its message contains the text."""
    world.expect_service_admission(accepted=False, text=text)
