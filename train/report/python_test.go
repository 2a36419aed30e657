package report_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readEvents reads an event file with Google's protocol buffers, of which the messages are declared as
// TensorFlow's event.proto and summary.proto have them, and holds every record to its checksums,
// which are computed by a table from the polynomial of RFC 3720. It prints the events as JSON.
const readEvents = `
import json, struct, sys
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
D, I, F, T, B, M = 1, 3, 2, 9, 12, 11 # double, int64, float, string, bytes, message
file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tensorflow", syntax="proto3")
def declare(name, *fields):
    m = file.message_type.add(name=name)
    for number, label, kind, field, of in fields:
        f = m.field.add(name=field, number=number, label=3 if label == "repeated" else 1, type=kind)
        if of: f.type_name = ".tensorflow." + of
declare("Image", (1, "", 5, "height", 0), (2, "", 5, "width", 0), (3, "", 5, "colorspace", 0), (4, "", B, "encoded_image_string", 0))
declare("HistogramProto", (1, "", D, "min", 0), (2, "", D, "max", 0), (3, "", D, "num", 0), (4, "", D, "sum", 0), (5, "", D, "sum_squares", 0),
    (6, "repeated", D, "bucket_limit", 0), (7, "repeated", D, "bucket", 0))
declare("Value", (1, "", T, "tag", 0), (2, "", F, "simple_value", 0), (4, "", M, "image", "Image"), (5, "", M, "histo", "HistogramProto"))
declare("Summary", (1, "repeated", M, "value", "Value"))
declare("Event", (1, "", D, "wall_time", 0), (2, "", I, "step", 0), (3, "", T, "file_version", 0), (5, "", M, "summary", "Summary"))
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
d = pool.FindMessageTypeByName("tensorflow.Event")
Event = message_factory.GetMessageClass(d) if hasattr(message_factory, "GetMessageClass") else message_factory.MessageFactory(pool).GetPrototype(d)
table = []
for i in range(256):
    c = i
    for _ in range(8): c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)
    table.append(c)
def masked(b):
    c = 0xffffffff
    for x in b: c = table[(c ^ x) & 255] ^ c >> 8
    c ^= 0xffffffff
    return ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff
assert masked(b"123456789") == ((0xe3069283 >> 15 | 0xe3069283 << 17) + 0xa282ead8) & 0xffffffff
b, out = open(sys.argv[1], "rb").read(), []
while b:
    n, = struct.unpack("<Q", b[:8])
    assert struct.unpack("<I", b[8:12])[0] == masked(b[:8]), "checksum of a length"
    data = b[12:12 + n]
    assert len(data) == n and struct.unpack("<I", b[12 + n:16 + n])[0] == masked(data), "checksum of a record"
    e = Event.FromString(data)
    known = Event.FromString(data)
    known.DiscardUnknownFields()
    assert known.ByteSize() == e.ByteSize(), "unknown fields"
    values = []
    for v in e.summary.value:
        kind = "image" if v.HasField("image") else "histo" if v.HasField("histo") else "scalar"
        h, m = v.histo, v.image
        values.append({"tag": v.tag, "kind": kind, "scalar": v.simple_value, "buckets": list(h.bucket), "limits": list(h.bucket_limit),
            "stats": [h.min, h.max, h.num, h.sum, h.sum_squares], "size": [m.width, m.height], "png": m.encoded_image_string[1:4].decode("latin1")})
    out.append({"step": e.step, "version": e.file_version, "time": e.wall_time, "values": values})
    b = b[16 + n:]
print(json.dumps(out))
`

// Another reader than the one of these tests: Google's own protocol buffers, in Python.
func TestEventsAreReadByProtobuf(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import google.protobuf").Run() != nil {
		t.Skip("python3-protobuf is not installed: event files are read by this package's tests alone")
	}
	board := report.TensorBoard(t.TempDir())
	board.Now = func() time.Time { return time.Unix(1_700_000_000, 500_000_000) }
	require.NoError(t, board.Scalar("epoch/loss", 7, 0.25))
	require.NoError(t, board.Scalar("epoch/loss", 1<<40, -1e30))
	require.NoError(t, board.Histogram("weights/fc1.W", 8, []float64{-1, 0, 0.5, 0.5, 3}))
	require.NoError(t, board.Picture("raster", 9, report.Curves(history(3))))
	require.NoError(t, board.Close())
	names, err := filepath.Glob(filepath.Join(board.Dir, "events.out.tfevents.1700000000.*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	out, err := exec.Command(py, "-c", readEvents, names[0]).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	type value struct {
		Tag, Kind, PNG         string
		Scalar                 float64
		Buckets, Limits, Stats []float64
		Size                   []int
	}
	var events []struct {
		Step    int64
		Version string
		Time    float64
		Values  []value
	}
	require.NoError(t, json.Unmarshal(out, &events))
	require.Len(t, events, 5)
	assert.Equal(t, "brain.Event:2", events[0].Version)
	for i, step := range []int64{0, 7, 1 << 40, 8, 9} {
		assert.Equal(t, step, events[i].Step)
		assert.Equal(t, 1_700_000_000.5, events[i].Time)
	}
	one := func(i int) value { require.Len(t, events[i].Values, 1); return events[i].Values[0] }
	assert.Equal(t, "epoch/loss scalar", one(1).Tag+" "+one(1).Kind)
	assert.Equal(t, 0.25, one(1).Scalar)
	assert.Equal(t, float64(float32(-1e30)), one(2).Scalar)
	h := one(3)
	assert.Equal(t, "weights/fc1.W histo", h.Tag+" "+h.Kind)
	assert.Equal(t, []float64{-1, 3, 5, 3, 10.5}, h.Stats)
	require.Len(t, h.Limits, len(h.Buckets), "a right edge for each bucket")
	total := 0.0
	for i, n := range h.Buckets {
		total += n
		if i > 0 {
			assert.Greater(t, h.Limits[i], h.Limits[i-1])
		}
	}
	assert.Equal(t, 5.0, total)
	assert.GreaterOrEqual(t, h.Limits[len(h.Limits)-1], 3.0)
	assert.Equal(t, "raster image PNG", one(4).Tag+" "+one(4).Kind+" "+one(4).PNG)
	assert.NotContains(t, one(4).Size, 0)
}
