"""How Sphinx builds this documentation, without a network. The reference is committed: see scripts/reference."""

from __future__ import annotations

from kserve_conformance import __version__

project = "kserve-conformance"
author = "the authors of kserve-conformance"
copyright = author  # noqa: A001 - Sphinx wants this name
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
# Pages are found by their addresses in the code of other pages too, so what cannot be resolved is an error.
suppress_warnings: list[str] = []

source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "README.md"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
maximum_signature_line_length = 100
add_module_names = False

html_theme = "furo"
html_title = f"kserve-conformance {__version__}"
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
