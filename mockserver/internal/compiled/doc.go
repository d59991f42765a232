// Package compiled holds the documents as package compile has made them, in Go: a program that starts has them without
// reading a file, and does not link what reads one.
package compiled

//go:generate go run ../compile/gen -o zz_generated.go
