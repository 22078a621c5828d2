// Package users knows who may call the control plane: users with access keys
// and IAM policies, in a file that only its owner can read.
//
//	users:
//	  - name: alice
//	    account: "123456789012"
//	    keys:
//	      - id: AKIAIOSFODNN7EXAMPLE
//	        secret: …
//	    policies:
//	      - name: pets
//	        document:
//	          Version: "2012-10-17"
//	          Statement:
//	            - Effect: Allow
//	              Action: apigateway:*
//	              Resource: arn:aws:apigateway:*::/restapis/pets000001*
//
// A [File] is what such a file holds, for the command that edits it; a
// [Directory] follows one while the program runs.
package users

import (
	"fmt"
	"slices"
	"time"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/policy"
	"github.com/gatewright/gatewright/sigv4"
)

// A File is what a file of users holds.
type File struct {
	Users []User `yaml:"users"`
}

// A User is somebody who may call.
type User struct {
	Name     string   `yaml:"name"`
	Account  string   `yaml:"account,omitempty"` // "": that of the server
	Keys     []Key    `yaml:"keys,omitempty"`
	Policies []Policy `yaml:"policies,omitempty"`

	compiled []*policy.Policy
}

// A Key is what a user signs with. One with a token is temporary, like those of
// a session.
type Key struct {
	ID      string    `yaml:"id"`
	Secret  string    `yaml:"secret"`
	Token   string    `yaml:"token,omitempty"`
	Expires time.Time `yaml:"expires,omitempty"`
}

// A Policy is an IAM policy that is attached to a user.
type Policy struct {
	Name     string   `yaml:"name"`
	Document Document `yaml:"document"`
}

// ARN is the user's, in a partition such as "aws".
func (u *User) ARN(partition string) string {
	return "arn:" + partition + ":iam::" + u.Account + ":user/" + u.Name
}

// Decide evaluates the user's policies.
func (u *User) Decide(r policy.Request) policy.Decision {
	return policy.Evaluate(r, u.compiled...)
}

// User returns the user with a name; nil: there is none.
func (f *File) User(name string) *User {
	i := slices.IndexFunc(f.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Users[i]
}

// The forms of names are IAM's.
var (
	userName  = pattern.New(`^[\w+=,.@-]{1,64}$`)
	accountID = pattern.New(`^\d{12}$`)
	keyID     = pattern.New(`^\w{4,128}$`)
)

// check judges what was read, and compiles the policies. Its errors name users
// and keys and never hold a secret.
func (f *File) check() error {
	names, keys := map[string]bool{}, map[string]bool{}
	for i := range f.Users {
		u := &f.Users[i]
		if !userName.MatchString(u.Name) {
			return fmt.Errorf("user %d: %q is no name of a user", i+1, u.Name)
		}
		if names[u.Name] {
			return fmt.Errorf("user %s is there twice", u.Name)
		}
		names[u.Name] = true
		if err := u.check(keys); err != nil {
			return fmt.Errorf("user %s: %w", u.Name, err)
		}
	}
	return nil
}

func (u *User) check(keys map[string]bool) error {
	if u.Account != "" && !accountID.MatchString(u.Account) {
		return fmt.Errorf("account %q is not 12 digits", u.Account)
	}
	for i := range u.Keys {
		k := &u.Keys[i]
		switch {
		case !keyID.MatchString(k.ID):
			return fmt.Errorf("key %d: %q is no access key id", i+1, k.ID)
		case keys[k.ID]:
			return fmt.Errorf("access key %s is there twice", k.ID)
		case k.Secret == "":
			return fmt.Errorf("access key %s has no secret", k.ID)
		}
		keys[k.ID] = true
	}
	u.compiled = make([]*policy.Policy, len(u.Policies))
	for i := range u.Policies {
		p, err := u.Policies[i].Document.compile()
		if err != nil {
			return fmt.Errorf("policy %d (%s): %w", i+1, u.Policies[i].Name, err)
		}
		u.compiled[i] = p
	}
	return nil
}

// keys are all keys by their ids, each with its user as owner. Users without an
// account get the one given.
func (f *File) keys(account string) map[string]sigv4.Key {
	all := map[string]sigv4.Key{}
	for i := range f.Users {
		u := &f.Users[i]
		if u.Account == "" {
			u.Account = account
		}
		for _, k := range u.Keys {
			all[k.ID] = sigv4.Key{Secret: k.Secret, Token: k.Token, Expires: k.Expires, Owner: u}
		}
	}
	return all
}
