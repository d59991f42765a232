package quartet

// Ptr returns a pointer to v, for optional members of requests.
func Ptr[T any](v T) *T { return &v }
