# Who may ask this server, and for what. Callers' tokens are 238 random bits, so their plain SHA-256 is enough to keep.
package system.authz

default allow := false

# A status word and numbers: for the health check and for scraping.
allow if {
	input.method == "GET"
	input.path in [["health"], ["metrics"]]
}

# A caller asks for decisions of the packages that its need grants, and for nothing else of the API.
allow if {
	input.method in {"GET", "POST"}
	input.path[0] == "v1"
	input.path[1] == "data"
	some root in data.system.callers[crypto.sha256(input.identity)].packages
	input.path[2] == root
}
