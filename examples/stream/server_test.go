package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask returns the answer to a request.
func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return got.StatusCode, string(text)
}

// curl does what a line of the comment says, at url.
func curl(t *testing.T, url, line string) (int, string) {
	t.Helper()
	path := regexp.MustCompile(`localhost:8088(\S+)`).FindStringSubmatch(line)[1]
	method, body := http.MethodGet, ""
	if m := regexp.MustCompile(`-X (\w+)`).FindStringSubmatch(line); m != nil {
		method = m[1]
	}
	if m := regexp.MustCompile(`-d '([^']*)'`).FindStringSubmatch(line); m != nil {
		body = m[1]
	}
	if m := regexp.MustCompile(`printf '([^']*)'`).FindStringSubmatch(line); m != nil {
		method, body = http.MethodPost, strings.ReplaceAll(m[1], `\n`, "\n")
	}
	return ask(t, method, url+path, body)
}

// wave returns n lines of a sine, from step at on, to learn or to predict.
func wave(at, n int, learn bool) string {
	var b strings.Builder
	for i := at; i < at+n; i++ {
		fmt.Fprintf(&b, `{"x":[%v]`, math.Sin(float64(i)/5))
		if learn {
			fmt.Fprintf(&b, `,"y":[%v]`, math.Sin(float64(i+1)/5))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func TestLearnPredictRollback(t *testing.T) {
	t.Parallel()
	url, _ := started(t, t.TempDir(), defaults())
	m := url + "/models/sine"
	status, text := ask(t, "PUT", m, `{"neurons":50}`)
	require.Equal(t, 200, status, text)
	status, text = ask(t, "POST", m+"/learn", wave(0, 300, true))
	require.Equal(t, 200, status, text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, 300)
	assert.Equal(t, `{"n":0,"y":[0]}`, lines[0], "what it said before it learned")

	status, text = ask(t, "POST", m+"/snapshot", "")
	require.Equal(t, 200, status, text)
	assert.Equal(t, "{\"snapshot\":300}\n", text)
	_, said := ask(t, "POST", m+"/predict", wave(300, 5, false))
	for i, line := range strings.Split(strings.TrimSpace(said), "\n") {
		var a answer
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		assert.EqualValues(t, 301+i, a.N)
		assert.InDelta(t, math.Sin(float64(301+i)/5), a.Y[0], 0.05, "it has learned to say the next")
	}
	ask(t, "POST", m+"/learn", `{"x":[9],"y":[-100]}`)
	_, spoiled := ask(t, "POST", m+"/predict", wave(300, 5, false))
	status, text = ask(t, "POST", m+"/rollback", `{"snapshot":300}`)
	require.Equal(t, 200, status, text)
	_, again := ask(t, "POST", m+"/predict", wave(300, 5, false))
	numbers := func(s string) string { return regexp.MustCompile(`"n":\d+`).ReplaceAllString(s, "") }
	assert.Equal(t, numbers(said), numbers(again), "bit for bit")
	assert.NotEqual(t, numbers(said), numbers(spoiled))

	status, text = ask(t, "GET", m, "")
	require.Equal(t, 200, status)
	assert.Contains(t, text, `"next":318,"snapshots":[300]`)
	_, text = ask(t, "GET", url+"/stats", "")
	assert.Regexp(t, `"models":1,.*"learn":\{"batches":\d+,"lines":301,"p50_ms":`, text)
	_, text = ask(t, "DELETE", m, "")
	assert.Contains(t, text, "sine")
	_, text = ask(t, "GET", url+"/models", "")
	assert.Equal(t, "[]\n", text)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	l := defaults()
	l.models, l.line, l.body, l.snapshots = 3, 100, 3000, 2
	url, _ := started(t, t.TempDir(), l)
	for _, name := range []string{"a", "b"} {
		status, text := ask(t, "PUT", url+"/models/"+name, `{"neurons":5}`)
		require.Equal(t, 200, status, text)
	}
	for range 3 {
		ask(t, "POST", url+"/models/a/snapshot", "")
	}
	long := strings.Repeat(" ", 200)
	for _, c := range []struct {
		method, path, body string
		status             int
		text               string
	}{
		{"GET", "/models/none", "", 404, `there is no model \"none\"`},
		{"POST", "/models/none/learn", wave(0, 1, true), 404, "no model"},
		{"PATCH", "/models/a", "", 405, ""},
		{"PUT", "/models/a", "", 409, "already"},
		{"PUT", "/models/A", "", 400, "expected 1 to 64"},
		{"PUT", "/models/c", `{"neurons":0}`, 400, "neurons is 0, expected 1 to 2000"},
		{"PUT", "/models/c", `{"neurons":5,"leak":2,"forget":0}`, 400, "leak is 2"},
		{"PUT", "/models/c", `{"size":5}`, 400, "size"},
		{"PUT", "/models/c", `{"seed":1}{"seed":2}`, 400, "more than one"},
		{"PUT", "/models/c", `{` + long, 413, "too large"},
		{"POST", "/models/a/learn", `{"x":[1]}`, 400, "line 1: 1 numbers of x and 0 of y, expected 1 and 1"},
		{"POST", "/models/a/predict", `{"x":[1],"y":[2]}`, 400, "expected 1 and 0"},
		{"POST", "/models/a/predict", `{"x":[1e999]}`, 400, "line 1"},
		{"POST", "/models/a/predict", `{"x":[null]}`, 400, "null"},
		{"POST", "/models/a/predict", `x`, 400, "line 1"},
		{"POST", "/models/a/predict", long + "\n", 413, "longer than 100"},
		{"POST", "/models/a/predict?at=9", `{"x":[1]}`, 409, "update 3 is next, not 9"},
		{"POST", "/models/a/predict?at=x", `{"x":[1]}`, 400, "expected the number"},
		{"POST", "/models/a/rollback", `{"snapshot":0}`, 404, "no snapshot 0, only [1 2]"},
		{"POST", "/models/a/rollback", ``, 400, "expected"},
		{"POST", "/models/b/learn", `{"x":[1],"y":[1e300]}`, 422, "overflow"},
	} {
		status, text := ask(t, c.method, url+c.path, c.body)
		assert.Equalf(t, c.status, status, "%s %s %s: %s", c.method, c.path, c.body, text)
		assert.Containsf(t, text, c.text, "%s %s %s", c.method, c.path, c.body)
	}
	status, text := ask(t, "PUT", url+"/models/c", `{"neurons":5}`)
	require.Equal(t, 200, status, "what was refused took no room: %s", text)
	status, _ = ask(t, "PUT", url+"/models/d", `{"neurons":5}`)
	assert.Equal(t, 507, status)

	_, text = ask(t, "POST", url+"/models/a/learn", wave(0, 2, true)+"{}\n"+wave(2, 1, true))
	assert.Regexp(t, `^\{"n":3,.*\n\{"n":4,.*\n\{"error":"line 3: .*"status":400\}\n$`, text, "what came before counts")
	_, text = ask(t, "POST", url+"/models/a/learn", wave(0, 100, true))
	assert.Contains(t, text, `too large","status":413`)
}

func TestMemoryAndRequestsAreBounded(t *testing.T) {
	t.Parallel()
	l := defaults()
	l.memory, l.requests, l.idle = 2*Settings{Neurons: 50, In: 1, Out: 1, Density: 0.2}.bytes(), 1, 200*time.Millisecond
	url, _ := started(t, t.TempDir(), l)
	for i, want := range []int{200, 200, 507} {
		status, text := ask(t, "PUT", fmt.Sprintf("%s/models/m%d", url, i), `{"neurons":50}`)
		require.Equal(t, want, status, text)
	}
	body, feed := io.Pipe()
	defer feed.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/models/m0/predict", body)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(feed, wave(0, 1, false)) }()
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	answers := bufio.NewReader(got.Body)
	line, err := answers.ReadString('\n')
	require.NoError(t, err, "a line is answered before the next is sent")
	assert.Equal(t, "{\"n\":0,\"y\":[0]}\n", line)
	status, text := ask(t, "GET", url+"/models", "")
	assert.Equal(t, 503, status, text)
	rest, err := io.ReadAll(answers)
	require.NoError(t, err)
	assert.Contains(t, string(rest), `"status":408`, "nobody holds a place without sending")
}

func TestOtherOriginsAndHosts(t *testing.T) {
	t.Parallel()
	url, _ := started(t, t.TempDir(), defaults())
	for header, value := range map[string]string{"Origin": "http://example.com", "Host": "example.com:80"} {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", url+"/models/x", bytes.NewReader(nil))
		require.NoError(t, err)
		r.Header.Set(header, value)
		if header == "Host" {
			r.Host = value
		}
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		assert.Equal(t, 403, got.StatusCode, header)
	}
}

// A server that is told to end answers what it has begun and waits for no more lines.
func TestShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url, stop := started(t, dir, defaults())
	ask(t, "PUT", url+"/models/a", `{"neurons":5}`)
	body, feed := io.Pipe()
	defer feed.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/models/a/learn", body)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(feed, wave(0, 3, true)) }()
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	answers := bufio.NewReader(got.Body)
	_, err = answers.ReadString('\n')
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, stop())
	assert.Less(t, time.Since(began), 4*time.Second)
	url, _ = started(t, dir, defaults())
	_, text := ask(t, "GET", url+"/models/a", "")
	assert.Contains(t, text, `"next":3`)
}
