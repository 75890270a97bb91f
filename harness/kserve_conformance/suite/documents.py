"""
The features of a suite as Cucumber's own parser reads them: source, document, and a pickle for each scenario.

Reports in the format of Cucumber Messages have them whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler, GherkinDocumentWithURI
from gherkin.stream.id_generator import IdGenerator

from kserve_conformance.suite.folder import Suite
from kserve_conformance.suite.inventory import inventory


@dataclass(frozen=True, slots=True)
class FeatureDocument:
    """A feature file; ``pickles`` are those of its scenarios, by their ids in records."""

    uri: str
    source: str
    document: Mapping[str, Any]
    pickles: Mapping[str, Mapping[str, Any]]


def feature_documents(suite: Suite, new_id: IdGenerator) -> Iterator[FeatureDocument]:
    """Every feature of a suite, by path. ``new_id`` makes the ids of all nodes. Raises ``SuiteError``."""
    ids: dict[str, list[str]] = {}
    for scenario in inventory(suite):
        ids.setdefault(scenario.path, []).append(scenario.id)
    parser, compiler = Parser(ast_builder=AstBuilder(new_id)), Compiler(new_id)
    for file in suite.feature_files():
        uri = file.relative_to(suite.root).as_posix()
        source = file.read_text(encoding="utf-8")
        document = {**parser.parse(source), "uri": uri}
        # The inventory has the scenarios of a file in the order of its pickles.
        pickles = compiler.compile(cast("GherkinDocumentWithURI", document))
        yield FeatureDocument(uri, source, document, dict(zip(ids[uri], cast("Any", pickles), strict=True)))
