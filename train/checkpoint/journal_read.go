package checkpoint

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// journalReader goes through a journal frame by frame.
type journalReader struct {
	file io.ReaderAt
	size int64
	at   int64  // where the next frame begins
	next uint64 // number of the next record
	body []byte
}

// all replays everything that is whole.
func (r *journalReader) all(replay func(n uint64, record []byte) error) error {
	if err := r.head(); err != nil {
		return err
	}
	for {
		head, ok, err := r.frame()
		if err != nil {
			return err
		}
		if !ok {
			return r.torn()
		}
		if err := r.records(head, replay); err != nil {
			return err
		}
		r.at += int64(frameBytes + len(r.body))
	}
}

// head reads the head of the file.
func (r *journalReader) head() error {
	r.at = int64(headBytes)
	b := make([]byte, headBytes)
	if n, err := r.file.ReadAt(b, 0); n < len(b) {
		return fmt.Errorf("%d bytes, the head takes %d: %w", n, headBytes, errors.Join(ErrJournal, ignoreEOF(err)))
	}
	sum := len(b) - 4
	if string(b[:len(journalMagic)]) != journalMagic || crc32.Checksum(b[:sum], castagnoli) != binary.LittleEndian.Uint32(b[sum:]) {
		return fmt.Errorf("the head is damaged: %w", ErrJournal)
	}
	r.next = binary.LittleEndian.Uint64(b[len(journalMagic):])
	return nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// frame reads the frame at r.at, its body into r.body; ok says whether it is whole.
func (r *journalReader) frame() (head []byte, ok bool, err error) {
	head = make([]byte, frameBytes)
	if r.at+frameBytes > r.size {
		return nil, false, nil
	}
	if _, err := r.file.ReadAt(head, r.at); err != nil {
		return nil, false, err
	}
	if binary.LittleEndian.Uint64(head[4:]) != r.next {
		return nil, false, nil
	}
	ok, err = r.whole(head, r.at)
	return head, ok, err
}

// whole reads the body of a frame that begins at, and reports whether it is all there.
func (r *journalReader) whole(head []byte, at int64) (bool, error) {
	n := int64(binary.LittleEndian.Uint32(head))
	if n > maxFrame || at+frameBytes+n > r.size {
		return false, nil
	}
	if int64(cap(r.body)) < n {
		r.body = make([]byte, n)
	}
	r.body = r.body[:n]
	if _, err := r.file.ReadAt(r.body, at+frameBytes); err != nil {
		return false, err
	}
	return frameSum(head, r.body) == binary.LittleEndian.Uint32(head[summedBytes:]), nil
}

// records replays the records of a frame.
func (r *journalReader) records(head []byte, replay func(n uint64, record []byte) error) error {
	body := r.body
	for range binary.LittleEndian.Uint32(head[countAt:]) {
		if len(body) < 4 || uint64(len(body)-4) < uint64(binary.LittleEndian.Uint32(body)) {
			return fmt.Errorf("record %d is longer than its frame: %w", r.next, ErrJournal)
		}
		n := 4 + int(binary.LittleEndian.Uint32(body))
		if err := replay(r.next, body[4:n:n]); err != nil {
			return fmt.Errorf("record %d: %w", r.next, err)
		}
		body = body[n:]
		r.next++
	}
	if len(body) > 0 {
		return fmt.Errorf("%d bytes after record %d of a frame: %w", len(body), r.next, ErrJournal)
	}
	return nil
}

// torn looks at what follows the last whole frame. If a later frame is whole, what is in between was
// so once.
func (r *journalReader) torn() error {
	rest := bufio.NewReader(io.NewSectionReader(r.file, r.at, r.size-r.at))
	for at := r.at; ; at++ {
		head, err := rest.Peek(frameBytes)
		if err != nil {
			return ignoreEOF(err)
		}
		if n := binary.LittleEndian.Uint64(head[4:]); n > r.next && n-r.next <= uint64(r.size) {
			ok, err := r.whole(head, at)
			if err != nil {
				return err
			}
			if ok {
				return fmt.Errorf("record %d, at byte %d, is damaged, and record %d follows: %w", r.next, r.at, n, ErrChecksum)
			}
		}
		if _, err := rest.Discard(1); err != nil {
			return err
		}
	}
}
