module kserve-conformance.invalid/pod-network

go 1.21
