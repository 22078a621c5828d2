package upstream

import "time"

// An upload sends the rest of a request that is more than one write, while its
// answer is awaited: a backend may answer before it has read everything, and
// may stop to read until somebody reads its answer. A goroutine of its own
// writes; who reads the answer fetches the pieces, between reads, and closes the
// connection, and so ends the writing, when the backend's time is over.
type upload struct {
	c      *conn
	body   *body
	atHand bool // the caller has sent all of it
	buf    []byte
	last   bool // the last piece was handed over
	pieces chan []byte
	ended  chan struct{} // closed when the goroutine has returned

	// Guarded by c.mu.
	busy bool // a piece is being written
	err  error
}

func (c *conn) startUpload(r *request) {
	r.lent = true
	c.upload = &upload{
		c:      c,
		body:   &r.body,
		atHand: r.atHand,
		pieces: make(chan []byte),
		ended:  make(chan struct{}),
		busy:   true,
	}
	c.socket.SetWriteDeadline(time.Time{})
	go c.upload.write()
	c.upload.pieces <- r.b
}

func (u *upload) write() {
	defer close(u.ended)
	for piece := range u.pieces {
		_, err := u.c.nc.Write(piece)
		u.c.mu.Lock()
		u.busy, u.err = false, err
		u.c.ring()
		u.c.mu.Unlock()
	}
}

// proceed hands over the next piece if the last one is written and nothing of
// the answer waits to be read. While the caller is waited for, the backend's
// time stands still.
func (u *upload) proceed() error {
	if u.settle() || u.isBusy() || u.c.answering() {
		return nil
	}
	begun := time.Now()
	var err error
	u.buf, err = u.body.appendPiece(u.buf[:0], nextPiece, false)
	if err != nil {
		return err
	}
	u.last = u.body.ended
	u.c.deadline = u.c.deadline.Add(time.Since(begun))
	u.c.mu.Lock()
	u.busy = true
	u.c.mu.Unlock()
	u.pieces <- u.buf
	return nil
}

// settle ends the upload if all is written, or if the backend takes no more. In
// that case what it has answered is all there is to learn.
func (u *upload) settle() bool {
	u.c.mu.Lock()
	busy, err := u.busy, u.err
	u.c.mu.Unlock()
	if busy || err == nil && !u.last {
		return false
	}
	u.c.writeErr = err
	u.stop()
	return true
}

// isBusy reports whether a piece is being written. If not, who reads may
// wait again.
func (u *upload) isBusy() bool {
	u.c.mu.Lock()
	defer u.c.mu.Unlock()
	if !u.busy {
		u.c.rung = u.c.left
	}
	return u.busy
}

// stop ends the goroutine, which is idle or whose socket has been closed.
func (u *upload) stop() {
	close(u.pieces)
	<-u.ended
	u.c.mu.Lock()
	u.c.rung = u.c.left
	u.c.mu.Unlock()
	u.c.upload = nil
}

// answering reports whether something has come that can be read at once. TLS
// does not say so: it may be a record without data.
func (c *conn) answering() bool {
	return c.records == nil && c.peek != nil && !c.peek.idle()
}
