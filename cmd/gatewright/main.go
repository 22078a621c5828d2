// Command gatewright runs Amazon API Gateway REST APIs on this machine.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright"
)

// What the exit status says.
const (
	exitFailed    = 1
	exitUsage     = 2 // the command line, the environment or the config file is wrong
	exitAddress   = 3 // a listener's address is taken
	exitData      = 4 // the data folder is in use or damaged
	exitInterrupt = 5 // a second signal cut the drain
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	root := &cobra.Command{
		Use:           "gatewright",
		Short:         "Amazon API Gateway REST APIs on your own machines",
		Example:       "  gatewright serve --example",
		Version:       gatewright.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE:          helpOnly,
	}
	root.AddCommand(serveCommand(), templateCommand(), userCommand())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nsee %s --help", err, c.CommandPath())}
	})
	root.SetHelpTemplate(helpTemplate)
	root.SetArgs(args)
	err := root.Execute()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatewright:", err)
	}
	return exitStatus(err)
}

// helpOnly runs a command that is there for the commands below it.
func helpOnly(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("there is no command %q; see %s --help", args[0], c.CommandPath())}
	}
	return c.Help()
}

// helpTemplate shows an example before anything else.
const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}
{{end}}{{if .HasExample}}
Example:
{{.Example}}
{{end}}
Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND{{else}}{{.UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
Commands:
{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}{{end}}
Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
`

// A usageError is a mistake of the person who started the program.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitStatus(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage), errors.Is(err, gatewright.ErrSetting), errors.Is(err, gatewright.ErrOpenControl),
		errors.Is(err, gatewright.ErrUsers):
		return exitUsage
	case errors.Is(err, gatewright.ErrAddressInUse):
		return exitAddress
	case errors.Is(err, gatewright.ErrDataInUse), errors.Is(err, gatewright.ErrDataCorrupt):
		return exitData
	case errors.Is(err, errInterrupted):
		return exitInterrupt
	}
	return exitFailed
}
