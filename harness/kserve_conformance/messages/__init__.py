"""
Error messages of KServe's webhooks and controller and of the API server, with their meanings.

- :mod:`.texts` has KServe's texts with the releases of each, generated from its modules by ``scripts/messages``.
- :mod:`.meanings` lists meanings and remedies by what they are about, written by hand.
- :mod:`.catalogue` finds the texts in a message.
"""

from kserve_conformance.messages.catalogue import Match, matches, nearest
from kserve_conformance.messages.texts import Text, spans, texts

__all__ = ["Match", "Text", "matches", "nearest", "spans", "texts"]
