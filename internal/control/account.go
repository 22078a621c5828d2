package control

import (
	"slices"

	"github.com/gatewright/gatewright/internal/restapi"
)

// usagePlansFeature is on in every account, and cannot be switched off.
const usagePlansFeature = "UsagePlans"

var accounts = &Kind[restapi.Account]{
	Name:  "Account",
	Path:  "/account",
	Verbs: Get | Update,
	Patch: Patch{
		{"/cloudwatchRoleArn", Replace},
		{"/features", Add | Remove},
	},
	Rules: Rules[restapi.Account]{Refuse: refuseListing},
	Default: func(*call) *restapi.Account {
		return &restapi.Account{
			ThrottleSettings: &restapi.ThrottleSettings{BurstLimit: 5000, RateLimit: 10000},
			Features:         []string{usagePlansFeature},
			APIKeyVersion:    "1",
		}
	},
	Check: func(_ *call, _, a *restapi.Account) error {
		if !slices.Contains(a.Features, usagePlansFeature) {
			return badRequest("Usage Plans cannot be disabled once enabled")
		}
		return nil
	},
	HAL: HAL{Links: Links{"account:update": "~"}},
}
