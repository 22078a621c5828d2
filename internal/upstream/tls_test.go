package upstream

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := new(authority)
	a.cert, a.key = certify(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Now().Add(time.Hour),
	}, nil)
	return a
}

// pool returns the authority as the only one that is believed.
func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// sign returns a certificate for names that ends at notAfter.
func (a *authority) sign(t testing.TB, notAfter time.Time, names ...string) tls.Certificate {
	t.Helper()
	c := &x509.Certificate{NotBefore: notAfter.Add(-2 * time.Hour), NotAfter: notAfter}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	cert, key := certify(t, c, a)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// named returns a certificate whose subject alone has a name.
func (a *authority) named(t testing.TB, name string) tls.Certificate {
	t.Helper()
	cert, key := certify(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}, a)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func certify(t testing.TB, c *x509.Certificate, by *authority) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	if by == nil {
		by = &authority{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// serveTLS is serve over TLS.
func serveTLS(t testing.TB, config *tls.Config, script func(int, *peer)) *backend {
	return serve(t, func(n int, p *peer) {
		secure := tls.Server(p.Conn, config)
		if secure.Handshake() == nil {
			script(n, &peer{Conn: secure, r: bufio.NewReader(secure)})
		}
	})
}

// tlsOrigin starts a backend that is believed.
func tlsOrigin(t testing.TB, script func(int, *peer)) *Origin {
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, time.Now().Add(time.Hour), "127.0.0.1")}}
	b := serveTLS(t, config, script)
	c := client(t)
	c.RootCAs = ca.pool()
	o, err := c.Origin("https", b.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCertificates(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	soon, ago := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	localhost := []string{"localhost", "127.0.0.1"}
	for _, c := range []struct {
		name     string
		cert     tls.Certificate
		host     string
		insecure bool
		refused  string // part of the error; "": accepted
	}{
		{"valid", ca.sign(t, soon, localhost...), "localhost", false, ""},
		{"valid for an address", ca.sign(t, soon, localhost...), "127.0.0.1", false, ""},
		{"unknown authority", other.sign(t, soon, localhost...), "localhost", false, "unknown authority"},
		{"expired", ca.sign(t, ago, localhost...), "localhost", false, "expired"},
		{"wrong name", ca.sign(t, soon, "example.com"), "localhost", false, "not localhost"},
		{"unknown authority, insecure", other.sign(t, soon, localhost...), "localhost", true, ""},
		{"unknown authority for an address, insecure", other.sign(t, soon, localhost...), "127.0.0.1", true, ""},
		{"expired, insecure", other.sign(t, ago, localhost...), "localhost", true, "expired"},
		{"not yet valid, insecure", other.sign(t, soon.Add(24*time.Hour), localhost...), "localhost", true, "not yet valid"},
		{"wrong name, insecure", other.sign(t, soon, "example.com"), "localhost", true, "not localhost"},
		{"wrong address, insecure", other.sign(t, soon, "localhost"), "127.0.0.1", true, "127.0.0.1"},
		{"no name, insecure", other.sign(t, soon), "localhost", true, "not valid"},
		{"a common name", ca.named(t, "localhost"), "localhost", false, "Common Name"},
		{"a common name, insecure", other.named(t, "localhost"), "localhost", true, ""},
		{"another common name, insecure", other.named(t, "example.com"), "localhost", true, "not localhost"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{c.cert}}, answering(ok))
			up := client(t)
			up.RootCAs = ca.pool()
			_, port, _ := net.SplitHostPort(b.Addr().String())
			o, err := up.Origin("https", net.JoinHostPort(c.host, port), c.insecure)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got := do(o, get("/"))
				var network *NetworkError
				switch {
				case c.refused == "":
					if got.body != "ok" || got.err != nil {
						t.Errorf("got %+v; want ok", got)
					}
				case !errors.As(got.err, &network) || network.Op != "TLS handshake" || !strings.Contains(got.err.Error(), c.refused):
					t.Errorf("got %+v; want a NetworkError with %q", got, c.refused)
				}
			}
		})
	}
}

// Each certificate has its own connections: who must show one is never mistaken
// for who showed another before, or none.
func TestClientCertificates(t *testing.T) {
	ca, callers := newAuthority(t), newAuthority(t)
	soon := time.Now().Add(time.Hour)
	config := &tls.Config{
		Certificates: []tls.Certificate{ca.sign(t, soon, "localhost")},
		ClientAuth:   tls.RequestClientCert,
		ClientCAs:    callers.pool(), // which the backend names and does not insist on
	}
	b := serve(t, func(_ int, p *peer) {
		secure := tls.Server(p.Conn, config)
		if secure.Handshake() != nil {
			return
		}
		shown := "nobody"
		if all := secure.ConnectionState().PeerCertificates; len(all) > 0 {
			shown = strings.Join(all[0].DNSNames, "")
		}
		answering(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(shown), shown))(0, &peer{Conn: secure, r: bufio.NewReader(secure)})
	})
	up := client(t)
	up.RootCAs = ca.pool()
	_, port, _ := net.SplitHostPort(b.Addr().String())
	ann, ben := callers.sign(t, soon, "ann"), newAuthority(t).sign(t, soon, "ben")
	for range 2 {
		for _, c := range []struct {
			own  *tls.Certificate
			want string
		}{{&ann, "ann"}, {&ben, "ben"}, {nil, "nobody"}} {
			o, err := up.OriginOf(Backend{Scheme: "https", Host: "localhost:" + port, Certificate: c.own})
			if err != nil {
				t.Fatal(err)
			}
			if got := do(o, get("/")); got.body != c.want || got.err != nil {
				t.Errorf("the backend saw %q (%v); want %q", got.body, got.err, c.want)
			}
		}
	}
	if n := b.accepted.Load(); n != 3 {
		t.Errorf("%d connections; want one for each certificate", n)
	}
}

