"""
The line protocol for any implementation of KServe's choice, and the harness's own server of it.

One JSON object a line in, one a line out, in order. The JSON Schemas next to this
module are the contract.
"""

from kserve_conformance.protocol.messages import Answer, Question, schema
from kserve_conformance.protocol.server import answer, answer_line, lines_of, serve

__all__ = ["Answer", "Question", "answer", "answer_line", "lines_of", "schema", "serve"]
