package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// stateBucket is the one bucket of the file. Its name tells the format, that this
// package writes and reads; its sequence is the digest of the state.
var stateBucket = []byte("gatewright state 2")

// firstTransaction is the one that makes the bucket: version 0. Each commit is
// one transaction, so bbolt counts the versions.
const firstTransaction = 2

func version(transaction uint64) uint64 { return transaction - firstTransaction }

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

// A digest is what each commit says of the whole state, so that it can be seen
// later whether all of it is there: the version, and of each record the checksum
// and, above that, a one, all added up.
type digest uint64

func (d *digest) add(record []byte)    { *d += part(record) }
func (d *digest) remove(record []byte) { *d -= part(record) }

func part(record []byte) digest {
	return 1<<32 | digest(binary.BigEndian.Uint32(record))
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}
