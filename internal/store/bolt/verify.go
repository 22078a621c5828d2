package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"os"
)

// The form of a bbolt file (version 2), in the byte order of its machine:
//
//	meta page 0, meta page 1, then pages in any order
//	page      id 8, flags 2, count 2, overflow 4, elements, data
//	branch    element: pos 4, ksize 4, page id 8
//	leaf      element: flags 4, pos 4, ksize 4, vsize 4
//	meta      magic 4, version 4, page size 4, flags 4, root bucket 16,
//	          freelist 8, number of pages 8, transaction 8, checksum 8
//	bucket    root page 8, sequence 8; root page 0: a page follows, in the value
//
// A page has overflow pages after it. pos counts from the element itself. There
// is no list of free pages: bbolt takes for free what nothing leads to.
const (
	pageHeader   = 16
	elementSize  = 16
	metaSize     = 64
	bucketHeader = 16
	metaMagic    = 0xED0CDAED
	metaVersion  = 2

	branchPage = 0x01
	leafPage   = 0x02
	metaPage   = 0x04

	bucketElement = 0x01
	noFreelist    = 1<<64 - 1
)

var order = binary.NativeEndian

// verify reads the whole file and returns its version if all that was committed
// is there and lies where bbolt will look for it. It only reads, and not through
// a mapping, in which a missing page is a signal and not an error.
//
// Checksums guard the meta pages and the values with their keys, and the digest
// the number and the sum of the values and the version; pages have none, so what
// they say is compared with what they lead to. A page that nothing leads to is no
// matter: it holds nothing.
func verify(f *os.File) (uint64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	v := &verifier{file: f, size: info.Size()}
	at, err := v.verify()
	if errors.Is(err, io.EOF) {
		return 0, corrupt("it ends too early, after %d bytes", v.size)
	}
	return at, err
}

type verifier struct {
	file     io.ReaderAt
	size     int64
	pageSize int64
	used     []bool   // by page id
	pages    [][]byte // one buffer for each depth of the tree
	last     []byte   // the key before, in the bucket being read
}

func (v *verifier) verify() (uint64, error) {
	m, err := v.meta()
	if err != nil {
		return 0, err
	}
	if m.freelist != noFreelist {
		return 0, corrupt("it is of another program, or of format 1, which has a list of free pages")
	}
	if m.pages < 2 || m.pages > uint64(v.size/v.pageSize) {
		return 0, corrupt("it has %d bytes and should have %d pages of %d", v.size, m.pages, v.pageSize)
	}
	v.used = make([]bool, m.pages)
	v.used[0], v.used[1] = true, true
	at := version(m.transaction)
	return at, v.state(m.root, at)
}

// A meta is what a meta page leads to.
type meta struct {
	root, freelist, pages, transaction uint64
}

// meta returns the newer of the two. When one is damaged it may have been the
// newer, and the last commit would be lost without a word, so both must be good.
func (v *verifier) meta() (newest meta, err error) {
	b := make([]byte, pageHeader+metaSize)
	for i := range int64(2) {
		if _, err := v.file.ReadAt(b, i*v.pageSize); err != nil {
			return meta{}, err
		}
		body := b[pageHeader:]
		sum := fnv.New64a()
		sum.Write(body[:metaSize-8])
		switch {
		case order.Uint32(body) != metaMagic:
			return meta{}, corrupt("meta page %d is not one of bbolt's", i)
		case order.Uint32(body[4:]) != metaVersion || order.Uint16(b[8:]) != metaPage:
			return meta{}, corrupt("meta page %d is of another version", i)
		case order.Uint64(body[metaSize-8:]) != sum.Sum64():
			return meta{}, corrupt("the checksum of meta page %d is wrong", i)
		}
		size := int64(order.Uint32(body[8:]))
		if size < pageHeader+metaSize || i > 0 && size != v.pageSize {
			return meta{}, corrupt("meta page %d tells of pages of %d bytes", i, size)
		}
		v.pageSize = size
		m := meta{
			root:        order.Uint64(body[16:]),
			freelist:    order.Uint64(body[32:]),
			pages:       order.Uint64(body[40:]),
			transaction: order.Uint64(body[48:]),
		}
		if i == 0 || m.transaction > newest.transaction {
			newest = m
		}
	}
	return newest, nil
}

// state reads the bucket and compares the values with the digest.
func (v *verifier) state(root, at uint64) error {
	var state []byte
	err := v.walk(root, 0, nil, func(e element) error {
		if e.flags != bucketElement || !bytes.Equal(e.key, stateBucket) {
			return corrupt("it is of another program, or of another format: it has %q, not %q", e.key, stateBucket)
		}
		state = bytes.Clone(e.value)
		return nil
	})
	if err != nil {
		return err
	}
	if len(state) < bucketHeader {
		return corrupt("its bucket is missing or cut off")
	}
	got, count := digest(at), 0
	err = v.bucket(state, func(e element) error {
		if _, ok := unseal(e.key, e.value); !ok {
			return corrupt("the checksum of %q is wrong", e.key)
		}
		got.add(e.value)
		count++
		return nil
	})
	if err != nil {
		return err
	}
	if want := digest(order.Uint64(state[8:])); got != want {
		return corrupt("its %d values are not all, or not those, that commit %d left", count, at)
	}
	return nil
}

