package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// The file has two buckets: one holds the values, the other the head.
var (
	headBucket  = []byte("gatewright")
	stateBucket = []byte("state")
	headKey     = []byte("head")
)

// format is the form of the file that this package writes, and reads.
const format = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A record is a value as it lies in the file: after the checksum of its key and
// itself.
const checksumBytes = 4

func seal(key, value []byte) []byte {
	record := make([]byte, checksumBytes, checksumBytes+len(value))
	binary.BigEndian.PutUint32(record, checksum(key, value))
	return append(record, value...)
}

func unseal(key, record []byte) (value []byte, ok bool) {
	if len(record) < checksumBytes {
		return nil, false
	}
	value = record[checksumBytes:]
	return value, binary.BigEndian.Uint32(record) == checksum(key, value)
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// A head is what each commit says of the whole state, so that it can be seen
// later whether all of it is there.
type head struct {
	version uint64
	count   uint64 // of records
	sum     uint64 // of the checksums of all records
}

func (h *head) add(record []byte) {
	h.count++
	h.sum += uint64(binary.BigEndian.Uint32(record))
}

func (h *head) remove(record []byte) {
	h.count--
	h.sum -= uint64(binary.BigEndian.Uint32(record))
}

func (h head) record() []byte {
	var b []byte
	for _, n := range []uint64{format, h.version, h.count, h.sum} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return seal(headKey, b)
}

func parseHead(record []byte) (head, error) {
	b, ok := unseal(headKey, record)
	switch {
	case !ok:
		return head{}, corrupt("the checksum of its head is wrong")
	case len(b) < 8:
		return head{}, corrupt("its head is cut off")
	case binary.BigEndian.Uint64(b) != format:
		return head{}, corrupt("it has format %d, and this program reads %d", binary.BigEndian.Uint64(b), format)
	case len(b) != 32:
		return head{}, corrupt("its head has %d bytes", len(b))
	}
	return head{
		version: binary.BigEndian.Uint64(b[8:]),
		count:   binary.BigEndian.Uint64(b[16:]),
		sum:     binary.BigEndian.Uint64(b[24:]),
	}, nil
}

func readHead(tx *bbolt.Tx) (head, error) {
	return parseHead(tx.Bucket(headBucket).Get(headKey))
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}
