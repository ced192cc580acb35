module trade2026/conformance-subject

go 1.21
