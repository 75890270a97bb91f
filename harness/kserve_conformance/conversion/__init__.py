"""
Conversion of services to the current schema: ``spec.predictor.model`` of ``serving.kserve.io/v1beta1``.

::

    profile = profile_of("v0.20.0")
    conversion = Converter(profile, catalogue_with((), profile)).convert("service.yaml", data)
    conversion.after, conversion.outcomes

The rules are those of a release's profile. Every converted service is resolved by it before and after: it is stored as
the original would be, and gets the same runtime and the same pod. One that does not is left, and its outcome says why.
The text is edited where the service changes, and nowhere else.
"""

from kserve_conformance.conversion.converter import Conversion, Converter, Outcome, Status, catalogue_with, runtimes_of

__all__ = ["Conversion", "Converter", "Outcome", "Status", "catalogue_with", "runtimes_of"]
