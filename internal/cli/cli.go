package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/internal/cli/model"
)

// app is one run of the program.
type app struct {
	out, err io.Writer
	json     bool
	quiet    bool
	begun    bool // the command line was understood
}

// Run runs the program with arguments, without its name, and returns the exit code. Canceling ctx stops
// it as a signal does.
func Run(ctx context.Context, args []string, out, errs io.Writer) int {
	a := &app{out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !a.begun {
		err = usage{err}
		a.json = a.json || slices.Contains(args, "--json") // a command line that is wrong may not have been read so far
	}
	code := codeOf(err)
	if err != nil {
		a.complain(err, code)
	}
	return code
}

// complain writes an error.
func (a *app) complain(err error, code int) {
	if a.json {
		_ = object(a.err, map[string]any{"error": err.Error(), "code": code}) // where it would be told is gone
		return
	}
	fmt.Fprintln(a.err, err)
	if code == Misused && !a.begun {
		fmt.Fprintln(a.err, "See spikegraph --help.")
	}
}

const rootHelp = `spikegraph trains spiking networks that a TOML file describes, and looks at them.

A file names layers, data, a loss and an optimizer; every setting of the library
is a key. Begin with one of these:

  spikegraph help toml               what a file may say, with an example
  spikegraph help layers             the layers and their settings; see also losses,
                                     optimizers, schedules, inits, surrogates, encoders
  spikegraph datasets list           the data sets
  spikegraph train net.toml          train

Results go to the standard output, progress and errors to the standard error.
Nothing is written but to files and directories that you name.

` + exitHelp

// root returns the command with all that is below it.
func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use: "spikegraph", Short: "Train and inspect spiking networks", Long: rootHelp,
		SilenceErrors: true, SilenceUsage: true, Version: version(),
		PersistentPreRun: func(*cobra.Command, []string) { a.begun = true },
	}
	c.SetOut(a.out)
	c.SetErr(a.err)
	c.PersistentFlags().BoolVar(&a.json, "json", false, "results as JSON, one object a line; errors too")
	c.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no warnings")
	c.AddCommand(a.trainCommand(), a.evalCommand(), a.predictCommand(), a.inspectCommand(), a.convertCommand(),
		a.explainCommand(), a.datasetsCommand())
	c.AddCommand(topics()...)
	return c
}

// version returns the version of the module, as far as the binary knows.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}

// warn writes a remark that is no error.
func (a *app) warn(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, "spikegraph: "+format+"\n", args...)
	}
}

// progress returns where progress is shown, nil for nowhere.
func (a *app) progress() io.Writer {
	if a.quiet {
		return nil
	}
	return a.err
}

// open reads a TOML file and opens its data.
func (a *app) open(ctx context.Context, path string, c model.Changes) (*model.Model, error) {
	m, err := model.Read(path, c)
	if err != nil {
		return nil, err
	}
	return m, m.Open(ctx, a.progress())
}

// tomlFile says that a command takes one TOML file.
func tomlFile(c *cobra.Command) *cobra.Command {
	c.Args = want("one TOML file")
	c.ValidArgsFunction = filesOf("toml")
	return c
}

// want checks the number of arguments, which are words for what is wanted.
func want(words ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != len(words) {
			return fmt.Errorf("%s: %d arguments, want %s", c.CommandPath(), len(args), strings.Join(words, " and "))
		}
		return nil
	}
}

// filesOf completes names of files with the given endings, for the arguments of a command.
func filesOf(ext ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return ext, cobra.ShellCompDirectiveFilterFileExt
	}
}
