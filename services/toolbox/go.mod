module trade2026/toolbox

go 1.24
