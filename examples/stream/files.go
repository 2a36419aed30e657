package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// mark writes the settings file of a model.
func mark(path, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return checkpoint.WriteFile(path+settingsEnding, &checkpoint.File{Kind: "stream", Metadata: map[string]string{key: string(text)}})
}

// remove deletes the files of a model, that which says so last.
func remove(path string) error {
	files, err := filepath.Glob(path + ".*")
	for _, f := range files {
		if f != path+settingsEnding {
			err = errors.Join(err, os.Remove(f))
		}
	}
	if err == nil && slices.Contains(files, path+settingsEnding) {
		err = os.Remove(path + settingsEnding)
	}
	return err
}
