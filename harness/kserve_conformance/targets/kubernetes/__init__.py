"""
Any API server that KServe watches: the client, writes, observations, and deletion.

Nothing here starts or stops a process, so control planes, kind clusters and existing installations share it.
"""
