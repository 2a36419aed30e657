package main

import (
	"bytes"
	"context"
	"flag"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain serves, instead of testing, in the processes that TestKill starts and kills.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == serveArg {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		c := config{addr: "127.0.0.1:0", dir: os.Args[2], limits: defaults()}
		c.limits.compact = killCompact
		c.limits.disk = func(j journal) journal { return slowDisk{j} }
		if err := run(ctx, c, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func TestLoad(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config{limits: defaults(), load: loadConfig{duration: 300 * time.Millisecond, models: 2, neurons: 20, clients: 3, lines: 4}}
	require.NoError(t, run(t.Context(), c, &log))
	assert.Regexp(t, `(?s)3 clients.*learn +\d+ lines/s; a request took p50 .*predict.*server: \{"seconds".*"learn":\{"batches"`, log.String())

	c.load.duration = time.Hour
	assert.ErrorContains(t, run(t.Context(), c, &log), "expected at most 10m0s")
	c.load = loadConfig{duration: time.Second, models: 100, neurons: 5, clients: 1, lines: 1}
	assert.ErrorContains(t, run(t.Context(), c, &log), "507")
}

func TestItListensOnThisMachineAlone(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":8088", "0.0.0.0:8088", "[::]:1", "example.com:80", "192.168.0.1:80"} {
		err := run(t.Context(), config{addr: addr, dir: t.TempDir(), limits: defaults()}, os.Stderr)
		assert.ErrorContains(t, err, "-public", addr)
		assert.NoError(t, checkAddress(addr, true), addr)
	}
	for _, addr := range []string{"localhost:1", "127.0.0.1:0", "127.1.2.3:5", "[::1]:80"} {
		assert.NoError(t, checkAddress(addr, false), addr)
	}
	assert.Error(t, checkAddress("8088", true))

	f := flag.NewFlagSet("", flag.ContinueOnError)
	usual := flags(f)
	require.NoError(t, f.Parse(nil))
	assert.False(t, usual.public)
	assert.NoError(t, checkAddress(usual.addr, false), "without a flag")

	url, _ := started(t, t.TempDir(), defaults())
	_, port, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	all, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range all {
		ip := a.(*net.IPNet).IP
		if ip.IsLoopback() || ip.IsLinkLocalUnicast() {
			continue
		}
		c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), port), time.Second)
		if err == nil {
			c.Close()
		}
		assert.Errorf(t, err, "%v reaches it", ip)
	}
}

// started serves a folder until the test, or stop, ends it.
func started(t *testing.T, dir string, l limits) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	address, served := make(chan string, 1), make(chan error, 1)
	go func() {
		served <- serve(ctx, config{addr: "127.0.0.1:0", dir: dir, limits: l}, func(a string) { address <- a })
	}()
	stop = sync.OnceValue(func() error { cancel(); return <-served })
	t.Cleanup(func() { assert.NoError(t, stop()) })
	select {
	case a := <-address:
		return "http://" + a, stop
	case err := <-served:
		served <- err
		require.NoError(t, err)
	}
	return "", stop
}

func TestOneProcessServesAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, stop := started(t, dir, defaults())
	err := serve(t.Context(), config{addr: "127.0.0.1:0", dir: dir, limits: defaults()}, func(string) {})
	require.ErrorContains(t, err, "another process")
	require.NoError(t, stop())
	started(t, dir, defaults())
}

// The lines of curl in the comment of main.go work, one after the other.
func TestTheLinesOfTheComment(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	url, _ := started(t, t.TempDir(), defaults())
	n := 0
	for _, line := range strings.Split(string(source), "\n") {
		if at := strings.Index(line, "curl "); at >= 0 && strings.HasPrefix(line, "//\t") {
			status, answer := curl(t, url, line[3:])
			assert.Equalf(t, 200, status, "%s: %s", line, answer)
			n++
		}
	}
	assert.Equal(t, 8, n)
}

func TestAModelThatCannotBeOpenedStopsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.settings"), []byte("nothing"), 0o600))
	err := serve(t.Context(), config{addr: "127.0.0.1:0", dir: dir, limits: defaults()}, func(string) {})
	assert.ErrorContains(t, err, "bad.settings")
}
