package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// Journal is a file of records in the order in which they came, each on disk before Append returns:
// what happened since the last checkpoint, to be done again after a crash. Records are numbered from
// 0 on; Restart forgets those there are and goes on counting, so that a checkpoint that knows the
// number of its last record tells which are still to be done.
//
// Many goroutines may append at once. One process may have the file open.
type Journal struct {
	path string

	mu     sync.Mutex
	file   journalFile
	next   uint64 // number of the next record
	size   int64  // of the file, in bytes
	frame  []byte
	broken error // of the first write that failed
}

// journalFile is the part of *os.File that Append uses.
type journalFile interface {
	io.WriteCloser
	Sync() error
}

// The form of a journal. Its head is written atomically, and then one frame for each Append:
//
//	head    "SGJRNAL1", uint64 number of the first record, uint32 CRC-32C of these 16 bytes
//	frame   uint32 bytes of the body, uint64 number of its first record, uint32 records,
//	        uint32 CRC-32C of these 16 bytes and the body, the body
//	body    for each record its length as uint32, and its bytes
//
// Numbers are little-endian. A frame is written by one call and begun when the one before it is on
// disk, so that only the last can be torn.
const (
	journalMagic = "SGJRNAL1"
	headBytes    = len(journalMagic) + 8 + 4
	frameBytes   = 4 + 8 + 4 + 4
	summedBytes  = frameBytes - 4 // of a frame's head that the checksum covers
	countAt      = 12
)

// maxFrame bounds the body of a frame, so that a damaged length asks for no more memory than that.
const maxFrame = 1 << 26

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// OpenJournal opens the journal at path, which is made if there is none, and calls replay with the
// number and the bytes of each record that it holds; replay must not keep the bytes. What the last
// Append left incomplete, because the process was killed, is cut off: that Append had not returned.
//
// Errors: those of replay; ErrJournal where the file is no journal or has no whole head; ErrChecksum
// where a record is damaged and others follow, so that it was once whole.
func OpenJournal(path string, replay func(n uint64, record []byte) error) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if os.IsNotExist(err) {
		if err = writeHead(path, 0); err == nil {
			file, err = os.OpenFile(path, os.O_RDWR, 0)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	j := &Journal{path: path, file: file}
	if err := j.read(file, replay); err != nil {
		return nil, &pathError{path, errors.Join(err, file.Close())}
	}
	return j, nil
}

// read replays what is whole and cuts off what is not.
func (j *Journal) read(file *os.File, replay func(n uint64, record []byte) error) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	r := journalReader{file: file, size: info.Size()}
	if err := r.all(replay); err != nil {
		return err
	}
	j.next, j.size = r.next, r.at
	return j.cut(file, r.size)
}

// cut leaves the file with what is whole, and its position at the end.
func (j *Journal) cut(file *os.File, size int64) error {
	if size > j.size {
		if err := file.Truncate(j.size); err != nil {
			return err
		}
		if err := file.Sync(); err != nil {
			return err
		}
	}
	_, err := file.Seek(j.size, io.SeekStart)
	return err
}

// writeHead puts a journal without records at path.
func writeHead(path string, first uint64) error {
	return writeFile(path, func(w io.Writer) error {
		b := binary.LittleEndian.AppendUint64([]byte(journalMagic), first)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
		_, err := w.Write(b)
		return err
	})
}

// Append writes records after those there are, all or none of them, and returns when they are on
// disk. After an error the last records may or may not be there, and the journal takes no more: it
// has to be opened again.
func (j *Journal) Append(records ...[]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(records) == 0 {
		return nil
	}
	if j.broken != nil {
		return &pathError{j.path, fmt.Errorf("it takes no more records since: %w", j.broken)}
	}
	if err := j.build(records); err != nil {
		return &pathError{j.path, err}
	}
	_, err := j.file.Write(j.frame)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.broken = err
		return &pathError{j.path, err}
	}
	j.next += uint64(len(records))
	j.size += int64(len(j.frame))
	return nil
}

// build puts the records together as a frame.
func (j *Journal) build(records [][]byte) error {
	body := 0
	for _, r := range records {
		body += 4 + len(r)
	}
	if body > maxFrame { // of which each record takes four bytes at least
		return fmt.Errorf("%d records of %d bytes, expected at most %d bytes at once: %w", len(records), body, maxFrame, ErrJournal)
	}
	b := binary.LittleEndian.AppendUint32(j.frame[:0], uint32(body))
	b = binary.LittleEndian.AppendUint64(b, j.next)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(records)))
	b = append(b, 0, 0, 0, 0)
	for _, r := range records {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(r)))
		b = append(b, r...)
	}
	binary.LittleEndian.PutUint32(b[summedBytes:], frameSum(b, b[frameBytes:]))
	j.frame = b
	return nil
}

// frameSum returns the checksum of a frame.
func frameSum(head, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(head[:summedBytes], castagnoli), castagnoli, body)
}

// Restart forgets the records that there are, which a checkpoint on disk has made needless, and goes
// on counting where they end. At every moment the file is the old one or the new one, whole.
func (j *Journal) Restart() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return &pathError{j.path, j.broken}
	}
	if err := writeHead(j.path, j.next); err != nil {
		return err
	}
	file, err := os.OpenFile(j.path, os.O_RDWR, 0)
	if err == nil {
		_, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil { // what is open is no longer what is at path
		j.broken = err
		return &pathError{j.path, err}
	}
	old := j.file
	j.file, j.size = file, int64(headBytes)
	return old.Close()
}

// Next returns the number of the next record: how many were ever appended.
func (j *Journal) Next() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next
}

// Size returns the bytes of the file.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size
}

// Close closes the file; everything that was appended is on disk already.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken == nil {
		j.broken = os.ErrClosed
	}
	return j.file.Close()
}
