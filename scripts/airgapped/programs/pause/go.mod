module kserve-conformance.invalid/pause

go 1.21
