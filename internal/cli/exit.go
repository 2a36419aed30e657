package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
)

// Exit codes.
const (
	Done        = 0   // everything worked
	Failed      = 1   // a file, the data, the network or the system would not
	Misused     = 2   // the command line or the TOML file is wrong
	Diverged    = 3   // a loss or a gradient was not finite
	Interrupted = 130 // stopped by a signal; a checkpoint is saved if there is a directory for it
)

const exitHelp = `Exit codes:
  0    done
  1    failed: a file, the data, the network or the system would not
  2    misused: the command line or the TOML file is wrong
  3    diverged: a loss or a gradient was not a finite number; weights are those from before
  130  interrupted (Ctrl-C, SIGTERM): train has saved a checkpoint if there is a directory for it
`

// usage is an error of the command line.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func misuse(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// codeOf returns the exit code of an error.
func codeOf(err error) int {
	var u usage
	switch {
	case err == nil:
		return Done
	case errors.As(err, &u), errors.Is(err, config.ErrConfig):
		return Misused
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, graph.ErrNonFinite):
		return Diverged
	}
	return Failed
}
