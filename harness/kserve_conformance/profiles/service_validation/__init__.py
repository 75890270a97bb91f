"""
Checks of the validating webhook for services, by subject.

- :mod:`.names` checks the service as a whole: names, annotations, containers next to the model.
- :mod:`.components` checks predictor, transformer and explainer, all by the same rules.
- :mod:`.frameworks`, :mod:`.storage` and :mod:`.autoscaling` have checks of a single component.
- :mod:`.storage_uris` checks lists of storage URIs, and confidential models.
- :mod:`.canaries` checks the canaries of a service.
- :mod:`.updates` compares an update with the stored service.

Each check returns None, or KServe's message. Checks of multi-node services are in
:mod:`kserve_conformance.profiles.multi_node_validation`, those of environment variables in
:mod:`kserve_conformance.profiles.blocked_variables`.
"""
