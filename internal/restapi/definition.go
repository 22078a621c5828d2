package restapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// A Definition is all of an API that a deployment freezes: its draft at one
// moment. Lists are in the order of their store keys; gateway responses are
// those that the owner put.
type Definition struct {
	API                *RestAPI             `json:"api"`
	Resources          []*Resource          `json:"resources"` // with their methods, whole
	Models             []*Model             `json:"models,omitempty"`
	Authorizers        []*Authorizer        `json:"authorizers,omitempty"`
	RequestValidators  []*RequestValidator  `json:"requestValidators,omitempty"`
	DocumentationParts []*DocumentationPart `json:"documentationParts,omitempty"`
	GatewayResponses   []*GatewayResponse   `json:"gatewayResponses,omitempty"`
}

// Freeze makes the one value that a deployment is stored as.
func Freeze(d *Definition) ([]byte, error) {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err := json.NewEncoder(z).Encode(d); err != nil {
		return nil, fmt.Errorf("freeze API %s: %w", d.API.ID, err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("freeze API %s: %w", d.API.ID, err)
	}
	return b.Bytes(), nil
}

// Thaw reads what Freeze made.
func Thaw(frozen []byte) (*Definition, error) {
	z, err := gzip.NewReader(bytes.NewReader(frozen))
	if err != nil {
		return nil, fmt.Errorf("thaw deployment: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("thaw deployment: %w", err)
	}
	d := new(Definition)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("thaw deployment: %w", err)
	}
	return d, nil
}
