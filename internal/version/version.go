// Package version says which version of the module this is, to clients and mock alike.
package version

// Version is the version of the module.
const Version = "0.1.0"
