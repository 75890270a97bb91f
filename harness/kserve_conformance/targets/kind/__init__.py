"""
The target ``kind``: KServe in a cluster of our own, whose pods are real.
"""
