package main

import "runtime/debug"

const (
	// collectAt lets the heap grow to five times of what is in use, mostly the journal,
	// before it is collected: 5 to 7 % more requests a second for some 40 MB.
	collectAt = 400
	// memoryLimit ends this generosity when peers fill every bound at once. It is above
	// what the bounds let be in use, so that the collector does not run without end.
	memoryLimit = 256 << 20
)

// tuneMemory leaves to GOGC and GOMEMLIMIT what they say.
func tuneMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
