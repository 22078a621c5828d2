// Package recorded holds the control plane against what the service documents
// and what was recorded on it: every patch path, every error text, the links of
// the HAL form and the outline of every operation. It has only tests, and they
// see the control plane as clients do, by HTTP.
//
// The expectations are the tables under testdata. Each names where it comes
// from: "recorded" on AWS, the "API reference", "observed by clients" of AWS, or
// "inferred" where the service's own answer is not known.
package recorded
