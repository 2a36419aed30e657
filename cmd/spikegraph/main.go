// Command spikegraph trains spiking networks that a TOML file describes, and looks at them.
//
//	spikegraph train net.toml --checkpoint run       # Ctrl-C saves, --resume goes on
//	spikegraph eval net.toml --weights run
//	spikegraph predict net.toml --weights run --out test.csv
//	spikegraph inspect run/best.safetensors
//	spikegraph convert run/best.safetensors weights.npz
//	spikegraph explain net.toml
//	spikegraph datasets list
//
// spikegraph --help says more, spikegraph help toml what a file may say, and spikegraph completion
// writes completions for a shell. Exit codes: 0 done, 1 failed, 2 misused, 3 diverged, 130 interrupted.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spikegraph/spikegraph/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
