package hdf5

import "fmt"

// unlzf returns what was compressed by LZF, at most most bytes of it. A stream is runs of literal bytes and
// references to what has come out before (Marc Lehmann's LibLZF, the format as h5py writes it): a byte
// below 32 is followed by that many literal bytes and one more; another has the length in its upper
// three bits, 7 if a byte with the rest follows, and the distance in its lower five and the next byte.
func unlzf(b []byte, most int) ([]byte, error) {
	const literals, long = 1 << 5, 7
	c := &cursor{b: b}
	var out []byte
	for len(c.b) > 0 {
		head := c.u8()
		if head < literals {
			out = append(out, c.take(head+1)...)
		} else {
			n := head >> 5
			if n == long {
				n += c.u8()
			}
			n += 2
			back := head&(literals-1)<<8 | c.u8()
			from := len(out) - back - 1
			if from < 0 {
				return nil, fmt.Errorf("%w: a chunk compressed by LZF refers to what is before it", ErrChecksum)
			}
			for i := range n {
				out = append(out, out[from+i])
			}
		}
		if len(out) > most {
			return nil, fmt.Errorf("%w: a chunk compressed by LZF is longer than %d bytes", ErrChecksum, most)
		}
	}
	return out, c.err("a chunk compressed by LZF")
}
