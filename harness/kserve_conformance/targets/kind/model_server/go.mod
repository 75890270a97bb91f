module kserve-conformance.invalid/model-server

go 1.22
