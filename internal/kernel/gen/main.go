// Command gen writes the assembly of package kernel and the Go declarations that belong to it. It is a
// module of its own, so that the library does not depend on what only its makers need.
//
//	cd internal/kernel/gen && go generate     # writes the files
//	cd internal/kernel/gen && go test ./...   # fails if they are not up to date
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

//go:generate go run .

// families are the groups of functions; each is one assembly file and one file of declarations.
var families = []struct {
	name  string
	write func(*build.Context)
}{
	{"gemm", gemm},
	{"transpose", transpose},
	{"event", event},
	{"words", words},
	{"few", few},
	{"patterns", patterns},
	{"rows", rows},
	{"dots", dots},
	{"pairs", pairs},
	{"bits", bits},
	{"vector_arith", arith},
	{"vector_logic", logic},
	{"vector_approx", approx},
	{"vector_joined", joined},
	{"vector_bools", bools},
	{"forms", forms},
	{"reduce_sums", sums},
	{"reduce_extremes", extremes},
	{"short_rows", shortRows},
	{"philox", philox},
	{"truths", truths},
	{"fanin", fanIn},
	{"symv", symv},
	{"peak", peak},
	{"windows", windows},
}

func main() {
	log.SetFlags(0)
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join("..", name), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the text of all files by their names.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	config := printer.Config{Name: "internal/kernel/gen", Pkg: "kernel"}
	for _, f := range families {
		ctx := build.NewContext()
		ctx.ConstraintExpr("amd64")
		f.write(ctx)
		code, err := ctx.Result()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		var text, stubs bytes.Buffer
		passes := pass.Concat(pass.Compile,
			&pass.Output{Writer: closer{&text}, Printer: printer.NewGoAsm(config)},
			&pass.Output{Writer: closer{&stubs}, Printer: printer.NewStubs(config)},
		)
		if err := passes.Execute(code); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		files[f.name+"_amd64.s"] = text.Bytes()
		files[f.name+"_stubs_amd64.go"] = stubs.Bytes()
	}
	table, err := formTable()
	files["forms_table_amd64.go"] = table
	return files, err
}

type closer struct{ *bytes.Buffer }

func (closer) Close() error { return nil }
