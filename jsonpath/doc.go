// Package jsonpath is WIP.
package jsonpath
