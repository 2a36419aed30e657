package datasets

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const aedatHead = "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 0: DVS128\r\n#Start-Time: 2017-01-01 00:00:00 (TZ+0100)\r\n#!END-HEADER\r\n"

// aedatPacket returns a packet as the format describes it.
func aedatPacket(kind uint16, overflow int32, events ...[2]uint32) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = binary.LittleEndian.AppendUint16(b, 1)
	n := uint32(len(events))
	for _, v := range []uint32{8, 4, uint32(overflow), n, n, n} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for _, e := range events {
		b = binary.LittleEndian.AppendUint32(b, e[0])
		b = binary.LittleEndian.AppendUint32(b, e[1])
	}
	return b
}

// aedatWord returns the data of a valid event.
func aedatWord(x, y, p uint32) uint32 { return x<<17 | y<<2 | p<<1 | 1 }

func aedatFile(packets ...[]byte) []byte {
	return append([]byte(aedatHead), bytes.Join(packets, nil)...)
}

func TestReadAEDAT(t *testing.T) {
	t.Parallel()
	b := aedatFile(
		aedatPacket(1, 0, [2]uint32{aedatWord(127, 3, 1), 100}, [2]uint32{aedatWord(0, 127, 0), 90}),
		aedatPacket(0, 0, [2]uint32{1, 2}),
		aedatPacket(1, 1, [2]uint32{aedatWord(1, 2, 0) &^ 1, 5}, [2]uint32{aedatWord(128, 0, 0), 6},
			[2]uint32{aedatWord(5, 6, 1), 7}, [2]uint32{aedatWord(5, 6, 1), 1 << 31}),
		aedatPacket(1, 0, [2]uint32{aedatWord(5, 6, 1), 1 << 31}),
	)
	e, err := ReadAEDAT(bytes.NewReader(b), gestureSensor)
	require.NoError(t, err)
	assert.Equal(t, []Event{{90, 0, 127, 0}, {100, 127, 3, 1}, {1<<31 + 7, 5, 6, 1}}, e.List)
	assert.Equal(t, Rejected{Outside: 1, BadTime: 2, Marked: 1, Reordered: 1}, e.Rejected)
}

func TestReadAEDATRefuses(t *testing.T) {
	t.Parallel()
	good := aedatFile(aedatPacket(1, 0, [2]uint32{1, 1}))
	edit := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[len(aedatHead)+at] = v
		return b
	}
	cases := []struct {
		name string
		file []byte
		kind error
	}{
		{"nothing", nil, ErrFormat},
		{"another version", []byte("#!AER-DAT2.0\r\n"), ErrFormat},
		{"a head without an end", []byte(aedatHead[:40]), ErrTruncated},
		{"half a packet head", good[:len(aedatHead)+10], ErrTruncated},
		{"half an event", good[:len(good)-1], ErrTruncated},
		{"a huge number", edit(19, 0x7f), ErrTruncated},
		{"a negative number", edit(23, 0xff), ErrFormat},
		{"more events than room", edit(20, 2), ErrFormat},
		{"a compressed packet", edit(1, 0x80), ErrFormat},
		{"events of no bytes", edit(4, 0), ErrFormat},
		{"events of 4 bytes", edit(4, 4), ErrFormat},
		{"negative overflows", edit(15, 0xff), ErrFormat},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := ReadAEDAT(bytes.NewReader(c.file), gestureSensor)
			require.ErrorIs(t, err, c.kind)
			assert.Nil(t, e)
			assert.ErrorContains(t, err, "datasets: AEDAT: ")
		})
	}
}

func FuzzReadAEDAT(f *testing.F) {
	f.Add(aedatFile(aedatPacket(1, 1, [2]uint32{aedatWord(1, 2, 1), 3}), aedatPacket(7, 0)))
	f.Add([]byte(aedatHead))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ReadAEDAT(bytes.NewReader(b), gestureSensor)
		if err == nil {
			require.NoError(t, e.Check())
			require.LessOrEqual(t, len(e.List)+e.Rejected.Lost(), len(b)/8)
		}
	})
}
