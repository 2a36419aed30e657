package graph_test

import (
	"flag"
	"os"
	"testing"
)

// Random tests say how to repeat a failure; they need leave no files behind.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