// bucket visits the elements of a bucket that holds values alone.
func (v *verifier) bucket(value []byte, visit func(element) error) error {
	visitValue := func(e element) error {
		if e.flags != 0 {
			return corrupt("%q is not a value", e.key)
		}
		return visit(e)
	}
	v.last = v.last[:0] // the name of the bucket
	if root := order.Uint64(value); root != 0 {
		return v.walk(root, 0, nil, visitValue)
	}
	if len(value) < bucketHeader+pageHeader {
		return corrupt("its bucket is cut off")
	}
	p := parsePage(value[bucketHeader:])
	if p.flags != leafPage {
		return corrupt("a bucket holds no leaf page")
	}
	return v.leaf(p, visitValue)
}

// walk visits the elements below page id, in order. first is the key under which
// the page above has it: that of its first element, or nil for the topmost.
// bbolt relies on that when it reads and when it writes.
func (v *verifier) walk(id uint64, depth int, first []byte, visit func(element) error) error {
	p, err := v.page(id, depth)
	if err != nil {
		return err
	}
	if p.flags != leafPage && p.flags != branchPage {
		return corrupt("page %d is neither leaf nor branch", id)
	}
	if p.count == 0 && (depth > 0 || p.flags == branchPage) {
		return corrupt("page %d is empty", id)
	}
	if depth > 0 {
		if e, ok := p.element(0); !ok || !bytes.Equal(e.key, first) {
			return corrupt("page %d does not begin with the key that leads to it", id)
		}
	}
	if p.flags == leafPage {
		return v.leaf(p, visit)
	}
	for i := range int(p.count) {
		e, ok := p.element(i)
		if !ok {
			return corrupt("element %d of page %d lies outside it", i, id)
		}
		if err := v.walk(e.child, depth+1, e.key, visit); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) leaf(p page, visit func(element) error) error {
	for i := range int(p.count) {
		e, ok := p.element(i)
		if !ok {
			return corrupt("element %d of page %d lies outside it", i, p.id)
		}
		if bytes.Compare(e.key, v.last) <= 0 {
			return corrupt("the keys of page %d are not in order", p.id)
		}
		v.last = append(v.last[:0], e.key...)
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// page reads page id into the buffer of that depth.
func (v *verifier) page(id uint64, depth int) (page, error) {
	if err := v.use(id); err != nil {
		return page{}, err
	}
	if depth == len(v.pages) {
		v.pages = append(v.pages, make([]byte, v.pageSize))
	}
	b := v.pages[depth]
	if _, err := v.file.ReadAt(b[:v.pageSize], int64(id)*v.pageSize); err != nil {
		return page{}, err
	}
	p := parsePage(b[:v.pageSize])
	if p.id != id {
		return page{}, corrupt("page %d says that it is page %d", id, p.id)
	}
	if p.overflow == 0 {
		return p, nil
	}
	for i := range uint64(p.overflow) {
		if err := v.use(id + 1 + i); err != nil {
			return page{}, err
		}
	}
	if n := v.pageSize * (1 + int64(p.overflow)); int64(len(b)) < n {
		b = make([]byte, n)
		v.pages[depth] = b
	}
	b = b[:v.pageSize*(1+int64(p.overflow))]
	if _, err := v.file.ReadAt(b, int64(id)*v.pageSize); err != nil {
		return page{}, err
	}
	return parsePage(b), nil
}

// use marks page id as used, which it may be once.
func (v *verifier) use(id uint64) error {
	switch {
	case id >= uint64(len(v.used)):
		return corrupt("there is no page %d", id)
	case v.used[id]:
		return corrupt("page %d is used twice", id)
	}
	v.used[id] = true
	return nil
}

type page struct {
	id           uint64
	flags, count uint16
	overflow     uint32
	body         []byte
}

func parsePage(b []byte) page {
	return page{
		id:       order.Uint64(b),
		flags:    order.Uint16(b[8:]),
		count:    order.Uint16(b[10:]),
		overflow: order.Uint32(b[12:]),
		body:     b[pageHeader:],
	}
}

// An element is an entry of a branch page, which has a child, or of a leaf page,
// which has a value.
type element struct {
	key   []byte
	child uint64
	flags uint32
	value []byte
}

// element returns the i-th element, or false if it does not lie within the page.
func (p page) element(i int) (element, bool) {
	at := uint64(i * elementSize)
	if at+elementSize > uint64(len(p.body)) {
		return element{}, false
	}
	b := p.body[at:]
	var e element
	var pos, keySize, valueSize uint64
	if p.flags == branchPage {
		pos, keySize, e.child = uint64(order.Uint32(b)), uint64(order.Uint32(b[4:])), order.Uint64(b[8:])
	} else {
		e.flags, pos = order.Uint32(b), uint64(order.Uint32(b[4:]))
		keySize, valueSize = uint64(order.Uint32(b[8:])), uint64(order.Uint32(b[12:]))
	}
	if pos+keySize+valueSize > uint64(len(b)) || keySize == 0 {
		return element{}, false
	}
	e.key, e.value = b[pos:pos+keySize], b[pos+keySize:pos+keySize+valueSize]
	return e, true
}
