"""What changed between two KServe releases, as far as rules, catalogues and installations depend on it."""
