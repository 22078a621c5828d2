package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// Surroundings are what a plan is made of besides its stage and deployment: the
// VPC links and the client certificate that these name. They are no part of a
// deployment and act at once. They are kept as they are stored, by their keys;
// nil: there is none.
type surroundings map[string][]byte

// around reads the surroundings of a stage and its deployment.
func (c *compiler) around(ctx context.Context, n restapi.Namespace, st *restapi.Stage, d *restapi.Definition) (surroundings, error) {
	a := make(surroundings)
	if id := st.ClientCertificateID; id != "" {
		a[n.Key(restapi.ClientCertificatePath(id))] = nil
		a[n.Key(restapi.ClientKeyPath(id))] = nil
	}
	for _, r := range d.Resources {
		for _, m := range r.ResourceMethods {
			if i := m.MethodIntegration; i != nil && linked(i) {
				a[n.Key(restapi.VPCLinkPath(filled(i.ConnectionID, st.Variables)))] = nil
			}
		}
	}
	return c.reread(ctx, a)
}

// reread reads the same things as they are now.
func (c *compiler) reread(ctx context.Context, old surroundings) (surroundings, error) {
	if len(old) == 0 {
		return nil, nil
	}
	now := make(surroundings, len(old))
	err := c.store.View(ctx, func(r store.Reader) error {
		for key := range old {
			record, err := r.Get(key)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			now[key] = bytes.Clone(record)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read VPC links and client certificate: %w", err)
	}
	return now, nil
}

// stale reports whether the surroundings of a plan are not what it was made of
// any more.
func (c *compiler) stale(ctx context.Context, p *plan) (bool, error) {
	now, err := c.reread(ctx, p.around)
	return err == nil && !maps.EqualFunc(now, p.around, bytes.Equal), err
}

// surrounding reports whether a key is that of what can be a surrounding.
func surrounding(key string) bool {
	_, path, ok := restapi.SplitKey(key)
	return ok && (strings.HasPrefix(path, "/vpclinks/") || strings.HasPrefix(path, "/clientcertificates/"))
}

// within returns the stages of the API whose plans have one of these for a
// surrounding. It waits for plans that are being compiled.
func (s *slot) within(keys map[string]bool) (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stages := s.stages.Load()
	if stages == nil {
		return nil
	}
	for name, st := range *stages {
		p := st.plan.Load()
		if p == nil {
			continue
		}
		for key := range p.around {
			if keys[key] {
				names = append(names, name)
				break
			}
		}
	}
	return names
}

func linked(i *restapi.Integration) bool { return i.ConnectionType == "VPC_LINK" }

// filled is the id of a VPC link, or the ARN of a role, with the stage variables
// that it may have filled in.
func filled(id string, variables map[string]string) string {
	u, err := mapping.CompileURI(id, nil)
	if err != nil {
		return id
	}
	return string(u.Append(nil, &mapping.Scope{Variables: variables}))
}

// linkAddress is where an integration's VPC link leads: the address that the
// operator gave its target, or the link by its id or name.
func (c *compiler) linkAddress(p *plan, i *restapi.Integration) (string, error) {
	id := filled(i.ConnectionID, p.variables)
	record := p.around[p.namespace().Key(restapi.VPCLinkPath(id))]
	if record == nil {
		return "", fmt.Errorf("VPC link %q does not exist", id)
	}
	var link restapi.VPCLink
	if err := json.Unmarshal(record, &link); err != nil {
		return "", fmt.Errorf("read VPC link %s: %w", id, err)
	}
	if link.Status != "AVAILABLE" {
		return "", &gatewayresponse.Failure{
			Type:  gatewayresponse.IntegrationFailure,
			Cause: fmt.Errorf("VPC link %s is %s", id, link.Status),
		}
	}
	names := append([]string{i.IntegrationTarget, link.ID}, link.TargetARNs...)
	for _, name := range append(names, link.Name) {
		if address := c.vpcLinks[name]; address != "" {
			return address, nil
		}
	}
	return "", &gatewayresponse.Failure{
		Type:  gatewayresponse.IntegrationFailure,
		Cause: fmt.Errorf("VPC link %s leads nowhere: --vpc-link %s=HOST:PORT says where, and was not given", id, id),
	}
}

// clientCertificate is what a stage shows to its backends; nil: nothing.
func (p *plan) clientCertificate(id string) (*tls.Certificate, error) {
	if id == "" {
		return nil, nil
	}
	var public restapi.ClientCertificate
	var private string
	n := p.namespace()
	err := json.Unmarshal(p.around[n.Key(restapi.ClientCertificatePath(id))], &public)
	if err == nil {
		err = json.Unmarshal(p.around[n.Key(restapi.ClientKeyPath(id))], &private)
	}
	if err != nil {
		return nil, fmt.Errorf("client certificate %s cannot be read", id) // the cause could quote the key
	}
	pair, err := tls.X509KeyPair([]byte(public.PEMEncodedCertificate), []byte(private))
	if err != nil {
		return nil, fmt.Errorf("client certificate %s: %w", id, err)
	}
	return &pair, nil
}

func (p *plan) namespace() restapi.Namespace {
	return restapi.Namespace{Account: p.context.AccountID, Region: p.region}
}
