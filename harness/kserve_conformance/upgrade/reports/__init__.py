"""The result of a census as text, Markdown, JSON values, and SARIF."""
