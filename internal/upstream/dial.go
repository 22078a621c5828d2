package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// dial opens a connection for a call that ends at deadline. A caller who is
// watched and leaves ends it.
func (o *Origin) dial(caller message.Caller, deadline time.Time) (*conn, error) {
	until := time.Now().Add(o.client.dialTimeout())
	if deadline.Before(until) {
		until = deadline
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	var left atomic.Bool
	if caller != nil {
		stop := caller.OnLeave(func() {
			left.Store(true)
			cancel()
		})
		defer stop()
	}
	c, err := o.connect(ctx)
	switch {
	case left.Load():
		if c != nil {
			c.close()
		}
		return nil, ErrCallerLeft
	case err != nil && !time.Now().Before(deadline):
		return nil, ErrTimeout
	}
	return c, err
}

func (o *Origin) connect(ctx context.Context) (*conn, error) {
	dial := o.client.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	socket, err := dial(ctx, "tcp", o.address)
	if err != nil {
		return nil, &NetworkError{"dial", err}
	}
	c := &conn{nc: socket, socket: socket, origin: o, peek: newPeeker(socket)}
	if o.tls == nil {
		return c, nil
	}
	c.records = &records{Conn: socket}
	secure := tls.Client(c.records, o.tls)
	c.nc = secure
	if err := secure.HandshakeContext(ctx); err != nil {
		c.close()
		return nil, &NetworkError{"TLS handshake", err}
	}
	return c, nil
}

// tlsConfig returns how to speak to the backend called name.
func (c *Client) tlsConfig(name string, b *Backend) *tls.Config {
	config := &tls.Config{
		ServerName:         name,
		RootCAs:            c.RootCAs,
		NextProtos:         []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(1),
	}
	if own := b.Certificate; own != nil {
		// Shown whatever authorities the backend names: it judges for itself.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }
	}
	if b.Insecure {
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error {
			return verifyLeaf(state.PeerCertificates[0], name)
		}
	}
	return config
}

// verifyLeaf checks what is left to check where the chain of trust is not:
// that the certificate is valid now and bears the backend's name. One that bears
// none but its subject's common name, as many have that their owners signed for
// themselves, has that.
func verifyLeaf(leaf *x509.Certificate, name string) error {
	if now := time.Now(); now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired}
	}
	if len(leaf.DNSNames)+len(leaf.IPAddresses)+len(leaf.URIs)+len(leaf.EmailAddresses) == 0 {
		named := *leaf
		named.DNSNames = []string{leaf.Subject.CommonName}
		leaf = &named
	}
	return leaf.VerifyHostname(name)
}

// records follows the framing of the TLS records that come in, because
// crypto/tls may have read more of them than it has told.
type records struct {
	net.Conn
	header [5]byte
	have   int // bytes of the header that have come
	left   int // bytes of the record's body that are still to come
}

// Read reads from the connection below and keeps count.
func (r *records) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	for b := p[:n]; len(b) > 0; {
		if r.left > 0 {
			skip := min(r.left, len(b))
			r.left -= skip
			b = b[skip:]
			continue
		}
		r.header[r.have] = b[0]
		b = b[1:]
		if r.have++; r.have == len(r.header) {
			r.have = 0
			r.left = int(r.header[3])<<8 | int(r.header[4])
		}
	}
	return n, err
}

// between reports whether what came ends with a whole record.
func (r *records) between() bool { return r.have == 0 && r.left == 0 }
