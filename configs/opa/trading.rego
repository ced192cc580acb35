# What changes the state of trading. Everything that no rule allows is denied; live trading needs the stack's own mode.
package trade2026.trading

default allow := false

# Roles as the platform's tokens carry them.
admin if "admin" in input.roles

trader if "trader" in input.roles

trader if admin

# Stopping is allowed to everybody who may trade; starting again takes an admin.
allow if {
	input.action == "halt"
	trader
}

allow if {
	input.action == "resume"
	admin
}

# A mode that moves no money, by an admin.
allow if {
	input.action == "set-mode"
	input.mode in {"paper", "shadow"}
	admin
}

# A mode that moves money, only where the deployment itself says so.
allow if {
	input.action == "set-mode"
	input.mode in {"canary", "live"}
	input.mode == data.trade2026.deployment.trading_mode
	admin
}

# A limit override that names its reason and its end.
allow if {
	input.action == "override-limit"
	count(trim_space(input.reason)) > 0
	time.parse_rfc3339_ns(input.expires) > time.now_ns()
	admin
}

allow if {
	input.action == "administer"
	admin
}
