//go:build !race

package gatewright_test

const raced = false