// An address that is not the name's own changes nothing about whose certificate
// is asked for.
func TestNameIsCheckedAtAnotherAddress(t *testing.T) {
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, time.Now().Add(time.Hour), "internal.example.com")}}
	b := serveTLS(t, config, answering(ok))
	up := client(t)
	up.RootCAs = ca.pool()
	at := b.Addr().String()
	for host, want := range map[string]string{"internal.example.com": "", "127.0.0.1": "certificate"} {
		for _, insecure := range []bool{false, true} {
			o, err := up.OriginOf(Backend{Scheme: "https", Host: host, Address: at, Insecure: insecure})
			if err != nil {
				t.Fatal(err)
			}
			got := do(o, get("/"))
			if (got.err == nil) != (want == "") || want != "" && !strings.Contains(got.err.Error(), want) {
				t.Errorf("host %s, insecure %v: got %+v; want an error with %q", host, insecure, got, want)
			}
		}
	}
}

// A resumed session asks for the same name and offers the same protocol.
func TestTLSHandshake(t *testing.T) {
	ca := newAuthority(t)
	var names, resumed atomic.Int32
	config := &tls.Config{
		Certificates: []tls.Certificate{ca.sign(t, time.Now().Add(time.Hour), "localhost")},
		NextProtos:   []string{"h2", "http/1.1"},
		VerifyConnection: func(s tls.ConnectionState) error {
			if s.ServerName == "localhost" && s.NegotiatedProtocol == "http/1.1" {
				names.Add(1)
			}
			if s.DidResume {
				resumed.Add(1)
			}
			return nil
		},
	}
	b := serveTLS(t, config, answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"))
	c := client(t)
	c.RootCAs = ca.pool()
	_, port, _ := net.SplitHostPort(b.Addr().String())
	o, _ := c.Origin("https", "localhost:"+port, false)
	for range 3 {
		if got := do(o, get("/")); got.body != "ok" {
			t.Fatalf("got %+v; want ok", got)
		}
	}
	if names.Load() != 3 || resumed.Load() != 2 {
		t.Errorf("%d handshakes with name and protocol, %d resumed; want 3 and 2", names.Load(), resumed.Load())
	}
}

func TestTLSConnectionIsUsedAgain(t *testing.T) {
	var n atomic.Int32
	o := tlsOrigin(t, func(i int, p *peer) {
		n.Store(int32(i))
		answering(ok)(i, p)
	})
	for range 5 {
		if got := do(o, get("/")); got.body != "ok" || got.err != nil {
			t.Fatalf("got %+v; want ok", got)
		}
	}
	if n.Load() != 1 {
		t.Errorf("%d connections; want 1", n.Load())
	}
}

// What comes unasked over TLS may hide in crypto/tls's own buffer: together
// with the answer, as a whole record or a part of one.
func TestUnaskedRecordsReachNobody(t *testing.T) {
	const unasked = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers"
	for _, c := range []struct {
		name string
		cut  int // of the last record, what is sent in the second part
	}{
		{"a record in one packet with the answer", 0},
		{"a part of a record in one packet with the answer", 10},
		{"a record's first byte in one packet with the answer", len(unasked) + 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			ca := newAuthority(t)
			config := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, time.Now().Add(time.Hour), "127.0.0.1")}}
			b := serve(t, func(n int, p *peer) {
				held := &holding{Conn: p.Conn}
				secure := tls.Server(held, config)
				if secure.Handshake() != nil {
					return
				}
				p = &peer{Conn: secure, r: bufio.NewReader(secure)}
				for p.request() != nil {
					held.hold = n == 1
					p.say(ok)
					if n == 1 {
						p.say(unasked)
						held.release(c.cut)
					}
				}
			})
			up := client(t)
			up.RootCAs = ca.pool()
			o, _ := up.Origin("https", b.Addr().String(), false)
			for i := range 3 {
				if got := do(o, call("POST", "/")); got.body != "ok" || got.err != nil {
					t.Fatalf("call %d: got %+v; want ok", i, got)
				}
			}
			if n := b.accepted.Load(); n != 2 {
				t.Errorf("%d connections; want 2", n)
			}
		})
	}
}

// A holding connection gathers what is written.
type holding struct {
	net.Conn
	hold bool
	held []byte
}

func (h *holding) Write(p []byte) (int, error) {
	if !h.hold {
		return h.Conn.Write(p)
	}
	h.held = append(h.held, p...)
	return len(p), nil
}

// release sends what was held in one write, but for its last cut bytes.
func (h *holding) release(cut int) {
	h.hold = false
	h.Conn.Write(h.held[:len(h.held)-cut])
}

func TestTLSAnswerIsCutVisibly(t *testing.T) {
	o := tlsOrigin(t, func(_ int, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
	})
	if got := do(o, get("/")); got.body != "hello" || !errors.Is(got.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %+v; want hello and io.ErrUnexpectedEOF", got)
	}
}
