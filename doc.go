// Package gatewright runs Amazon API Gateway REST APIs on this machine: the
// control plane, which AWS clients speak to as they do to AWS, and the data
// plane, which executes the APIs that they made.
//
// A zero [Server] keeps its state in memory and listens on 127.0.0.1:4566, for
// AWS clients and callers alike.
package gatewright
