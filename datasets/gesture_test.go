package datasets

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadGestureLabels(t *testing.T) {
	t.Parallel()
	labels, err := ReadGestureLabels(bytes.NewReader([]byte("class,startTime_usec,endTime_usec\n1,100,200\r\n11,200,5000\n")))
	require.NoError(t, err)
	assert.Equal(t, []GestureLabel{{0, 100, 200}, {10, 200, 5000}}, labels)
	for text, kind := range map[string]error{
		"1,2\n": ErrFormat, "1,2,3,4\n": ErrFormat, "x,2,3\n": ErrFormat, "class,b,c\nclass,2,3\n": ErrFormat,
		"0,2,3\n": ErrLabel, "12,2,3\n": ErrLabel, "1,3,3\n": ErrRange, "1,-3,3\n": ErrRange, "1,\"2\n": ErrFormat,
	} {
		_, err := ReadGestureLabels(bytes.NewReader([]byte(text)))
		assert.ErrorIs(t, err, kind, "%q", text)
	}
}

func TestDVSGestureDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	_, _, err := DVSGesture(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
	write("trials_to_train.txt", []byte("user01_led.aedat\n\nuser02_lab.aedat\n"))
	write("trials_to_test.txt", []byte("user24_led.aedat\n"))
	write("user01_led_labels.csv", []byte("class,startTime_usec,endTime_usec\n2,1000,2000\n5,2000,3000\n"))
	write("user02_lab_labels.csv", []byte("class,startTime_usec,endTime_usec\n1,0,10\n"))
	write("user24_led_labels.csv", []byte("class,startTime_usec,endTime_usec\n3,0,10\n"))
	write("user01_led.aedat", aedatFile(aedatPacket(1, 0, [2]uint32{aedatWord(1, 1, 0), 999}, [2]uint32{aedatWord(2, 1, 0), 1000},
		[2]uint32{aedatWord(200, 1, 0), 1001}, [2]uint32{aedatWord(3, 1, 1), 2000}, [2]uint32{aedatWord(4, 1, 0), 2999})))
	write("user02_lab.aedat", aedatFile())
	train, test, err := DVSGesture(dir)
	require.NoError(t, err)
	assert.Equal(t, []int32{1, 4, 0}, train.Labels)
	assert.Equal(t, []int32{1, 1, 2}, train.Groups)
	assert.Equal(t, []int32{24}, test.Groups)
	for i, want := range [][]Event{{{0, 2, 1, 0}}, {{0, 3, 1, 1}, {999, 4, 1, 0}}, nil} {
		e, err := train.Recording(i)
		require.NoError(t, err)
		assert.ElementsMatch(t, want, e.List, "trial %d", i)
	}
	_, report, err := train.Spikes(Bins{Window: 1000, Frames: 1})
	require.NoError(t, err)
	assert.Equal(t, 1, report.Rejected.Outside, "counted once for a file")
	_, err = test.Recording(0)
	assert.ErrorIs(t, err, os.ErrNotExist)

	write("trials_to_test.txt", []byte("somebody.aedat\n"))
	write("somebody_labels.csv", nil)
	_, _, err = DVSGesture(dir)
	assert.ErrorIs(t, err, ErrFormat)
	write("trials_to_test.txt", nil)
	_, _, err = DVSGesture(dir)
	assert.ErrorIs(t, err, ErrEmpty)
}

func FuzzReadGestureLabels(f *testing.F) {
	f.Add([]byte("class,startTime_usec,endTime_usec\n1,100,200\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		labels, err := ReadGestureLabels(bytes.NewReader(b))
		for _, l := range labels {
			require.NoError(t, err)
			require.True(t, l.Class >= 0 && l.Class < 11 && l.Start < l.End)
		}
	})
}
