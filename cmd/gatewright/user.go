package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/internal/users"
)

// A userEdit holds the flags of the commands that work on a file of users.
type userEdit struct {
	file     string
	account  string
	policies []string
	admin    bool
	session  time.Duration
	json     bool
}

func userCommand() *cobra.Command {
	var e userEdit
	c := &cobra.Command{
		Use:   "user",
		Short: "Say who may call the control plane",
		Long: `Say who may call the control plane, in the file that serve --users names.
A running server follows the file.

A user may do what his policies allow: IAM policy documents on apigateway:GET,
POST, PUT, PATCH and DELETE. They stand in the file and can be edited there.`,
		Example: `  gatewright user add alice --users users.yaml --admin
  gatewright serve --users users.yaml`,
		Args: cobra.ArbitraryArgs, RunE: helpOnly,
	}
	c.PersistentFlags().StringVar(&e.file, "users", "", "`FILE` of the users; else the environment variable GATEWRIGHT_USERS")
	add := e.command("add NAME", "Add a user, and make him a key, which is shown once",
		"  gatewright user add alice --users users.yaml --policy pets.json", 1, e.add)
	add.Flags().StringVar(&e.account, "account", "", "`ACCOUNT` that the user belongs to, instead of the server's")
	add.Flags().StringArrayVar(&e.policies, "policy", nil, "`FILE` of an IAM policy document, in JSON, of what he may do; may be repeated")
	add.Flags().BoolVar(&e.admin, "admin", false, "he may do everything")
	list := e.command("list", "List the users, without their secrets", "  gatewright user list --users users.yaml", 0, e.list)
	remove := e.command("remove NAME", "Remove a user", "  gatewright user remove alice --users users.yaml", 1, e.remove)

	key := &cobra.Command{
		Use: "key", Short: "Give keys and take them away", Example: "  gatewright user key add alice --users users.yaml",
		Args: cobra.ArbitraryArgs, RunE: helpOnly,
	}
	addKey := e.command("add NAME", "Make a further key, which is shown once", "  gatewright user key add alice --users users.yaml --session 12h", 1, e.addKey)
	addKey.Flags().DurationVar(&e.session, "session", 0, "`TIME` for which the key lasts; it then has a session token")
	removeKey := e.command("remove ID", "Remove a key", "  gatewright user key remove AKIAIOSFODNN7EXAMPLE --users users.yaml", 1, e.removeKey)
	for _, c := range []*cobra.Command{add, list, addKey} {
		c.Flags().BoolVar(&e.json, "json", false, "write JSON")
	}
	key.AddCommand(addKey, removeKey)
	c.AddCommand(add, list, remove, key)
	return c
}

// command makes a command that takes so many arguments.
func (e *userEdit) command(use, short, example string, arguments int, run func(out io.Writer, argument string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Example: example,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != arguments {
				return usageError{fmt.Errorf("%s takes %s, got %q; see %[1]s --help", c.CommandPath(), plural(arguments, "argument"), args)}
			}
			if e.file = cmp.Or(e.file, os.Getenv("GATEWRIGHT_USERS")); e.file == "" {
				return usageError{errors.New("say which file with --users FILE")}
			}
			return run(c.OutOrStdout(), strings.Join(args, ""))
		},
	}
}

func (e *userEdit) add(out io.Writer, name string) error {
	user := users.User{Name: name, Account: e.account, Keys: []users.Key{users.NewKey(time.Now(), 0)}}
	if e.admin {
		user.Policies = append(user.Policies, users.Administrator())
	}
	for _, file := range e.policies {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		document, err := users.ParseDocument(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		policy := users.Policy{Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), Document: document}
		user.Policies = append(user.Policies, policy)
	}
	if len(user.Policies) == 0 {
		return usageError{errors.New("say what the user may do, with --policy FILE or --admin")}
	}
	err := users.Edit(e.file, func(f *users.File) error {
		if f.User(name) != nil {
			return fmt.Errorf("there is a user %s already; gatewright user key add %[1]s makes a further key", name)
		}
		f.Users = append(f.Users, user)
		return nil
	})
	if err != nil {
		return err
	}
	return e.show(out, name, user.Keys[0])
}

func (e *userEdit) addKey(out io.Writer, name string) error {
	if e.session < 0 {
		return usageError{fmt.Errorf("--session %v is over already", e.session)}
	}
	key := users.NewKey(time.Now(), e.session)
	err := users.Edit(e.file, func(f *users.File) error {
		user := f.User(name)
		if user == nil {
			return noUser(name)
		}
		user.Keys = append(user.Keys, key)
		return nil
	})
	if err != nil {
		return err
	}
	return e.show(out, name, key)
}

// show writes a key: the only time that its secret is seen.
func (e *userEdit) show(out io.Writer, name string, key users.Key) error {
	if e.json {
		shown := map[string]any{"UserName": name, "AccessKeyId": key.ID, "SecretAccessKey": key.Secret}
		if key.Token != "" {
			shown["SessionToken"], shown["Expiration"] = key.Token, key.Expires
		}
		return writeJSON(out, shown)
	}
	fmt.Fprintf(out, "A key of %s. The secret is not shown again.\n", name)
	fmt.Fprintf(out, "  export AWS_ACCESS_KEY_ID=%s\n", key.ID)
	fmt.Fprintf(out, "  export AWS_SECRET_ACCESS_KEY=%s\n", key.Secret)
	if key.Token != "" {
		fmt.Fprintf(out, "  export AWS_SESSION_TOKEN=%s\n", key.Token)
	}
	return nil
}

func (e *userEdit) remove(_ io.Writer, name string) error {
	return users.Edit(e.file, func(f *users.File) error {
		if f.User(name) == nil {
			return noUser(name)
		}
		f.Users = slices.DeleteFunc(f.Users, func(u users.User) bool { return u.Name == name })
		return nil
	})
}

func (e *userEdit) removeKey(_ io.Writer, id string) error {
	return users.Edit(e.file, func(f *users.File) error {
		for i := range f.Users {
			u := &f.Users[i]
			before := len(u.Keys)
			u.Keys = slices.DeleteFunc(u.Keys, func(k users.Key) bool { return k.ID == id })
			if len(u.Keys) < before {
				return nil
			}
		}
		return fmt.Errorf("nobody has the key %s", id)
	})
}

func noUser(name string) error { return fmt.Errorf("there is no user %s", name) }

// A listedUser is a user without his secrets.
type listedUser struct {
	UserName     string
	Account      string   `json:",omitempty"`
	AccessKeyIDs []string `json:"AccessKeyIds"`
	Policies     []string
}

func (e *userEdit) list(out io.Writer, _ string) error {
	f, err := users.Read(e.file)
	if err != nil {
		return err
	}
	listed := make([]listedUser, len(f.Users))
	for i, u := range f.Users {
		l := listedUser{u.Name, u.Account, []string{}, []string{}}
		for _, k := range u.Keys {
			l.AccessKeyIDs = append(l.AccessKeyIDs, k.ID)
		}
		for _, p := range u.Policies {
			l.Policies = append(l.Policies, p.Name)
		}
		listed[i] = l
	}
	if e.json {
		return writeJSON(out, listed)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "USER\tACCOUNT\tKEYS\tPOLICIES")
	for _, l := range listed {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.UserName, cmp.Or(l.Account, "the server's"), strings.Join(l.AccessKeyIDs, ","), strings.Join(l.Policies, ","))
	}
	return w.Flush()
}

func writeJSON(out io.Writer, v any) error {
	j := json.NewEncoder(out)
	j.SetEscapeHTML(false)
	j.SetIndent("", "  ")
	return j.Encode(v)
}
