package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// registry holds the models of a folder.
type registry struct {
	dir string
	l   limits

	mu     sync.Mutex
	models map[string]*durable // nil while it is being made or deleted
	memory int64
}

// The file of a model's settings, and what it has to say.
const (
	settingsEnding = ".settings"
	settingsKey    = "settings"
	deletedKey     = "deleted"
)

var (
	validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	errClosed = refusal(http.StatusServiceUnavailable, "the server ends")
)

// openRegistry opens every model that the folder has.
func openRegistry(dir string, l limits) (*registry, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	r := &registry{dir: dir, l: l, models: map[string]*durable{}}
	files, err := filepath.Glob(filepath.Join(dir, "*"+settingsEnding))
	for _, file := range files {
		if err == nil {
			err = r.open(strings.TrimSuffix(filepath.Base(file), settingsEnding))
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// open opens a model that is on disk, or ends its deletion.
func (r *registry) open(name string) error {
	path := filepath.Join(r.dir, name)
	f, err := checkpoint.ReadFile(path + settingsEnding)
	if err != nil {
		return err
	}
	if f.Metadata[deletedKey] != "" {
		return remove(path)
	}
	s := defaultSettings()
	if err := json.Unmarshal([]byte(f.Metadata[settingsKey]), &s); err != nil {
		return fmt.Errorf("model %s: %w", name, err)
	}
	if err := r.reserve(name, s); err != nil {
		return fmt.Errorf("model %s: %w", name, err)
	}
	if r.models[name], err = openDurable(path, s, r.l); err != nil {
		delete(r.models, name)
		return fmt.Errorf("model %s: %w", name, err)
	}
	return nil
}

// reserve takes the name and the memory of a new model.
func (r *registry) reserve(name string, s Settings) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.models[name]; taken {
		return refusal(http.StatusConflict, "there is a model %s already", name)
	}
	if len(r.models) >= r.l.models {
		return refusal(http.StatusInsufficientStorage, "there are %d models, which is the limit", len(r.models))
	}
	if need := s.bytes(); r.memory+need > r.l.memory {
		return refusal(http.StatusInsufficientStorage, "the model takes %d bytes, and %d of %d are free", need, r.l.memory-r.memory, r.l.memory)
	}
	r.models[name] = nil
	r.memory += s.bytes()
	return nil
}

// free gives back what reserve took.
func (r *registry) free(name string, s Settings) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.models, name)
	r.memory -= s.bytes()
}

// create makes a model. It exists from when its settings are on disk.
func (r *registry) create(name string, s Settings) error {
	if !validName.MatchString(name) {
		return refusal(http.StatusBadRequest, "the name %q, expected 1 to 64 of a-z 0-9 _ -, a letter or digit first", name)
	}
	if err := s.check(r.l); err != nil {
		return refusal(http.StatusBadRequest, "%v", err)
	}
	if err := r.reserve(name, s); err != nil {
		return err
	}
	path := filepath.Join(r.dir, name)
	err := remove(path) // what a server that was killed was about to make
	var d *durable
	if err == nil {
		d, err = openDurable(path, s, r.l)
	}
	if err == nil {
		if err = mark(path, settingsKey, s); err != nil {
			err = errors.Join(err, d.close(errClosed))
		}
	}
	if err != nil {
		r.free(name, s)
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.models[name] = d
	return nil
}

// delete deletes a model. It is gone from when its settings file says so.
func (r *registry) delete(name string) error {
	d, err := r.get(name)
	if err != nil {
		return err
	}
	r.mu.Lock()
	taken := r.models[name] != d
	if !taken {
		r.models[name] = nil
	}
	r.mu.Unlock()
	if taken {
		return refusal(http.StatusConflict, "the model %s is being deleted", name)
	}
	defer r.free(name, d.m.s)
	err = d.close(refusal(http.StatusNotFound, "the model %s was deleted", name))
	path := filepath.Join(r.dir, name)
	return errors.Join(err, mark(path, deletedKey, true), remove(path))
}

// get returns a model.
func (r *registry) get(name string) (*durable, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := r.models[name]; d != nil {
		return d, nil
	}
	return nil, refusal(http.StatusNotFound, "there is no model %q", name)
}

// close closes all models.
func (r *registry) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []error
	for _, d := range r.models {
		if d != nil {
			all = append(all, d.close(errClosed))
		}
	}
	return errors.Join(all...)
}
