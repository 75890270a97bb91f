"""
Speaking with any API server that KServe watches: applying, observing, knowing that it has settled, and clearing away.

Nothing here starts or ends anything, so it is the same for a control plane of our
own, a kind cluster and an install that somebody runs already.
"""
