module kserve-conformance.invalid/init

go 1.22
