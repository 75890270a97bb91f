module kserve-conformance.invalid/oci-runtime

go 1.21
