"""
Programs that targets start: processes, their logs, their builds, and the cache of what was built.

Nothing here knows Kubernetes or KServe's API; what a program is for is the
business of the target that starts it.
"""
