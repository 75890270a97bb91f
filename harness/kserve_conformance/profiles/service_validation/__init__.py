"""
What the validating webhook rejects in a service, by subject.

- :mod:`.names` checks the service as a whole: names, annotations, containers beside the model.
- :mod:`.components` checks predictor, transformer and explainer, each by the same rules.
- :mod:`.frameworks`, :mod:`.storage` and :mod:`.autoscaling` have checks of one component.
- :mod:`.storage_uris` checks lists of storage URIs, and confidential models.
- :mod:`.canaries` checks the canaries of a service.
- :mod:`.updates` checks what a change does to the service that is stored.

Each check returns None, or the message that KServe writes. Checks of multi-node services are in
:mod:`kserve_conformance.profiles.multi_node_validation`, those of environment variables in
:mod:`kserve_conformance.profiles.blocked_variables`.
"""
