package quartet

import (
	"errors"
	"sync"
)

// What a budget holds and what moves it. They bound retries to about one in five calls
// when everything fails, and let single failures pass unnoticed.
const (
	budgetSize    = 500
	retryCost     = 5
	timeoutCost   = 10 // a timed-out attempt has cost the server more
	successReturn = 1
)

var errBudgetEmpty = errors.New("not repeated: the retry budget is empty because too many calls fail")

// RetryBudget keeps clients from making an outage worse by repeating everything: it is
// a bucket of 500 tokens, of which a retry takes 5, one after a timeout 10, and to which
// a call that succeeds gives 1 back. While it has too few, failures are returned at
// once. Every client has one of its own; WithRetryBudget lets several share one.
type RetryBudget struct {
	mu    sync.Mutex
	spent int
}

// NewRetryBudget returns a full budget.
func NewRetryBudget() *RetryBudget { return new(RetryBudget) }

// WithRetryBudget takes retries out of budget, which may serve several clients of the
// same server. nil puts no bound on retries but RetryPolicy's. By default a client has a
// budget of its own, which the clients that With makes of it share.
func WithRetryBudget(budget *RetryBudget) Option {
	return func(c *config) error {
		c.budget = budget
		return nil
	}
}

// take reports whether there is enough for a retry, and takes it.
func (b *RetryBudget) take(cost int) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+cost > budgetSize {
		return false
	}
	b.spent += cost
	return true
}

func (b *RetryBudget) succeeded() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(b.spent-successReturn, 0)
}
