"""
What the texts mean that KServe's webhooks, controller and the API server say about services and runtimes.

- :mod:`.texts` has KServe's texts with the releases that say each, made from its modules by ``scripts/messages``.
- :mod:`.meanings` says what each means and what to do, by hand.
- :mod:`.catalogue` finds the texts in a message.
"""

from kserve_conformance.messages.catalogue import Match, matches, nearest
from kserve_conformance.messages.texts import Text, spans, texts

__all__ = ["Match", "Text", "matches", "nearest", "spans", "texts"]
