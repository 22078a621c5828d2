package gatewright

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/upstream"
)

// ErrSetting says that a field of a Server has a value that cannot be.
var ErrSetting = errors.New("invalid setting")

// A SettingError says which setting has such a value, and what is wrong with it.
// It is an ErrSetting.
type SettingError struct {
	Setting string // as gatewright serve calls it: "region", "function greet"
	Err     error
}

func (e *SettingError) Error() string {
	return ErrSetting.Error() + ": " + e.Setting + ": " + e.Err.Error()
}

// Unwrap makes it an ErrSetting.
func (e *SettingError) Unwrap() []error { return []error{ErrSetting, e.Err} }

func invalid(setting, format string, args ...any) error {
	return &SettingError{setting, fmt.Errorf(format, args...)}
}

const digits, lowerCase = "0123456789", "abcdefghijklmnopqrstuvwxyz"

// check judges the settings before anything is opened. Account and region are
// parts of store keys, where a slash would hide what is stored from those who
// look for it.
func (s *Server) check() error {
	if len(s.Account) != 12 || strings.Trim(s.Account, digits) != "" {
		return invalid("account", "%q is not 12 digits, such as 123456789012", s.Account)
	}
	if n := len(s.Region); n < 1 || n > 64 || strings.Trim(s.Region, lowerCase+digits+"-") != "" {
		return invalid("region", "%q is not like us-east-1", s.Region)
	}
	if err := checkAddress("control", s.Control); err != nil {
		return err
	}
	if s.Gateway != "" {
		if err := checkAddress("gateway", s.Gateway); err != nil {
			return err
		}
		if s.Gateway == s.Control && !strings.HasSuffix(s.Gateway, ":0") { // 0 is a free port for each
			return invalid("gateway", "%s is the address of the control listener; leave it out, as that listener answers invocations too, or choose another", s.Gateway)
		}
	}
	for link, address := range s.VPCLinks {
		if err := upstream.CheckHost(address); err != nil {
			return invalid("vpc-link", "link %s leads to %q, which is not like 10.0.0.7:8080", link, address)
		}
	}
	for _, name := range s.ControlHosts {
		if _, err := netip.ParseAddr(name); err != nil && (name == "" || strings.ContainsAny(name, ":/*@ ")) {
			return invalid("control-host", "%q is not a name like gateway.internal", name)
		}
	}
	if s.ControlRate < 0 || math.IsNaN(s.ControlRate) {
		return invalid("control-rate", "%v is not 0 or more", s.ControlRate)
	}
	if s.MaxConnections < 0 {
		return invalid("max-connections", "%d is not 0 or more", s.MaxConnections)
	}
	if err := checkURL("lambda", s.Lambda); err != nil {
		return err
	}
	if err := checkURL("services", s.Services); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(s.ServiceURLs)) {
		if address := s.ServiceURLs[id]; !isURL(address) {
			return invalid("AWS_ENDPOINT_URL_"+id, "%q is not like http://127.0.0.1:9001", address)
		}
	}
	return nil
}

// checkURL judges where something of AWS's is called: nowhere, there or at a URL.
func checkURL(setting, address string) error {
	if address == "" || address == AWS || isURL(address) {
		return nil
	}
	return invalid(setting, `%q is not like http://127.0.0.1:9001, nor "aws"`, address)
}

func isURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// roots are the authorities that backends are believed: the system's and those
// of CAFile; nil: the system's.
func (s *Server) roots() (*x509.CertPool, error) {
	if s.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, invalid("ca-file", "%w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("the system's authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, invalid("ca-file", "%s has no certificate in PEM", s.CAFile)
	}
	return pool, nil
}

func checkAddress(listener, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return invalid(listener, "%q is not an address like 127.0.0.1:4566", address)
	}
	return nil
}
