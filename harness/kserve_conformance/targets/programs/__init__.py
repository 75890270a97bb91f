"""
Programs that targets start: processes, logs, builds, and the cache of built programs.

Nothing here knows Kubernetes or KServe's API.
"""
