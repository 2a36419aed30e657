package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/model"
)

func (a *app) datasetsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "datasets",
		Short: "List, fetch, verify and describe data sets",
		Long: `List, fetch, verify and describe the data sets that a TOML file can name.

Downloads go to the directory that you name, and nowhere else; each file takes its
place there only if its content has the published checksum.`,
		Example: `  spikegraph datasets list
  spikegraph datasets fetch fashion_mnist --cache data
  spikegraph datasets verify fashion_mnist --cache data
  spikegraph datasets describe shd --dir data/shd`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.listCommand(), a.fetchCommand(), a.verifyCommand(), a.describeCommand())
	return c
}

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the data sets", Args: cobra.NoArgs,
		Long:    "List the data sets: how each is had, and what it is.",
		Example: "  spikegraph datasets list --json",
		RunE: func(*cobra.Command, []string) error {
			rows := [][]string{{"SET", "FROM", "WHAT"}}
			for _, k := range model.Sets() {
				if a.json {
					if err := a.object(infoOf(k)); err != nil {
						return err
					}
				}
				from := "built in"
				switch {
				case k.Fetched:
					from = "fetch or dir"
				case k.Files != "":
					from = "dir"
				}
				rows = append(rows, []string{k.Name, from, k.What})
			}
			if a.json {
				return nil
			}
			return table(a.out, rows)
		},
	}
}

func (a *app) fetchCommand() *cobra.Command {
	var cache string
	var mirrors []string
	c := setCommand(&cobra.Command{
		Use:   "fetch SET",
		Short: "Download a data set",
		Long: `Download what a directory lacks of a data set. Files that are there and have the
published content are kept. An interrupted download leaves nothing behind. --mirror
names servers in place of the public ones: each file is had from the first that has it
under its published name.`,
		Example: `  spikegraph datasets fetch fashion_mnist --cache data
  spikegraph datasets fetch mnist --cache data --mirror http://intranet/mnist/`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := findSet(args[0])
			if err != nil {
				return err
			}
			if !k.Fetched {
				return misuse("%s cannot be fetched: %s", k.Name, notFetched(k))
			}
			if cache == "" {
				return misuse("fetch: want --cache, the directory to download to")
			}
			for _, m := range mirrors {
				if u, err := url.Parse(m); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
					return misuse("--mirror %s: want the address of a directory, http:// or https://", m)
				}
			}
			p, err := k.Fetch(c.Context(), cache, mirrors, a.progress())
			if err != nil {
				return err
			}
			return a.showSet(k, p)
		},
	})
	var fetched []string
	for _, k := range model.Sets() {
		if k.Fetched {
			fetched = append(fetched, k.Name)
		}
	}
	c.ValidArgsFunction = cobra.FixedCompletions(fetched, cobra.ShellCompDirectiveNoFileComp)
	c.Flags().StringVar(&cache, "cache", "", "directory to download to")
	c.Flags().StringArrayVar(&mirrors, "mirror", nil, "address of a directory with the files, in place of the public ones; may be given several times")
	return c
}

// notFetched says how a set is had that cannot be downloaded.
func notFetched(k model.SetKind) string {
	if k.Files == "" {
		return "it is within the program"
	}
	return "want --dir with describe or verify, a directory with " + k.Files
}

func (a *app) verifyCommand() *cobra.Command {
	var dir, cache string
	c := setCommand(&cobra.Command{
		Use:   "verify SET",
		Short: "Check the files of a data set",
		Long: `Check the files of a data set, without downloading anything. --cache compares every file
of a downloaded set with its published checksum; --dir reads every sample, and finds
files that are missing, damaged or of another form. The exit code is 1 if anything
is wrong.`,
		Example: `  spikegraph datasets verify fashion_mnist --cache data
  spikegraph datasets verify shd --dir data/shd`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := findSet(args[0])
			if err != nil {
				return err
			}
			return a.verify(c.Context(), k, dir, cache)
		},
	})
	c.Flags().StringVar(&dir, "dir", "", "directory with the files of the set")
	c.Flags().StringVar(&cache, "cache", "", "directory of a download")
	return c
}

func (a *app) verify(ctx context.Context, k model.SetKind, dir, cache string) error {
	var p model.Parts
	var err error
	switch {
	case cache != "" && (dir != "" || !k.Fetched):
		return misuse("verify %s: --cache is for sets that can be fetched, without --dir", k.Name)
	case cache != "":
		p, err = k.Verify(ctx, cache)
	default:
		if p, err = a.openSet(ctx, k, dir); err != nil {
			return err
		}
		for _, src := range []datasets.Source{p.Train, p.Valid, p.Test} {
			if src != nil {
				err = errors.Join(err, src.Check())
			}
		}
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.showSet(k, p)
	}
	_, err = fmt.Fprintf(a.out, "%s: everything is as it should be\n", k.Name)
	return err
}

func (a *app) describeCommand() *cobra.Command {
	var dir string
	c := setCommand(&cobra.Command{
		Use:   "describe SET",
		Short: "Show what is in a data set",
		Long: `Show the parts of a data set (samples, shapes, classes) and the keys it takes in [data].
Sets that are not within the program are described without their samples unless --dir
names their files.`,
		Example: `  spikegraph datasets describe fashion_small
  spikegraph datasets describe n_mnist --dir data/n-mnist --json`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := findSet(args[0])
			if err != nil {
				return err
			}
			var p model.Parts
			if k.Files == "" && !k.FromTable || dir != "" {
				if p, err = a.openSet(c.Context(), k, dir); err != nil {
					return err
				}
			}
			return a.showSet(k, p)
		},
	})
	c.Flags().StringVar(&dir, "dir", "", "directory with the files of the set")
	return c
}

// openSet opens a set with its defaults, from a directory if it needs one.
func (a *app) openSet(ctx context.Context, k model.SetKind, dir string) (model.Parts, error) {
	switch {
	case k.FromTable:
		return model.Parts{}, misuse("%s: its files are named in a TOML file, see spikegraph help toml", k.Name)
	case k.Files != "" && dir == "":
		return model.Parts{}, misuse("%s: want --dir, a directory with %s", k.Name, k.Files)
	}
	return k.Open(ctx, dir)
}

// setCommand says that a command takes the name of a set.
func setCommand(c *cobra.Command) *cobra.Command {
	var names []string
	for _, k := range model.Sets() {
		names = append(names, k.Name)
	}
	c.Args = want("the name of one data set")
	c.ValidArgsFunction = cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
	return c
}

// findSet returns the set of a name, which is a mistake of the command line if there is none.
func findSet(name string) (model.SetKind, error) {
	k, err := model.FindSet(strings.ReplaceAll(name, "-", "_"))
	if err != nil {
		return k, usage{err}
	}
	return k, nil
}
