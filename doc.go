// Package quartet holds what the four typed clients share: options, errors,
// retries, authentication and the value types that appear in requests and
// answers. The clients themselves are the packages profile, billing,
// subscription and vendorapi; package mockserver is a server that keeps the same
// contracts for tests.
//
//	c, err := profile.New("https://api.example.com", quartet.WithBearerToken(token))
//	me, err := c.GetMyProfile(ctx)
//	_, err = c.ChangePassword(ctx, req, quartet.WithAttemptTimeout(2*time.Second))
//
// # The way of a call
//
// Every method of every client takes the same way, outermost step first:
//
//	call timeout       WithTimeout: bounds all attempts and waits together
//	observer           WithObserver, WithLogger
//	retry              WithRetry, WithoutRetry, WithRetryBudget: by the operation's class
//	rate limiter       WithRateLimiter: once an attempt
//	time of an attempt WithAttemptTimeout: bounds each, its answer's body included
//	authorizer         WithBearerToken, WithAPIKey, WithTokenSource, WithAuthorizer: once an attempt
//	transport          WithHTTPClient, WithTransport, WithRootCAs
//	answer             WithResponseLimit, WithResponse; checked against the document
//
// Redirects are followed for reads and within the origin only. A credential is not sent
// over plain http to another machine unless WithPlainHTTP says so.
//
// # Options
//
// An [Option] is given to New, where it holds for every call of the client, or
// to one method, where it holds for that call alone. A client never changes
// after New; With makes another one with more options. WithHeader, WithQuery and
// WithJSONField send what a newer server knows and the document does not.
//
// # Retries
//
// Each operation has a class, taken from its OpenAPI document. Reads ("safe")
// and writes that set an absolute state ("idempotent") are repeated after
// connection failures, attempt timeouts and the statuses 408, 425, 429, 500,
// 502, 503 and 504. Writes whose repetition can hurt ("guarded": one-time codes,
// creation, cancellation) are repeated only when the server certainly did not
// act: nothing was written to a connection, or the answer is 429, or 503 with
// Retry-After. See [RetryPolicy] and [RetryBudget] for numbers.
//
// # Errors
//
// A call that fails returns an [*Error] whatever went wrong: an answer outside
// 2xx, an answer that breaks the contract, or no answer at all. Sentinels such as
// [ErrNotFound] or [ErrOutcomeUnknown] are asked with errors.Is; the cause of a
// lost connection or an expired context is reachable with errors.Is and
// errors.As. An error prints what the server says, its secrets redacted, and neither the
// rest of the body nor a query or a credential.
//
//	var e *quartet.Error
//	switch {
//	case errors.Is(err, quartet.ErrOutcomeUnknown): // sent, not answered: look before you repeat
//	case errors.As(err, &e) && e.StatusCode == 422: // e.Fields names what was refused
//	}
package quartet
