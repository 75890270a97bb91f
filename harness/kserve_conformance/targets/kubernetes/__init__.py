"""
Any API server that KServe watches: the client, writes, observations, and deletion.

Nothing here starts or ends anything, so it is the same for a control plane of our
own, a kind cluster and an existing installation.
"""
