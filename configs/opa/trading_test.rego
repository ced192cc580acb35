package trade2026.trading_test

import data.trade2026.trading

test_denies_by_default if not trading.allow with input as {}

test_denies_an_unknown_action if not trading.allow with input as {"action": "fly", "roles": ["admin"]}

test_trader_halts if trading.allow with input as {"action": "halt", "roles": ["trader"]}

test_viewer_does_not_halt if not trading.allow with input as {"action": "halt", "roles": ["viewer"]}

test_trader_does_not_resume if not trading.allow with input as {"action": "resume", "roles": ["trader"]}

test_admin_resumes if trading.allow with input as {"action": "resume", "roles": ["admin"]}

test_admin_sets_paper if trading.allow with input as {"action": "set-mode", "mode": "paper", "roles": ["admin"]}

test_live_needs_a_live_deployment if {
	not trading.allow with input as {"action": "set-mode", "mode": "live", "roles": ["admin"]}
		with data.trade2026.deployment.trading_mode as "paper"
}

test_live_deployment_goes_live if {
	trading.allow with input as {"action": "set-mode", "mode": "live", "roles": ["admin"]}
		with data.trade2026.deployment.trading_mode as "live"
}

test_override_needs_a_reason if {
	not trading.allow with input as {
		"action": "override-limit",
		"reason": " ",
		"expires": "2200-01-01T00:00:00Z",
		"roles": ["admin"],
	}
}

test_override_ends if {
	not trading.allow with input as {
		"action": "override-limit",
		"reason": "hedge",
		"expires": "2001-01-01T00:00:00Z",
		"roles": ["admin"],
	}
}

test_override_with_reason_and_end if {
	trading.allow with input as {
		"action": "override-limit",
		"reason": "hedge",
		"expires": "2200-01-01T00:00:00Z",
		"roles": ["admin"],
	}
}
