// Package upstream calls backends over HTTP/1.1. It keeps names and order of
// header fields, never hands one call's answer to another, never shows a cut
// answer as whole, sends no request twice that is not idempotent, and gives up
// as soon as the caller does.
package upstream

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What a Client's zero fields stand for.
const (
	defaultMaxIdle     = 256
	defaultIdleTimeout = time.Minute
	defaultDialTimeout = 10 * time.Second
)

// maxOrigins bounds the table of origins, whose hosts callers may be able to
// choose where a URI has variables in it.
const maxOrigins = 4096

// A Client calls backends and keeps their connections. The zero value is ready.
// It asks no proxy, whatever the environment says. Its fields do not change
// once it is used.
type Client struct {
	// Dial opens connections; nil: as net.Dialer does. Those that are no
	// syscall.Conn are used for one call only, because nobody can see whether
	// something unasked has arrived on them.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	MaxIdle     int            // idle connections kept per origin; 0: 256
	IdleTimeout time.Duration  // how long an idle connection is kept; 0: a minute
	DialTimeout time.Duration  // for the connection and its TLS handshake; 0: 10 s
	RootCAs     *x509.CertPool // the authorities that backends are believed; nil: the system's

	mu       sync.RWMutex
	origins  map[originKey]*Origin
	pooled   map[*Origin]struct{} // those that have put a connection away since they were last seen empty
	sweeper  *time.Timer          // runs while there is an origin to look after
	sweeping sync.WaitGroup
	closed   bool
}

// A Backend says which backend is meant and how it is spoken to.
type Backend struct {
	Scheme string // http or https
	Host   string // its name, or name:port

	// Address is where connections to it are opened, in place of what Host's
	// name stands for: host:port, or a host alone, where Host says the port.
	// Its certificate must bear the name of Host all the same. "": at Host.
	Address string

	// Insecure believes it whoever signed its certificate, which must still be
	// valid now and bear its name.
	Insecure bool

	// Certificate is shown to it when it asks for one; nil: none.
	Certificate *tls.Certificate
}

// An originKey is all that two calls must have in common to share connections.
type originKey struct {
	scheme, host, address string
	insecure              bool
	certificate           [sha256.Size]byte // of the leaf; its key is the only one that goes with it
}

func (b *Backend) key() originKey {
	k := originKey{scheme: b.Scheme, host: b.Host, address: b.Address, insecure: b.Insecure}
	if b.Certificate != nil {
		k.certificate = sha256.Sum256(b.Certificate.Certificate[0])
	}
	return k
}

// Origin returns the backend at scheme://host, as OriginOf does that of a
// Backend with no more than these.
func (c *Client) Origin(scheme, host string, insecure bool) (*Origin, error) {
	return c.OriginOf(Backend{Scheme: scheme, Host: host, Insecure: insecure})
}

// OriginOf returns the origin of a backend. Equal backends have the same Origin,
// unless it was unused for long or there are thousands of others.
func (c *Client) OriginOf(b Backend) (*Origin, error) {
	key := b.key()
	c.mu.RLock()
	o := c.origins[key]
	c.mu.RUnlock()
	if o != nil {
		return o, nil
	}
	o, err := c.newOrigin(&b)
	if err != nil {
		return nil, err
	}
	return c.enter(key, o), nil
}

func (c *Client) newOrigin(b *Backend) (*Origin, error) {
	o := &Origin{client: c, used: time.Now()}
	name, port, err := splitHost(b.Host)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.EqualFold(b.Scheme, "http"):
		port = or(port, "80")
	case strings.EqualFold(b.Scheme, "https"):
		port = or(port, "443")
		o.tls = c.tlsConfig(name, b)
	default:
		return nil, fmt.Errorf("backend %s://%s: scheme is neither http nor https", b.Scheme, b.Host)
	}
	if b.Address != "" {
		var own string
		if name, own, err = splitHost(b.Address); err != nil {
			return nil, err
		}
		port = or(own, port)
	}
	o.address = net.JoinHostPort(name, port)
	return o, nil
}

// CheckHost judges a name or address, with a port or without one.
func CheckHost(host string) error {
	_, _, err := splitHost(host)
	return err
}

// splitHost takes a host apart into its name, without the brackets of an IPv6
// address, and its port, "" if it has none.
func splitHost(host string) (name, port string, err error) {
	name = host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", "", fmt.Errorf("backend host %q: invalid port", host)
		}
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		name, ok = strings.CutSuffix(inner, "]")
		if !ok || net.ParseIP(name) == nil {
			return "", "", fmt.Errorf("backend host %q: invalid address", host)
		}
	} else if name == "" || strings.ContainsAny(name, ":/?#@[] \t\r\n") {
		return "", "", fmt.Errorf("backend host %q: invalid name", host)
	}
	return name, port, nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// enter puts o into the table, unless another call was faster.
func (c *Client) enter(key originKey, o *Origin) *Origin {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first := c.origins[key]; first != nil {
		return first
	}
	if c.origins == nil {
		c.origins = make(map[originKey]*Origin)
	}
	if len(c.origins) >= maxOrigins {
		for other := range c.origins { // any: who holds it goes on using it
			delete(c.origins, other)
			break
		}
	}
	c.origins[key] = o
	c.wake()
	return o
}

// pool notes that o has idle connections to look after.
func (c *Client) pool(o *Origin) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		o.expire(time.Now().Add(time.Hour))
		return
	}
	if c.pooled == nil {
		c.pooled = make(map[*Origin]struct{})
	}
	c.pooled[o] = struct{}{}
	c.wake()
}

// wake sees to it that sweep runs. The caller holds c.mu.
func (c *Client) wake() {
	if c.sweeper == nil && !c.closed {
		c.sweeping.Add(1)
		c.sweeper = time.AfterFunc(c.idleTimeout()/4, c.sweep)
	}
}

// sweep closes idle connections that are too old or that their backend has
// closed, and forgets origins that nobody used for ten times as long.
func (c *Client) sweep() {
	defer c.sweeping.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweeper = nil
	if c.closed {
		return
	}
	now := time.Now()
	for o := range c.pooled {
		if o.expire(now.Add(-c.idleTimeout())) {
			delete(c.pooled, o)
		}
	}
	for key, o := range c.origins {
		if o.unusedSince(now.Add(-10 * c.idleTimeout())) {
			delete(c.origins, key)
		}
	}
	if len(c.pooled)+len(c.origins) > 0 {
		c.wake()
	}
}

// Close closes the idle connections. Calls under way go on to their end, and
// calls that still come are answered over connections that are not kept.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	if c.sweeper != nil && c.sweeper.Stop() {
		c.sweeping.Done()
	}
	for o := range c.pooled {
		o.expire(time.Now().Add(time.Hour))
	}
	clear(c.pooled)
	c.mu.Unlock()
	c.sweeping.Wait()
	return nil
}

func (c *Client) maxIdle() int {
	if c.MaxIdle > 0 {
		return c.MaxIdle
	}
	return defaultMaxIdle
}

func (c *Client) idleTimeout() time.Duration {
	if c.IdleTimeout > 0 {
		return c.IdleTimeout
	}
	return defaultIdleTimeout
}

func (c *Client) dialTimeout() time.Duration {
	if c.DialTimeout > 0 {
		return c.DialTimeout
	}
	return defaultDialTimeout
}
